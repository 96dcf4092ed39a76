"""The rectangle between a chart's axes, and how labels fit below it."""

from __future__ import annotations

import math
from dataclasses import dataclass

from training.synth.annotation import Bounds, Line
from training.synth.documents._chart_data import Axis, Data
from training.synth.sheet import Overflow, Sheet, Style


@dataclass(frozen=True)
class Frame:
    """A rectangle in pixels of the sheet. `places` are the categories' shares (0..1) of their axis; `flat` is with the
    value axis to the right and the categories downwards."""

    left: float
    top: float
    right: float
    bottom: float
    axis: Axis
    places: tuple[float, ...]
    flat: bool = False

    def x(self, share: float) -> float:
        """A share of the width in pixels, from the left."""
        return self.left + share * (self.right - self.left)

    def y(self, share: float) -> float:
        """A share of the height in pixels, upwards."""
        return self.bottom - share * (self.bottom - self.top)

    def at(self, index: float, value: float) -> tuple[float, float]:
        """A category's value as (x, y). Between whole numbers, `index` is so far between two categories (bars)."""
        level = level_of(self.axis, value)
        whole = min(max(round(index), 0), len(self.places) - 1)
        place = self.places[whole] + (index - whole) / len(self.places)
        return (self.x(level), self.y(1 - place)) if self.flat else (self.x(place), self.y(level))

    @property
    def bounds(self) -> Bounds:
        """Left, top, right, bottom."""
        return self.left, self.top, self.right, self.bottom

    @property
    def band(self) -> float:
        """The room of one category in pixels."""
        return ((self.bottom - self.top) if self.flat else (self.right - self.left)) / len(self.places)


def level_of(axis: Axis, value: float) -> float:
    """How far up an axis a value is, 0..1."""
    return (value - axis.low) / (axis.high - axis.low)


def places(data: Data) -> tuple[float, ...]:
    """Where the categories are along their axis, 0..1."""
    if data.places:
        return tuple(level_of(data.place_axis, place) for place in data.places)
    count = len(data.categories)
    if data.kind == "area":
        return tuple(i / (count - 1) for i in range(count))
    return tuple((i + 0.5) / count for i in range(count))


@dataclass(frozen=True)
class Hanging:
    """Labels below an axis: each in one or more lines, or all turned by `angle`."""

    texts: tuple[tuple[str, ...], ...]
    angle: float
    height: float

    def write(self, sheet: Sheet, xs: list[float], top: float, style: Style) -> list[list[Line]]:
        """Writes each label under its x; its lines."""
        single = not self.angle and all(len(lines) == 1 for lines in self.texts)
        row = sheet.next_row() if single else -1
        written: list[list[Line]] = []
        for x, lines in zip(xs, self.texts, strict=True):
            label: list[Line] = []
            written.append(label)
            for i, text in enumerate(lines):
                y = top + 0.85 * style.size + i * style.pitch
                if not self.angle:
                    label.append(sheet.write(x, y, text, style, 0.5, row))
                elif self.angle == -90:
                    label.append(sheet.write(x + 0.35 * style.size, top, text, style, 1.0, angle=-90.0))
                else:
                    slant = math.radians(-self.angle)
                    x1, y1 = x + 0.4 * style.size * math.sin(slant), top + 0.75 * style.size * math.cos(slant)
                    label.append(sheet.write(x1, y1, text, style, 1.0, angle=self.angle))
        return written


def hang(sheet: Sheet, texts: list[str], style: Style, room: float, angle: float) -> Hanging:
    """Labels that have `room` pixels each: upright in one line, wrapped, or turned by `angle` if need be."""
    widths = [sheet.measure(text, style) for text in texts]
    if max(widths) <= room - 0.5 * style.size:
        return Hanging(tuple((text,) for text in texts), 0.0, style.size)
    try:
        wrapped = [tuple(sheet.wrap(text, style, room - 0.4 * style.size)) for text in texts]
        most = max(map(len, wrapped))
        if most <= 3:
            return Hanging(tuple(wrapped), 0.0, style.size + (most - 1) * style.pitch)
    except Overflow:
        pass
    if max(widths) > 11 * style.size or room < 1.35 * style.size / math.sin(math.radians(-angle)):
        raise Overflow("labels do not fit under an axis")
    slant = math.radians(-angle)
    return Hanging(
        tuple((text,) for text in texts), angle, max(widths) * math.sin(slant) + style.size * math.cos(slant)
    )
