"""Drawn documents and multiple-choice questions on what spoils the image, how badly and where.

Protocol: accuracy. An answer is its first capital letter from A to E that no other Latin letter or digit stands beside.
Prompt: "defects".

The folder is made by `python -m training.synth heldout`, which says what is held out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from eval.benchmarks import drawn
from eval.benchmarks.base import Item, Number, ratio
from eval.predictions import Prediction

NAME = "synth_defects"
TASK = "defects"
FOLDER = "runs/held_out/defects"
LICENCE = drawn.LICENCE
MAIN = "accuracy"
ERRORS: frozenset[str] = frozenset()

_LETTER = re.compile(r"(?<![A-Za-z0-9])[A-E](?![A-Za-z0-9])")


def load(folder: Path) -> list[Item]:
    """The questions of the manifest; the truth is a letter."""
    return drawn.items(folder, _truth)


def _truth(row: drawn.Row) -> str:
    if not _LETTER.fullmatch(row.answer):
        raise ValueError("the answer should be a letter from A to E.")
    return row.answer


def measure(item: Item, prediction: Prediction) -> dict[str, float]:
    """Whether the letter is right."""
    letter = _LETTER.search(prediction.output)
    return {"right": letter is not None and letter[0] == item.truth, "questions": 1}


def scores(sums: Mapping[str, Number]) -> dict[str, Number]:
    """The share of questions answered rightly."""
    return {"accuracy": ratio(sums["right"], sums["questions"])}
