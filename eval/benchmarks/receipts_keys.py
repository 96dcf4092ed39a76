"""Receipts, key fields of single lines: the line that holds a receipt's company, date or total, asked for that field.

Protocol: of every dev receipt the first line (for the total, the first that says "total", if one does) that contains
the field's value, cropped by its true box and asked with the prompt "key". Case, Unicode form and runs of white space
are ignored throughout. `exact` is the share of answers that equal the value, `similarity` the mean of 1 - normalised
edit distance of the two without white space. Fields that no single line holds (all addresses, some companies) are not
asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from eval.benchmarks.base import Item, Number, ratio, rgb
from eval.metrics.fields import field_similarity
from eval.metrics.text import folded
from eval.predictions import Prediction
from eval.receipts_data import receipts

NAME = "receipts_keys"
TASK = "line/key"
FOLDER = "../shared/data/receipts"
LICENCE = "ICDAR 2019 SROIE, CC BY 4.0"
MAIN = "exact"
ERRORS: frozenset[str] = frozenset()

KEYS = ("company", "date", "total")


def holder(lines: Sequence[str], key: str, value: str) -> int | None:
    """Which of a receipt's lines is asked for the field, None if none holds its value."""
    wanted = folded(value)
    holding = [i for i, line in enumerate(lines) if wanted and wanted in folded(line)]
    named = [i for i in holding if key == "total" and "total" in lines[i].lower()]
    return next(iter(named or holding), None)


def load(folder: Path) -> list[Item]:
    """The lines of the dev receipts; the truth is the field's value."""
    found = []
    for page in receipts(folder, "dev"):
        lines = page.lines()
        for key in KEYS:
            value = page.fields.get(key, "")
            at = holder([text for text, _ in lines], key, value)
            if at is not None:
                image = partial(rgb, page.path, lines[at][1])
                found.append(Item(f"{page.path.stem}/{key}", image, value, value, {"key": key}))
    return found


def measure(item: Item, prediction: Prediction) -> dict[str, float]:
    """Whether the answer is the value, and how near it comes."""
    return {
        "right": folded(prediction.output) == folded(item.truth),
        "similarity": field_similarity({"": prediction.output}, {"": item.truth}),
        "fields": 1,
    }


def scores(sums: Mapping[str, Number]) -> dict[str, Number]:
    """See the module."""
    return {
        "exact": ratio(sums["right"], sums["fields"]),
        "similarity": ratio(sums["similarity"], sums["fields"]),
    }
