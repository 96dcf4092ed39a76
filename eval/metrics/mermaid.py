"""Flowcharts in Mermaid as graphs: which nodes and which arrows are right.

A node is its text, an edge the texts at both its ends and its label; both are counted as multisets, so that
`pooled.precision_recall_f1` scores them. Identifiers, shapes, direction, styles, subgraphs and the kinds and lengths of
arrows are of no account.

Syntax: https://mermaid.js.org/syntax/flowchart.html. A graph begins with a line `flowchart` or `graph` and ends with
its fence or the text. Read are nodes (`A`, `A["text"]`, `A(text)`, `A{text}`, two brackets about them), arrows of
dashes, equals signs or dots with a label in pipes or in the arrow, chains (`A --> B --> C`) and groups (`A & B --> C`).
What stands in no bracket and at no arrow is no node. A node's text is the last one given, its identifier where there is
none.

Time is linear in the text: possessive patterns, each of which stops at the next sign that it could begin with.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import NamedTuple, TypeVar

from eval.metrics.text import single_spaces

MOST_EDGES = 10_000
"""Of one graph; groups of many nodes could have any number."""


Part = TypeVar("Part")


class Edge(NamedTuple):
    """An arrow between two nodes by their texts."""

    tail: str
    head: str
    label: str


class Graph(NamedTuple):
    """Nodes by text, and arrows, each with how often it is there."""

    nodes: Counter[str]
    edges: Counter[Edge]


class Counts(NamedTuple):
    """Counts that add over graphs; `pooled.precision_recall_f1` scores them in this order."""

    matched: int
    predicted: int
    there: int


_HEADER = re.compile(
    r"^[^\S\n]*+(?:flowchart|graph)(?:[^\S\n]++(?:TD|TB|BT|LR|RL))?[^\S\n]*+(?=[;\n]|\Z)", re.MULTILINE
)
_NO_STATEMENT = re.compile(
    r"\s*+(?:%%|(?:subgraph|end|style|classDef|class|click|linkStyle|direction)\b(?!\s*+[-=\[({]))"
)
_TOKEN = re.compile(
    r"""
    (?P<id>\w++(?:-\w++)*)
    (?: [\[({>][\[({/\\]{0,2}\s*+"(?P<quoted>[^"]*+)"\s*+[\])}/\\]{1,3}
      | \[{1,2}(?P<square>[^\[\]]*+)\]{1,2}
      | \({1,3}(?P<round>[^()]*+)\){1,3}
      | \{{1,2}(?P<curly>[^{}]*+)\}{1,2}
    )?
    (?::::\w++)?
    | (?P<arrow><?(?:
        --(?![->])\s*+(?P<dashed>[^-=|<>&;\[\](){}]++)-{2,}+>?
      | ==(?![=>])\s*+(?P<thick>[^-=|<>&;\[\](){}]++)={2,}+>?
      | -\.(?![-.])\s*+(?P<dotted>[^-.=|<>&;\[\](){}]++)\.{1,}+->?
      | (?:-{2,}+|={2,}+|-\.{1,}+-|~{3,}+)>?(?:\s*+\|(?P<piped>[^|]*+)\|)?
      ))
    | (?P<sign>[&;])
    """,
    re.VERBOSE,
)
_BREAK = re.compile(r"<br\s*+/?>|\\n", re.IGNORECASE)
_INNER = {"[": "]", "(": ")", "{": "}", "/": "/\\", "\\": "/\\"}
"""What may follow a shape's first bracket, and what closes it before the last one."""


def graph(text: str) -> Graph:
    """The first flowchart in a text, whatever stands around it; an empty one if there is none."""
    header = _HEADER.search(text)
    if not header:
        return Graph(Counter(), Counter())
    end = text.find("```", header.end())
    reader = _Reader()
    for line in text[header.end() : None if end < 0 else end].split("\n"):
        if not _NO_STATEMENT.match(line):
            reader.read(line)
    return reader.graph()


def graph_counts(prediction: Graph, truth: Graph) -> tuple[Counts, Counts]:
    """The counts of one graph's nodes and of its edges."""
    return _counts(prediction.nodes, truth.nodes), _counts(prediction.edges, truth.edges)


def _counts(given: Counter[Part], there: Counter[Part]) -> Counts:
    return Counts((given & there).total(), given.total(), there.total())


class _Reader:
    """Collects nodes and edges by identifier, line by line."""

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}
        self.edges: list[tuple[str, str, str]] = []

    def read(self, line: str) -> None:
        """One line of statements."""
        tails: list[str] = []
        heads: list[str] = []
        label: str | None = None  # of the arrow that leads to the heads
        joining = False
        for token in _TOKEN.finditer(line):
            if token["arrow"]:
                tails, heads, label = heads, [], _label(token)
            elif token["id"]:
                if not joining and heads:  # another statement
                    tails, heads, label = [], [], None
                heads.append(self._node(token))
                if label is not None:
                    self._connect(tails, heads[-1], label)
            elif token["sign"] == ";":
                tails, heads, label = [], [], None
            joining = token["sign"] == "&"

    def graph(self) -> Graph:
        """What was read, by texts."""
        shown = self.texts | {name: self.texts.get(name, name) for edge in self.edges for name in edge[:2]}
        edges = Counter(Edge(shown[tail], shown[head], label) for tail, head, label in self.edges)
        return Graph(Counter(shown.values()), edges)

    def _node(self, token: re.Match[str]) -> str:
        text = token["quoted"]
        if text is None:
            text = next((_bare(token[name]) for name in ("square", "round", "curly") if token[name] is not None), None)
        if text is not None:
            self.texts[token["id"]] = _shown(text)
        return token["id"]

    def _connect(self, tails: list[str], head: str, label: str) -> None:
        room = MOST_EDGES - len(self.edges)
        self.edges += [(tail, head, label) for tail in tails[:room]]


def _label(token: re.Match[str]) -> str:
    return _shown(next((token[name] for name in ("piped", "dashed", "thick", "dotted") if token[name]), ""))


def _bare(text: str) -> str:
    """The text of a shape of two brackets, such as `([text])` and `[/text/]`, without the inner ones."""
    text = text.strip()
    if len(text) > 1 and text[-1] in _INNER.get(text[0], ""):
        return text[1:-1]
    return text


def _shown(text: str) -> str:
    """As it is compared: breaks as spaces, without quotes around it."""
    text = single_spaces(_BREAK.sub(" ", text))
    if len(text) > 1 and text[0] == text[-1] == '"':
        text = text[1:-1]
    for entity in ("#quot;", "&quot;"):
        text = text.replace(entity, '"')
    return single_spaces(text)
