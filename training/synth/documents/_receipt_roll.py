"""The strip of paper that a receipt is printed on, from top to bottom, and the look that all its parts share."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import cv2
import numpy as np
from PIL import Image, ImageChops

from training.synth.annotation import Line, Points
from training.synth.documents._receipt_regions import Region
from training.synth.documents._receipt_words import WORDS
from training.synth.sheet import BLACK, EDGE, Overflow, Sheet, Style, transformed
from training.synth.words.invent import Money

Stretch = tuple[float, float]
PLAIN: Stretch = (1.0, 1.0)


@dataclass(frozen=True)
class Look:
    """How a receipt is printed: its country, styles, edges in pixels, and habits of writing."""

    country: str
    rules: Region
    tax: str
    body: Style
    heading: Style
    left: float
    right: float
    upper: bool
    header_align: float
    separator: str  # a character to draw lines with, or "rule", "dashes", "none"
    colon: str  # what follows a label
    money: Money
    plain: Money
    emphasis: Stretch  # of the total
    emphasis_bold: bool

    @property
    def width(self) -> float:
        """Between the edges, in pixels."""
        return self.right - self.left


class Cell(NamedTuple):
    """A text in a row; `align` of its width stands left of `x`."""

    text: str
    x: float
    align: float = 0.0


class Roll:
    """Writes rows one below another on a sheet and gathers them to blocks."""

    def __init__(self, rng: random.Random, sheet: Sheet, look: Look, y: float) -> None:
        self.rng, self.sheet, self.look, self.y = rng, sheet, look, y
        self._lines: list[Line] = []
        self._rows: list[str] = []

    # Words

    def clean(self, text: str) -> str:
        """The text as it will be printed."""
        return self.look.body.face.clean(text.upper() if self.look.upper else text)

    def label(self, key: str, rate: int = 0, with_rate: bool = True) -> str:
        """One wording of a label; without a rate where `with_rate` is false."""
        wordings = WORDS[self.look.rules.language][key]
        if not with_rate:
            wordings = tuple(wording for wording in wordings if "{rate}" not in wording) or ("{tax}",)
        symbol = self.look.money.symbol.strip() or self.look.rules.symbols.split("|")[0]
        wording = self.rng.choice(wordings)
        return self.clean(wording.format(tax=self.look.tax, rate=percent(rate), symbol=symbol))

    # Rows

    def gap(self, part: float) -> None:
        """Leaves out a part of a row."""
        self.y += part * self.look.body.pitch

    def width(self, text: str, style: Style | None = None) -> float:
        """In pixels."""
        return self.sheet.measure(text, style or self.look.body)

    def row(self, cells: Sequence[Cell], style: Style | None = None, stretch: Stretch = PLAIN) -> list[Line]:
        """Texts beside each other, from left to right; the line of each. Close neighbours are one line.

        Raises Overflow where two texts touch.
        """
        style = style or self.look.body
        self.y += style.pitch * stretch[1]
        number = self.sheet.next_row() if len(cells) > 1 else -1
        lines = [self._write(cell, style, stretch, number) for cell in cells]
        joined: list[Line] = []
        found: list[int] = []
        for line in lines:
            if joined and line.box[0] - joined[-1].box[2] < 0.9 * style.size * stretch[0]:
                if line.box[0] - joined[-1].box[2] < 0.2 * style.size:
                    raise Overflow("two texts of a row touch")
                joined[-1] = _joined(joined[-1], line)
            else:
                joined.append(line)
            found.append(len(joined) - 1)
        self.y += 0.28 * max(0.0, style.size * stretch[1] - self.look.body.size)  # large letters reach further down
        self._lines += joined
        self._rows.append(" ".join(line.text for line in joined))
        return [joined[i] for i in found]

    def line(self, text: str, align: float = 0.0, style: Style | None = None, stretch: Stretch = PLAIN) -> list[Line]:
        """A text in as many rows as it needs, at the left, middle or right."""
        style, look = style or self.look.body, self.look
        x = look.left + align * look.width
        rows = self.sheet.wrap(text, style, look.width / stretch[0])
        return [line for row in rows for line in self.row([Cell(row, x, align)], style, stretch)]

    def pair(
        self,
        label: str,
        value: str,
        x: float,
        at: float,
        align: float = 0.0,
        style: Style | None = None,
        stretch: Stretch = PLAIN,
    ) -> list[Line]:
        """A label at `x` and a value that ends at `at`, below the label where both do not fit; the value's line."""
        style = style or self.look.body
        widths = [self.sheet.measure(text, style) * stretch[0] for text in (label, value)]
        start = x - align * widths[0]
        if start < self.look.left or start + widths[0] + 0.5 * style.size * stretch[0] > at - widths[1]:
            self.line(label, 0.0, style, stretch)
            return self.row([Cell(value, at, 1.0)], style, stretch)
        return self.row([Cell(label, x, align), Cell(value, at, 1.0)], style, stretch)[1:]

    def _write(self, cell: Cell, style: Style, stretch: Stretch, row: int) -> Line:
        if stretch == PLAIN:
            return self.sheet.write(cell.x, self.y, cell.text, style, cell.align, row)
        width = self.sheet.measure(cell.text, style)
        x = cell.x - cell.align * width * stretch[0]
        return write_stretched(self.sheet, (x, self.y), cell.text, style, stretch, row)

    # Blocks

    def close(
        self,
        kind: str = "text",
        markup: str | None = None,
        region: tuple[float, float, float, float] | None = None,
    ) -> None:
        """Makes a block of the rows written since the last one; its markup is the rows, unless given."""
        if self._lines:
            self.sheet.block(kind, self._lines, "\n".join(self._rows) if markup is None else markup, region)
        self._lines, self._rows = [], []

    def separate(self, character: str = "") -> None:
        """A separator: characters across the receipt, as a block of their own, or a drawn rule."""
        self.close()
        look, kind = self.look, character or self.look.separator
        if kind in ("rule", "dashes"):
            self.rule(kind == "dashes")
        elif kind != "none":
            count = int(look.width / max(1.0, self.width(kind * 20) / 20))
            self.row([Cell(kind * count, look.left + look.width / 2, 0.5)])
            self.close(markup="")
        else:
            self.gap(0.3)

    def rule(self, dashed: bool) -> None:
        """A drawn separator, which ends no block."""
        self.gap(0.45)
        _rule(self.sheet, self.look, self.y, dashed)
        self.gap(0.1)


def percent(rate: int) -> str:
    """A rate in hundredths of a percent, as short as it can be."""
    return f"{rate / 100:.2f}".rstrip("0").rstrip(".")


def _rule(sheet: Sheet, look: Look, y: float, dashed: bool) -> None:
    width = max(1, look.body.size // 14)
    if not dashed:
        sheet.rule(look.left, y, look.right, y, look.body.colour, width)
        return
    step = look.body.size * 0.5
    for i in range(int(look.width / step)):
        sheet.rule(look.left + i * step, y, look.left + (i + 0.55) * step, y, look.body.colour, width)


def _joined(first: Line, second: Line) -> Line:
    """Two lines beside each other as one."""
    corners = np.concatenate([first.quad, second.quad])
    (x1, y1), (x2, y2) = corners.min(0), corners.max(0)
    quad = np.array([[x1, y1], [x2, y1], [x2, y2], [x1, y2]], np.float32)
    return Line((*first.words, *second.words), quad, first.row)


def write_stretched(sheet: Sheet, at: tuple[float, float], text: str, style: Style, stretch: Stretch, row: int) -> Line:
    """A line from (x, baseline) in letters of double width or height, as receipt printers set them. Raises Overflow."""
    margin, base = style.size // 2, round(1.25 * style.size)
    size = (int(sheet.measure(text, style)) + 2 * margin, round(1.75 * style.size))
    strip = Sheet(*size)
    line = strip.write(margin, base, text, style, row=row)
    ink = strip.ink.resize((round(size[0] * stretch[0]), round(size[1] * stretch[1])), Image.Resampling.BILINEAR)
    scale = np.array([ink.width / size[0], ink.height / size[1]], np.float32)
    corner = np.array([round(at[0] - margin * scale[0]), round(at[1] - base * scale[1])], np.float32)
    line = transformed(line, lambda points: (points * scale + corner).astype(np.float32))
    x1, y1, x2, y2 = line.box
    if min(x1, y1) < EDGE or x2 > sheet.width - EDGE or y2 > sheet.height - EDGE:
        raise Overflow("stretched text stands beyond the edge of the sheet")
    left, top = int(corner[0]), int(corner[1])
    place = (left, top, left + ink.width, top + ink.height)
    sheet.ink.paste(ImageChops.lighter(sheet.ink.crop(place), ink), place)
    if style.colour != BLACK:
        sheet.colour.paste(style.colour, (int(x1) - 1, int(y1) - 1, int(x2) + 2, int(y2) + 2))
    return line


def placed(sheet: Sheet, height: int, size: tuple[int, int], scale: Stretch, at: tuple[int, int]) -> Sheet:
    """The upper `height` pixels of a sheet, scaled down, with their top left corner at `at` of a new sheet."""
    whole = Sheet(*size, language=sheet.language, profiles=sheet.profiles)
    part = (round(sheet.width * scale[0]), round(height * scale[1]))
    for old, new in ((sheet.graphics, whole.graphics), (sheet.ink, whole.ink), (sheet.colour, whole.colour)):
        layer = old.crop((0, 0, sheet.width, height))
        if part != layer.size and layer.getbbox():
            layer = Image.fromarray(cv2.resize(np.asarray(layer), part, interpolation=cv2.INTER_AREA))
        new.paste(layer, at)
    factor = np.array([part[0] / sheet.width, part[1] / height], np.float32)
    _carry(sheet, whole, lambda points: (points * factor + np.array(at, np.float32)).astype(np.float32))
    return whole


def _carry(old: Sheet, new: Sheet, move: Callable[[Points], Points]) -> None:
    """Takes the annotation of one sheet over to another."""
    lines = {line: transformed(line, move) for block in old.blocks for line in block.lines}
    for block in old.blocks:
        region = move(block.region) if len(block.region) else block.region
        new.blocks.append(replace(block, lines=tuple(lines[line] for line in block.lines), region=region))
    new.fields = old.fields
    new.evidence = {name: tuple(lines[line] for line in held) for name, held in old.evidence.items()}
    new.questions = [(question, tuple(lines[line] for line in held)) for question, held in old.questions]
