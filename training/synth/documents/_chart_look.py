"""How a chart looks: its theme, type sizes, rules and marks; and its legend."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

from training.synth.annotation import Line
from training.synth.documents._chart_canvas import Canvas, Dash
from training.synth.documents._figure import Theme, choose_theme
from training.synth.faces import Face
from training.synth.sheet import BLACK, WHITE, Colour, Overflow, Sheet, Style

_MARKERS = "osD^v"


@dataclass(frozen=True)
class Look:
    """Choices that hold for a whole chart. `body` sets ticks and legend, `name` the axes' names, `value` the values."""

    theme: Theme
    body: Style
    name: Style
    value: Style
    legend: str  # "top", "bottom" or "right"
    spines: str  # letters of the sides that have one, out of "lrtb"
    grid: str  # "value", "both" or "none"
    grid_dash: Dash
    ticks: bool
    value_name: str  # "axis", "corner" or "none"
    category_name: bool
    hide_values: bool  # no value axis where values are printed beside their marks
    bar: float  # share of a category's room that its bars fill
    edge: Colour | None
    hatched: bool
    line: float
    markers: str
    hollow: bool  # markers
    hole: float  # of a pie, as a share of its radius
    angle: float  # of labels that do not fit upright

    def colour(self, series: int) -> Colour:
        """A series' colour."""
        return self.theme.palette[series % len(self.theme.palette)]

    def hatch(self, series: int) -> str:
        """A series' hatch, if bars have one."""
        return ("", "///", "\\\\\\", "xxx", "...", "---", "+++", "|||")[series % 8] if self.hatched else ""

    def marker(self, series: int) -> str:
        """A series' marker."""
        return self.markers[series % len(self.markers)] if self.markers else ""


def choose_look(rng: random.Random, face: Face, size: int) -> Look:
    """A look with text of about `size` pixels per em."""
    theme = choose_theme(rng)
    body = Style(face, size, theme.muted, leading=1.25)
    value = replace(body.sized(rng.choice([0.8, 0.9, 1.0])), colour=theme.text)
    name = replace(body.bold() if rng.random() < 0.3 else body, colour=theme.text)
    markers = rng.choice(["", "o", "o", "s", _MARKERS, _MARKERS])
    return Look(
        theme=theme,
        body=body,
        name=name.sized(rng.choice([1.0, 1.0, 1.1])),
        value=value.bold() if rng.random() < 0.2 else value,
        legend=rng.choice(["top", "top", "bottom", "bottom", "right"]),
        spines=rng.choice(["lb", "lb", "lrtb", "b", "lrtb", "l", ""]),
        grid=rng.choice(["value", "value", "value", "both", "none"]),
        grid_dash=rng.choice(["-", "-", "--", ":"]),
        ticks=rng.random() < 0.6,
        value_name=rng.choice(["axis", "axis", "axis", "corner", "none"]),
        category_name=rng.random() < 0.6,
        hide_values=rng.random() < 0.35,
        bar=rng.uniform(0.45, 0.9),
        edge=rng.choice([None, None, WHITE, BLACK, theme.text]),
        hatched=rng.random() < 0.12,
        line=rng.choice([1.5, 2.0, 2.5, 3.5]),
        markers=markers,
        hollow=rng.random() < 0.3,
        hole=rng.choice([0.0, 0.0, 0.45, 0.6]),
        angle=rng.choice([-90.0, -90.0, -45.0, -60.0, -30.0]),
    )


@dataclass(frozen=True)
class Legend:
    """Entries set in rows: indices of series by row, and the widest row in pixels."""

    rows: tuple[tuple[int, ...], ...]
    width: float
    height: float


def lay_out_legend(sheet: Sheet, names: tuple[str, ...], look: Look, room: float) -> Legend:
    """Rows as wide as fit in `room` pixels; at the right one entry each. Raises Overflow for too wide an entry."""
    size = look.body.size
    widths = [_entry_width(sheet, name, look) for name in names]
    if max(widths) > room:
        raise Overflow("a legend's entry is wider than its room")
    rows: list[list[int]] = [[]]
    used = 0.0
    for i, width in enumerate(widths):
        if rows[-1] and (look.legend == "right" or used + width > room):
            rows.append([])
            used = 0.0
        rows[-1].append(i)
        used += width
    widest = max(sum(widths[i] for i in row) for row in rows)
    return Legend(tuple(map(tuple, rows)), widest, len(rows) * 1.4 * size)


def _entry_width(sheet: Sheet, name: str, look: Look) -> float:
    return sheet.measure(name, look.body) + 3.4 * look.body.size


def draw_legend(
    sheet: Sheet, canvas: Canvas, legend: Legend, names: tuple[str, ...], look: Look, at: tuple[float, float], kind: str
) -> list[Line]:
    """Swatches and names from the top left corner on; entries of one row are one row of text."""
    lines = []
    size = look.body.size
    for i, entries in enumerate(legend.rows):
        x, middle = at[0], at[1] + (i + 0.5) * 1.4 * size
        row = sheet.next_row() if len(entries) > 1 else -1
        for series in entries:
            _swatch(canvas, look, series, kind, x, middle)
            lines.append(sheet.write(x + 2.2 * size, middle + 0.36 * size, names[series], look.body, row=row))
            x += _entry_width(sheet, names[series], look)
    return lines


def _swatch(canvas: Canvas, look: Look, series: int, kind: str, x: float, middle: float) -> None:
    size, colour = look.body.size, look.colour(series)
    if kind == "line":
        ends = [(x, middle), (x + 0.9 * size, middle), (x + 1.8 * size, middle)]
        canvas.line(ends[::2], colour, look.line)
        canvas.line(ends[1:2], colour, marker=look.marker(series), size=0.5 * size)
    elif kind == "scatter":
        canvas.line([(x + 0.9 * size, middle)], colour, marker=look.marker(series) or "o", size=0.55 * size)
    else:
        edge = look.edge if kind.startswith("bar") else None
        half = 0.42 * size
        canvas.box(x + 0.6 * size, middle - half, x + 1.7 * size, middle + half, colour, edge, hatch=look.hatch(series))
