"""Spotting: is every line found and read, and nothing else?

    r = sum over pairs of (1 - NED) / (pairs + unmatched lines of either side)

Pairs are made by IoU (`eval.metrics.spotting.page_reward`), the reward of HunyuanOCR (arXiv 2511.19575, section 5.2).
As there, an output against the schema gets 0: one of which the greater part is no line with a box.
"""

from __future__ import annotations

from eval.benchmarks.spots import spotted
from eval.metrics.spotting import page_reward
from eval.predictions import Prediction
from hyocr.tasks import spotting
from training.rl.rewards.base import Size, scored

TASKS = frozenset({"spotting", "spotting_json", "spotting_level"})


def score(output: str, truth: str, size: Size) -> float:
    """See the module; 1 where there is no line and none was given."""
    if not understood(output):
        return 0.0
    given, there = (spotted(Prediction("", answer), *size) for answer in (output, truth))
    return page_reward(given, there)


def understood(output: str) -> bool:
    """Whether the parser has a rule for half of the output's characters at least."""
    _, unparsed = spotting.scan(output)
    return 2 * sum(len(part.text) for part in unparsed) <= len(output.strip())


reward = scored("spotting", TASKS, score)
