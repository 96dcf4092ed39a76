"""Signs in their places: shops, streets, traffic, warnings, posters, menu boards, labels, plates, price tags."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

from training.synth.annotation import Bounds, Line
from training.synth.documents import _backgrounds
from training.synth.documents._page import choose_language, once
from training.synth.documents._scene import Turn, cast_shadow, ink_on, stack
from training.synth.documents._sign_boards import Sign, board, inside, post
from training.synth.documents._sign_texts import IN_TWO_LANGUAGES, MAKERS, Maker
from training.synth.engine import World
from training.synth.sheet import Overflow, Sheet, Style

NAME = "signs"


def compose(rng: random.Random, world: World) -> Sheet:
    """A sign, or two on one post or wall."""
    maker = rng.choices(list(MAKERS), list(MAKERS.values()))[0]
    language = choose_language(rng)
    if maker in IN_TWO_LANGUAGES:
        language = rng.choice(["en", "en", "zh"])
    width = rng.randint(480, 1000)
    sheet = Sheet(width, round(width * rng.choice([0.56, 0.66, 0.75, 0.75, 1.0, 1.33])), language)
    sheet.paper, sheet.profiles = False, {"photo": 5.0, "clean": 2.0, "video": 1.0}
    sign = maker(rng, world, sheet)
    if sign.ground is None:
        sign = replace(sign, ground=_backgrounds.colour(rng, (0, 0.9), (0.1, 1.0)))
    scenery = _backgrounds.street if sign.outdoors else _backgrounds.wall
    sheet.picture(0, 0, scenery(rng, sheet.width, sheet.height))
    if rng.random() < 0.2 and sheet.height >= 0.7 * sheet.width:
        half = sheet.height / 2
        _place(rng, world, sheet, sign, (0, 0, sheet.width, half))
        _place(rng, world, sheet, _another(rng, maker, world, sheet, sign), (0, half, sheet.width, sheet.height))
    else:
        _place(rng, world, sheet, sign, (0, 0, sheet.width, sheet.height))
    _ask(rng, sheet)
    return sheet


def _another(rng: random.Random, maker: Maker, world: World, sheet: Sheet, first: Sign) -> Sign:
    sign = maker(rng, world, sheet)
    same = sign.ground is None and rng.random() < 0.6
    return replace(sign, ground=first.ground if same else sign.ground or _backgrounds.colour(rng, (0, 0.9), (0.1, 1)))


def _place(rng: random.Random, world: World, sheet: Sheet, sign: Sign, room: Bounds) -> None:
    """The sign's panel somewhere in the room, and its text."""
    assert sign.ground is not None
    wide, tall = room[2] - room[0], room[3] - room[1]
    aspect = rng.uniform(*sign.aspect)
    width = min(wide * rng.uniform(0.6, 0.9), tall * 0.9 * aspect)
    height = width / aspect
    if height > 0.92 * tall:
        raise Overflow("the sign is taller than its place")
    x, y = room[0] + (wide - width) * rng.uniform(0.25, 0.75), room[1] + (tall - height) * rng.uniform(0.25, 0.75)
    box = (x, y, x + width, y + height)
    angle = rng.gauss(0, 4) if rng.random() < 0.35 and len(sign.entries) < 7 else 0.0
    turn = Turn(((box[0] + box[2]) / 2, (box[1] + box[3]) / 2), angle)
    bare = sign.shape == "box" and not sign.head and not sign.arrow and not angle and rng.random() < 0.12
    if sign.outdoors and sign.shape != "board" and rng.random() < 0.6:
        post(rng, sheet, turn.centre[0], y, width)
    ink = ink_on(rng, sign.ground)
    if not bare:
        board(rng, sheet, sign, box, turn, ink)
    else:  # letters on the wall itself
        sheet.fill(*box, sign.ground)
    face = world.faces.pick(rng, sheet.language, sign.style if rng.random() < 0.75 else "any")
    base = Style(face, 20, ink, tracking=rng.choice([0, 0, 0, 0.05]), leading=rng.uniform(1.15, 1.35))
    _fill(rng, sheet, sign, inside(sign, box), base, turn)


def _fill(rng: random.Random, sheet: Sheet, sign: Sign, box: Bounds, base: Style, turn: Turn) -> None:
    """Writes the entries; the first by itself in the head, where there is one."""
    entries = list(sign.entries)
    lines: list[list[Line]] = []
    if sign.head is not None:
        middle = box[1] + (box[3] - box[1]) * 0.3
        on_head = replace(base, colour=ink_on(rng, sign.head))
        lines += stack(sheet, (box[0], box[1], box[2], middle), entries[:1], on_head, "centre", turn, 0.8)
        box, entries = (box[0], middle + 0.06 * (box[3] - box[1]), box[2], box[3]), entries[1:]
    lines += stack(sheet, box, entries, base, sign.align, turn, sign.largest)
    if rng.random() < 0.15:
        shift = max(1.0, 0.06 * base.size)
        for line in (line for group in lines for line in group):
            cast_shadow(sheet, line, (2 * shift, 2 * shift), shift, (40, 40, 40))


def _pairs(lines: Sequence[Line]) -> list[tuple[Line, Line]]:
    """Names and what stands beside them, where a name is on one line."""
    rows = [*(line.row for line in lines), 0]
    return [
        (lines[i], lines[i + 1])
        for i in range(len(lines) - 1)
        if rows[i] >= 0 and rows[i] == rows[i + 1] and rows[i + 2] >= 0
    ]


def _ask(rng: random.Random, sheet: Sheet) -> None:
    """Questions about what stands beside a name, and what is largest."""
    pairs = [pair for block in sheet.blocks for pair in _pairs(block.lines)]
    for name, value in rng.sample(pairs, min(3, len(pairs))):
        if once(sheet, name.text) and once(sheet, value.text):
            en = rng.choice(["What stands beside “{}”?", "Which value is given for “{}”?"])
            sheet.question(en.format(name.text), f"“{name.text}”旁边写的是什么？", value.text, [name, value])
    titles = [block for block in sheet.blocks if block.kind == "title"]
    if len(titles) == 1 and sheet.blocks[0] is titles[0]:
        text = titles[0].markup.removeprefix("# ")
        en = rng.choice(["What is the title?", "What does the heading say?", "Which name stands at the top?"])
        sheet.question(en, rng.choice(["标题是什么？", "最上面写的是什么？"]), text, titles[0].lines)
    lines = [line for block in sheet.blocks for line in block.lines]
    if len(lines) == 1:
        sheet.question("What does the sign say?", "牌子上写的是什么？", lines[0].text, lines)
