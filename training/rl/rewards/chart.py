"""Charts as Markdown tables, flowcharts as Mermaid: whichever the truth is.

    r = (TEDS + share of true cells with the very same text in their place) / 2        for a table
    r = (F1 of nodes + F1 of arrows) / 2                                               for a flowchart

As measured by `eval.benchmarks.synth_charts` and `eval.metrics.mermaid`. TEDS gives credit for cells that are nearly
right or shifted, but drops those with a colon, which the share of cells does not. HunyuanOCR 1.5 says no more than that
its rewards are specific to charts. The mixtures are ours.
"""

from __future__ import annotations

from eval.benchmarks import synth_charts
from eval.metrics.mermaid import Graph, graph, graph_counts
from eval.metrics.pooled import precision_recall_f1
from training.rl.rewards.base import Size, measured, scored

TASKS = frozenset({"chart"})


def score(output: str, truth: str, size: Size) -> float:
    """See the module."""
    flowchart = graph(truth)
    if flowchart.edges:
        return _flowchart(graph(output), flowchart)
    sums = measured(synth_charts.measure, output, truth)
    return (sums["teds"] + sums["right"] / max(1, sums["cells"])) / 2


def _flowchart(given: Graph, there: Graph) -> float:
    nodes, edges = (float(precision_recall_f1(*counts)[2]) for counts in graph_counts(given, there))
    return (nodes + edges) / 2


reward = scored("chart", TASKS, score)
