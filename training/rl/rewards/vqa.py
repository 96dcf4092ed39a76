"""Questions: is the answer right?

    r = ANLS(output, truth): 1 - NED, and 0 from NED 0.5 on

`eval.metrics.anls` (Biten et al. 2019, arXiv 1905.13648). `exact` is 1 only for the answer itself, case and runs of
white space aside. HunyuanOCR asks a judge for 0 or 1 (arXiv 2511.19575, section 5.2): `judged` takes any.
"""

from __future__ import annotations

from eval.metrics.anls import anls
from eval.metrics.text import single_spaces
from training.rl.rewards import base
from training.rl.rewards.base import Judge, Reward, Size

TASKS = frozenset({"ask"})


def score(output: str, truth: str, size: Size) -> float:
    """ANLS; see the module."""
    return anls(output, [truth])


def exact_score(output: str, truth: str, size: Size) -> float:
    """1 or 0; see the module."""
    return float(single_spaces(output.lower()) == single_spaces(truth.lower()))


def judged(judge: Judge) -> Reward:
    """The reward of `judge(question, truth, output)`, a number in 0..1 (cut to it) or a bool."""
    return base.judged("vqa", TASKS, lambda *answers: min(1.0, max(0.0, float(judge(*answers)))))


reward = base.scored("vqa", TASKS, score)
exact = base.scored("vqa_exact", TASKS, exact_score)
