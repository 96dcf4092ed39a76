"""Key-value extraction: exact match of fields, and field similarity.

Exact match, the protocol of SROIE task 3 (ICDAR 2019): a predicted field counts if the truth has its key with the very
same string.

    P = matched / predicted    R = matched / there    F1 = 2 P R / (P + R)

Field similarity, as HunyuanOCR's reward for extraction: the mean over the union of keys of 1 - NED of the two values,
stripped, lower-cased and without white space; a key that one side lacks scores 0.

Values may nest. They flatten to dotted paths, list items by their index from 0: {"items": [{"price": 5}]} has the one
field "items.0.price" = "5". Numbers and truth values are written as in JSON; null is no field, and neither is an empty
list or object.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from eval.metrics.ned import normalised_distance
from eval.metrics.text import no_spaces

MOST_PATH = 1000  # characters; an answer that nests deeply would have paths of the square of its length


class FieldCounts(NamedTuple):
    """Counts that add over documents; `pooled.precision_recall_f1` scores them in this order."""

    matched: int
    predicted: int
    there: int


def flatten(fields: Mapping[str, Any] | None) -> dict[str, str]:
    """Dotted path -> value as text; see the module.

    Where two paths collide the later field counts. A path over MOST_PATH characters is left out. None has no fields.
    """
    flat: dict[str, str] = {}
    todo: list[tuple[str, Any]] = [("", fields or {})]
    while todo:  # no recursion: a model's answer may nest deeply
        path, value = todo.pop()
        if len(path) > MOST_PATH:
            continue
        if isinstance(value, Mapping):
            todo += reversed([(f"{path}.{key}" if path else str(key), item) for key, item in value.items()])
        elif isinstance(value, list | tuple):
            todo += reversed([(f"{path}.{index}", item) for index, item in enumerate(value)])
        elif value is not None:
            flat[path] = value if isinstance(value, str) else json.dumps(value, default=str)
    return flat


def field_counts(prediction: Mapping[str, Any] | None, truth: Mapping[str, Any]) -> FieldCounts:
    """The counts of one document; a prediction of None (no parsable answer) has no fields."""
    predicted, there = flatten(prediction), flatten(truth)
    return FieldCounts(len(predicted.items() & there.items()), len(predicted), len(there))


def field_similarity(prediction: Mapping[str, Any] | None, truth: Mapping[str, Any]) -> float:
    """Field similarity of one document, 0..1, to be averaged over documents.

    0 for a prediction of None (no parsable answer), else 1 if neither side has a field.
    """
    if prediction is None:
        return 0.0
    predicted, there = flatten(prediction), flatten(truth)
    if not (keys := predicted.keys() | there.keys()):
        return 1.0
    # Sorted, because a sum of floats depends on the order, and the order of a set on the process.
    shared = sorted(predicted.keys() & there.keys())
    return sum(1 - normalised_distance(_plain(predicted[key]), _plain(there[key])) for key in shared) / len(keys)


def _plain(value: str) -> str:
    return no_spaces(value.lower())
