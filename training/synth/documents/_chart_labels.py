"""Values printed beside the marks of a chart, if there is room for all of them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from training.synth.annotation import Line
from training.synth.documents._chart_data import Data
from training.synth.documents._chart_frame import Frame
from training.synth.documents._chart_look import Look
from training.synth.documents._chart_marks import bars
from training.synth.documents._figure import Room, on
from training.synth.sheet import Sheet, Style


@dataclass(frozen=True)
class Label:
    """A value of a series and category, with its baseline's centre or left end."""

    series: int
    category: int
    x: float
    y: float
    text: str
    style: Style
    align: float = 0.5

    def write(self, sheet: Sheet) -> Line:
        """Writes it where it belongs."""
        return sheet.write(self.x, self.y, self.text, self.style, self.align)


def value_labels(sheet: Sheet, frame: Frame, data: Data, look: Look) -> list[Label] | None:
    """All values' labels, category by category; none for a chart without, None where they do not fit."""
    if not data.labelled:
        return []
    found: list[Label] | None
    if data.kind == "line":
        found = _over_points(frame, data, look)
    elif data.stack:
        found = _within_bars(sheet, frame, data, look)
    else:
        found = _beyond_bars(frame, data, look)
    room = Room()
    inside = all(
        room.take(_box(sheet, label)) and label.y < frame.bottom - 0.1 * label.style.size for label in found or ()
    )
    return found if inside else None


def _box(sheet: Sheet, label: Label) -> tuple[float, float, float, float]:
    size = label.style.size
    width = sheet.measure(label.text, label.style)
    x = label.x - label.align * width
    return x - 0.15 * size, label.y - 0.85 * size, x + width + 0.15 * size, label.y + 0.1 * size


def _beyond_bars(frame: Frame, data: Data, look: Look) -> list[Label]:
    size = look.value.size
    found = []
    for series, category, start, end, _, value in bars(data, look):
        x, y = frame.at(category + (start + end) / 2, value)
        text = data.numbers.format(value)
        if frame.flat:
            found.append(Label(series, category, x + 0.4 * size, y + 0.36 * size, text, look.value, 0.0))
        else:
            y += 1.1 * size if value < 0 else -0.35 * size
            found.append(Label(series, category, x, y, text, look.value))
    return found


def _within_bars(sheet: Sheet, frame: Frame, data: Data, look: Look) -> list[Label] | None:
    size = look.value.size
    found = []
    for series, category, start, end, low, high in bars(data, look):
        (x1, y1), (x2, y2) = frame.at(category + start, low), frame.at(category + end, high)
        text = data.numbers.format(high - low)
        if abs(y2 - y1) < 1.3 * size or abs(x2 - x1) < sheet.measure(text, look.value) + 0.4 * size or look.hatched:
            return None
        style = replace(look.value, colour=on(look.colour(series)))
        found.append(Label(series, category, (x1 + x2) / 2, (y1 + y2) / 2 + 0.36 * size, text, style))
    return found


def _over_points(frame: Frame, data: Data, look: Look) -> list[Label]:
    """Above the points of the highest series and below those of the others; below a single line's dips as well."""
    size = look.value.size
    found = []
    last = len(data.categories) - 1
    for category in range(last + 1):
        highest = max(row[category] for row in data.values)
        for series, row in enumerate(data.values):
            x, y = frame.at(category, row[category])
            beside = min(row[max(0, category - 1)], row[min(last, category + 1)])
            dips = len(data.values) == 1 and row[category] < beside
            y += 1.4 * size if dips or row[category] < highest else -0.7 * size
            found.append(Label(series, category, x, y, data.numbers.format(row[category]), look.value))
    return found
