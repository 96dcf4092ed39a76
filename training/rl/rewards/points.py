"""Reading at a point: the text there, or that there is none.

    r = 1 - NED(output, truth), runs of white space as one space
    r = 0 where only one of them is `<none>` (no text at the point) or `[unk]` (a script that is not read)
    r = (1 - NED + IoU) / 2 where the truth has a box

Ours, for points as DEER (arXiv 2203.05122) learns to read them; measured as by `eval.benchmarks.synth_points`.
"""

from __future__ import annotations

from eval.benchmarks import synth_points
from eval.benchmarks.spots import spotted
from eval.metrics.geometry import iou
from eval.metrics.text import single_spaces
from eval.predictions import Prediction
from training.rl.rewards.base import Size, measured, scored

TASKS = frozenset({"read_at"})
UNKNOWN = "[unk]"


def score(output: str, truth: str, size: Size) -> float:
    """See the module. Of an output that should have a box the first line that has one counts."""
    if "</quad>" in truth:
        given, there = (spotted(Prediction("", answer), *size)[:1] for answer in (output, truth))
        return (_similarity(given[0].text, there[0].text) + float(iou(given, there)[0, 0])) / 2 if given else 0.0
    return _similarity(output, truth)


def _similarity(output: str, truth: str) -> float:
    if UNKNOWN in (single_spaces(output), single_spaces(truth)):
        return float(single_spaces(output) == single_spaces(truth))
    return measured(synth_points.measure, output, truth)["similarity"]


reward = scored("points", TASKS, score)
