"""Invented tables: numbers, articles, people, dates, prices and quantities in columns."""

from __future__ import annotations

import random
from collections.abc import Callable

from training.synth.words import invent
from training.synth.words.vocabulary import COLUMNS

Cell = Callable[[int], str]


def table(rng: random.Random, language: str) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """Header and 2-20 rows of 2-8 cells; heads are usual ones ("Date", "Price") or invented words."""
    money, dates = invent.currency(rng, language), invent.date_style(rng, language)
    scale = 10 ** rng.randint(1, 5)
    decimals = rng.randint(0, 2)
    start = rng.choice([1, 1, rng.randint(1, 9000)])
    known: list[Cell] = [
        lambda row: str(start + row),
        lambda _: invent.product(rng, language),
        lambda _: invent.person(rng, language),
        lambda _: dates(invent.moment(rng)),
        lambda _: money.format(invent.cents(rng)),
        lambda _: str(rng.randint(1, 99)),
    ]
    other: list[Cell] = [
        lambda _: invent.words(rng, rng.randint(1, 3), language),
        lambda _: invent.code(rng),
        lambda _: f"{rng.uniform(-scale, scale):,.{decimals}f}",
        lambda _: f"{rng.uniform(0, 100):.1f}%",
        lambda _: invent.city(rng, language),
        lambda _: rng.choice(["", "-", "n/a", "✓", "0"]) if rng.random() < 0.5 else str(rng.randint(0, scale)),
    ]
    columns: list[tuple[str, Cell]] = []
    for _ in range(rng.randint(2, 8)):
        if rng.random() < 0.5:
            kind = rng.randrange(len(known))
            columns.append((COLUMNS[language].split("|")[kind], known[kind]))
        else:
            columns.append((invent.name(rng, language), rng.choice(other)))
    rows = tuple(tuple(cell(row) for _, cell in columns) for row in range(rng.randint(2, 20)))
    return tuple(head for head, _ in columns), rows
