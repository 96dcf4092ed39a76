"""What invoices are put together from: stacked lines, labelled values in a few fashions, tables in their colours."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

from training.synth.annotation import Line
from training.synth.documents._business import Entry, beside, fitted, loose
from training.synth.sheet import WHITE, Colour, Sheet, Style
from training.synth.table.grid import Cell, Grid
from training.synth.table.ink import Look, choose_look, draw


@dataclass
class Page:
    """An invoice being drawn, down to `y`."""

    rng: random.Random
    sheet: Sheet
    body: Style
    accent: Colour
    margin: float
    end: str  # what stands behind labels
    y: float

    @property
    def right(self) -> float:
        return self.sheet.width - self.margin

    @property
    def width(self) -> float:
        return self.sheet.width - 2 * self.margin

    def stack(
        self, x: float, y: float, rows: Sequence[tuple[str, Style]], align: float, width: float
    ) -> tuple[list[Line], float]:
        """Lines below each other, each made to fit the width; and where they end."""
        lines = []
        for text, style in rows:
            style = fitted(self.sheet, text, style, width)
            y += style.pitch
            lines.append(self.sheet.write(x + align * width, y - 0.28 * style.pitch, text, style, align))
        return lines, y


def known(sheet: Sheet, key: str, value: str, lines: Sequence[Line]) -> None:
    if value and key != "holder":
        sheet.field(key, value, lines)


def pairs(page: Page, entries: Sequence[Entry], x: float, y: float, width: float) -> float:
    """Labelled values below each other as one block of one fashion; where they end."""
    rng, sheet, body = page.rng, page.sheet, page.body
    label = body.bold() if rng.random() < 0.4 else body
    fashion = rng.choice(["joined", "columns", "columns", "right", "ends"])
    hang = max(sheet.measure(entry.label + page.end, label) for entry in entries)
    gap = rng.uniform(0.8, 1.6) * body.size
    lines: list[Line] = []
    for entry in entries:
        y += body.pitch
        base, text = y - 0.28 * body.pitch, entry.label + page.end
        if fashion == "joined":
            used = sheet.measure(text, label) + sheet.space(body)
            style = fitted(sheet, entry.value, body, width - used)
            found = [beside(sheet, x, base, [(text, label), (entry.value, style)])]
        else:
            style = fitted(sheet, entry.value, body, width - hang - gap)
            row = sheet.next_row()
            at, align = {"columns": (x, 0.0), "right": (x + hang, 1.0), "ends": (x, 0.0)}[fashion]
            first = sheet.write(at, base, text, label, align, row)
            at, align = (x + width, 1.0) if fashion == "ends" else (x + hang + gap, 0.0)
            found = [first, sheet.write(at, base, entry.value, style, align, row)]
        lines += found
        known(sheet, entry.key, entry.value, found)
    loose(sheet, "field", lines)
    return y


def meta_strip(page: Page, entries: Sequence[Entry]) -> None:
    """Number, date and so on as a table of two rows across the page."""
    look = replace(table_look(page.rng, page), stretch=True)
    grid = Grid((tuple(Cell(e.label, head=True) for e in entries), tuple(Cell(e.value) for e in entries)))
    drawn = draw(page.sheet, page.margin, page.y, page.width, grid, page.body, look)
    page.sheet.block("table", drawn.lines, drawn.html, drawn.region)
    for entry, place in zip(entries, [place for place in drawn.places if place.row == 1], strict=True):
        known(page.sheet, entry.key, place.cell.text, place.lines)
    page.y = drawn.bottom


def table_look(rng: random.Random, page: Page) -> Look:
    """A table's look in the document's colour."""
    look = choose_look(rng)
    low, high = rng.uniform(0.1, 0.35), rng.uniform(0.25, 0.75)
    look = replace(look, padding=(rng.uniform(0.3, 0.7), low if rng.random() < 0.6 else high))
    if look.head_fill is not None and look.head_colour is not None:
        return replace(look, head_fill=page.accent, head_colour=WHITE)
    return look


def details(page: Page, entries: Sequence[Entry], base: float, style: Style) -> None:
    """Labelled values in the middle of one row or two, the first on the baseline `base`."""
    sheet = page.sheet
    texts = [f"{entry.label}{page.end} {entry.value}" for entry in entries]
    gap = 1.8 * style.size
    both = sum(sheet.measure(text, style) + gap for text in texts) - gap
    cut = len(texts) if both <= page.width else (len(texts) + 1) // 2
    lines: list[Line] = []
    for part in filter(None, (texts[:cut], texts[cut:])):
        row = sheet.next_row()
        x = page.margin + (page.width + gap - sum(sheet.measure(text, style) + gap for text in part)) / 2
        for text in part:
            lines.append(sheet.write(x, base, text, style, row=row))
            x += sheet.measure(text, style) + gap
        base += style.pitch
    sheet.block("footer", lines)
    for entry, line in zip(entries, lines, strict=True):
        known(sheet, entry.key, entry.value, [line])
