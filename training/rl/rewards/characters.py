"""Characters of a word: is each there with its sign and its box?

    r = F1 = 2 right / (given + there)

Right is a character of the same sign at IoU > 0.5, as `eval.benchmarks.synth_characters` counts it. Ours, for what DEER
(arXiv 2203.05122) detects; average precision (`eval.metrics.char_boxes`) needs confidences, which an answer has not.
"""

from __future__ import annotations

from eval.benchmarks.spots import spotted
from eval.metrics.spotting import page_sums, scores
from eval.predictions import Prediction
from training.rl.rewards.base import Size, scored

TASKS = frozenset({"characters"})


def score(output: str, truth: str, size: Size) -> float:
    """See the module."""
    given, there = (spotted(Prediction("", answer), *size) for answer in (output, truth))
    return float(scores(page_sums(given, there)).exact_f1)


reward = scored("characters", TASKS, score)
