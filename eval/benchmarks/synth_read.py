"""Drawn regions, read: two to four lines of text in fonts that training never draws.

Protocol: edits pooled over all regions, in characters (line ends count as spaces, runs of white space as one space) and
in words; F1 of the words as a bag, separated by white space and compared as they are. Prompt: "read".
What is left of other lines at the upper and lower edge is not in the truth.
The folder is made by `python -m training.synth heldout`, which says what else is held out; the same fonts give
the same 200 regions.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from eval.benchmarks.base import Item, Number, ratio, rgb
from eval.benchmarks.files import MANIFEST, manifest, unique
from eval.metrics.cer import character_errors
from eval.metrics.pooled import precision_recall_f1
from eval.metrics.text import single_spaces
from eval.metrics.wer import word_errors
from eval.metrics.words import exact_words, word_counts
from eval.predictions import Prediction

NAME = "synth_read"
TASK = "read"
FOLDER = "runs/held_out/read"
LICENCE = "made by this project, Apache-2.0"
MAIN = "cer"
ERRORS = frozenset({"cer", "wer"})

HINT = "`python -m training.synth heldout` makes it"


def load(folder: Path) -> list[Item]:
    """The regions of the manifest; the truth is their text."""
    items = []
    for where, row in manifest(folder, {"image": str, "text": str}, HINT):
        if not row["text"].strip():
            raise ValueError(f'{where}: "text" is blank.')
        items.append(Item(Path(row["image"]).stem, partial(rgb, folder / row["image"]), row["text"], row["text"]))
    return unique(items, folder / MANIFEST)


def measure(item: Item, prediction: Prediction) -> dict[str, float]:
    """Edits in characters and words, and the words' counts."""
    characters = character_errors(single_spaces(prediction.output), single_spaces(item.truth))
    words = word_errors(prediction.output, item.truth)
    bag = word_counts(prediction.output, item.truth, exact_words)
    return {
        "edits": characters.edits,
        "characters": characters.length,
        "word_edits": words.edits,
        "words": words.length,
        "matched": bag.matched,
        "read": bag.read,
        "there": bag.there,
    }


def scores(sums: Mapping[str, Number]) -> dict[str, Number]:
    """Error rates of characters and words, and the words' F1."""
    return {
        "cer": ratio(sums["edits"], sums["characters"], math.nan),
        "wer": ratio(sums["word_edits"], sums["words"], math.nan),
        "word_f1": precision_recall_f1(sums["matched"], sums["read"], sums["there"])[2],
    }
