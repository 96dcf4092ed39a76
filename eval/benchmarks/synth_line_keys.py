"""Drawn lines of labelled values: the value of one named field.

Protocol: that of `docvqa`: ANLS averaged over fields, and the share answered exactly, case and runs of white space
ignored. Prompt: "key".

The folder is made by `python -m training.synth heldout`, which says what is held out.
"""

from __future__ import annotations

from pathlib import Path

from eval.benchmarks import docvqa, drawn
from eval.benchmarks.base import Item

NAME = "synth_line_keys"
TASK = "line/key"
FOLDER = "runs/held_out/line_keys"
LICENCE = drawn.LICENCE
MAIN, ERRORS = docvqa.MAIN, docvqa.ERRORS


def load(folder: Path) -> list[Item]:
    """The questions of the manifest; the truth is the one accepted answer, in a list."""
    return drawn.items(folder, lambda row: [row.answer])


measure, scores = docvqa.measure, docvqa.scores
