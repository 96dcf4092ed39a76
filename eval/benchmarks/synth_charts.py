"""Drawn charts, each to be written as the Markdown table of its data.

Protocol: of an answer the first table counts (`tables.first_table`), HTML or Markdown. `teds` is TEDS of both tables
normalised as OmniDocBench does, which drops Markdown cells with a colon; `cells` is the share of true cells whose place
has the very same text in the answer, white space aside, pooled over all charts. Prompt: "chart".

The folder is made by `python -m training.synth heldout`, which says what is held out.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from eval.benchmarks import drawn
from eval.benchmarks.base import Item, Number, ratio
from eval.benchmarks.tables import MOST_NODES, first_table
from eval.metrics.omnidocbench.normalise import table as normalised
from eval.metrics.table_grid import html_tables, markdown_tables
from eval.metrics.teds import teds_or_zero
from eval.metrics.text import single_spaces
from eval.predictions import Prediction

NAME = "synth_charts"
TASK = "chart"
FOLDER = "runs/held_out/charts"
LICENCE = drawn.LICENCE
MAIN = "teds"
ERRORS: frozenset[str] = frozenset()


def load(folder: Path) -> list[Item]:
    """The charts of the manifest; the truth is a Markdown table."""
    return drawn.items(folder, _table)


def _table(row: drawn.Row) -> str:
    if not _cells(row.answer):
        raise ValueError("the answer is no Markdown table.")
    return row.answer


def _cells(answer: str) -> dict[tuple[int, int], str]:
    """The text at every (row, column) of the first table."""
    grid = next(iter(markdown_tables(answer) or html_tables(answer)), None)
    return {place: single_spaces(grid.cells[cell].text) for place, cell in grid.places.items()} if grid else {}


def measure(item: Item, prediction: Prediction) -> dict[str, float]:
    """TEDS; cells that are right, and true cells."""
    answer, truth = (normalised(first_table(text)) for text in (prediction.output, item.truth))
    given, there = _cells(prediction.output), _cells(item.truth)
    return {
        "teds": teds_or_zero(answer, truth, max_nodes=MOST_NODES),
        "charts": 1,
        "right": len(given.items() & there.items()),
        "cells": len(there),
    }


def scores(sums: Mapping[str, Number]) -> dict[str, Number]:
    """TEDS as a mean over charts, and the share of cells."""
    return {"teds": ratio(sums["teds"], sums["charts"]), "cells": ratio(sums["right"], sums["cells"])}
