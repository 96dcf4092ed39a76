"""Drawn video frames, each to be answered with its subtitles, or nothing where other text stands in it.

Protocol: that of `subtitles`. Prompt: "subtitles".

The folder is made by `python -m training.synth heldout`, which says what is held out.
"""

from __future__ import annotations

from eval.benchmarks import drawn, subtitles

NAME = "synth_subtitles"
TASK = "subtitles"
FOLDER = "runs/held_out/subtitles"
LICENCE = drawn.LICENCE
MAIN, ERRORS = subtitles.MAIN, subtitles.ERRORS

load = drawn.items
measure, scores = subtitles.measure, subtitles.scores
