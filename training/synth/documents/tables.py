"""Tables by themselves, as cut out of a page: with some margin, perhaps a caption or the edge of the text around."""

from __future__ import annotations

import random

from training.synth.documents import _page
from training.synth.documents._paper_words import CAPTIONS
from training.synth.documents._table_questions import ask
from training.synth.engine import World
from training.synth.fonts import load
from training.synth.formula.ink import FONTSETS
from training.synth.sheet import Overflow, Sheet, Style
from training.synth.table.ink import Grid, Layout, Look, choose_look, invent, lay_out, put

NAME = "tables"
_WIDEST = 1080
_MOST_PIXELS = 1_600_000


def compose(rng: random.Random, world: World) -> Sheet:
    """One table; caption above or below it, or none. Raises Overflow if it is too large."""
    language = _page.choose_language(rng)
    grid, look = invent(rng, world, language), choose_look(rng)
    style, layout = _sized(rng, grid, _style(rng, world, language), look, language)
    margins = [rng.uniform(0.25, 2.2) * style.size + 4 for _ in range(4)]
    caption, small = _caption(rng, world, language, style)
    cut = rng.random() < 0.2
    above = bool(caption) and rng.random() < 0.7
    lines = Sheet(8, 8, language).wrap(caption, small, layout.width)
    room = len(lines) * small.pitch + 0.9 * style.size if lines else 0.0
    size = (int(margins[0] + layout.width + margins[2]), int(margins[1] + layout.height + room + margins[3]))
    if size[0] * size[1] > _MOST_PIXELS:
        raise Overflow("a table is too large for an image")
    sheet = Sheet(*size, language, _profiles(look, cut))
    x, y = margins[0], margins[1]
    align = rng.choice(["left", "centre"])
    if above:
        _write_caption(sheet, x, y, layout.width, caption, small, align)
        y += room
    drawn = put(sheet, x, y, layout, look)
    sheet.block("table", drawn.lines, drawn.html, drawn.region)
    if caption and not above:
        _write_caption(sheet, x, drawn.bottom + 0.5 * style.size, layout.width, caption, small, align)
    ask(rng, sheet, drawn)
    if cut:
        _cut_text(rng, world, sheet, style)
    return sheet


def _profiles(look: Look, cut: bool) -> dict[str, float]:
    """White letters on a dark ground are lost in a black-and-white scan; a photograph shows paper beyond the cut."""
    weights = {"clean": 3.0, "scan": 3.0, "photo": 2.0, "screen": 1.0}
    if look.head_colour is not None:
        del weights["scan"]
    if cut:
        del weights["photo"]
    return weights


def _style(rng: random.Random, world: World, language: str) -> Style:
    face = world.faces.pick(rng, language, rng.choices(["sans", "serif", "any", "mono"], [5, 5, 3, 1])[0])
    colour = _page.darker(rng) if rng.random() < 0.1 else (rng.choice([0, 0, 0, 40, 70]),) * 3
    size = round(rng.triangular(14, 34, 17))
    return Style(face, size, colour, leading=rng.uniform(1.15, 1.45), formulas=rng.choice(FONTSETS))


def _sized(rng: random.Random, grid: Grid, style: Style, look: Look, language: str) -> tuple[Style, Layout]:
    """The style, made smaller until the table fits, with the table's layout. Raises Overflow."""
    sheet = Sheet(8, 8, language)
    width = rng.triangular(280, _WIDEST, 800)
    while True:
        try:
            _page.require_legible(style.face, style.size)
            layout = lay_out(sheet, width, grid, style, look)
            if layout.height * layout.width < 0.8 * _MOST_PIXELS:
                return style, layout
        except Overflow:
            if style.size <= 14 and width == _WIDEST:
                raise
        if style.size <= 14 and width == _WIDEST:
            raise Overflow("a table is too large for an image")
        style, width = style.sized(max(0.8, 14 / style.size)), min(_WIDEST, 1.2 * width)


def _caption(rng: random.Random, world: World, language: str, style: Style) -> tuple[str, Style]:
    """Text ("" in half of all tables) and style of a caption."""
    small = rng.choice([style, style.sized(0.9), style.bold(), style.sized(1.1), style.italic()])
    if rng.random() < 0.5:
        return "", small
    text = world.corpus.title(rng, language) if rng.random() < 0.6 else world.corpus.sentence(rng, language)
    number = rng.choice([str(rng.randint(1, 60)), f"{rng.randint(1, 12)}{rng.choice('.-')}{rng.randint(1, 20)}"])
    space = "" if language == "zh" and rng.random() < 0.5 else " "
    mark = rng.choice([". ", ": ", " ", " – "])
    label = rng.choice(CAPTIONS[language])[1] + space + number + mark if rng.random() < 0.8 else ""
    return _page.drawable(label + text, small), small


def _write_caption(sheet: Sheet, x: float, y: float, width: float, text: str, style: Style, align: str) -> None:
    lines, _ = sheet.paragraph(x, y - 0.3 * style.size, width, text, style, align)
    sheet.block("caption", lines, text)


def _cut_text(rng: random.Random, world: World, sheet: Sheet, style: Style) -> None:
    """What a careless cut leaves of the lines above and below: the feet or the tops of their letters, not legible."""
    font = load(style.face.files[0], style.size)
    for baseline in rng.sample(
        [rng.uniform(0, 0.06 * style.size), sheet.height + 0.58 * style.size], rng.randint(1, 2)
    ):
        text = world.corpus.paragraph(rng, sheet.language, 150)
        kept = "".join(c for c in text if style.face.file_for(c) == style.face.files[0])
        sheet.pen.text((-rng.uniform(0, 20), round(baseline)), kept, font=font, fill=style.colour, anchor="ls")
