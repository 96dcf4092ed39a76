"""Pictures of screens: editors, terminals, web pages, dialogs, spreadsheets, chats, telephones, games."""

from __future__ import annotations

import random
from collections.abc import Callable

from training.synth.documents import _screen_desktop, _screen_editor, _screen_mobile
from training.synth.documents._page import choose_language, once
from training.synth.documents._screen import Screen, choose_theme
from training.synth.engine import World
from training.synth.sheet import Overflow, Sheet, Style

NAME = "screenshots"


def compose(rng: random.Random, world: World) -> Sheet:
    """One screen."""
    program = rng.choices(list(_PROGRAMS), list(_PROGRAMS.values()))[0]
    tall = program is _screen_mobile.phone or (program is _screen_mobile.chat and rng.random() < 0.6)
    if tall:
        width = rng.randint(380, 560)
        height = round(width * rng.uniform(1.6, 2.1))
    else:
        width = rng.randint(560, 1100)
        height = round(width * rng.uniform(0.45, 0.78))
    language = choose_language(rng)
    sheet = Sheet(width, height, language, {"screen": 4.0, "clean": 2.0}, paper=False)
    theme = choose_theme(rng)
    size = round(rng.triangular(12 if language == "zh" else 11, 22, 15))
    style = Style(world.faces.pick(rng, language, "sans"), size, theme.ink, leading=rng.uniform(1.3, 1.55))
    program(Screen(rng, world, sheet, theme, style))
    if not any(block.lines for block in sheet.blocks):
        raise Overflow("nothing of the screen's text fits")
    _ask(rng, sheet, window=not tall)
    return sheet


_PROGRAMS: dict[Callable[[Screen], None], float] = {
    _screen_editor.editor: 4,
    _screen_editor.terminal: 2,
    _screen_desktop.browser: 4,
    _screen_desktop.dialog: 3,
    _screen_desktop.spreadsheet: 2,
    _screen_mobile.phone: 3,
    _screen_mobile.chat: 3,
    _screen_mobile.game: 2,
}
"""How often each is seen."""


def _ask(rng: random.Random, sheet: Sheet, window: bool) -> None:
    """Questions about settings' values and headings; only a `window` has a title bar."""
    for block in sheet.blocks:
        if block.kind == "field" and len(block.lines) == 2:
            name, value = block.lines
            if once(sheet, name.text) and once(sheet, value.text):
                en = rng.choice(["What is “{}” set to?", "What is the value of “{}”?"]).format(name.text)
                sheet.question(en, f"“{name.text}”的值是什么？", value.text, [name, value])
        elif block.kind == "title" and once(sheet, block.markup.removeprefix("# ")):
            en = rng.choice(["What is the heading of the page?", "What is the title on the screen?"])
            sheet.question(en, "屏幕上的标题是什么？", block.markup.removeprefix("# "), block.lines)
        elif (
            window
            and block.kind == "header"
            and len(block.lines) == 1
            and block is sheet.blocks[0]
            and once(sheet, block.lines[0].text)
        ):
            text = block.lines[0].text
            sheet.question("What stands in the title bar?", "标题栏写的是什么？", text, block.lines)
