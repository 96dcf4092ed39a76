"""Receipts, read: which words of each scanned receipt are found, wherever they stand.

Protocol: SROIE task 2 (ICDAR 2019): words as a bag per page, pooled over the dev receipts. The truth is upper-cased
whatever the image shows, so `word_f1` compares alphanumeric runs upper-cased; `exact_*` compares white-space separated
words as they are, case included. Not the official test split: the dev receipts are part of its training set.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path

from eval.benchmarks.base import Item, Number, rgb
from eval.metrics.pooled import precision_recall_f1
from eval.metrics.words import alphanumeric_words, exact_words, word_counts
from eval.predictions import Prediction
from eval.receipts_data import receipts

NAME = "receipts"
TASK = "read"
FOLDER = "../shared/data/receipts"
LICENCE = "ICDAR 2019 SROIE, CC BY 4.0"
MAIN = "word_f1"
ERRORS: frozenset[str] = frozenset()

FORMS = {"word": alphanumeric_words, "exact": exact_words}


def load(folder: Path) -> list[Item]:
    """The dev receipts; the truth is their text, a line per box."""
    pages = receipts(folder, "dev")
    return [
        Item(page.path.stem, partial(rgb, page.path), "\n".join(page.words), "\n".join(page.words)) for page in pages
    ]


def measure(item: Item, prediction: Prediction) -> dict[str, float]:
    """Words matched, read and there, in both forms."""
    sums: dict[str, float] = {}
    for form, words in FORMS.items():
        counts = word_counts(prediction.output, item.truth, words)
        sums |= {f"{form}_{name}": value for name, value in counts._asdict().items()}
    return sums


def scores(sums: Mapping[str, Number]) -> dict[str, Number]:
    """Precision, recall and F1 in both forms."""
    result: dict[str, Number] = {}
    for form in FORMS:
        precision, recall, f1 = precision_recall_f1(*(sums[f"{form}_{name}"] for name in ("matched", "read", "there")))
        result |= {f"{form}_f1": f1, f"{form}_precision": precision, f"{form}_recall": recall}
    return result
