"""Drawn lines: single lines of text in fonts that training never draws, worn and photographed.

Protocol: edits pooled over all lines; runs of white space count as one space. A crop is read as one line.
The folder is made by `python -m training.synth heldout`, which says what else is held out; the same fonts give
the same 1,000 lines.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from eval.benchmarks.base import Item, Number, ratio, rgb
from eval.benchmarks.files import MANIFEST, manifest, unique
from eval.metrics.cer import character_errors
from eval.metrics.text import single_spaces
from eval.predictions import Prediction

NAME = "synth_lines"
TASK = "line"
FOLDER = "runs/held_out/lines"
LICENCE = "made by this project, Apache-2.0"
MAIN = "cer"
ERRORS = frozenset({"cer"})

HINT = "`python -m training.synth heldout` makes it"


def load(folder: Path) -> list[Item]:
    """The lines of the manifest; the truth is their text."""
    items = []
    for where, row in manifest(folder, {"image": str, "text": str}, HINT):
        text = single_spaces(row["text"])
        if not text:
            raise ValueError(f'{where}: "text" is blank.')
        items.append(Item(Path(row["image"]).stem, partial(rgb, folder / row["image"]), text, text))
    return unique(items, folder / MANIFEST)


def measure(item: Item, prediction: Prediction) -> dict[str, float]:
    """Edits, characters, and whether the line is right."""
    errors = character_errors(single_spaces(prediction.output), item.truth)
    return {"edits": errors.edits, "characters": errors.length, "exact": errors.edits == 0, "lines": 1}


def scores(sums: Mapping[str, Number]) -> dict[str, Number]:
    """The character error rate, and the share of lines without an error."""
    return {"cer": ratio(sums["edits"], sums["characters"], math.nan), "exact": ratio(sums["exact"], sums["lines"])}
