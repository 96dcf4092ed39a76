"""Drawn documents of all types, and questions about what stands in them.

Protocol: that of `docvqa`: ANLS averaged over questions, and the share answered exactly, case and runs of white space
ignored. The prompt is the question alone.

The folder is made by `python -m training.synth heldout`, which says what is held out.
"""

from __future__ import annotations

from pathlib import Path

from eval.benchmarks import docvqa, drawn
from eval.benchmarks.base import Item

NAME = "synth_questions"
TASK = "ask"
FOLDER = "runs/held_out/questions"
LICENCE = drawn.LICENCE
MAIN, ERRORS = docvqa.MAIN, docvqa.ERRORS


def load(folder: Path) -> list[Item]:
    """The questions of the manifest; the truth is the one accepted answer, in a list."""
    return drawn.items(folder, lambda row: [row.answer])


measure, scores = docvqa.measure, docvqa.scores
