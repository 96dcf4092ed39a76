"""Grids to draw: cells from files or made up, with heads of several levels, groups of rows, merged and empty cells."""

from __future__ import annotations

import random
from dataclasses import replace

from training.synth.engine import World
from training.synth.table.columns import Column, Maker
from training.synth.table.grid import Cell, Grid, tiled

Slots = list[list[Cell | None]]
"""A matrix of cells, None where another cell's span covers the place."""


def invent(
    rng: random.Random, world: World, language: str, columns: int | None = None, rows: int | None = None
) -> Grid:
    """A table with so many columns and body rows (chosen if None; a few rows of headings or totals may be added)."""
    turned = columns is None and rng.random() < 0.1
    rows = rows or (rng.randint(2, 5) if turned else rng.choice([2, 3, 4, 5, 6, 8, 10, 12, 16, rng.randint(2, 24)]))
    columns = columns or rng.choices(range(2, 10), [3, 4, 5, 5, 4, 2, 1, 1])[0]
    maker = Maker(rng, world, language, rows)
    grouped = rows >= 4 and columns >= 3 and rng.random() < 0.2
    table = _content(rng, world, language, maker, columns - grouped)
    body = _body(rng, maker, table)
    head = _head(rng, maker, table)
    if grouped:
        _add_groups(rng, maker, head, body)
    elif rng.random() < 0.1 and rows >= 4:
        _add_subheadings(rng, maker, body)
    totals = any(column.total for column in table) and rng.random() < 0.4
    if totals:
        body.append(_total_row(maker, table, grouped))
    elif rng.random() < 0.15:
        _merge(rng, body, 1 + grouped)
    if head and rng.random() < 0.05:
        head.insert(0, _across(maker.group(), columns, head=True))
    grid = tiled(head + body)
    return _turned(grid, columns) if turned else grid


def _content(rng: random.Random, world: World, language: str, maker: Maker, columns: int) -> list[Column]:
    """Columns of a table from files (or of the plain generator), or made up where that has too few."""
    if rng.random() < 0.45:
        for _ in range(4):
            found = world.corpus.table(rng, language)
            if len(found.header) >= columns and len(found.rows) >= maker.rows:
                body = found.rows[: maker.rows]
                return [Column(head, tuple(row[i] for row in body)) for i, head in enumerate(found.header[:columns])]
    return [maker.labels(), *(maker.values() for _ in range(columns - 1))]


def _body(rng: random.Random, maker: Maker, table: list[Column]) -> Slots:
    """Body rows; some places of some tables are empty, but none of what is added up."""
    share = rng.choice([0.0, 0.0, 0.0, rng.uniform(0.02, 0.25)])
    mark = maker.empty()
    return [
        [
            Cell(mark if x and not column.total and rng.random() < share else column.cells[y])
            for x, column in enumerate(table)
        ]
        for y in range(maker.rows)
    ]


def _head(rng: random.Random, maker: Maker, table: list[Column]) -> Slots:
    """No heading at all (seldom), one row, or two where heads stand in groups."""
    if rng.random() < 0.05:
        return []
    texts = [column.head for column in table]
    if rng.random() < 0.12:
        texts[0] = ""
    lower: list[Cell | None] = [Cell(text, head=True) for text in texts]
    if len(table) < 3 or rng.random() > 0.28:
        return [lower]
    upper: list[Cell | None] = [None] * len(table)
    x, alike = 0, rng.random() < 0.4
    size = rng.choice([2, 2, 3])
    while x < len(table):
        size = size if alike else rng.choice([2, 2, 3, 4])
        if x == 0 or x + size > len(table) or (not alike and rng.random() < 0.3):
            upper[x], lower[x] = replace(_sure(lower[x]), rows=2), None
            x += 1
            continue
        upper[x] = Cell(maker.group(), columns=size, head=True)
        if alike and x > size:  # the same heads again, as "men, women" under each year
            lower[x : x + size] = lower[x - size : x]
        x += size
    return [upper, lower] if any(lower) else [[replace(_sure(cell), rows=1) for cell in upper]]


def _add_groups(rng: random.Random, maker: Maker, head: Slots, body: Slots) -> None:
    """A column at the left whose cells each stand beside several rows."""
    if head:
        label = rng.choice(["", maker.group()])
        for y, row in enumerate(head):
            row.insert(0, None if y else Cell(label, rows=len(head), head=True))
    for start, stop in _stretches(rng, len(body)):
        for y in range(start, stop):
            body[y].insert(0, None if y > start else Cell(maker.group(), rows=stop - start))


def _add_subheadings(rng: random.Random, maker: Maker, body: Slots) -> None:
    """Rows of one cell above groups of rows."""
    width = len(body[0])
    for start, _ in reversed(_stretches(rng, len(body))):
        body.insert(start, _across(maker.group(), width, head=rng.random() < 0.5))


def _stretches(rng: random.Random, count: int) -> list[tuple[int, int]]:
    """`count` rows cut into stretches of one to five."""
    found, start = [], 0
    while start < count:
        stop = min(count, start + rng.choice([1, 2, 2, 3, 3, 4, 5]))
        found.append((start, stop))
        start = stop
    return found


def _merge(rng: random.Random, body: Slots, first: int) -> None:
    """Merges a few neighbouring cells from column `first` on into one, which keeps the first one's text."""
    for _ in range(rng.randint(1, 3)):
        height, width = rng.choice([(2, 1), (1, 2), (3, 1), (2, 2), (1, 3)])
        y, x = rng.randrange(len(body)), rng.randrange(first, max(first + 1, len(body[0])))
        area = [(y + dy, x + dx) for dy in range(height) for dx in range(width)]
        if y + height > len(body) or x + width > len(body[0]):
            continue
        cells = [body[v][u] for v, u in area]
        if all(cell is not None and cell.rows == cell.columns == 1 for cell in cells) and height < len(body):
            for v, u in area:
                body[v][u] = None
            body[y][x] = replace(_sure(cells[0]), rows=height, columns=width)


def _total_row(maker: Maker, table: list[Column], grouped: bool) -> list[Cell | None]:
    """The label over all columns before the first that adds up, then totals."""
    first = next((x for x, column in enumerate(table) if x and column.total), 1)
    label = Cell(maker.total(), columns=first + grouped)
    covered: list[Cell | None] = [None] * (first + grouped - 1)
    return [label, *covered, *(Cell(column.total) for column in table[first:])]


def _across(text: str, width: int, head: bool) -> list[Cell | None]:
    return [Cell(text, columns=width, head=head), *[None] * (width - 1)]


def _turned(grid: Grid, columns: int) -> Grid:
    """Rows as columns: the heading stands at the left."""
    slots: Slots = [[None] * len(grid.rows) for _ in range(columns)]
    for y, x, cell in grid.places():
        slots[x][y] = replace(cell, rows=cell.columns, columns=cell.rows)
    return tiled(slots)


def _sure(cell: Cell | None) -> Cell:
    assert cell is not None
    return cell
