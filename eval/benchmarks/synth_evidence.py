"""Drawn documents of all types: questions to be answered after the lines that the answer rests on.

Protocol: ANLS of what stands in `<answer>`, averaged over questions, and `evidence`, the recall of the lines that hold
the answer, pooled over all lines: each scores 1 - its normalised edit distance to the nearest line in `<observation>`,
and 1 from 0.9 up. Lines too many cost nothing. An answer without tags is compared as a whole and has no evidence.
Both parts are looked for in a prediction's `raw` where it has one, for a reader's text is the answer alone.
Prompt: "evidence".

The folder is made by `python -m training.synth heldout`, which says what is held out.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from eval.benchmarks import drawn
from eval.benchmarks.base import Item, Number, ratio
from eval.metrics.anls import anls
from eval.metrics.ned import normalised_distance
from eval.metrics.text import single_spaces
from eval.predictions import Prediction
from hyocr.tasks.parts import tagged

NAME = "synth_evidence"
TASK = "evidence"
FOLDER = "runs/held_out/evidence"
LICENCE = drawn.LICENCE
MAIN = "anls"
ERRORS: frozenset[str] = frozenset()

FOUND = 0.9
"""1 - normalised edit distance from which a line counts as given."""
MOST_LINES = 500
"""Of an answer's evidence; no document here has as many."""


class Parts(NamedTuple):
    """An answer's two parts."""

    lines: list[str]
    answer: str


def load(folder: Path) -> list[Item]:
    """The questions of the manifest; the truth is both parts of the answer."""
    return drawn.items(folder, lambda row: parts(row.answer))


def parts(text: str) -> Parts:
    """The lines of evidence and the answer, as `hyocr.tasks.parts` finds them; without `<answer>` all is answer."""
    found = tagged(text)
    observed = text[slice(*found.observation)].splitlines()[:MOST_LINES]
    lines = [line for line in map(single_spaces, observed) if line]
    return Parts(lines, text[slice(*found.answer)] if "<answer>" in text else text)


def measure(item: Item, prediction: Prediction) -> dict[str, float]:
    """The answer's ANLS; of the true lines how much is given, and how many there are."""
    given, truth = parts(prediction.raw or prediction.output), item.truth
    return {
        "similarity": anls(given.answer, [truth.answer]),
        "questions": 1,
        "recalled": sum(recalled(line, given.lines) for line in truth.lines),
        "lines": len(truth.lines),
    }


def recalled(line: str, given: list[str]) -> float:
    """How much of a true line is given: 1 - normalised edit distance to the nearest line, and 1 from FOUND up."""
    best = max((1 - normalised_distance(other, line) for other in given), default=0.0)
    return 1.0 if best >= FOUND else best


def scores(sums: Mapping[str, Number]) -> dict[str, Number]:
    """See the module."""
    return {
        "anls": ratio(sums["similarity"], sums["questions"]),
        "evidence": ratio(sums["recalled"], sums["lines"], math.nan),
    }
