"""Questions about charts whose answers can be read off them without a doubt."""

from __future__ import annotations

import random

from training.synth.annotation import Line
from training.synth.documents._chart_axes import Drawn
from training.synth.sheet import Sheet


def ask(rng: random.Random, sheet: Sheet, drawn: Drawn, title: tuple[Line, ...] | None) -> None:
    """Adds questions about the title, the unit, extremes, printed values, and what is shown."""
    data = drawn.data
    if title and _text(title) == data.title:
        en = rng.choice(["What is the title of the chart?", "What is this chart's title?"])
        sheet.question(en, rng.choice(["图表的标题是什么？", "这张图的标题是什么？"]), _text(title), title)
    if (
        drawn.value_line
        and data.unit
        and data.kind != "pie"
        and sum(data.unit in line.text for line in drawn.lines) == 1
    ):
        en = rng.choice([f"In what unit is “{data.value_name}” given?", "What is the unit of the value axis?"])
        sheet.question(en, f"“{data.value_name}”的单位是什么？", data.unit, [drawn.value_line])
    if data.kind != "scatter":
        _ask_extremes(rng, sheet, drawn)
        _ask_values(rng, sheet, drawn)
        count = str(len(data.categories))
        if data.kind != "area" and rng.random() < 0.4:
            lines = [line for label in drawn.categories for line in label]
            sheet.question("How many categories does the chart show?", "图中有多少个类别？", count, lines)


def _text(lines: tuple[Line, ...]) -> str:
    return " ".join(line.text for line in lines)


def _of(drawn: Drawn, series: int) -> tuple[str, str]:
    """How a question names a series: not at all where there is only one."""
    if len(drawn.data.series) == 1:
        return "", ""
    return f" for “{drawn.data.series[series]}”", f"“{drawn.data.series[series]}”的"


def _ask_extremes(rng: random.Random, sheet: Sheet, drawn: Drawn) -> None:
    data = drawn.data
    series = rng.randrange(len(data.values))
    row = data.values[series]
    en, zh = _of(drawn, series)
    for extreme, english, chinese in ((max, ("highest", "largest"), "最高"), (min, ("lowest", "smallest"), "最低")):
        which = row.index(extreme(row))
        name = data.categories[which]
        if row.count(row[which]) == 1 and name in _text(drawn.categories[which]):
            word = rng.choice(english)
            question = rng.choice([f"Which category has the {word} value{en}?", f"Where is the value{en} {word}?"])
            sheet.question(question, f"{zh}数值{chinese}的类别是哪个？", name, drawn.categories[which])


def _ask_values(rng: random.Random, sheet: Sheet, drawn: Drawn) -> None:
    if not drawn.labels:
        return
    data = drawn.data
    for series, category in rng.sample(sorted(drawn.labels), min(2, len(drawn.labels))):
        en, zh = _of(drawn, series)
        name, value = data.categories[category], data.numbers.format(data.values[series][category])
        question = rng.choice([f"What is the value of “{name}”{en}?", f"How much is “{name}”{en}?"])
        sheet.question(question, f"{zh}“{name}”的数值是多少？", value, [drawn.labels[series, category]])
