"""How wide a table's columns are and how high its rows, before it is drawn."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from training.synth.documents._page import drawable
from training.synth.fonts import load
from training.synth.sheet import Overflow, Sheet, Style, formula_size
from training.synth.table.grid import Cell, Grid
from training.synth.table.look import Look

_FORMULA = re.compile(r"\$([^$]+)\$")
MIDDLE = 0.35  # em from the baseline up to the middle of capitals and digits
_UNBROKEN = 16  # characters of a value with digits that had better stand on one line
_NUMBER = frozenset("0123456789.,%+-–±()$€£¥ /:~*—")


@dataclass
class Part:
    """A cell on its way to the sheet."""

    row: int
    column: int
    cell: Cell
    style: Style
    texts: list[str] = field(default_factory=list)
    heights: list[tuple[float, float]] = field(default_factory=list)  # above and below each line's middle

    @property
    def height(self) -> float:
        return sum(map(sum, self.heights))


@dataclass(frozen=True)
class Layout:
    """A table of known size that is yet to be drawn: where columns and rows begin and end, from its top left corner."""

    parts: list[Part]
    html: str
    size: int  # of the text
    head_rows: int
    numeric: frozenset[int]  # columns of numbers
    columns: list[int]
    rows: list[int]

    @property
    def width(self) -> int:
        """In pixels."""
        return self.columns[-1]

    @property
    def height(self) -> int:
        """In pixels."""
        return self.rows[-1]


def lay_out(sheet: Sheet, width: float, grid: Grid, style: Style, look: Look) -> Layout:
    """Measures a table before it is drawn, on any sheet.

    Raises Overflow where a column is too narrow for its words, and ValueError for a grid that does not tile.
    """
    parts = []
    for row, column, cell in grid.places():
        own = _style(style, look, column, cell)
        parts.append(Part(row, column, replace(cell, text=drawable(cell.text, own)), own))
    widths = _widths(sheet, width, parts, look, style)
    columns = [round(sum(widths[:i])) for i in range(len(widths) + 1)]
    across, along = (pad * style.size for pad in look.padding)
    for part in parts:
        room = columns[part.column + part.cell.columns] - columns[part.column] - 2 * across + 1
        part.texts = sheet.wrap(part.cell.text, part.style, room)
        part.heights = [_extent(text, part.style) for text in part.texts]
    least = style.pitch + 2 * along
    heights = [least] * len(grid.rows)
    for part in sorted(parts, key=lambda part: part.cell.rows):
        stop = part.row + part.cell.rows
        heights[stop - 1] += max(0.0, part.height + 2 * along - sum(heights[part.row : stop]))
    rows = [round(sum(heights[:i])) for i in range(len(heights) + 1)]
    cells = (part.cell for part in parts)
    html = Grid(tuple(tuple(next(cells) for _ in row) for row in grid.rows)).html()
    return Layout(parts, html, style.size, grid.head_rows, _numeric(parts), columns, rows)


def _style(style: Style, look: Look, column: int, cell: Cell) -> Style:
    if cell.head and look.head_colour is not None:
        style = replace(style, colour=look.head_colour)
    return style.bold() if (look.head_bold if cell.head else look.label_bold and column == 0) else style


def _numeric(parts: Sequence[Part]) -> frozenset[int]:
    """Columns whose cells of their own are mostly numbers."""
    balance: dict[int, int] = {}
    for part in parts:
        if part.cell.text and part.cell.columns == 1 and not part.cell.head:
            number = set(part.cell.text) <= _NUMBER and any(map(str.isdigit, part.cell.text))
            balance[part.column] = balance.get(part.column, 0) + (1 if number else -1)
    return frozenset(column for column, votes in balance.items() if votes > 0)


def _extent(text: str, style: Style) -> tuple[float, float]:
    """How far a line reaches above and below its middle, 0.35 em above the baseline: half its pitch or all of its ink.

    Formulas and the letters of some hands are higher than a line.
    """
    plain = _FORMULA.sub("", text)
    inks = [load(file, style.size).getbbox(run, anchor="ls") for file, run in style.face.runs(plain)]
    above = max((-ink[1] - MIDDLE * style.size for ink in inks), default=0.0)
    below = max((ink[3] + MIDDLE * style.size for ink in inks), default=0.0)
    formula = 0.7 * max((formula_size(latex, style)[1] for latex in _FORMULA.findall(text)), default=0)
    return max(style.pitch / 2, above, formula), max(style.pitch / 2, below, formula)


def _widths(sheet: Sheet, width: float, parts: Sequence[Part], look: Look, style: Style) -> list[float]:
    """Column widths: as wide as all text on one line where there is room, else shared out by what texts could use.

    Numbers, dates and the like are broken only where there is no other way.
    """
    needs = [_needs(sheet, part) for part in parts]
    most = _shared_out([whole for _, _, whole in needs], parts, look, style)
    if sum(most) <= width:
        return [size * width / sum(most) for size in most] if look.stretch else most
    least = _shared_out([unbroken for _, unbroken, _ in needs], parts, look, style)
    if sum(least) > width:
        least = _shared_out([word for word, _, _ in needs], parts, look, style)
    if sum(least) > width:
        raise Overflow(f"a table needs {round(sum(least))} pixels of width and has {round(width)}")
    share = (width - sum(least)) / (sum(most) - sum(least))
    return [low + share * (high - low) for low, high in zip(least, most, strict=True)]


def _shared_out(needs: Sequence[float], parts: Sequence[Part], look: Look, style: Style) -> list[float]:
    """Column widths that give each cell's text what it needs; narrow cells first, wide ones add what is missing."""
    padding = 2 * look.padding[0] * style.size
    sizes = [padding + style.size] * max(part.column + part.cell.columns for part in parts)
    for part, need in sorted(zip(parts, needs, strict=True), key=lambda pair: pair[0].cell.columns):
        columns = range(part.column, part.column + part.cell.columns)
        missing = need + padding - sum(sizes[column] for column in columns)
        for column in columns:
            sizes[column] += max(0.0, missing) / len(columns)
    return sizes


def _needs(sheet: Sheet, part: Part) -> tuple[float, float, float]:
    """Widths for a text: of its widest word (or some Chinese characters), of what should stay whole, of all of it."""
    text, style = part.cell.text, part.style
    words = text.split() if "$" not in text else [text]
    widths = [sheet.measure(word, style) + 1 for word in words]
    whole = sum(widths) + max(0, len(words) - 1) * sheet.space(style)
    word = max(widths, default=0.0)
    if sheet.language == "zh" and not text.isascii():
        word = min(whole, max(5.0 * style.size, 0.2 * whole))
    firm = len(text) <= _UNBROKEN and any(map(str.isdigit, text))
    return word, whole if firm else word, whole
