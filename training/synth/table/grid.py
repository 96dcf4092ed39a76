"""A table's logic: cells, what they span, and the HTML that parsing writes for them."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Cell:
    """A cell's text, which may hold inline `$LaTeX$`, and how many rows and columns it spans; `head` in a heading."""

    text: str
    rows: int = 1
    columns: int = 1
    head: bool = False


@dataclass(frozen=True)
class Grid:
    """Rows as in HTML: a cell is listed in the row in which it starts."""

    rows: tuple[tuple[Cell, ...], ...]

    def html(self) -> str:
        """One line of HTML, with `td` alone and spans where they are not 1, as HunyuanOCR 1.5 writes tables."""
        rows = ("".join(map(_html, row)) for row in self.rows)
        return "<table>" + "".join(f"<tr>{row}</tr>" for row in rows) + "</table>"

    def places(self) -> list[tuple[int, int, Cell]]:
        """Row and column of each cell, in the order listed.

        Raises ValueError for rows that do not tile a rectangle.
        """
        found: list[tuple[int, int, Cell]] = []
        taken: set[tuple[int, int]] = set()
        for y, row in enumerate(self.rows):
            x = 0
            for cell in row:
                while (y, x) in taken:
                    x += 1
                covered = {(y + dy, x + dx) for dy in range(cell.rows) for dx in range(cell.columns)}
                if not covered or covered & taken:
                    raise ValueError(f"The cell {cell.text!r} in row {y + 1} spans nothing or overlaps another one.")
                taken |= covered
                found.append((y, x, cell))
        width = 1 + max((x for _, x in taken), default=-1)
        if any(y >= len(self.rows) for y, _ in taken) or len(taken) != width * len(self.rows):
            raise ValueError(f"{len(self.rows)} rows of cells do not fill a rectangle {width} columns wide.")
        return found

    @property
    def head_rows(self) -> int:
        """How many rows at the top are heading alone."""
        places, count = self.places(), 0
        while count < len(self.rows) and all(c.head for y, _, c in places if y <= count < y + c.rows):
            count += 1
        return count


def tiled(slots: Sequence[Sequence[Cell | None]]) -> Grid:
    """The grid of a matrix that holds None wherever another cell's span covers a place.

    Raises ValueError if the spans and the places left free do not agree.
    """
    grid = Grid(tuple(tuple(cell for cell in row if cell is not None) for row in slots))
    for y, x, cell in grid.places():
        if slots[y][x] is not cell:
            raise ValueError(f"The cell {cell.text!r} does not stand where its row says.")
    return grid


def _html(cell: Cell) -> str:
    spans = "".join(
        f' {name}="{count}"' for name, count in (("rowspan", cell.rows), ("colspan", cell.columns)) if count != 1
    )
    return f"<td{spans}>{html.escape(cell.text, quote=False)}</td>"
