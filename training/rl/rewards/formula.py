"""Formulas: how near is the LaTeX?

    r = 1 - edit distance of the normalised LaTeX over the longer length

`eval.metrics.formula_edit` (OmniDocBench 1.5, arXiv 2412.07626). Not CDM, though it knows that one formula has many
spellings: it is 0 for everything that cannot be laid out, which an answer with one wrong brace is, and forgives
glyphs that move as one, which training would find. The truths are spelled one way.
"""

from __future__ import annotations

from eval.metrics.formula_edit import formula_edit
from training.rl.rewards.base import Size, scored

TASKS = frozenset({"formula"})


def score(output: str, truth: str, size: Size) -> float:
    """See the module."""
    return 1 - formula_edit(output, truth)


reward = scored("formula", TASKS, score)
