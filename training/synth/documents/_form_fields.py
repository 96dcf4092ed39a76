"""The parts of a printed form: labels with lines, boxes or combs that somebody has filled in, and choices to tick."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from training.synth.annotation import Line, Word
from training.synth.documents._business import Entry, fitted, loose
from training.synth.documents._flow import Full, joined
from training.synth.sheet import Colour, Sheet, Style

FASHIONS = ("line", "line", "dots", "box", "box", "under")


@dataclass
class Form:
    """A form being drawn: `print` is its type, `hand` what it is filled in with, `y` how far down it reaches."""

    rng: random.Random
    sheet: Sheet
    print: Style
    hand: Style
    fashion: str
    x: float
    width: float
    y: float
    bottom: float
    colour: Colour
    end: str  # what stands behind labels
    above: float  # how far the filler's letters reach above their baseline, and
    below: float  # below it, in pixels
    used: set[str] = field(default_factory=set)  # fields that were asked for

    @property
    def right(self) -> float:
        """The right edge of the fields."""
        return self.x + self.width

    def need(self, height: float) -> None:
        """Raises Full where less than `height` pixels are left."""
        if self.y + height > self.bottom:
            raise Full

    @property
    def row_height(self) -> float:
        """How high a row of fields is, in pixels."""
        label = self.print.pitch if self.fashion in ("box", "under") else 0.0
        return label + max(self.above + self.below, 1.25 * self.hand.size) + 0.35 * self.print.size

    def fields(self, entries: Sequence[Entry], widths: Sequence[float], combed: frozenset[str]) -> None:
        """Fields side by side, their shares of the width in `widths`; an empty value stays empty."""
        self.need(self.row_height)
        row = self.sheet.next_row() if self.fashion not in ("box", "under") else -1
        x, gap = self.x, 0.8 * self.print.size if self.fashion != "box" else 0.0
        for entry, share in zip(entries, widths, strict=True):
            width = share * self.width
            last = x + width > self.right - 1
            lines = self._field(entry, x, width - (0 if last else gap), row, entry.key in combed)
            loose(self.sheet, "field", lines)
            if len(lines) > 1:
                self.sheet.field(entry.key, entry.value, lines)
            x += width
        self.y += self.row_height

    def _field(self, entry: Entry, x: float, width: float, row: int, comb: bool) -> list[Line]:
        small = self.print.sized(0.82) if self.fashion == "box" else self.print
        if self.fashion in ("box", "under"):
            inset = 0.4 * self.print.size if self.fashion == "box" else 0.0
            label = self.sheet.write(
                x + inset,
                self.y + 0.95 * self.print.size,
                entry.label,
                fitted(self.sheet, entry.label, small, width - 2 * inset),
            )
            left, base = x + inset, self.y + self.row_height - self.below - 0.15 * self.print.size
            if self.fashion == "box":
                self.sheet.pen.rectangle((x, self.y, x + width, self.y + self.row_height), outline=self.colour)
        else:
            base = self.y + self.row_height - self.below - 0.15 * self.print.size
            text = entry.label + self.end
            style = fitted(self.sheet, text, small, 0.6 * width)
            label = self.sheet.write(x, base, text, style, row=row)
            left, inset = x + self.sheet.measure(text, style) + 0.4 * self.print.size, 0.0
        room = x + width - inset - left
        if comb and (found := self._comb(entry.value, left, base, room, row)) is not None:
            return [label, *found]
        if self.fashion != "box":
            self._line(left, base + 0.22 * self.hand.size, left + room)
        return [label, *self._filled(entry.value, left + 0.3 * self.hand.size, base, room - 0.4 * self.hand.size, row)]

    def _filled(self, text: str, x: float, base: float, room: float, row: int) -> list[Line]:
        """What somebody wrote in; nothing where it would have to be tiny."""
        if not text or self.sheet.measure(text, self.hand.sized(0.75)) > room:
            return []
        style = fitted(self.sheet, text, self.hand, room)
        spare = room - self.sheet.measure(text, style)
        return [self.sheet.write(x + self.rng.uniform(0, 0.3) * min(spare, 2 * style.size), base, text, style, row=row)]

    def _line(self, x1: float, y: float, x2: float) -> None:
        if self.fashion != "dots":
            self.sheet.rule(x1, y, x2, y, self.colour)
            return
        step = max(3.0, 0.3 * self.print.size)
        for i in range(int((x2 - x1) / step)):
            self.sheet.fill(x1 + i * step, y, x1 + i * step + 1, y + 1, self.colour)

    def _comb(self, text: str, x: float, base: float, room: float, row: int) -> list[Line] | None:
        """A box for each character; None where they would be too narrow."""
        side = 1.25 * self.hand.size
        count = max(len(text), 6) + self.rng.randint(0, 2)
        if count * side > room:
            return None
        top, bottom = base - 1.0 * self.hand.size, base + 0.3 * self.hand.size
        open_top = self.rng.random() < 0.3
        for i in range(count + 1):
            self.sheet.rule(
                x + i * side, (base - 0.3 * self.hand.size) if open_top else top, x + i * side, bottom, self.colour
            )
        self.sheet.rule(x, bottom, x + count * side, bottom, self.colour)
        if not open_top:
            self.sheet.rule(x, top, x + count * side, top, self.colour)
        words: list[Line] = []
        at = 0
        for token in text.split():
            at = text.index(token, at)
            letters = [
                self.sheet.write(x + (at + i + 0.5) * side, base, letter, self.hand, 0.5, row)
                for i, letter in enumerate(token)
            ]
            words.append(_spelled(letters))
            at += len(token)
        return [joined(words)] if words else []

    def choice(self, entry: Entry, options: Sequence[str]) -> None:
        """A label and boxes to tick beside the options; `entry.value` is the one ticked, "" for none."""
        size = self.print.size
        self.need(1.6 * size)
        row, base = self.sheet.next_row(), self.y + 1.15 * size
        lines = [self.sheet.write(self.x, base, entry.label + self.end, self.print, row=row)]
        x = self.x + self.sheet.measure(entry.label + self.end, self.print) + size
        ticked: list[Line] = []
        for option in options:
            if x + 1.5 * size + self.sheet.measure(option, self.print) > self.right:
                break
            self.tick(x, base, option == entry.value)
            line = self.sheet.write(x + 1.3 * size, base, option, self.print, row=row)
            ticked += [line] if option == entry.value else []
            lines.append(line)
            x += 2.3 * size + self.sheet.measure(option, self.print)
        loose(self.sheet, "field", lines)
        if ticked:
            self.sheet.field(entry.key, entry.value, ticked)
        self.y += 1.75 * size

    def tick(self, x: float, base: float, ticked: bool) -> None:
        """A box on the baseline, with a cross or a tick if it is ticked."""
        side = 0.85 * self.print.size
        top = base - 0.8 * self.print.size
        self.sheet.pen.rectangle((x, top, x + side, top + side), outline=self.colour)
        ink, width = self.hand.colour, max(1, round(self.print.size / 9))
        if ticked and self.rng.random() < 0.5:
            self.sheet.rule(x + 1, top - 1, x + side + 1, top + side - 1, ink, width)
            self.sheet.rule(x + side, top, x, top + side, ink, width)
        elif ticked:
            points = [
                (x + 0.15 * side, top + 0.5 * side),
                (x + 0.42 * side, top + 0.9 * side),
                (x + 1.15 * side, top - 0.2 * side),
            ]
            self.sheet.pen.line(points, fill=ink, width=width)

    def area(self, entry: Entry) -> None:
        """A label above lines or a box for several lines of text."""
        style, pitch = self.hand, max(1.35 * self.hand.size, self.above + self.below)
        texts = self.sheet.wrap(entry.value, style, self.width - style.size) if entry.value else []
        count = len(texts) + self.rng.randint(0, 2) or 2
        self.need(1.5 * self.print.size + (count + 0.3) * pitch)
        lines = [
            self.sheet.write(
                self.x + 0.3 * self.print.size, self.y + 1.1 * self.print.size, entry.label + self.end, self.print
            )
        ]
        top = self.y + 1.4 * self.print.size
        if self.fashion == "box":
            self.sheet.pen.rectangle((self.x, self.y, self.right, top + (count + 0.3) * pitch), outline=self.colour)
        for i in range(count):
            base = top + (i + 1) * pitch - self.below
            if self.fashion != "box":
                self._line(self.x, base + 0.25 * style.size, self.right)
            if i < len(texts):
                lines.append(self.sheet.write(self.x + 0.4 * style.size, base, texts[i], style))
        loose(self.sheet, "field", lines)
        if entry.value and " ".join(texts) == entry.value:
            self.sheet.field(entry.key, entry.value, lines)
        self.y = top + (count + 0.3) * pitch + (0 if self.fashion == "box" else 0.4 * self.print.size)


def _spelled(letters: Sequence[Line]) -> Line:
    """One word out of characters that were written one by one."""
    together = joined(letters)
    text = "".join(word.text for word in together.words)
    characters = np.concatenate([word.characters for word in together.words])
    return Line((Word(text, characters),), together.quad, together.row)
