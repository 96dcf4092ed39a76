"""Formulas: an image of one formula, to be written as LaTeX.

Protocol: CDM and ExpRate (Wang et al. 2024, arXiv 2409.03643; `eval.metrics.cdm` says what is done in place of a LaTeX
installation), both means over the formulas whose truth can be laid out; `unrenderable` is the share of truths that
can't, `broken` the share of answers that can't (they score 0). `formula_edit` is the edit distance of the normalised
LaTeX (OmniDocBench 1.5, arXiv 2412.07626), pooled over all formulas. Prompt: "formula".

Folder: `manifest.jsonl` with `image`, `latex` and `split`; the dev split is read.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path

import numpy as np

from eval.benchmarks.base import Item, Number, ratio, rgb
from eval.benchmarks.files import MANIFEST, manifest, unique
from eval.metrics.cdm import cdm
from eval.metrics.formula_edit import edit_counts, normalised
from eval.predictions import Prediction

NAME = "formulas"
TASK = "formula"
FOLDER = "../shared/data/formulas"
LICENCE = "im2markup sample (harvardnlp), MIT"
MAIN = "cdm"
ERRORS = frozenset({"formula_edit", "unrenderable", "broken"})


def load(folder: Path) -> list[Item]:
    """The dev split of the manifest; the truth is LaTeX."""
    rows = manifest(folder, {"image": str, "latex": str, "split": str})
    items = [
        Item(Path(row["image"]).stem, partial(rgb, folder / row["image"]), row["latex"], row["latex"])
        for _, row in rows
        if row["split"] == "dev"
    ]
    return unique(items, folder / MANIFEST)


def measure(item: Item, prediction: Prediction) -> dict[str, float]:
    """CDM, whether it is 1, whether truth and answer can be laid out; edits over the longer length."""
    counts = cdm(prediction.output, item.truth)
    edits = edit_counts(normalised(prediction.output), normalised(item.truth))
    return {
        "cdm": counts.f1,
        "exact": counts.exact,
        "renderable": counts.renderable,
        "broken": counts.renderable and not counts.predicted,
        "edits": edits.edits,
        "length": edits.length,
        "formulas": 1,
    }


def scores(sums: Mapping[str, Number]) -> dict[str, Number]:
    """See the module."""
    return {
        "cdm": ratio(sums["cdm"], sums["renderable"], np.nan),
        "exp_rate": ratio(sums["exact"], sums["renderable"], np.nan),
        "formula_edit": ratio(sums["edits"], sums["length"], np.nan),
        "unrenderable": ratio(np.asarray(sums["formulas"]) - np.asarray(sums["renderable"]), sums["formulas"], np.nan),
        "broken": ratio(sums["broken"], sums["renderable"], np.nan),
    }
