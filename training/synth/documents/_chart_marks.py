"""Bars, lines, areas and points, and the rules about them."""

from __future__ import annotations

from collections.abc import Iterator

from training.synth.documents._chart_canvas import Canvas, Dash
from training.synth.documents._chart_data import Data
from training.synth.documents._chart_frame import Frame, level_of
from training.synth.documents._chart_look import Look
from training.synth.sheet import Colour

Point = tuple[float, float]


def draw_rules(canvas: Canvas, frame: Frame, data: Data, look: Look) -> None:
    """The panel behind the marks, its grid, spines and ticks."""
    theme = look.theme
    if theme.panel != theme.background:
        canvas.box(frame.left, frame.top, frame.right, frame.bottom, theme.panel)
    bare = data.labelled and look.hide_values
    levels = [] if bare else [level_of(frame.axis, value) for value in frame.axis.ticks]
    places = [level_of(data.place_axis, place) for place in data.place_axis.ticks] if data.places else frame.places
    across, along = (places, levels) if frame.flat else (levels, places)
    ups = [1 - share for share in across] if frame.flat else across
    if look.grid == "both" or (look.grid == "value" and not frame.flat):
        for share in ups:
            _rule(canvas, (frame.left, frame.y(share)), (frame.right, frame.y(share)), theme.grid, look.grid_dash)
    if look.grid == "both" or (look.grid == "value" and frame.flat):
        for share in along:
            _rule(canvas, (frame.x(share), frame.top), (frame.x(share), frame.bottom), theme.grid, look.grid_dash)
    _draw_spines(canvas, frame, look)
    if look.ticks:
        for share in ups:
            y = frame.y(share)
            _rule(canvas, (frame.left - 0.3 * look.body.size, y), (frame.left, y), theme.muted)
        for share in along:
            x = frame.x(share)
            _rule(canvas, (x, frame.bottom), (x, frame.bottom + 0.3 * look.body.size), theme.muted)


def _draw_spines(canvas: Canvas, frame: Frame, look: Look) -> None:
    left, top, right, bottom = frame.left, frame.top, frame.right, frame.bottom
    ends = {
        "l": ((left, top), (left, bottom)),
        "r": ((right, top), (right, bottom)),
        "t": ((left, top), (right, top)),
        "b": ((left, bottom), (right, bottom)),
    }
    for side in look.spines:
        _rule(canvas, *ends[side], look.theme.muted)
    if frame.axis.low < 0:
        _rule(canvas, (left, frame.at(0, 0)[1]), (right, frame.at(0, 0)[1]), look.theme.text)


def _rule(
    canvas: Canvas, start: tuple[float, float], end: tuple[float, float], colour: Colour, dash: Dash = "-"
) -> None:
    canvas.line([start, end], colour, 1.0, dash)


def bars(data: Data, look: Look) -> Iterator[tuple[int, int, float, float, int, int]]:
    """Each bar's series and category, where it starts and ends about its category (-0.5..0.5), and its two values."""
    rows = len(data.series)
    for i in range(len(data.categories)):
        base = 0
        for s in range(rows):
            value = data.values[s][i]
            if data.stack:
                yield s, i, -look.bar / 2, look.bar / 2, base, base + value
                base += value
            else:
                width = look.bar / rows
                yield s, i, -look.bar / 2 + s * width, -look.bar / 2 + (s + 1) * width, 0, value


def draw_marks(canvas: Canvas, frame: Frame, data: Data, look: Look) -> None:
    """The marks of a bar, barh, line, area or scatter chart."""
    if data.kind in ("bar", "barh"):
        for series, category, start, end, low, high in bars(data, look):
            (x1, y1), (x2, y2) = frame.at(category + start, low), frame.at(category + end, high)
            canvas.box(x1, y1, x2, y2, look.colour(series), look.edge, hatch=look.hatch(series))
    elif data.kind == "area":
        _draw_areas(canvas, frame, data, look)
    else:
        for series, row in enumerate(data.values):
            points = [frame.at(i, value) for i, value in enumerate(row)]
            colour, marker = look.colour(series), look.marker(series)
            if data.kind == "line":
                face = look.theme.panel if look.hollow else colour
                canvas.line(points, colour, look.line, marker=marker, size=0.5 * look.body.size, face=face)
            else:
                for point in points:
                    canvas.line([point], colour, marker=marker or "o", size=0.55 * look.body.size)


def _draw_areas(canvas: Canvas, frame: Frame, data: Data, look: Look) -> None:
    below = [0] * len(data.categories)
    for series, row in enumerate(data.values):
        above = [base + value for base, value in zip(below, row, strict=True)]
        edge = [frame.at(i, value) for i, value in enumerate(above)]
        back = [frame.at(i, value) for i, value in enumerate(below)][::-1]
        canvas.area([*edge, *back], look.colour(series), 0.75)
        canvas.line(edge, look.colour(series), look.line)
        below = above
