"""Drawn flowcharts, each to be written as Mermaid.

Protocol: precision, recall and F1 of nodes by their text and of arrows by the texts at both ends and their label
(`eval.metrics.mermaid`), pooled over all flowcharts; `exact` is the share of flowcharts in which all of it is right.
Shapes and direction are not scored. Prompt: "chart".

The folder is made by `python -m training.synth heldout`, which says what is held out.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from eval.benchmarks import drawn
from eval.benchmarks.base import Item, Number, ratio
from eval.metrics.mermaid import Graph, graph, graph_counts
from eval.metrics.pooled import precision_recall_f1
from eval.predictions import Prediction

NAME = "synth_flowcharts"
TASK = "chart"
FOLDER = "runs/held_out/flowcharts"
LICENCE = drawn.LICENCE
MAIN = "edge_f1"
ERRORS: frozenset[str] = frozenset()


def load(folder: Path) -> list[Item]:
    """The flowcharts of the manifest; the truth is a graph."""
    return drawn.items(folder, _graph)


def _graph(row: drawn.Row) -> Graph:
    found = graph(row.answer)
    if not found.edges:
        raise ValueError("the answer is no flowchart.")
    return found


def measure(item: Item, prediction: Prediction) -> dict[str, float]:
    """Nodes and edges matched, predicted and there, and whether all are right."""
    answer, truth = graph(prediction.output), item.truth
    found = {
        f"{kind}_{name}": float(count)
        for kind, counts in zip(("node", "edge"), graph_counts(answer, truth), strict=True)
        for name, count in counts._asdict().items()
    }
    return {**found, "exact": answer == truth, "flowcharts": 1}


def scores(sums: Mapping[str, Number]) -> dict[str, Number]:
    """See the module."""
    found: dict[str, Number] = {}
    for kind in ("node", "edge"):
        shares = precision_recall_f1(*(sums[f"{kind}_{name}"] for name in ("matched", "predicted", "there")))
        found |= zip((f"{kind}_precision", f"{kind}_recall", f"{kind}_f1"), shares, strict=True)
    return {**found, "exact": ratio(sums["exact"], sums["flowcharts"])}
