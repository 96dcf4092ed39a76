"""Drawn formulas, alone or cut out of a page, to be written as LaTeX.

Protocol: that of `formulas`: CDM, ExpRate and the edit distance of the normalised LaTeX. Prompt: "formula".

The folder is made by `python -m training.synth heldout`, which says what is held out.
"""

from __future__ import annotations

from eval.benchmarks import drawn, formulas

NAME = "synth_formulas"
TASK = "formula"
FOLDER = "runs/held_out/formulas"
LICENCE = drawn.LICENCE
MAIN, ERRORS = formulas.MAIN, formulas.ERRORS

load = drawn.items
measure, scores = formulas.measure, formulas.scores
