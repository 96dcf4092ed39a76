"""Charts with two axes: where everything stands, then its marks, rules and texts."""

from __future__ import annotations

from dataclasses import dataclass

from training.synth.annotation import Bounds, Line
from training.synth.documents._chart_canvas import Canvas
from training.synth.documents._chart_data import Data
from training.synth.documents._chart_frame import Frame, Hanging, hang, level_of, places
from training.synth.documents._chart_labels import value_labels
from training.synth.documents._chart_look import Legend, Look, draw_legend, lay_out_legend
from training.synth.documents._chart_marks import draw_marks, draw_rules
from training.synth.sheet import Overflow, Sheet


@dataclass(frozen=True)
class Drawn:
    """What was drawn: the content as it can be read, its texts in reading order, and what of its names is visible."""

    data: Data
    lines: tuple[Line, ...]
    labels: dict[tuple[int, int], Line]  # the values' lines by series and category
    categories: tuple[tuple[Line, ...], ...]  # the lines of each category's name; empty in a scatter plot
    value_line: Line | None = None
    has_category_name: bool = False
    has_legend: bool = False
    frame: Frame | None = None


@dataclass(frozen=True)
class _Side:
    """Labels along one axis, each with its share of the axis (upwards or to the right), and the axis' name."""

    texts: list[str]
    shares: list[float]
    name: str


@dataclass(frozen=True)
class _Plan:
    frame: Frame
    left: _Side
    below: _Side
    hanging: Hanging | None
    names: float  # the x of the left name's baseline, or 0
    corner: float  # the baseline of a name above the left axis, or 0
    legend: Legend | None
    legend_at: tuple[float, float]


def value_name(data: Data) -> str:
    """The quantity with its unit."""
    if not data.unit:
        return data.value_name
    return f"{data.value_name}（{data.unit}）" if data.value_name[0] > "\u2e80" else f"{data.value_name} ({data.unit})"


def draw_axes(sheet: Sheet, canvas: Canvas, data: Data, look: Look, area: Bounds) -> Drawn:
    """Draws the chart within an area. Where there is no room for values beside the marks they stand on ticks instead.

    Raises Overflow if it does not fit.
    """
    plan = _lay_out(sheet, data, look, area)
    labels = value_labels(sheet, plan.frame, data, look)
    if labels is None:
        data = data.readable()
        plan, labels = _lay_out(sheet, data, look, area), []
    draw_rules(canvas, plan.frame, data, look)
    draw_marks(canvas, plan.frame, data, look)
    legend = []
    if plan.legend:
        legend = draw_legend(sheet, canvas, plan.legend, data.series, look, plan.legend_at, data.kind)
    left_name = _write_left_name(sheet, plan, look, area)
    left = _write_left(sheet, plan, look)
    shown = {(label.series, label.category): label.write(sheet) for label in labels}
    below = _write_below(sheet, plan, look)
    below_name = _write_below_name(sheet, plan, look)
    texts = [*left_name, *left, *shown.values(), *(line for label in below for line in label), *below_name]
    value, category = (below_name, left_name) if plan.frame.flat else (left_name, below_name)
    named = [[line] for line in left] if plan.frame.flat else [] if data.places else below
    return Drawn(
        data,
        tuple([*legend, *texts] if look.legend == "top" else [*texts, *legend]),
        shown,
        tuple(map(tuple, named)),
        value[0] if value else None,
        bool(category),
        plan.legend is not None,
        plan.frame,
    )


def _sides(data: Data, look: Look) -> tuple[_Side, _Side]:
    """What stands at the left and what below."""
    numbers = [data.numbers.format(value) for value in data.axis.ticks]
    levels = [level_of(data.axis, value) for value in data.axis.ticks]
    if data.labelled and look.hide_values:
        numbers, levels = [], []
    values = _Side(numbers, levels, "" if look.value_name == "none" else value_name(data))
    name = data.category_name if look.category_name or data.places else ""
    if data.places:
        marks = data.place_axis.ticks
        return values, _Side([str(mark) for mark in marks], [level_of(data.place_axis, mark) for mark in marks], name)
    if data.kind == "barh":
        return _Side(list(data.categories), [1 - place for place in places(data)], name), values
    return values, _Side(list(data.categories), list(places(data)), name)


def _lay_out(sheet: Sheet, data: Data, look: Look, area: Bounds) -> _Plan:
    size, flat = look.body.size, data.kind == "barh"
    left, below = _sides(data, look)
    wanted = len(data.series) > 1 or look.value_name == "none"
    legend, legend_at, (x1, y1, x2, y2) = _place_legend(sheet, data, look, area) if wanted else (None, (0.0, 0.0), area)
    corner = names = 0.0
    if left.name and look.value_name == "corner" and not flat:
        corner = y1 + look.name.size
        y1 += 1.5 * look.name.size
    elif left.name:
        names = x1 + look.name.size
        x1 += 1.6 * look.name.size
    widest = max((sheet.measure(text, look.body) for text in left.texts), default=0.0)
    x1 += widest + 0.6 * size
    x2 -= 0.5 * size
    if flat and data.labelled:
        x2 -= 0.6 * size + max(sheet.measure(data.numbers.format(v), look.value) for row in data.values for v in row)
    elif below.shares and below.shares[-1] == 1:
        x2 -= 0.5 * sheet.measure(below.texts[-1], look.body)
    y1 += (1.5 if data.labelled and not flat else 0.6) * size
    if below.name:
        y2 -= 1.5 * look.name.size
    hanging = None
    if below.texts:
        room = (x2 - x1) * min(b - a for a, b in zip(below.shares, below.shares[1:], strict=False))
        hanging = hang(sheet, below.texts, look.body, room, look.angle)
        y2 -= hanging.height + 0.3 * size
    y2 -= 0.4 * size
    if y2 - y1 < max(0.3 * sheet.height, 1.3 * size * len(left.texts)) or x2 - x1 < 0.35 * sheet.width:
        raise Overflow("a chart leaves no room between its axes")
    if names and sheet.measure(left.name, look.name) > y2 - y1 + 2 * size:
        raise Overflow("an axis is too short for its name")
    frame = Frame(x1, y1, x2, y2, data.axis, places(data), flat)
    return _Plan(frame, left, below, hanging, names, corner, legend, legend_at)


def _place_legend(sheet: Sheet, data: Data, look: Look, area: Bounds) -> tuple[Legend, tuple[float, float], Bounds]:
    """The legend, its top left corner, and what it leaves of the area."""
    x1, y1, x2, y2 = area
    size = look.body.size
    legend = lay_out_legend(sheet, data.series, look, (x2 - x1) * (0.33 if look.legend == "right" else 0.95))
    middle = (x1 + x2 - legend.width) / 2 + 0.6 * size
    if look.legend == "top":
        return legend, (middle, y1), (x1, y1 + legend.height + 0.2 * size, x2, y2)
    if look.legend == "bottom":
        return legend, (middle, y2 - legend.height), (x1, y1, x2, y2 - legend.height - 0.2 * size)
    return legend, (x2 - legend.width + 0.5 * size, y1 + 1.5 * size), (x1, y1, x2 - legend.width, y2)


def _write_left_name(sheet: Sheet, plan: _Plan, look: Look, area: Bounds) -> list[Line]:
    if plan.corner:
        return [sheet.write(area[0], plan.corner, plan.left.name, look.name)]
    if plan.names:
        return [sheet.write(plan.names, plan.frame.y(0.5), plan.left.name, look.name, 0.5, angle=-90.0)]
    return []


def _write_left(sheet: Sheet, plan: _Plan, look: Look) -> list[Line]:
    """From top to bottom."""
    size, frame = look.body.size, plan.frame
    pairs = sorted(zip(plan.left.shares, plan.left.texts, strict=True), reverse=True)
    x = frame.left - 0.5 * size
    return [sheet.write(x, frame.y(share) + 0.36 * size, text, look.body, 1.0) for share, text in pairs]


def _write_below(sheet: Sheet, plan: _Plan, look: Look) -> list[list[Line]]:
    if plan.hanging is None:
        return []
    xs = [plan.frame.x(share) for share in plan.below.shares]
    return plan.hanging.write(sheet, xs, plan.frame.bottom + 0.5 * look.body.size, look.body)


def _write_below_name(sheet: Sheet, plan: _Plan, look: Look) -> list[Line]:
    if not plan.below.name:
        return []
    top = plan.frame.bottom + 0.5 * look.body.size + (plan.hanging.height if plan.hanging else 0)
    middle = plan.frame.x(0.5)
    return [sheet.write(middle, top + 1.2 * look.name.size, plan.below.name, look.name, 0.5)]
