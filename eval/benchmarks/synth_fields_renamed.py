"""Drawn documents in languages that nano reads: fields as JSON, asked for under names that training never uses.

Protocol and prompt: those of `synth_fields`. `training.synth.reworded` says which fields are asked for.

The folder is made by `python -m training.synth heldout --sets fields_renamed`.
"""

from __future__ import annotations

from eval.benchmarks import synth_fields

NAME = "synth_fields_renamed"
TASK = synth_fields.TASK
FOLDER = "runs/held_out/fields_renamed"
LICENCE = synth_fields.LICENCE
MAIN, ERRORS = synth_fields.MAIN, synth_fields.ERRORS

load, measure, scores = synth_fields.load, synth_fields.measure, synth_fields.scores
