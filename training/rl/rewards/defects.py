"""Defects, a multiple-choice question: r = 1 for the right letter, else 0.

The reward of UniPercept's questions (arXiv 2512.21675); letters are read as by `eval.benchmarks.synth_defects`.
"""

from __future__ import annotations

from eval.benchmarks import synth_defects
from training.rl.rewards.base import Size, measured, scored

TASKS = frozenset({"defects"})


def score(output: str, truth: str, size: Size) -> float:
    """See the module."""
    return float(measured(synth_defects.measure, output, truth)["right"])


reward = scored("defects", TASKS, score)
