"""Displayed formulas by themselves, as cut out of a page: one, or a few below each other, numbered or not."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import NamedTuple

from training.synth.documents import _page
from training.synth.engine import World
from training.synth.formula.ink import FONTSETS
from training.synth.sheet import Overflow, Sheet, Style, formula_size

NAME = "formulas"
_WIDEST = 1060
_ATTEMPTS = 20


class _Formula(NamedTuple):
    latex: str
    width: int
    height: int
    number: str


def compose(rng: random.Random, world: World) -> Sheet:
    """One to three formulas. Raises Overflow if none is found that fits."""
    size = round(rng.triangular(15, 56, 24))
    colour = _page.darker(rng) if rng.random() < 0.08 else (0, 0, 0)
    style = Style(world.faces.pick(rng, "en", "serif"), size, colour, formulas=rng.choice(FONTSETS))
    form = rng.choice(["({})", "({})", "({})", "[{}]", "{}"]) if rng.random() < 0.3 else ""
    found = [_chosen(rng, world, style, form) for _ in range(rng.choices([1, 2, 3], [7, 2, 1])[0])]
    measure = Sheet(8, 8).measure
    aside = max(measure(formula.number, style) + 2 * size if formula.number else 0.0 for formula in found)
    gap, margin = rng.uniform(0.7, 2.0) * size, [rng.uniform(0.2, 1.5) * size + 4 for _ in range(4)]
    centred = rng.random() < 0.7
    column = max(formula.width for formula in found) * rng.choice([1, 1, rng.uniform(1, 1.5)])
    column = max(column, min(3 * size, 100))
    width = margin[0] + column + (2 if centred else 1) * aside + margin[2]
    height = margin[1] + sum(formula.height for formula in found) + gap * (len(found) - 1) + margin[3]
    if width * height > _page.MOST_PIXELS or width > 1.3 * _WIDEST:
        raise Overflow("formulas are too large for an image")
    sheet = Sheet(int(width), int(height), "en", {"clean": 3, "scan": 3, "photo": 2, "screen": 1})
    left = margin[0] + (aside if centred else 0.0)
    y = margin[1]
    for formula in found:
        x = left + column / 2 if centred else left
        line = sheet.formula(x, y, formula.latex, style, 0.5 if centred else 0.0)
        if formula.number:
            row, baseline = sheet.next_row(), y + formula.height / 2 + 0.35 * size
            number = sheet.write(width - margin[2], baseline, formula.number, style, 1.0, row)
            sheet.block("formula", [replace(line, row=row), number], f"$${formula.latex} {_tag(formula.number)}$$")
        else:
            sheet.block("formula", [line], f"$${formula.latex}$$")
        y += formula.height + gap
    return sheet


def _tag(number: str) -> str:
    """LaTeX for a formula's number; parentheses are what \\tag itself adds."""
    return rf"\tag{{{number[1:-1]}}}" if number.startswith("(") else rf"\tag*{{{number}}}"


def _chosen(rng: random.Random, world: World, style: Style, form: str) -> _Formula:
    """A formula that can be drawn and fits, with its number ("" where none is wanted)."""
    for _ in range(_ATTEMPTS):
        latex = " ".join(world.corpus.formula(rng, display=True).split())
        if "$" in latex or r"\tag" in latex:
            continue
        try:
            width, height = formula_size(latex, style, displayed=True)
        except ValueError:
            continue
        if width <= _WIDEST and height <= 0.6 * _WIDEST:
            number = rng.choice([f"{rng.randint(1, 99)}", f"{rng.randint(1, 12)}.{rng.randint(1, 40)}"])
            return _Formula(latex, width, height, style.face.clean(form.format(number)) if form else "")
    raise Overflow(f"none of {_ATTEMPTS} formulas fits")
