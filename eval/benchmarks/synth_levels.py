"""Drawn documents, spotted at other levels: every word, or every paragraph, with its box.

Protocol: that of `synth_spotting` over all pages, and F1 and 1-NED of the pages that ask for words and of those that
ask for paragraphs by themselves. A page has many more words than paragraphs. Prompt: "spotting_level".

The folder is made by `python -m training.synth heldout`, which says what is held out.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from eval.benchmarks import drawn, synth_spotting
from eval.benchmarks.base import Item, Number
from eval.predictions import Prediction

NAME = "synth_levels"
TASK = "spotting_level"
FOLDER = "runs/held_out/levels"
LICENCE = drawn.LICENCE
MAIN, ERRORS = synth_spotting.MAIN, synth_spotting.ERRORS

LEVELS = ("word", "paragraph")
_OF_LEVELS = ("detection_f1", "exact_f1", "one_minus_ned")


def load(folder: Path) -> list[Item]:
    """The pages of the manifest; the truth is their size in pixels and their words or paragraphs."""
    return drawn.items(folder, drawn.lines)


def measure(item: Item, prediction: Prediction) -> dict[str, float]:
    """The sums of the protocol, and the same for each level, 0 for the one that was not asked for."""
    sums = synth_spotting.measure(item, prediction)
    asked = item.values.get("level")
    return sums | {f"{level}_{name}": value * (level == asked) for level in LEVELS for name, value in sums.items()}


def scores(sums: Mapping[str, Number]) -> dict[str, Number]:
    """Scores of the protocol; those of a level are NaN over pages that do not ask for it."""
    found = synth_spotting.scores(sums)
    for level in LEVELS:
        own = {name.removeprefix(f"{level}_"): value for name, value in sums.items() if name.startswith(f"{level}_")}
        there, scored = np.asarray(own["truths"]), synth_spotting.scores(own)
        found |= {f"{level}_{name}": np.where(there > 0, scored[name], np.nan) for name in _OF_LEVELS}
    return found
