"""Flowcharts in Mermaid: however they are written, the same graph; whatever is written, in no time."""

from __future__ import annotations

import time
from collections import Counter

import pytest

from eval.metrics.mermaid import MOST_EDGES, Counts, Edge, Graph, graph, graph_counts

CHART = """```mermaid
flowchart TD
    A(["Start"]) --> B{"Stock left?"}
    B -->|Yes| C["Send order"]
    B -->|No| D[/"Ask (twice)"/]
    D --> B
```"""
TRUE = Graph(
    Counter({"Start": 1, "Stock left?": 1, "Send order": 1, "Ask (twice)": 1}),
    Counter(
        {
            Edge("Start", "Stock left?", ""): 1,
            Edge("Stock left?", "Send order", "Yes"): 1,
            Edge("Stock left?", "Ask (twice)", "No"): 1,
            Edge("Ask (twice)", "Stock left?", ""): 1,
        }
    ),
)


def test_nodes_are_texts_and_edges_pairs_of_texts_with_a_label():
    assert graph(CHART) == TRUE


@pytest.mark.parametrize(
    "written",
    [
        f"The graph of it:\n\n{CHART}\n\nB is where it turns --> as A[said].",
        CHART.replace("```mermaid\n", "").replace("\n```", "\n\nIs there more to say?"),
        CHART.replace("flowchart TD", "graph LR;").replace("\n    D", ";  %% back\n    D"),
        """flowchart LR
            direction TB
            subgraph one [All of it]
            node-1([Start]) ---> x2{{Stock<br/>left?}}:::hard
            x2 -- Yes --> c("Send order"); x2 == No ==> d[("Ask (twice)")]
            end
            d-.->x2
            classDef hard fill:#f96
            style c fill:#bbf""",
        'graph\nD["#quot;"]\nA(Start)-->B(Stock left?)--"Yes"-->C[[Send order]]\n'
        'D[\\Ask (twice)\\]\nB-. "No" .->D --> B',
        "flowchart TD\nS-->|  |Q\nQ---|Yes|C & C\nQ ~~~|No| D\nD<-->Q\nC[Send order]\nS[Start]\nQ[ Stock  left? ]\n"
        "D[Ask (twice)]",
    ],
)
def test_the_same_flowchart_in_other_words(written):
    found = graph(written)
    assert found.nodes == TRUE.nodes
    assert found.edges.keys() == TRUE.edges.keys()


def test_groups_and_chains():
    found = graph("flowchart TD\nA & B --> C & D -->|x| E\nF")
    ends = [("A", "C"), ("B", "C"), ("A", "D"), ("B", "D")]
    assert found.edges == Counter([Edge(*pair, "") for pair in ends] + [Edge("C", "E", "x"), Edge("D", "E", "x")])
    assert found.nodes == Counter("ABCDE")  # F stands alone, without brackets


def test_counts_are_of_multisets():
    read = graph(CHART.replace("Send order", "Send order.").replace("-->|No|", "-->"))
    assert graph_counts(read, TRUE) == (Counts(3, 4, 4), Counts(2, 4, 4))
    twice = graph("flowchart TD\nA[Start] --> B[Start]\nA --> B")
    assert graph_counts(twice, TRUE) == (Counts(1, 2, 4), Counts(0, 2, 4))
    assert graph_counts(twice, twice) == (Counts(2, 2, 2), Counts(2, 2, 2))


@pytest.mark.parametrize("text", ["", "no chart", "```mermaid\nsequenceDiagram\nA->>B: hi\n```", "| a |\n| - |\n| b |"])
def test_no_flowchart_is_an_empty_graph(text):
    assert graph(text) == Graph(Counter(), Counter())


PIECES = (
    *("a[", 'a["', "a(", "a{", "a{{", 'a["x', "a[(", "a ", "a-", "-", "--", "-- a ", "- -", "==", "== a ", "-."),
    *("-. a ", "-.-", "|", "-->|", "-->|a", "a-->", "a&", "a & b --> ", ";", "<", "<br", "<br ", "~", "'\"", " "),
    *("\n", "%%\n", "flowchart ", "graph TD\n", "\ngraph ", ":::", "a:::", "\u0315", "a --> b & "),
)  # fmt: skip


def test_hostile_text_takes_no_time():
    started = time.perf_counter()
    for piece in PIECES:
        found = graph("graph TD\n" + piece * (100_000 // len(piece)))
        assert found.edges.total() <= MOST_EDGES
    assert time.perf_counter() - started < 60  # 5 s on one busy core; what is quadratic takes minutes
    assert graph("graph TD\n" + " & ".join("a" * 9_000) + " --> " + " & ".join("b" * 9_000)).edges.total() == MOST_EDGES
