"""Drawn documents, read: whole pages, cards, receipts, signs and screens, worn and photographed.

Protocol: that of `synth_read`: edits pooled in characters and words, white space as single spaces; F1 of the words as a
bag. Prompt: "read".

The folder is made by `python -m training.synth heldout`, which says what is held out.
"""

from __future__ import annotations

from eval.benchmarks import drawn, synth_read

NAME = "synth_pages"
TASK = "read"
FOLDER = "runs/held_out/pages"
LICENCE = drawn.LICENCE
MAIN, ERRORS = synth_read.MAIN, synth_read.ERRORS

load = drawn.items
measure, scores = synth_read.measure, synth_read.scores
