"""Receipts, fields: company, date, address and total of each receipt as JSON.

Protocol: SROIE task 3 (ICDAR 2019): a field is right if its value equals the truth exactly; precision, recall and F1
pooled over all fields of the dev receipts. `folded_f1` ignores case, Unicode form and runs of white space (the
truth is upper-cased); `similarity` is the mean over the union of keys of 1 - normalised edit distance.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from eval.benchmarks.base import Item, Number, ratio, rgb
from eval.metrics.fields import field_counts, field_similarity, flatten, parse_fields
from eval.metrics.pooled import precision_recall_f1
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
    keys = "[" + ",".join(f"'{key}'" for key in KEYS) + "]"
    return [
        Item(
            page.path.stem,
            partial(rgb, page.path),
            page.fields,
            json.dumps(page.fields, ensure_ascii=False, indent=1),
            {"keys": keys},
        )
        for page in receipts(folder, "dev")
    ]


def measure(item: Item, prediction: Prediction) -> dict[str, float]:
    """Fields matched, predicted and there, as they are and folded; the similarity of the page."""
    answer = parse_fields(prediction.output)
    given = None if answer is None else flatten(answer)
    exact = field_counts(given, item.truth)
    alike = field_counts(
        {key: folded(value) for key, value in (given or {}).items()},
        {key: folded(value) for key, value in item.truth.items()},
    )
    return {
        "matched": exact.matched,
        "folded": alike.matched,
        "predicted": exact.predicted,
        "there": exact.there,
        "similarity": field_similarity(given, item.truth),
        "unparsed": answer is None,
        "pages": 1,
    }


def scores(sums: Mapping[str, Number]) -> dict[str, Number]:
    """See the module; `unparsed` is the share of answers without a JSON object."""
    precision, recall, f1 = precision_recall_f1(sums["matched"], sums["predicted"], sums["there"])
    return {
        "exact_f1": f1,
        "exact_precision": precision,
        "exact_recall": recall,
        "folded_f1": precision_recall_f1(sums["folded"], sums["predicted"], sums["there"])[2],
        "similarity": ratio(sums["similarity"], sums["pages"]),
        "unparsed": ratio(sums["unparsed"], sums["pages"]),
    }
