"""Layout: is every block there with its kind and its place?

    r = F1 = 2 right / (given + there)

Right is a block of the same kind at IoU > 0.5, the reward of HunyuanOCR 1.5 (`train_verl`) for layout without text;
measured as by `eval.benchmarks.synth_layout`. For `layout_parse` it stands beside the reward `parsing`, which drops the
blocks.
"""

from __future__ import annotations

from eval.benchmarks.layout_blocks import layout_blocks
from eval.metrics.spotting import page_sums, scores
from training.rl.rewards.base import Size, scored

TASKS = frozenset({"layout", "layout_parse"})


def score(output: str, truth: str, size: Size) -> float:
    """See the module."""
    return float(scores(page_sums(layout_blocks(output, *size), layout_blocks(truth, *size))).exact_f1)


reward = scored("layout", TASKS, score)
