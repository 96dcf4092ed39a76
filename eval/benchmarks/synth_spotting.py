"""Drawn regions, spotted: where each of two to four lines stands and what it says.

Protocol: detection and end-to-end precision, recall and F1 at IoU 0.5 and the technical report's 1-NED
(`eval.metrics.spotting`), pooled over all regions. Answers are lines with boxes or spotting markup. Prompt: "spotting".
A true box is the upright box around the line's drawn corners, cut at the edges of the image.
What is left of other lines at the upper and lower edge is not in the truth.
The folder is made by `python -m training.synth heldout`, which says what else is held out; the same fonts give
the same 200 regions.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from eval.benchmarks.base import Item, Number, rgb
from eval.benchmarks.files import MANIFEST, checked, manifest, unique
from eval.benchmarks.spots import spotted
from eval.metrics import spotting
from eval.predictions import Prediction
from hyocr.document import Box, Line

NAME = "synth_spotting"
TASK = "spotting"
FOLDER = "runs/held_out/spotting"
LICENCE = "made by this project, Apache-2.0"
MAIN = "exact_f1"
ERRORS: frozenset[str] = frozenset()

HINT = "`python -m training.synth heldout` makes it"


def load(folder: Path) -> list[Item]:
    """The regions of the manifest; the truth is their size in pixels and their lines."""
    items = []
    for where, row in manifest(folder, {"image": str, "width": int, "height": int, "lines": list}, HINT):
        lines = [_line(line, where) for line in row["lines"]]
        truth = (row["width"], row["height"]), lines
        text = "\n".join(line.text for line in lines)
        items.append(Item(Path(row["image"]).stem, partial(rgb, folder / row["image"]), truth, text))
    return unique(items, folder / MANIFEST)


def _line(row: Any, where: str) -> Line:
    checked(row, {"text": str, "box": list}, where)
    try:
        return Line(row["text"], Box(*map(float, row["box"])))
    except (TypeError, ValueError) as error:
        raise ValueError(f'{where}: a "box" is four numbers.') from error


def measure(item: Item, prediction: Prediction) -> dict[str, float]:
    """The sums of the protocol."""
    (width, height), truths = item.truth
    sums = spotting.page_sums(spotted(prediction, width, height), truths)
    return {name: float(value) for name, value in sums._asdict().items()}


def scores(sums: Mapping[str, Number]) -> dict[str, Number]:
    """Scores of the protocol."""
    return spotting.scores(spotting.Sums(*(sums[name] for name in spotting.Sums._fields)))._asdict()
