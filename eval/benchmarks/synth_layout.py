"""Drawn pages, their layout: the kind and the place of every block.

Protocol: blocks are matched as `eval.metrics.spotting` matches lines, at IoU 0.5: precision, recall and F1 of places
(`detection_*`), and of blocks whose kind is right as well (`kind_*`), pooled over all pages. The order of blocks is not
scored. Prompt: "layout".

The folder is made by `python -m training.synth heldout`, which says what is held out.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from eval.benchmarks import drawn
from eval.benchmarks.base import Item, Number
from eval.benchmarks.layout_blocks import layout_blocks
from eval.metrics import spotting
from eval.metrics.pooled import precision_recall_f1
from eval.predictions import Prediction
from hyocr.document import Line

NAME = "synth_layout"
TASK = "layout"
FOLDER = "runs/held_out/layout"
LICENCE = drawn.LICENCE
MAIN = "kind_f1"
ERRORS: frozenset[str] = frozenset()


def load(folder: Path) -> list[Item]:
    """The pages of the manifest; the truth is their size in pixels and their blocks."""
    return drawn.items(folder, _blocks)


def _blocks(row: drawn.Row) -> tuple[tuple[int, int], list[Line]]:
    found = layout_blocks(row.answer, row.width, row.height)
    if not found:
        raise ValueError("the answer has no block.")
    return (row.width, row.height), found


def measure(item: Item, prediction: Prediction) -> dict[str, float]:
    """Blocks found, of the right kind, predicted and there."""
    (width, height), truths = item.truth
    sums = spotting.page_sums(layout_blocks(prediction.output, width, height), truths)
    return {
        "detected": float(sums.detected),
        "right": float(sums.exact),
        "predicted": float(sums.predictions),
        "there": float(sums.truths),
    }


def scores(sums: Mapping[str, Number]) -> dict[str, Number]:
    """See the module."""
    found: dict[str, Number] = {}
    for kind, matched in (("detection", "detected"), ("kind", "right")):
        shares = precision_recall_f1(sums[matched], sums["predicted"], sums["there"])
        found |= zip((f"{kind}_precision", f"{kind}_recall", f"{kind}_f1"), shares, strict=True)
    return found
