"""Drawn documents in languages that nano reads: one field's value, asked for under a name that training never uses.

Protocol and prompt: those of `synth_keys`. `training.synth.reworded` says which fields are asked for.

The folder is made by `python -m training.synth heldout --sets keys_renamed`.
"""

from __future__ import annotations

from eval.benchmarks import synth_keys

NAME = "synth_keys_renamed"
TASK = synth_keys.TASK
FOLDER = "runs/held_out/keys_renamed"
LICENCE = synth_keys.LICENCE
MAIN, ERRORS = synth_keys.MAIN, synth_keys.ERRORS

load, measure, scores = synth_keys.load, synth_keys.measure, synth_keys.scores
