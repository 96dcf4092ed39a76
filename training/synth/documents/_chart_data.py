"""What a chart shows: invented categories, series and values that can be read off it exactly.

Values are whole numbers of 10^-decimals. Those that are not printed beside their marks stand on a tick or halfway
between two, where a reader can tell them.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

from training.synth.documents import _chart_words as lists
from training.synth.documents._figure import headline, several
from training.synth.engine import World
from training.synth.sheet import Overflow
from training.synth.words.vocabulary import MONTHS, WEEKDAYS

_STEPS = (1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500, 1000, 2000, 5000, 10_000, 20_000)
_SHORT = 16  # characters of a label that stands under its mark
_ABBREVIATED = ("en", "de", "es", "it", "pt")


@dataclass(frozen=True)
class Numbers:
    """How values are printed."""

    decimals: int = 0
    point: str = "."
    group: str = ""
    prefix: str = ""
    suffix: str = ""

    def format(self, value: int) -> str:
        """A whole number of 10^-decimals as printed."""
        text = f"{abs(value) / 10**self.decimals:,.{self.decimals}f}"
        text = text.translate({ord(","): self.group, ord("."): self.point})
        return ("-" if value < 0 else "") + self.prefix + text + self.suffix


@dataclass(frozen=True)
class Axis:
    """Ticks from `low` to `high`, `step` apart."""

    low: int
    high: int
    step: int

    @property
    def ticks(self) -> range:
        """All ticks from low to high."""
        return range(self.low, self.high + 1, self.step)

    @property
    def grain(self) -> int:
        """The smallest difference that a reader can tell: half a step, or a whole one where halves are no numbers."""
        return self.step // 2 if self.step % 2 == 0 else self.step


@dataclass(frozen=True)
class Data:
    """A chart's content: `values[series][category]`. `places` are the categories' numbers in a scatter plot."""

    kind: str
    title: str
    category_name: str
    value_name: str
    unit: str
    categories: tuple[str, ...]
    series: tuple[str, ...]
    values: tuple[tuple[int, ...], ...]
    axis: Axis
    numbers: Numbers
    labelled: bool
    stack: bool = False
    places: tuple[int, ...] = ()
    place_axis: Axis = Axis(0, 1, 1)

    def readable(self) -> Data:
        """The same without printed values, every value where it can be read off the axis."""
        grain = self.axis.grain
        lowest = self.axis.low if self.axis.low < 0 or not self.stack else grain
        values = tuple(
            tuple(max(lowest, min(self.axis.high, value // grain * grain)) for value in row) for row in self.values
        )
        return replace(self, values=values, labelled=False)


def invent(rng: random.Random, world: World, language: str, kind: str) -> Data:
    """The content of a bar, barh, line, area, scatter or pie chart. Raises Overflow where no labels are to be had."""
    quantities = lists.QUANTITIES[language].split("|")
    if kind == "pie":  # of shares and counts only
        quantities = [quantity for quantity in quantities if quantity.endswith((":", ":%"))]
    name, _, unit = rng.choice(quantities).partition(":")
    counts = {"line": (4, 12), "area": (5, 12), "scatter": (5, 14), "pie": (3, 7)}
    count = rng.randint(*counts.get(kind, (3, 9)))
    category, categories = _categories(rng, world, language, kind, count)
    most = {"pie": 1, "area": 3, "scatter": 2}.get(kind, 4)
    rows = 1 if rng.random() < 0.45 else rng.randint(1, most)
    series = _series(rng, world, language, rows)
    if {name.casefold() for name in series} & {name.casefold() for name in categories}:
        raise Overflow("a series and a category have one name")
    stack = rows > 1 and (kind == "area" or (kind in ("bar", "barh") and rng.random() < 0.4))
    labelled = kind in ("bar", "barh", "line") and rng.random() < (0.6 if rows < 3 else 0.3)
    numbers, axis = _scale(rng, language, unit, negative=rows == 1 and kind in ("bar", "line") and rng.random() < 0.12)
    values = _values(rng, len(categories), rows, axis, stack)
    axis = _fitted(axis, values, stack)
    title = _title(rng, world, language, name, category, categories)
    data = Data(kind, title, category, name, unit, categories, series, values, axis, numbers, labelled, stack)
    if kind == "scatter":
        data = _scattered(rng, language, data)
    if kind == "pie":
        return _shares(rng, data)
    return data if labelled else data.readable()


def _title(
    rng: random.Random, world: World, language: str, name: str, category: str, categories: tuple[str, ...]
) -> str:
    if rng.random() < 0.35:
        return headline(rng, world, language, 50)
    patterns = lists.TITLES[language].split("|")
    timely = category in lists.CATEGORIES[language].split("|")[:4]
    pattern = rng.choice([pattern for pattern in patterns if timely or "{first}" not in pattern])
    low = category if language in ("de", "zh") else category.lower()
    text = pattern.format(value=name, category=low, first=categories[0], last=categories[-1])
    return text[0].upper() + text[1:]


def _categories(rng: random.Random, world: World, language: str, kind: str, count: int) -> tuple[str, tuple[str, ...]]:
    """The kind of category and `count` labels, in time's order where they are times (perhaps fewer)."""
    names = lists.CATEGORIES[language].split("|")
    timely = kind in ("line", "area") or (kind == "bar" and rng.random() < 0.5)
    which = rng.choice((0, 1, 1, 2, 3)) if timely and kind != "scatter" else rng.choice((4, 5, 6, 7, 8))
    longest = {"barh": 28, "pie": 18}.get(kind, 7 if language == "zh" else _SHORT)
    if which < 4:
        return names[which], _times(rng, language, which, count)
    if which == 8:
        start, width = rng.choice([(0, 10), (15, 5), (18, 8), (20, 10)])
        return names[8], tuple(f"{start + i * width}-{start + (i + 1) * width - 1}" for i in range(count))
    if which == 7:
        base = rng.choice([names[7], names[5], ""])
        signs = "ABCDEFGHIJKLMNOP" if rng.random() < 0.6 else [str(i + 1) for i in range(16)]
        return names[7], tuple(f"{base} {sign}".strip() for sign in signs[:count])
    corpus = world.corpus
    draw = {4: corpus.city, 5: corpus.product, 6: corpus.company}[which]
    return names[which], several(rng, count, lambda: draw(rng, language), longest)


def _times(rng: random.Random, language: str, which: int, count: int) -> tuple[str, ...]:
    if which == 1:
        step = rng.choice([1, 1, 1, 2, 5, 10])
        first = rng.randint(min(1960, 2020 - step * count), 2026 - step * (count - 1))
        return tuple(str(first + i * step) + ("年" if language == "zh" and count < 8 else "") for i in range(count))
    if which == 2:
        year, first = rng.randint(1998, 2025), rng.randint(0, 3)
        if count <= 4:
            return tuple(f"第{'一二三四'[i]}季度" if language == "zh" else f"Q{i + 1}" for i in range(count))
        return tuple(f"Q{(first + i) % 4 + 1} {year + (first + i) // 4}" for i in range(count))
    labels = (MONTHS if which == 0 else WEEKDAYS)[language].split()
    start = rng.randrange(len(labels)) if rng.random() < 0.3 else 0
    chosen = [labels[(start + i) % len(labels)] for i in range(min(count, len(labels)))]
    if language in _ABBREVIATED and rng.random() < 0.6:
        chosen = [label[:3] for label in chosen]
    return tuple(chosen)


def _series(rng: random.Random, world: World, language: str, count: int) -> tuple[str, ...]:
    draw = rng.random()
    if draw < 0.3:
        year = rng.randint(1990, 2025 - count)
        return tuple(str(year + i) for i in range(count))
    if draw < 0.45:
        base = lists.CATEGORIES[language].split("|")[rng.choice((5, 7))]
        return tuple(f"{base} {'ABCDEF'[i]}" for i in range(count))
    corpus = world.corpus
    source = rng.choice([corpus.city, corpus.product, corpus.company, corpus.person])
    return several(rng, count, lambda: source(rng, language), 18)


def _scale(rng: random.Random, language: str, unit: str, negative: bool) -> tuple[Numbers, Axis]:
    """Number format and value axis; percentages stay below 100."""
    point = "." if language in ("en", "zh") else ","
    group = rng.choice(["", "," if point == "." else "." if language in ("de", "es", "it", "pt", "nl") else ""])
    decimals = rng.choice([0, 0, 0, 0, 1, 1, 2]) if unit not in lists.WHOLE else 0
    steps = [step for step in _STEPS if step < 100 * 10**decimals or decimals == 0]
    step, count = rng.choice(steps), rng.randint(4, 8)
    if unit == "%":
        choices = [(step, count) for step in (2, 5, 10, 20) for count in range(4, 9) if step * count <= 100]
        step, count = rng.choice(choices)
        step *= 10**decimals
    suffix = unit if unit in ("%", "°C", "℃") and rng.random() < 0.5 else ""
    prefix = unit if unit in ("€", "£m") and rng.random() < 0.4 else ""
    low = -step * rng.randint(1, 3) if negative else 0
    return Numbers(decimals, point, group, prefix[:1], suffix), Axis(low, low + step * count, step)


def _values(rng: random.Random, count: int, rows: int, axis: Axis, stack: bool) -> tuple[tuple[int, ...], ...]:
    """Values up to near the axis's end: at random, or moving little from one category to the next."""
    top = axis.high // rows if stack else axis.high
    low = axis.low if axis.low < 0 else min(axis.grain, top)
    found = []
    walking = rng.random() < 0.5
    for _ in range(rows):
        value = rng.randint(low, top)
        row = []
        for _ in range(count):
            row.append(value)
            reach = max(1, (top - low) // 4)
            value = rng.randint(max(low, value - reach), min(top, value + reach)) if walking else rng.randint(low, top)
        found.append(tuple(row))
    return tuple(found)


def _fitted(axis: Axis, values: tuple[tuple[int, ...], ...], stack: bool) -> Axis:
    """The axis without ticks far above the highest value, but at least three steps of it."""
    highest = max(map(sum, zip(*values, strict=True))) if stack else max(map(max, values))
    high = axis.high
    while high - axis.step >= highest and high - axis.low > 3 * axis.step:
        high -= axis.step
    return replace(axis, high=high)


def _scattered(rng: random.Random, language: str, data: Data) -> Data:
    """Points at numbers of a second quantity instead of categories."""
    names = [text.partition(":") for text in lists.QUANTITIES[language].split("|")]
    name, _, unit = rng.choice([name for name in names if name[0] != data.value_name])
    step, count = rng.choice((1, 2, 5, 10, 20, 50, 100)), rng.randint(5, 9)
    axis = Axis(0, step * count, step)
    marks = list(range(axis.grain, axis.high, axis.grain))
    places = tuple(sorted(rng.sample(marks, min(len(marks), len(data.categories)))))
    values = tuple(row[: len(places)] for row in data.values)
    return replace(
        data,
        category_name=f"{name} ({unit})" if unit else name,
        categories=tuple(map(str, places)),
        values=values,
        places=places,
        place_axis=axis,
    )


def _shares(rng: random.Random, data: Data) -> Data:
    """Shares of a whole that are printed in the pie: percentages that add up to 100, each at least 5."""
    count, decimals = len(data.categories), rng.choice([0, 0, 1])
    whole, least = 100 * 10**decimals, 5 * 10**decimals
    if count * least > whole:
        raise Overflow("too many shares for one pie")
    cuts = sorted(rng.sample(range(1, whole - count * least), count - 1))
    values = tuple(b - a + least for a, b in zip([0, *cuts], [*cuts, whole - count * least], strict=True))
    if rng.random() < 0.5:
        values = tuple(sorted(values, reverse=True))
    numbers = Numbers(decimals, data.numbers.point, suffix="%")
    return replace(data, values=(values,), numbers=numbers, labelled=True, unit="%")
