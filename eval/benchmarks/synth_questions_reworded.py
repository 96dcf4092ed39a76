"""Drawn documents in languages that nano reads: one field's value, asked for in a question that training never uses.

Protocol and prompt: those of `synth_questions`. `training.synth.reworded` says which fields are asked for.

The folder is made by `python -m training.synth heldout --sets questions_reworded`.
"""

from __future__ import annotations

from eval.benchmarks import synth_questions

NAME = "synth_questions_reworded"
TASK = synth_questions.TASK
FOLDER = "runs/held_out/questions_reworded"
LICENCE = synth_questions.LICENCE
MAIN, ERRORS = synth_questions.MAIN, synth_questions.ERRORS

load, measure, scores = synth_questions.load, synth_questions.measure, synth_questions.scores
