"""Drawn lines of labelled values: a question to be answered after the words that the answer rests on.

Protocol: that of `synth_evidence`. Prompt: "evidence".

The folder is made by `python -m training.synth heldout`, which says what is held out.
"""

from __future__ import annotations

from pathlib import Path

from eval.benchmarks import drawn, synth_evidence
from eval.benchmarks.base import Item

NAME = "synth_line_evidence"
TASK = "line/evidence"
FOLDER = "runs/held_out/line_evidence"
LICENCE = drawn.LICENCE
MAIN, ERRORS = synth_evidence.MAIN, synth_evidence.ERRORS


def load(folder: Path) -> list[Item]:
    """The questions of the manifest; the truth is both parts of the answer."""
    return drawn.items(folder, lambda row: synth_evidence.parts(row.answer))


measure, scores = synth_evidence.measure, synth_evidence.scores
