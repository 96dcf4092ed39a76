"""Drawn documents, rated: how legible the image is, from 0 to 100.

Protocol: `mae` is the mean absolute error as a share of the scale, `plcc` Pearson's linear correlation of answers and
truths (-1 to 1; NaN where either is always the same). An answer is its first whole number, at most 100; one without a
number is off by the whole scale, is left out of `plcc` and counted by `unparsed`. There is no rank correlation: it is
not made of sums. Prompt: "quality".

The folder is made by `python -m training.synth heldout`, which says what is held out.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from eval.benchmarks import drawn
from eval.benchmarks.base import Item, Number, ratio
from eval.predictions import Prediction

NAME = "synth_quality"
TASK = "quality"
FOLDER = "runs/held_out/quality"
LICENCE = drawn.LICENCE
MAIN = "mae"
ERRORS = frozenset({"mae", "unparsed"})

MOST = 100
_NUMBER = re.compile(r"[0-9]++")


def load(folder: Path) -> list[Item]:
    """The images of the manifest; the truth is a number."""
    return drawn.items(folder, _truth)


def _truth(row: drawn.Row) -> int:
    score = rating(row.answer)
    if score is None:
        raise ValueError("the answer is no number from 0 to 100.")
    return score


def rating(answer: str) -> int | None:
    """The first whole number of an answer, None if there is none."""
    number = _NUMBER.search(answer)
    return min(MOST, int(number[0][:9])) if number else None


def measure(item: Item, prediction: Prediction) -> dict[str, float]:
    """The error in points, and what a correlation is made of."""
    given, truth = rating(prediction.output), item.truth
    known = given is not None
    x, y = (given or 0, truth) if known else (0, 0)
    return {
        "error": abs(x - y) if known else MOST,
        "images": 1,
        "rated": known,
        "x": x,
        "y": y,
        "xx": x * x,
        "yy": y * y,
        "xy": x * y,
    }


def scores(sums: Mapping[str, Number]) -> dict[str, Number]:
    """Mean absolute error, correlation, and the share of images without a rating."""
    s = {name: np.asarray(value, np.float64) for name, value in sums.items()}
    # Whole numbers all, so that no spread comes out as 0 to the last digit.
    spread = (s["rated"] * s["xx"] - s["x"] ** 2) * (s["rated"] * s["yy"] - s["y"] ** 2)
    return {
        "mae": ratio(s["error"] / MOST, s["images"]),
        "plcc": ratio(s["rated"] * s["xy"] - s["x"] * s["y"], np.sqrt(spread), math.nan),
        "unparsed": ratio(s["images"] - s["rated"], s["images"]),
    }
