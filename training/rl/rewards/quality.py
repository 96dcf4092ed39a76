"""Quality: how near is the rating?

    r = exp(-e^2 / (2 s^2)),  s = s0 (1 + a e / 100),  e = |given - true| on 0..100,  s0 = 8,  a = 0.25

The adaptive Gaussian of UniPercept (arXiv 2512.21675). The paper gives neither s0 on this scale nor a: these are our
fit to its Fig. 6, which they reproduce to three decimals: 1, 0.827, 0.475, 0.059 and 0.000 at e = 0, 5, 10, 20 and 50.
Of an answer of several ratings r is the mean over the true ones in their order; a rating that is missing scores 0.
"""

from __future__ import annotations

import math
import re

from eval.benchmarks.synth_quality import rating
from training.rl.rewards.base import Size, scored

TASKS = frozenset({"quality"})
S0, A = 8.0, 0.25

_NUMBER = re.compile(r"[0-9]++")


def score(output: str, truth: str, size: Size) -> float:
    """See the module. Raises ValueError for a truth without a number."""
    given, there = _ratings(output), _ratings(truth)
    if not there:
        raise ValueError(f"the true rating {truth!r:.40} has no number.")
    return sum(gaussian(abs(a - b)) for a, b in zip(given, there, strict=False)) / len(there)


def gaussian(error: float) -> float:
    """The reward of one rating that is `error` points off."""
    return math.exp(-(error**2) / (2 * (S0 * (1 + A * error / 100)) ** 2))


def _ratings(answer: str) -> list[int]:
    """All whole numbers, each as the benchmark reads one."""
    return [rating(number) or 0 for number in _NUMBER.findall(answer)]


reward = scored("quality", TASKS, score)
