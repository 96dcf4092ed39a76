"""Tables in Markdown or HTML as cells with neighbours: which cells lie above, below, left and right of a cell.

Follows olmOCR-bench's published rules (allenai/olmocr, `olmocr/bench/table_parsing.py`): cells that span rows or
columns have several neighbours on a side, holes are looked across, Markdown's first row and first column are headings,
HTML's `th` and whatever stands in `thead`. Spans over MAX_SPAN count as MAX_SPAN.
"""

from __future__ import annotations

from typing import NamedTuple

from lxml import etree, html

MAX_SPAN = 200
MAX_PLACES = 200_000  # places of one table's grid; what lies beyond is dropped
DIRECTIONS = {"up": (-1, 0), "down": (1, 0), "left": (0, -1), "right": (0, 1)}


class Cell(NamedTuple):
    """A cell before it is placed; spans count from 1."""

    text: str
    heading: bool
    rows: int = 1
    columns: int = 1


class Grid:
    """Placed cells: `cells[i]` stands at every (row, column) that `places` maps to i."""

    def __init__(self, rows: list[list[Cell]]) -> None:
        self.cells: list[Cell] = []
        self.places: dict[tuple[int, int], int] = {}
        self.corners: list[tuple[int, int]] = []
        for y, row in enumerate(rows):
            x = 0
            for cell in row:
                while (y, x) in self.places:
                    x += 1
                if len(self.places) + cell.rows * cell.columns > MAX_PLACES:
                    break
                for dy in range(cell.rows):
                    for dx in range(cell.columns):
                        self.places.setdefault((y + dy, x + dx), len(self.cells))
                self.cells.append(cell)
                self.corners.append((y, x))
                x += cell.columns
        self.height = 1 + max((y for y, _ in self.places), default=-1)
        self.width = 1 + max((x for _, x in self.places), default=-1)

    def neighbours(self, cell: int, direction: str) -> set[int]:
        """The nearest cells on one side ("up", "down", "left", "right"), one for each row or column of the cell."""
        dy, dx = DIRECTIONS[direction]
        top, left = self.corners[cell]
        found = set()
        for y in range(top, top + self.cells[cell].rows) if dx else [top]:
            for x in range(left, left + self.cells[cell].columns) if dy else [left]:
                at = (y, x)
                while 0 <= at[0] < self.height and 0 <= at[1] < self.width:
                    if self.places.get(at, cell) != cell:
                        found.add(self.places[at])
                        break
                    at = (at[0] + dy, at[1] + dx)
        return found

    def headings(self, cell: int, direction: str) -> set[int]:
        """All heading cells met on the way "up" or "left" to the edge; if there are none, the cells at the edge."""
        seen, waiting, edge = {cell}, [cell], set()
        while waiting:
            onward = self.neighbours(here := waiting.pop(), direction)
            if not onward:
                edge.add(here)
            waiting += onward - seen
            seen |= onward
        return {other for other in seen - {cell} if self.cells[other].heading} or edge - {cell}


def markdown_tables(text: str) -> list[Grid]:
    """Runs of two or more lines with `|`, without their separator lines."""
    grids, lines = [], []
    for line in [*text.strip().split("\n"), ""]:
        if "|" in line:
            lines.append(line)
            continue
        rows = [_markdown_row(line) for line in lines if line.strip(" -:|") or not line.strip()]
        rows = [row for row in rows if row]
        if len(lines) > 1 and rows:
            grids.append(Grid([[Cell(t, not y or not x) for x, t in enumerate(row)] for y, row in enumerate(rows)]))
        lines = []
    return grids


def _markdown_row(line: str) -> list[str]:
    cells = [cell.strip() for cell in line.split("|")]
    cells = cells[1:] if not cells[0] else cells
    return cells[:-1] if cells and not cells[-1] else cells


def html_tables(text: str) -> list[Grid]:
    """Every `table` element, broken HTML repaired by lxml; none where there is nothing to parse."""
    if "<table" not in text.lower():
        return []
    try:
        page = html.fromstring("<html><body>" + text.replace("\x00", "") + "</body></html>")
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return []
    grids = []
    for table in page.iter("table"):
        rows = list(table.iter("tr"))
        grid = Grid(
            [
                [_html_cell(cell, len(rows) - y) for cell in row if cell.tag in ("td", "th")]
                for y, row in enumerate(rows)
            ]
        )
        if grid.cells:
            grids.append(grid)
    return grids


def _html_cell(cell: html.HtmlElement, rows_left: int) -> Cell:
    for line_break in list(cell.iter("br")):
        line_break.tail = "\n" + (line_break.tail or "")
    in_head = next(cell.iterancestors("thead", "table")).tag == "thead"
    rows = rows_left if (cell.get("rowspan") or "").strip() == "0" else _span(cell.get("rowspan"))
    text = "".join(cell.itertext()).strip()
    return Cell(text, cell.tag == "th" or in_head, min(rows, MAX_SPAN), _span(cell.get("colspan")))


def _span(value: str | None) -> int:
    value = (value or "").strip()
    return min(max(1, int(value)), MAX_SPAN) if value.isascii() and value.isdigit() and len(value) < 10 else 1
