"""Bar, line, area, scatter and pie charts; parsing writes one as a Markdown table of what it shows."""

from __future__ import annotations

import random
from dataclasses import replace

from training.synth.annotation import Bounds, Line
from training.synth.documents import _chart_words as words
from training.synth.documents._chart_axes import Drawn, draw_axes, value_name
from training.synth.documents._chart_canvas import Canvas
from training.synth.documents._chart_data import Data, invent
from training.synth.documents._chart_look import Look, choose_look
from training.synth.documents._chart_pie import draw_pie
from training.synth.documents._chart_questions import ask
from training.synth.documents._figure import LANGUAGES, plain, profiles, stacked
from training.synth.engine import World
from training.synth.faces import Face
from training.synth.sheet import Overflow, Sheet

NAME = "charts"
KINDS = {"bar": 30, "barh": 14, "line": 24, "area": 7, "scatter": 9, "pie": 16}
"""How often each kind of chart is drawn."""


def compose(rng: random.Random, world: World) -> Sheet:
    """One chart with its title or caption."""
    return compose_chart(rng, world)[0]


def compose_chart(rng: random.Random, world: World) -> tuple[Sheet, Drawn, Look]:
    """One chart, what was drawn, and how. Raises Overflow if it does not fit."""
    language = rng.choices(list(LANGUAGES), list(LANGUAGES.values()))[0]
    face = world.faces.pick(rng, language, rng.choice(["sans", "sans", "sans", "any", "serif"]))
    kind = rng.choices(list(KINDS), list(KINDS.values()))[0]
    data = drawable(invent(rng, world, language, kind), face)
    width = rng.randint(520, 1080)
    look = choose_look(rng, face, max(14, min(28, round(width * rng.uniform(0.02, 0.03)))))
    if kind == "scatter" and look.value_name == "none":
        look = replace(look, value_name="axis")
    height = round(width * rng.uniform(0.62, 0.95))
    weights, paper = profiles(rng, look.theme.dark)
    sheet = Sheet(width, height, language, weights, paper, look.theme.background)
    canvas = Canvas(width, height, look.theme.background)
    margin = round(look.body.size * rng.uniform(0.8, 2.0))
    top, title = _write_title(rng, sheet, data, look, margin)
    notes = _notes(rng, world, sheet, data, look, titled=title is not None)
    bottom = height - margin - sum(1.35 * look.body.size for _ in notes)
    area = (float(margin), top, float(width - margin), bottom)
    drawn = (draw_pie if kind == "pie" else draw_axes)(sheet, canvas, data, look, area)
    sheet.picture(0, 0, canvas.image())
    sheet.block("chart", drawn.lines, markdown(drawn), _region(drawn, area))
    for text, block in notes:
        bottom += 1.35 * look.body.size
        line = sheet.write(margin, bottom, text, look.body.sized(0.9))
        sheet.block(block, [line], line.text)
    ask(rng, sheet, drawn, title)
    return sheet, drawn, look


def drawable(data: Data, face: Face) -> Data:
    """The content with only such characters as the face can draw. Raises Overflow if names become the same or empty."""
    numbers = replace(data.numbers, prefix=face.clean(data.numbers.prefix), suffix=face.clean(data.numbers.suffix))
    categories, series = (tuple(map(face.clean, names)) for names in (data.categories, data.series))
    texts = [face.clean(data.title), face.clean(data.value_name), face.clean(data.category_name)]
    if (
        not all((*categories, *series, *texts))
        or len(set(categories)) < len(categories)
        or len(set(series)) < len(series)
    ):
        raise Overflow("this face cannot draw every name")
    return replace(
        data,
        title=texts[0],
        category_name=texts[2],
        value_name=texts[1],
        unit=face.clean(data.unit),
        categories=categories,
        series=series,
        numbers=numbers,
    )


def _write_title(
    rng: random.Random, sheet: Sheet, data: Data, look: Look, margin: int
) -> tuple[float, tuple[Line, ...] | None]:
    """The y below the title and its lines; one chart in eight has none."""
    if rng.random() < 0.12:
        return float(margin), None
    style = replace(look.body.sized(rng.choice([1.2, 1.4, 1.6])), colour=look.theme.text)
    style = style.bold() if rng.random() < 0.6 else style
    align = rng.choice([0.5, 0.5, 0.0])
    x = margin + align * (sheet.width - 2 * margin)
    title = stacked(sheet, x, margin, sheet.wrap(data.title, style, sheet.width - 2 * margin), style, align)
    sheet.block("title", title.lines, f"# {data.title}")
    return title.bottom + 0.4 * style.size, title.lines


def _notes(
    rng: random.Random, world: World, sheet: Sheet, data: Data, look: Look, titled: bool
) -> list[tuple[str, str]]:
    """Lines below the chart, each with the kind of its block: a caption, or where the data come from."""
    language, face = sheet.language, look.body.face
    found = []
    if not titled:
        caption = rng.choice(words.CAPTIONS[language].split("|")).format(n=rng.randint(1, 19)) + data.title
        found.append((face.clean(caption), "caption"))
    if rng.random() < 0.2:
        source = rng.choice(words.SOURCES[language].split("|")) + plain(world.corpus.company(rng, language))
        found.append((face.clean(source), "footnote"))
    return found


def _region(drawn: Drawn, area: Bounds) -> Bounds:
    return drawn.frame.bounds if drawn.frame else area


def markdown(drawn: Drawn) -> str:
    """The chart as a table: a row per category, a column per series; names that are not printed stay empty.

    Values are written as printed, and like the axis' numbers where they have to be read off it.
    """
    data = drawn.data
    if drawn.has_legend:
        series = list(data.series)
    else:
        series = [value_name(data) if drawn.value_line else "" for _ in data.values]
    rows = [[data.category_name if drawn.has_category_name else "", *series], ["---"] * (len(data.values) + 1)]
    for i, category in enumerate(data.categories):
        rows.append([category, *(data.numbers.format(row[i]) for row in data.values)])
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)
