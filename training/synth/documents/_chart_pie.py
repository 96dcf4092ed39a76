"""Pies and rings whose shares are printed beside or on them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

from training.synth.annotation import Bounds, Line
from training.synth.documents._chart_axes import Drawn
from training.synth.documents._chart_canvas import Canvas
from training.synth.documents._chart_data import Data
from training.synth.documents._chart_look import Look, draw_legend, lay_out_legend
from training.synth.documents._figure import Room, on
from training.synth.sheet import Colour, Overflow, Sheet, Style


@dataclass(frozen=True)
class _Text:
    category: int
    text: str
    x: float
    y: float
    style: Style
    align: float


def draw_pie(sheet: Sheet, canvas: Canvas, data: Data, look: Look, area: Bounds) -> Drawn:
    """Draws the pie within an area: names around it or in a legend. Raises Overflow if it does not fit."""
    try:
        return _draw_named(sheet, canvas, data, look, area)
    except Overflow:
        return _draw_with_legend(sheet, canvas, data, look, area)


def sectors(data: Data) -> Iterator[tuple[float, float]]:
    """Each share's start and end in degrees, clockwise on the sheet from the right; the first starts at the top."""
    whole, at = sum(data.values[0]), 0
    for value in data.values[0]:
        yield 360 * at / whole - 90, 360 * (at + value) / whole - 90
        at += value


def _draw_named(sheet: Sheet, canvas: Canvas, data: Data, look: Look, area: Bounds) -> Drawn:
    if look.legend != "right":
        raise Overflow("this look has a legend")
    texts = [
        f"{name} {data.numbers.format(value)}" for name, value in zip(data.categories, data.values[0], strict=True)
    ]
    widest = max(sheet.measure(text, look.body) for text in texts)
    x1, y1, x2, y2 = area
    radius = min((x2 - x1) / 2 - widest - look.body.size, (y2 - y1) / 2 - 1.6 * look.body.size)
    centre = (x1 + x2) / 2, (y1 + y2) / 2
    placed = _around(sheet, data, texts, centre, radius, look.body)
    _draw_sectors(canvas, data, look, centre, radius)
    lines = [_write(sheet, text) for text in placed]
    return Drawn(data, tuple(lines), _by_category(placed, lines), tuple((line,) for line in lines))


def _draw_with_legend(sheet: Sheet, canvas: Canvas, data: Data, look: Look, area: Bounds) -> Drawn:
    x1, y1, x2, y2 = area
    size = look.body.size
    right = look.legend == "right"
    legend = lay_out_legend(sheet, data.categories, look, (x2 - x1) * (0.45 if right else 0.95))
    middle = (x1 + x2 - legend.width) / 2 + 0.6 * size
    if right:
        x2 -= legend.width
        at = x2 + 0.5 * size, (y1 + y2 - legend.height) / 2
    elif look.legend == "top":
        at, y1 = (middle, y1), y1 + legend.height
    else:
        at, y2 = (middle, y2 - legend.height), y2 - legend.height
    texts = [data.numbers.format(value) for value in data.values[0]]
    widest = max(sheet.measure(text, look.value) for text in texts)
    centre = (x1 + x2) / 2, (y1 + y2) / 2
    inside = min(data.values[0]) / sum(data.values[0]) > 0.09
    radius = min((x2 - x1) / 2 - (0 if inside else widest + size), (y2 - y1) / 2 - (0.5 if inside else 1.6) * size)
    if inside:
        placed = _within(sheet, data, look, texts, centre, radius)
    else:
        placed = _around(sheet, data, texts, centre, radius, look.value)
    _draw_sectors(canvas, data, look, centre, radius)
    names = draw_legend(sheet, canvas, legend, data.categories, look, at, "pie")
    lines = [_write(sheet, text) for text in placed]
    texts_in_order = [*names, *lines] if look.legend == "top" else [*lines, *names]
    return Drawn(data, tuple(texts_in_order), _by_category(placed, lines), tuple((name,) for name in names))


def _by_category(placed: list[_Text], lines: list[Line]) -> dict[tuple[int, int], Line]:
    return {(0, text.category): line for text, line in zip(placed, lines, strict=True)}


def _around(
    sheet: Sheet, data: Data, texts: list[str], centre: tuple[float, float], radius: float, style: Style
) -> list[_Text]:
    """Texts outside of their sectors."""
    found, room = [], Room()
    for i, (start, end) in enumerate(sectors(data)):
        turn = math.radians((start + end) / 2)
        x, y = (
            centre[0] + (radius + 0.5 * style.size) * math.cos(turn),
            centre[1] + (radius + 0.9 * style.size) * math.sin(turn),
        )
        align = 0.0 if math.cos(turn) > 0.25 else 1.0 if math.cos(turn) < -0.25 else 0.5
        found.append(_Text(i, texts[i], x, y + 0.36 * style.size, style, align))
    if radius < 4 * style.size or not all(room.take(_box(sheet, text)) for text in found):
        raise Overflow("a pie has no room for its texts")
    return found


def _within(
    sheet: Sheet, data: Data, look: Look, texts: list[str], centre: tuple[float, float], radius: float
) -> list[_Text]:
    """Texts on their sectors."""
    found, room = [], Room()
    style = look.value
    middle = (1 + look.hole) / 2 if look.hole else 0.68
    for i, (start, end) in enumerate(sectors(data)):
        turn = math.radians((start + end) / 2)
        x, y = centre[0] + middle * radius * math.cos(turn), centre[1] + middle * radius * math.sin(turn)
        inked = replace(style, colour=on(look.colour(i)))
        found.append(_Text(i, texts[i], x, y + 0.36 * style.size, inked, 0.5))
        if sheet.measure(texts[i], style) > 0.8 * min(
            radius * (1 - look.hole), math.radians(end - start) * middle * radius
        ):
            raise Overflow("a sector is too narrow for its text")
    if not all(room.take(_box(sheet, text)) for text in found):
        raise Overflow("a pie has no room for its texts")
    return found


def _box(sheet: Sheet, text: _Text) -> Bounds:
    width, size = sheet.measure(text.text, text.style), text.style.size
    x = text.x - text.align * width
    return x - 0.2 * size, text.y - 0.95 * size, x + width + 0.2 * size, text.y + 0.3 * size


def _write(sheet: Sheet, text: _Text) -> Line:
    return sheet.write(text.x, text.y, text.text, text.style, text.align)


def _draw_sectors(canvas: Canvas, data: Data, look: Look, centre: tuple[float, float], radius: float) -> None:
    edge: Colour = look.theme.background if look.edge is None else look.edge
    for i, (start, end) in enumerate(sectors(data)):
        canvas.wedge(centre, radius, start, end, look.colour(i), edge, 1.5, look.hole * radius)
