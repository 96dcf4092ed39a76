"""Drawn documents, the word at a point: each of its characters with its box.

Protocol: precision, recall and F1 of boxes at IoU 0.5 (`eval.metrics.spotting`), any character or the right one
(`exact_*`), pooled over all words; `word` is the share of words whose characters are all right and in order, wherever
their boxes are. Prompt: "characters".

The folder is made by `python -m training.synth heldout`, which says what is held out.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from eval.benchmarks import drawn, synth_spotting
from eval.benchmarks.base import Item, Number, ratio
from eval.benchmarks.spots import spotted
from eval.predictions import Prediction

NAME = "synth_characters"
TASK = "characters"
FOLDER = "runs/held_out/characters"
LICENCE = drawn.LICENCE
MAIN = "exact_f1"
ERRORS: frozenset[str] = frozenset()

_SCORES = tuple(f"{kind}_{score}" for kind in ("detection", "exact") for score in ("precision", "recall", "f1"))


def load(folder: Path) -> list[Item]:
    """The words of the manifest; the truth is the image's size in pixels and the characters."""
    return drawn.items(folder, drawn.lines)


def measure(item: Item, prediction: Prediction) -> dict[str, float]:
    """The sums of spotting, and whether the word is right."""
    (width, height), truths = item.truth
    read = [line.text for line in spotted(prediction, width, height)]
    right = read == [line.text for line in truths]
    return {**synth_spotting.measure(item, prediction), "right": right, "words": 1}


def scores(sums: Mapping[str, Number]) -> dict[str, Number]:
    """See the module."""
    found = synth_spotting.scores(sums)
    return {name: found[name] for name in _SCORES} | {"word": ratio(sums["right"], sums["words"])}
