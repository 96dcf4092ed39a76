"""What the benchmarks of named fields share: how fields are asked for, measured and scored."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from PIL import Image

from eval.benchmarks.base import Item, Number, ratio
from eval.metrics.fields import field_counts, field_similarity, flatten
from eval.metrics.pooled import precision_recall_f1
from eval.metrics.text import folded
from hyocr.tasks.fields import parse_object

Fields = dict[str, str]


def item(name: str, image: Callable[[], Image.Image], fields: Mapping[str, Any], keys: Iterable[str]) -> Item:
    """An image of which the fields of these keys are asked; the truth is `fields`."""
    return Item(name, image, fields, json.dumps(fields, ensure_ascii=False, indent=1), {"question": ",".join(keys)})


def measure(output: str, truth: Mapping[str, Any], name: str, alike: Callable[[Fields], Fields]) -> dict[str, float]:
    """Fields matched as they are and (sum `name`) after `alike`, predicted, there, and there without an answer; the
    page's similarity, and whether the answer holds no JSON object."""
    answer = parse_object(output)
    given, there = flatten(answer), flatten(truth)
    exact = field_counts(given, there)
    return {
        "matched": exact.matched,
        name: field_counts(alike(given), alike(there)).matched,
        "predicted": exact.predicted,
        "there": exact.there,
        "missing": sum(not given.get(key, "").strip() for key in there),
        "similarity": field_similarity(answer, truth),
        "unparsed": answer is None,
        "pages": 1,
    }


def scores(sums: Mapping[str, Number], name: str) -> dict[str, Number]:
    """Precision, recall and F1 of fields as they are, F1 after normalisation as `NAME_f1`, mean similarity, and the
    share of answers without a JSON object."""
    precision, recall, f1 = precision_recall_f1(sums["matched"], sums["predicted"], sums["there"])
    return {
        "exact_f1": f1,
        "exact_precision": precision,
        "exact_recall": recall,
        f"{name}_f1": precision_recall_f1(sums[name], sums["predicted"], sums["there"])[2],
        "similarity": ratio(sums["similarity"], sums["pages"]),
        "unparsed": ratio(sums["unparsed"], sums["pages"]),
    }


def measure_folded(output: str, truth: Mapping[str, Any]) -> dict[str, float]:
    """`measure` of fields as they are and folded."""
    return measure(output, truth, "folded", _folded)


def scores_folded(sums: Mapping[str, Number]) -> dict[str, Number]:
    """`scores` of what `measure_folded` measures."""
    return scores(sums, "folded")


def _folded(fields: Fields) -> Fields:
    return {key: folded(value) for key, value in fields.items()}
