"""Drawn documents, read at a point: the word, line or paragraph there, or `<none>`.

Protocol: runs of white space count as one space. `exact` is the share of points answered right; `one_minus_ned` the
mean of 1 - normalised edit distance (`eval.metrics.ned`), 0 where only one of answer and truth is `<none>`;
`none_precision` and `none_recall` are those of the answer `<none>` alone. Prompt: "read_at".

The folder is made by `python -m training.synth heldout`, which says what is held out.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from eval.benchmarks import drawn
from eval.benchmarks.base import Item, Number, ratio
from eval.metrics.ned import normalised_distance
from eval.metrics.text import single_spaces
from eval.predictions import Prediction

NAME = "synth_points"
TASK = "read_at"
FOLDER = "runs/held_out/points"
LICENCE = drawn.LICENCE
MAIN = "exact"
ERRORS: frozenset[str] = frozenset()

NONE = "<none>"

load = drawn.items


def measure(item: Item, prediction: Prediction) -> dict[str, float]:
    """Whether the answer is right, how near it is, and what is said and true of `<none>`."""
    given, truth = single_spaces(prediction.output), single_spaces(item.truth)
    comparable = (given == NONE) == (truth == NONE)
    return {
        "exact": given == truth,
        "similarity": 1 - normalised_distance(given, truth) if comparable else 0.0,
        "points": 1,
        "none_right": given == truth == NONE,
        "none_given": given == NONE,
        "none_there": truth == NONE,
    }


def scores(sums: Mapping[str, Number]) -> dict[str, Number]:
    """Shares of points; recall of `<none>` is NaN where it is never true, precision where it is never said either."""
    unknown = np.equal(sums["none_given"], 0) & np.equal(sums["none_there"], 0)
    return {
        "exact": ratio(sums["exact"], sums["points"]),
        "one_minus_ned": ratio(sums["similarity"], sums["points"]),
        "none_precision": np.where(unknown, np.nan, ratio(sums["none_right"], sums["none_given"])),
        "none_recall": ratio(sums["none_right"], sums["none_there"], math.nan),
    }
