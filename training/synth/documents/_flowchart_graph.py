"""Invented flowcharts, and how Mermaid writes them."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from training.synth.documents import _flowchart_words as words
from training.synth.documents._figure import headline
from training.synth.engine import World

MOST_NODES = 12
SHAPES = {
    "box": ("[", "]"),
    "rounded": ("(", ")"),
    "ellipse": ("([", "])"),
    "diamond": ("{", "}"),
    "parallelogram": ("[/", "/]"),
}
"""Mermaid's brackets about a node's text; the nearest that it has to an ellipse is its pill."""


@dataclass(frozen=True)
class Node:
    """A step; `shape` is one of SHAPES."""

    text: str
    shape: str


@dataclass(frozen=True)
class Edge:
    """An arrow between nodes by index, perhaps with a label."""

    tail: int
    head: int
    label: str = ""


@dataclass(frozen=True)
class Graph:
    """Nodes in the order in which they are read, and their arrows ordered by tail and head."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]

    def after(self, node: int) -> list[Edge]:
        """The arrows that leave a node."""
        return [edge for edge in self.edges if edge.tail == node]

    def reordered(self, order: Sequence[int]) -> Graph:
        """The same with nodes in another order."""
        place = {old: new for new, old in enumerate(order)}
        edges = [Edge(place[edge.tail], place[edge.head], edge.label) for edge in self.edges]
        edges.sort(key=lambda edge: (edge.tail, edge.head))
        return Graph(tuple(self.nodes[old] for old in order), tuple(edges))


def mermaid(graph: Graph, direction: str) -> str:
    """The flowchart in a fenced block: nodes A, B, C..., each with its text where it comes first.

    `direction` is "TD" or "LR".
    """
    known: set[int] = set()

    def name(node: int) -> str:
        letter = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[node]
        if node in known:
            return letter
        known.add(node)
        start, end = SHAPES[graph.nodes[node].shape]
        return f'{letter}{start}"{graph.nodes[node].text}"{end}'

    lines = []
    for edge in graph.edges:
        label = f"|{edge.label}|" if edge.label else ""
        tail = name(edge.tail)
        lines.append(f"    {tail} -->{label} {name(edge.head)}")
    return "\n".join(["```mermaid", f"flowchart {direction}", *lines, "```"])


def invent(rng: random.Random, world: World, language: str, most: int) -> Graph:
    """A flowchart of 3 to `most` nodes: a chain with decisions, or now and then a tree. Texts are all different."""
    count = rng.randint(3, most)
    texts = _Texts(rng, world, language)
    if rng.random() < 0.15:
        return _tree(rng, texts, count)
    return _chain(rng, texts, count, rng.choice(words.ANSWERS[language].split("|")).split("/"))


class _Texts:
    """Texts for nodes, none twice."""

    def __init__(self, rng: random.Random, world: World, language: str) -> None:
        self._rng, self._world, self._language = rng, world, language
        self._used: set[str] = set()
        self._invented = rng.random() < 0.5  # words that nobody can guess

    def step(self) -> str:
        """What is done."""
        rng, language = self._rng, self._language
        if self._invented and rng.random() < 0.8:
            return self._new(lambda: headline(rng, self._world, language, 10 if language == "zh" else 26))
        return self._new(
            lambda: words.STEPS[language].format(
                v=rng.choice(words.VERBS[language].split("|")), o=rng.choice(words.OBJECTS[language].split("|"))
            )
        )

    def decision(self) -> str:
        """What is asked."""
        rng, language = self._rng, self._language
        if self._invented and rng.random() < 0.6:
            mark = "？" if language == "zh" else " ?" if language == "fr" else "?"
            return self._new(lambda: headline(rng, self._world, language, 8 if language == "zh" else 20) + mark)
        return self._new(lambda: rng.choice(words.DECISIONS[language].split("|")))

    def end(self, last: bool) -> str:
        """Where all starts, or ends."""
        return self._new(lambda: self._rng.choice(words.ENDS[self._language].split(";")[last].split("|")))

    def _new(self, draw: Callable[[], str]) -> str:
        for _ in range(20):
            text = draw()
            if text and text.casefold() not in self._used:
                break
        else:
            text = f"{text} {len(self._used)}"
        self._used.add(text.casefold())
        return text


def _tree(rng: random.Random, texts: _Texts, count: int) -> Graph:
    """Every node but the first follows an earlier one."""
    shape = rng.choice(["box", "rounded", "ellipse"])
    nodes = [Node(texts.step(), shape) for _ in range(count)]
    tails: list[int] = []
    for i in range(1, count):
        tails.append(rng.choice([j for j in range(max(0, i - 4), i) if tails.count(j) < 3]))
    return Graph(tuple(nodes), tuple(Edge(tail, i + 1) for i, tail in enumerate(tails)))


def _chain(rng: random.Random, texts: _Texts, count: int, answers: Sequence[str]) -> Graph:
    """From start to end, with decisions that lead back, ahead, aside or to another end."""
    terminal, step = rng.choice(["ellipse", "ellipse", "rounded"]), rng.choice(["box", "box", "box", "rounded"])
    nodes = [Node(texts.end(False), terminal)] if rng.random() < 0.8 else [Node(texts.step(), step)]
    asides = 0
    while len(nodes) + asides < count - 1:
        fits = len(nodes) > 1 and nodes[-1].shape != "diamond"
        if fits and rng.random() < (0.45 if asides else 0.6):
            nodes.append(Node(texts.decision(), "diamond"))
            asides += 1
        else:
            nodes.append(Node(texts.step(), "parallelogram" if rng.random() < 0.2 else step))
    nodes.append(Node(texts.end(True), terminal) if rng.random() < 0.8 else Node(texts.step(), step))
    length = len(nodes)
    edges = []
    for i in range(length - 1):
        if nodes[i].shape != "diamond":
            edges.append(Edge(i, i + 1))
            continue
        yes, no = answers if rng.random() < 0.75 else answers[::-1]
        edges.append(Edge(i, i + 1, yes))
        edges += _branch(rng, texts, nodes, i, length, no, step)
    return Graph(tuple(nodes), tuple(edges))


def _branch(
    rng: random.Random, texts: _Texts, nodes: list[Node], at: int, length: int, label: str, step: str
) -> list[Edge]:
    """The other way out of a decision; may add a node aside."""
    back, ahead = list(range(1, at)), list(range(at + 2, length))
    draw = rng.random()
    if draw < 0.4 and back:
        return [Edge(at, rng.choice(back), label)]
    if draw < 0.55 and ahead:
        return [Edge(at, rng.choice(ahead), label)]
    nodes.append(Node(texts.step(), step))
    aside = len(nodes) - 1
    targets = [*back, *ahead]
    if not targets or rng.random() < 0.25:
        return [Edge(at, aside, label)]
    return [Edge(at, aside, label), Edge(aside, rng.choice(targets))]
