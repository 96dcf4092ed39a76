"""Drawn tables, alone or cut out of a page, to be written as HTML.

Protocol: that of `tables`: TEDS and TEDS-S as published and normalised. Tables here have no `thead` or `tbody`, and the
prompt asks for none: pages are ranked by the normalised scores. Prompt: "table".

The folder is made by `python -m training.synth heldout`, which says what is held out.
"""

from __future__ import annotations

from eval.benchmarks import drawn, tables

NAME = "synth_tables"
TASK = "table"
FOLDER = "runs/held_out/tables"
LICENCE = drawn.LICENCE
MAIN, ERRORS = "normalised_teds", tables.ERRORS

load = drawn.items
measure, scores = tables.measure, tables.scores
