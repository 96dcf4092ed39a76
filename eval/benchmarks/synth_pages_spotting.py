"""Drawn documents, spotted: every line of whole pages, cards, receipts, signs and screens with its box.

Protocol: that of `synth_spotting`: F1 at IoU 0.5 and 1-NED. A true box is the upright box around a line's ink, on the
grid of 0 to 1000 that answers are written in. Prompt: "spotting".

The folder is made by `python -m training.synth heldout`, which says what is held out.
"""

from __future__ import annotations

from pathlib import Path

from eval.benchmarks import drawn, synth_spotting
from eval.benchmarks.base import Item

NAME = "synth_pages_spotting"
TASK = "spotting"
FOLDER = "runs/held_out/pages_spotting"
LICENCE = drawn.LICENCE
MAIN, ERRORS = synth_spotting.MAIN, synth_spotting.ERRORS


def load(folder: Path) -> list[Item]:
    """The pages of the manifest; the truth is their size in pixels and their lines."""
    return drawn.items(folder, drawn.lines)


measure, scores = synth_spotting.measure, synth_spotting.scores
