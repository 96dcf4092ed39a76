"""Receipts, fields: company, date, address and total of each receipt as JSON.

Protocol: SROIE task 3 (ICDAR 2019): a field is right if its value equals the truth exactly; precision, recall and F1
pooled over all fields of the dev receipts. `folded_f1` ignores case, Unicode form and runs of white space (the
truth is upper-cased); `similarity` is the mean over the union of keys of 1 - normalised edit distance.

Each field also has two scores of its own, under its name: the share of receipts whose value is right, folded (`total`),
and the mean similarity of the values (`total_similarity`).

`boxes` is the share of the right values (folded) whose place is right: the boxes of the prediction's field of that name
and the value's place on the receipt (`eval.receipts_places`) have an IoU of 0.5 or more, both as unions of boxes. Of
several places any one counts. Right values that the receipt's true lines do not hold are left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import NamedTuple

from eval.benchmarks import key_values
from eval.benchmarks.base import Item, Number, ratio, rgb
from eval.metrics.fields import field_similarity, flatten
from eval.metrics.geometry import union_iou
from eval.metrics.text import folded
from eval.predictions import Prediction
from eval.receipts_data import Receipt, receipts
from eval.receipts_places import places
from hyocr.document import Box
from hyocr.tasks.fields import parse_object

NAME = "receipts_fields"
TASK = "fields"
FOLDER = "../shared/data/receipts"
LICENCE = "ICDAR 2019 SROIE, CC BY 4.0"
MAIN = "exact_f1"
ERRORS = frozenset({"unparsed"})

KEYS = ("company", "date", "address", "total")
RIGHT_PLACE = 0.5
"""IoU from which a value's boxes are right."""


class Truth(NamedTuple):
    """The values by name, and for each its places: boxes in pixels, one per line that it takes."""

    fields: dict[str, str]
    places: dict[str, list[list[Box]]]


def load(folder: Path) -> list[Item]:
    """The dev receipts; the truth is their fields and where they stand."""
    return [_item(page) for page in receipts(folder, "dev")]


def _item(page: Receipt) -> Item:
    lines = page.lines()
    truth = Truth(page.fields, {key: places(value, lines) for key, value in page.fields.items()})
    asked = key_values.item(page.path.stem, partial(rgb, page.path), page.fields, KEYS)
    return Item(asked.id, asked.image, truth, asked.text, asked.values)


def measure(item: Item, prediction: Prediction) -> dict[str, float]:
    """Fields matched, predicted and there, as they are and folded, all together and by name; similarities; right
    values whose place is known, and those with the right boxes."""
    truth: Truth = item.truth
    given = flatten(parse_object(prediction.output))
    sums = key_values.measure_folded(prediction.output, truth.fields) | {"placed": 0.0, "boxed": 0.0}
    for key in KEYS:
        value = truth.fields.get(key)
        right = value is not None and folded(given.get(key, "")) == folded(value)
        sums[key] = right
        sums[f"{key}_there"] = value is not None
        sums[f"{key}_similarity"] = _similarity(given.get(key), value)
        if right and truth.places[key]:
            sums["placed"] += 1
            sums["boxed"] += _well_placed(key, truth, prediction)
    return sums


def _similarity(given: str | None, value: str | None) -> float:
    return 0.0 if given is None or value is None else field_similarity({"": given}, {"": value})


def _well_placed(key: str, truth: Truth, prediction: Prediction) -> bool:
    boxes = next((field.boxes for field in prediction.fields if field.name == key), [])
    return any(union_iou(boxes, place) >= RIGHT_PLACE for place in truth.places[key])


def judged_values(item: Item, prediction: Prediction) -> list[tuple[float, bool]]:
    """The confidence of each value that was given with one, and whether the value is right (folded)."""
    fields = item.truth.fields
    return [
        (field.confidence, folded(field.value) == folded(fields.get(field.name, "")))
        for field in prediction.fields
        if field.value and field.confidence is not None
    ]


def scores(sums: Mapping[str, Number]) -> dict[str, Number]:
    """See the module; `unparsed` is the share of answers without a JSON object."""
    found = key_values.scores_folded(sums)
    for key in KEYS:
        found[key] = ratio(sums[key], sums[f"{key}_there"])
        found[f"{key}_similarity"] = ratio(sums[f"{key}_similarity"], sums[f"{key}_there"])
    return found | {"boxes": ratio(sums["boxed"], sums["placed"])}
