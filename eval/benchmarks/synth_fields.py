"""Drawn forms, letters, cards, invoices and receipts: some or all of their fields as JSON.

Protocol: that of `receipts_fields`: a field is right if its value equals the truth exactly, pooled over all fields;
`folded_f1` ignores case, Unicode form and runs of white space. Items of a list are fields of their own; a field that is
not there is null in the truth, and a value for it counts against precision. Prompt: "fields".

The folder is made by `python -m training.synth heldout`, which says what is held out.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from eval.benchmarks import drawn, key_values, receipts_fields
from eval.benchmarks.base import Item, Number
from eval.metrics.fields import flatten
from eval.predictions import Prediction
from hyocr.tasks.fields import parse_object

NAME = "synth_fields"
TASK = "fields"
FOLDER = "runs/held_out/fields"
LICENCE = drawn.LICENCE
MAIN, ERRORS = receipts_fields.MAIN, receipts_fields.ERRORS


def load(folder: Path) -> list[Item]:
    """The documents of the manifest; the truth is their fields."""
    return drawn.items(folder, _fields)


def _fields(row: drawn.Row) -> dict[str, Any]:
    fields = parse_object(row.answer)
    if not flatten(fields):
        raise ValueError("the answer is no JSON object with a value in it.")
    return fields or {}


def measure(item: Item, prediction: Prediction) -> dict[str, float]:
    """Fields matched, predicted and there, as they are and folded; the similarity of the page."""
    return key_values.measure_folded(prediction.output, item.truth)


def scores(sums: Mapping[str, Number]) -> dict[str, Number]:
    """See the module; `unparsed` is the share of answers without a JSON object."""
    return key_values.scores_folded(sums)
