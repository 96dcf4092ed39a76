"""Sets of drawn documents: images, each with one question and its answer in the words and formats of `prompts/`."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from eval.benchmarks.base import Item, rgb
from eval.benchmarks.files import MANIFEST, manifest, unique
from eval.benchmarks.spots import spotted
from eval.predictions import Prediction
from hyocr.document import Line

LICENCE = "made by this project, Apache-2.0"
HINT = "`python -m training.synth heldout` makes it"

_MEMBERS = {"image": str, "width": int, "height": int, "values": dict, "answer": str}


class Row(NamedTuple):
    """The right answer, and the size of the image in pixels."""

    answer: str
    width: int
    height: int


def answer(row: Row) -> str:
    """The truth where it is the answer as it stands."""
    return row.answer


def lines(row: Row) -> tuple[tuple[int, int], list[Line]]:
    """The truth of spotting: the image's width and height, and the answer's lines, both in pixels."""
    found = spotted(Prediction("", row.answer), row.width, row.height)
    if not found:
        raise ValueError("the answer has no text with a box.")
    return (row.width, row.height), found


def items(folder: Path, truth: Callable[[Row], Any] = answer) -> list[Item]:
    """The questions of the manifest. Raises ValueError naming the row that `truth` raises ValueError for."""
    found = []
    for where, row in manifest(folder, _MEMBERS, HINT):
        if not all(isinstance(value, str) for value in row["values"].values()):
            raise ValueError(f'{where}: "values" should all be strings.')
        try:
            true = truth(Row(row["answer"], row["width"], row["height"]))
        except ValueError as error:
            raise ValueError(f"{where}: {error}") from error
        name = Path(row["image"]).stem
        found.append(Item(name, partial(rgb, folder / row["image"]), true, row["answer"], row["values"]))
    return unique(found, folder / MANIFEST)
