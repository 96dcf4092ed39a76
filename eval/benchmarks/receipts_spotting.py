"""Receipts, spotted: where each line of text stands and what it says.

Protocol: detection and end-to-end precision, recall and F1 at IoU 0.5 and the technical report's 1-NED
(`eval.metrics.spotting`); and CLEval, which charges a line cut or joined elsewhere than in the truth for the cut alone
(`eval.metrics.cleval`). Pooled over the dev receipts. The truth is upper-cased, so `exact_*`, 1-NED and CLEval compare
upper-cased text, `alphanumeric_*` letters and digits alone. Answers are lines with boxes or spotting markup.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from eval.benchmarks.base import Item, Number, rgb
from eval.benchmarks.spots import spotted
from eval.metrics import cleval, spotting
from eval.predictions import Prediction
from eval.receipts_data import receipts
from hyocr.document import Box, Line

NAME = "receipts_spotting"
TASK = "spotting"
FOLDER = "../shared/data/receipts"
LICENCE = "ICDAR 2019 SROIE, CC BY 4.0"
MAIN = "cleval_end_to_end_hmean"
ERRORS: frozenset[str] = frozenset()


def load(folder: Path) -> list[Item]:
    """The dev receipts; the truth is their size in pixels and their lines."""
    items = []
    for page in receipts(folder, "dev"):
        lines = [Line(text.upper(), Box(*box)) for text, box in page.lines()]
        items.append(Item(page.path.stem, partial(rgb, page.path), (page.size, lines), "\n".join(page.words)))
    return items


def measure(item: Item, prediction: Prediction) -> dict[str, float]:
    """The sums of both protocols."""
    (width, height), truths = item.truth
    lines = [replace(line, text=line.text.upper()) for line in spotted(prediction, width, height)]
    by_line, by_character = spotting.page_sums(lines, truths), cleval.page_counts(lines, truths)
    sums = by_line._asdict() | {f"cleval_{name}": value for name, value in by_character._asdict().items()}
    return {name: float(value) for name, value in sums.items()}


def scores(sums: Mapping[str, Number]) -> dict[str, Number]:
    """Scores of both protocols."""
    by_line = spotting.scores(spotting.Sums(*(sums[name] for name in spotting.Sums._fields)))
    by_character = cleval.scores(cleval.Counts(*(sums[f"cleval_{name}"] for name in cleval.Counts._fields)))
    return by_line._asdict() | {f"cleval_{name}": value for name, value in by_character._asdict().items()}
