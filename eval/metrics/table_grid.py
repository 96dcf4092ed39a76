"""Tables in Markdown or HTML as cells with neighbours: which cells lie above, below, left and right of a cell.

Follows olmOCR-bench's published rules (allenai/olmocr, `olmocr/bench/table_parsing.py`): cells that span rows or
columns have several neighbours on a side, holes are looked across, Markdown's first row and first column are headings,
HTML's `th` and whatever stands in `thead`. Spans over MAX_SPAN count as MAX_SPAN.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import NamedTuple

from lxml import etree, html

MAX_SPAN = 200
MAX_PLACES = 200_000  # places in the grids of one page; what lies beyond is dropped
MAX_WALK = 1000  # cells that are looked at on the way to the headings of one
DIRECTIONS = {"up": (-1, 0), "down": (1, 0), "left": (0, -1), "right": (0, 1)}


class Cell(NamedTuple):
    """A cell before it is placed; spans count from 1."""

    text: str
    heading: bool
    rows: int = 1
    columns: int = 1


class Grid:
    """Placed cells: `cells[i]` stands at every (row, column) that `places` maps to i; at most `most` places."""

    def __init__(self, rows: list[list[Cell]], most: int = MAX_PLACES) -> None:
        self.cells: list[Cell] = []
        self.places: dict[tuple[int, int], int] = {}
        self.corners: list[tuple[int, int]] = []
        for y, row in enumerate(rows):
            x = 0
            for cell in row:
                while (y, x) in self.places:
                    x += 1
                if len(self.places) + cell.rows * cell.columns > most:
                    break
                for dy in range(cell.rows):
                    for dx in range(cell.columns):
                        self.places.setdefault((y + dy, x + dx), len(self.cells))
                self.cells.append(cell)
                self.corners.append((y, x))
                x += cell.columns
        self.width = 1 + max((x for _, x in self.places), default=-1)
        self._rows: dict[int, list[int]] = {}  # the places again: columns in each row, rows in each column
        self._columns: dict[int, list[int]] = {}
        for y, x in sorted(self.places):
            self._rows.setdefault(y, []).append(x)
            self._columns.setdefault(x, []).append(y)
        self._known: dict[tuple[int, str], frozenset[int]] = {}

    def neighbours(self, cell: int, direction: str) -> frozenset[int]:
        """The nearest cells on one side ("up", "down", "left", "right"), one for each row or column of the cell."""
        if (cell, direction) not in self._known:
            top, left = self.corners[cell]
            if DIRECTIONS[direction][1]:
                starts = [(y, left) for y in range(top, top + self.cells[cell].rows)]
            else:
                starts = [(top, x) for x in range(left, left + self.cells[cell].columns)]
            met = {self._met(cell, start, *DIRECTIONS[direction]) for start in starts}
            self._known[cell, direction] = frozenset(other for other in met if other is not None)
        return self._known[cell, direction]

    def _met(self, cell: int, start: tuple[int, int], dy: int, dx: int) -> int | None:
        """The first other cell from a place on, holes aside."""
        y, x = start
        line, at = (self._rows.get(y, []), x) if dx else (self._columns.get(x, []), y)
        step = dx or dy
        i = bisect_left(line, at) if step > 0 else bisect_right(line, at) - 1
        while 0 <= i < len(line):
            other = self.places[(y, line[i]) if dx else (line[i], x)]
            if other != cell:
                return other
            i += step
        return None

    def headings(self, cell: int, direction: str) -> frozenset[int]:
        """All heading cells met on the way "up" or "left" to the edge; if there are none, the cells at the edge.

        After MAX_WALK cells the way ends.
        """
        seen, waiting, edge = {cell}, [cell], set()
        while waiting and len(seen) <= MAX_WALK:
            onward = self.neighbours(here := waiting.pop(), direction)
            if not onward:
                edge.add(here)
            waiting += onward - seen
            seen |= onward
        return frozenset({other for other in seen - {cell} if self.cells[other].heading} or edge - {cell})


def markdown_tables(text: str, most: int = MAX_PLACES) -> list[Grid]:
    """Runs of two or more lines with `|`, without their separator lines; with `most` places in all."""
    grids, lines = [], []
    for line in [*text.strip().split("\n"), ""]:
        if "|" in line:
            lines.append(line)
            continue
        rows = [_markdown_row(line) for line in lines if line.strip(" -:|") or not line.strip()]
        rows = [row for row in rows if row]
        if len(lines) > 1 and rows:
            cells = [[Cell(t, not y or not x) for x, t in enumerate(row)] for y, row in enumerate(rows)]
            grids.append(Grid(cells, most))
            most -= len(grids[-1].places)
        lines = []
    return grids


def _markdown_row(line: str) -> list[str]:
    cells = [cell.strip() for cell in line.split("|")]
    cells = cells[1:] if not cells[0] else cells
    return cells[:-1] if cells and not cells[-1] else cells


def html_tables(text: str) -> list[Grid]:
    """Every `table` element, broken HTML repaired by lxml; none where there is nothing to parse.

    They have MAX_PLACES places in all.
    """
    if "<table" not in text.lower():
        return []
    try:
        page = html.fromstring("<html><body>" + text.replace("\x00", "") + "</body></html>")
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return []
    for line_break in page.iter("br"):
        line_break.tail = "\n" + (line_break.tail or "")
    texts: dict[html.HtmlElement, str] = {}  # a cell of a table in a table is in both
    grids: list[Grid] = []
    most = MAX_PLACES
    for table in page.iter("table"):
        rows = list(table.iter("tr"))
        cells = [
            [_html_cell(cell, len(rows) - y, texts) for cell in row if cell.tag in ("td", "th")]
            for y, row in enumerate(rows)
        ]
        grid = Grid(cells, most)
        most -= len(grid.places)
        if grid.cells:
            grids.append(grid)
    return grids


def _html_cell(cell: html.HtmlElement, rows_left: int, texts: dict[html.HtmlElement, str]) -> Cell:
    in_head = next(cell.iterancestors("thead", "table")).tag == "thead"
    rows = rows_left if (cell.get("rowspan") or "").strip() == "0" else _span(cell.get("rowspan"))
    if cell not in texts:
        texts[cell] = "".join(cell.itertext()).strip()
    return Cell(texts[cell], cell.tag == "th" or in_head, min(rows, MAX_SPAN), _span(cell.get("colspan")))


def _span(value: str | None) -> int:
    value = (value or "").strip()
    return min(max(1, int(value)), MAX_SPAN) if value.isascii() and value.isdigit() and len(value) < 10 else 1
