"""Receipts, fields: company, date, address and total of each receipt as JSON.

Protocol: SROIE task 3 (ICDAR 2019): a field is right if its value equals the truth exactly; precision, recall and F1
pooled over all fields of the dev receipts. `folded_f1` ignores case, Unicode form and runs of white space (the
truth is upper-cased); `similarity` is the mean over the union of keys of 1 - normalised edit distance.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path

from eval.benchmarks import key_values
from eval.benchmarks.base import Item, Number, rgb
from eval.metrics.text import folded
from eval.predictions import Prediction
from eval.receipts_data import receipts

NAME = "receipts_fields"
TASK = "fields"
FOLDER = "../shared/data/receipts"
LICENCE = "ICDAR 2019 SROIE, CC BY 4.0"
MAIN = "exact_f1"
ERRORS = frozenset({"unparsed"})

KEYS = ("company", "date", "address", "total")


def load(folder: Path) -> list[Item]:
    """The dev receipts; the truth is their fields."""
    return [
        key_values.item(page.path.stem, partial(rgb, page.path), page.fields, KEYS) for page in receipts(folder, "dev")
    ]


def measure(item: Item, prediction: Prediction) -> dict[str, float]:
    """Fields matched, predicted and there, as they are and folded; the similarity of the page."""
    return key_values.measure(prediction.output, item.truth, "folded", _folded)


def scores(sums: Mapping[str, Number]) -> dict[str, Number]:
    """See the module; `unparsed` is the share of answers without a JSON object."""
    return key_values.scores(sums, "folded")


def _folded(fields: key_values.Fields) -> key_values.Fields:
    return {key: folded(value) for key, value in fields.items()}
