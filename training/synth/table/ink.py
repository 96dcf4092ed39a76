"""Tables drawn on a sheet: rules and fills of many kinds, text wrapped within cells, and the HTML of what was drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from training.synth.annotation import Bounds, Line
from training.synth.sheet import Overflow, Sheet, Style
from training.synth.table.grid import Cell, Grid
from training.synth.table.layout import MIDDLE, Layout, Part, lay_out
from training.synth.table.look import RULES, Look, choose_look
from training.synth.table.shapes import invent

__all__ = [
    "RULES",
    "Cell",
    "Drawn",
    "Grid",
    "Layout",
    "Look",
    "Place",
    "choose_look",
    "draw",
    "invent",
    "lay_out",
    "put",
]


@dataclass(frozen=True)
class Place:
    """A cell with the text that can be drawn of it, its rectangle on the sheet and its lines."""

    row: int
    column: int
    cell: Cell
    box: Bounds
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Drawn:
    """A table that stands on a sheet: its lines row by row and cell by cell, and its HTML with the text drawn.

    `region` is the table's outline, `bottom` its lower edge.
    """

    lines: list[Line]
    html: str
    bottom: float
    region: Bounds
    places: list[Place]
    head_rows: int


def draw(sheet: Sheet, x: float, y: float, width: float, grid: Grid, style: Style, look: Look) -> Drawn:
    """Draws a table at most `width` pixels wide, its top at `y`.

    Raises Overflow where a column is too narrow for its words, or the sheet too small, and ValueError for a grid that
    does not tile a rectangle.
    """
    layout = lay_out(sheet, width, grid, style, look)
    return put(sheet, x + look.place * (width - layout.width), y, layout, look)


def put(sheet: Sheet, x: float, y: float, layout: Layout, look: Look) -> Drawn:
    """Draws a table that `lay_out` has measured with the same look, its top left corner at (x, y), rounded.

    Raises Overflow where it stands beyond the sheet's edges.
    """
    left, top = round(x), round(y)
    region = (float(left), float(top), float(left + layout.width), float(top + layout.height))
    if region[0] < 0 or region[1] < 0 or region[2] >= sheet.width or region[3] >= sheet.height:
        raise Overflow("a table stands beyond the edge of the sheet")
    boxes = [_box(layout, part, left, top) for part in layout.parts]
    _fill(sheet, layout, boxes, look)
    _rule(sheet, layout, boxes, region, look)
    places = []
    rows = _shared_rows(sheet, layout, look)
    for part, box in zip(layout.parts, boxes, strict=True):
        shared = part.cell.rows == 1 or not look.middle
        lines = _write(sheet, part, box, look, layout.numeric, rows[part.row] if shared else -1)
        places.append(Place(part.row, part.column, part.cell, box, tuple(lines)))
    lines = [line for place in places for line in place.lines]
    return Drawn(lines, layout.html, region[3], region, places, layout.head_rows)


def _box(layout: Layout, part: Part, left: int, top: int) -> Bounds:
    return (
        float(left + layout.columns[part.column]),
        float(top + layout.rows[part.row]),
        float(left + layout.columns[part.column + part.cell.columns]),
        float(top + layout.rows[part.row + part.cell.rows]),
    )


def _fill(sheet: Sheet, layout: Layout, boxes: Sequence[Bounds], look: Look) -> None:
    for part, box in zip(layout.parts, boxes, strict=True):
        striped = look.zebra if (part.row - layout.head_rows) % 2 else None
        colour = look.head_fill if part.cell.head else striped
        if colour is not None:
            sheet.fill(*box, colour)


def _rule(sheet: Sheet, layout: Layout, boxes: Sequence[Bounds], region: Bounds, look: Look) -> None:
    """Rules between cells, none within a cell that spans several rows or columns.

    A body with merged cells is ruled throughout, whatever the look, since nothing else would show what they span.
    """
    rules = "all" if any(_merged(part, layout) for part in layout.parts) else look.rules
    x1, y1, x2, y2 = region
    bold = look.rule_width + max(1, layout.size // 16)
    head = y1 + layout.rows[layout.head_rows]

    def rule(ax: float, ay: float, bx: float, by: float, width: int = look.rule_width) -> None:
        sheet.rule(ax, ay, bx, by, look.rule_colour, width)

    for part, (left, top, right, bottom) in zip(layout.parts, boxes, strict=True):
        if rules in ("all", "horizontal"):
            rule(left, bottom, right, bottom)
        if rules in ("all", "vertical") and right < x2 - 1:
            rule(right, top, right, bottom)
        if rules == "booktabs" and part.cell.columns > 1 and bottom < head:
            rule(left + layout.size / 3, bottom, right - layout.size / 3, bottom)
    if rules in ("all", "frame"):
        for line in ((x1, y1, x2, y1), (x1, y2, x2, y2), (x1, y1, x1, y2), (x2, y1, x2, y2)):
            rule(*line)
    if rules in ("horizontal", "booktabs"):
        for y in (y1, y2):
            rule(x1, y, x2, y, bold if rules == "booktabs" else look.rule_width)
    if rules in ("booktabs", "frame", "head", "vertical") and head > y1:
        rule(x1, head, x2, head, bold if rules == "head" else look.rule_width)


def _merged(part: Part, layout: Layout) -> bool:
    """Whether a body cell spans rows or columns that are no group's or total's, whose label stands at the left."""
    return part.row >= layout.head_rows and part.column > 0 and part.cell.rows * part.cell.columns > 1


def _shared_rows(sheet: Sheet, layout: Layout, look: Look) -> list[int]:
    """A row number for each row whose own cells have one line each: those lines are read as one. Otherwise -1."""
    broken = {part.row for part in layout.parts if len(part.texts) > 1 and (part.cell.rows == 1 or not look.middle)}
    return [-1 if row in broken else sheet.next_row() for row in range(len(layout.rows) - 1)]


def _write(sheet: Sheet, part: Part, box: Bounds, look: Look, numeric: frozenset[int], row: int) -> list[Line]:
    """A cell's lines, in the middle of its height or at its top."""
    across, along = (pad * part.style.size for pad in look.padding)
    slack = box[3] - box[1] - 2 * along - part.height
    y = box[1] + along + (slack / 2 if look.middle else 0.0)
    align = _alignment(part, look, numeric)
    x = box[0] + across + align * (box[2] - box[0] - 2 * across)
    lines = []
    for text, (above, below) in zip(part.texts, part.heights, strict=True):
        lines.append(sheet.write(x, y + above + MIDDLE * part.style.size, text, part.style, align, row))
        y += above + below
    return lines


def _alignment(part: Part, look: Look, numeric: frozenset[int]) -> float:
    """The share of a line that stands left of where it is set: 0, 0.5 or 1."""
    align = look.align
    if part.cell.head and look.head_align != "column":
        align = look.head_align
    if part.cell.columns > 1 and part.cell.head:
        align = "centre"
    right = align == "numbers" and part.column in numeric and part.cell.columns == 1
    return {"left": 0.0, "centre": 0.5, "numbers": float(right)}[align]
