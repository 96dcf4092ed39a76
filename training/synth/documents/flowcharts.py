"""Flowcharts; parsing writes one as Mermaid."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

import numpy as np

from training.synth.annotation import Line
from training.synth.documents import _chart_words as words
from training.synth.documents._figure import LANGUAGES, choose_theme, headline, profiles, stacked
from training.synth.documents._flowchart_draw import Pens, choose_pens, draw_graph
from training.synth.documents._flowchart_graph import MOST_NODES, Graph, invent, mermaid
from training.synth.documents._flowchart_labels import beside_tails
from training.synth.documents._flowchart_layout import Layout, lay_out
from training.synth.engine import World
from training.synth.faces import Face
from training.synth.sheet import Overflow, Sheet, Style

NAME = "flowcharts"
MOST_PIXELS = 1_500_000
WIDEST, TALLEST = 1300, 1600


@dataclass(frozen=True, eq=False)
class Drawn:
    """What was drawn: the graph, its places on the sheet, and each node's and arrow's lines."""

    graph: Graph
    layout: Layout
    direction: str
    texts: tuple[tuple[Line, ...], ...]
    labels: tuple[Line | None, ...]


def compose(rng: random.Random, world: World) -> Sheet:
    """One flowchart, perhaps with a title or a caption."""
    return compose_flowchart(rng, world)[0]


def compose_flowchart(rng: random.Random, world: World) -> tuple[Sheet, Drawn]:
    """One flowchart and what was drawn. Raises Overflow if it does not fit, RuntimeError without Graphviz."""
    language = rng.choices(list(LANGUAGES), list(LANGUAGES.values()))[0]
    face = world.faces.pick(rng, language, rng.choice(["sans", "sans", "sans", "any", "serif"]))
    direction = rng.choice(["TD", "TD", "TD", "LR"])
    graph = drawable(invent(rng, world, language, 7 if direction == "LR" else MOST_NODES), face)
    theme = choose_theme(rng)
    style = Style(face, rng.randint(15, 24), theme.text, leading=1.2)
    style = style.bold() if rng.random() < 0.12 else style
    splines, wrap = rng.choice(["spline", "ortho", "ortho", "polyline"]), rng.uniform(6, 12)
    gaps = rng.uniform(1.4, 3.0), rng.uniform(1.6, 2.6) + (0.8 if splines == "ortho" else 0)
    probe = Sheet(64, 64, language)
    for factor in (1.0, 0.8, 0.65):
        style = style.sized(factor)
        texts, layout = _laid_out(probe, graph, style, direction, splines, wrap * style.size, gaps)
        margin = round(1.6 * style.size)
        width, height = round(layout.width) + 2 * margin, round(layout.height) + 2 * margin
        if width <= WIDEST and height <= TALLEST and width * height <= MOST_PIXELS:
            break
    else:
        raise Overflow("a flowchart is larger than any page")
    heading = rng.choice(["", "", "title", "caption"])
    name = face.clean(headline(rng, world, language, 40)) if heading else ""
    width, extra = max(width, 360), round(2.6 * style.size) if name else 0
    weights, paper = profiles(rng, theme.dark)
    sheet = Sheet(width, height + extra, language, weights, paper, theme.background)
    if heading == "title" and name:
        _write_heading(rng, sheet, name, style.sized(1.3), margin, "title")
    graph, texts, layout = _in_reading_order(graph, texts, layout, direction)
    layout = _moved(layout, (width - layout.width) / 2, margin + (extra if heading == "title" else 0))
    drawn = _draw(sheet, graph, texts, layout, style, direction, choose_pens(rng, theme, style.size))
    if heading == "caption" and name:
        caption = rng.choice(words.CAPTIONS[language].split("|")).format(n=rng.randint(1, 19)) + name
        _write_heading(rng, sheet, face.clean(caption), style, height, "caption")
    _ask(rng, sheet, drawn)
    return sheet, drawn


def drawable(graph: Graph, face: Face) -> Graph:
    """The graph with only such characters as the face can draw. Raises Overflow if a text is left empty."""
    nodes = tuple(replace(node, text=face.clean(node.text)) for node in graph.nodes)
    edges = tuple(replace(edge, label=face.clean(edge.label)) for edge in graph.edges)
    if len({node.text for node in nodes if node.text}) < len(nodes):
        raise Overflow("this face cannot draw every node's text")
    return Graph(nodes, edges)


def _write_heading(rng: random.Random, sheet: Sheet, text: str, style: Style, top: int, kind: str) -> None:
    """A title or caption of one line about the middle."""
    if sheet.measure(text, style) > sheet.width - 2 * style.size:
        style = style.sized(0.75)
    written = stacked(sheet, sheet.width / 2, top - 0.5 * style.size, [text], style, 0.5)
    sheet.block(kind, written.lines, f"# {text}" if kind == "title" else text)


def _laid_out(
    probe: Sheet, graph: Graph, style: Style, direction: str, splines: str, wrap: float, gaps: tuple[float, float]
) -> tuple[list[list[str]], Layout]:
    """Each node's text in lines, and everything's place; `gaps` are in ems."""
    size = style.size
    if probe.language != "zh":  # no word is broken
        wrap = max(wrap, *(probe.measure(word, style) for node in graph.nodes for word in node.text.split()))
    texts = [probe.wrap(node.text, style, wrap) for node in graph.nodes]
    sizes = [
        _node_size(node.shape, max(probe.measure(text, style) for text in lines), len(lines) * style.pitch, size)
        for node, lines in zip(graph.nodes, texts, strict=True)
    ]
    labels = [(probe.measure(e.label, style) + 0.8 * size, 1.4 * size) if e.label else (0.0, 0.0) for e in graph.edges]
    between = gaps[0] * size, gaps[1] * size
    if splines == "ortho":
        try:
            layout = lay_out(graph, sizes, labels, direction, splines, between)
            return texts, replace(layout, labels=beside_tails(layout, labels))
        except Overflow:
            splines = "polyline"
    return texts, lay_out(graph, sizes, labels, direction, splines, between)


def _node_size(shape: str, width: float, height: float, size: int) -> tuple[float, float]:
    """Width and height of a shape that holds a text of this width and height, in pixels."""
    if shape == "diamond":
        whole = 1.6 * width + 2.4 * size
        return whole, (height + 0.5 * size) / (1 - width / whole)
    if shape == "ellipse":
        return 1.3 * width + 1.4 * size, 1.25 * height + 0.8 * size
    if shape == "parallelogram":
        tall = height + 0.8 * size  # Graphviz' sides slant by a fifth of the width
        return (width + 0.8 * size) / (1 - 0.205 * (1 + height / tall)), tall
    return width + 1.6 * size, height + 0.9 * size


def _in_reading_order(
    graph: Graph, texts: list[list[str]], layout: Layout, direction: str
) -> tuple[Graph, list[list[str]], Layout]:
    """Nodes by rank, then across; arrows with them."""
    across, along = (0, 1) if direction == "TD" else (1, 0)
    order = sorted(range(len(graph.nodes)), key=lambda i: (round(layout.centres[i][along]), layout.centres[i][across]))
    place = {old: new for new, old in enumerate(order)}
    arrows = sorted(range(len(graph.edges)), key=lambda i: (place[graph.edges[i].tail], place[graph.edges[i].head]))
    layout = replace(
        layout,
        centres=tuple(layout.centres[i] for i in order),
        outlines=tuple(layout.outlines[i] for i in order),
        curves=tuple(layout.curves[i] for i in arrows),
        labels=tuple(layout.labels[i] for i in arrows),
    )
    return graph.reordered(order), [texts[i] for i in order], layout


def _moved(layout: Layout, x: float, y: float) -> Layout:
    by = np.array([x, y])
    return replace(
        layout,
        centres=tuple((cx + x, cy + y) for cx, cy in layout.centres),
        outlines=tuple(outline + by for outline in layout.outlines),
        curves=tuple(curve + by for curve in layout.curves),
        labels=tuple(label and (label[0] + x, label[1] + y) for label in layout.labels),
    )


def _draw(
    sheet: Sheet, graph: Graph, texts: list[list[str]], layout: Layout, style: Style, direction: str, pens: Pens
) -> Drawn:
    """Shapes and arrows on the graphics, then every node's text followed by the labels of the arrows that leave it."""
    draw_graph(sheet, graph, layout, pens)
    written: list[tuple[Line, ...]] = []
    labels: list[Line | None] = [None] * len(graph.edges)
    lines: list[Line] = []
    for i, (x, y) in enumerate(layout.centres):
        top = y - 0.5 * len(texts[i]) * style.pitch - 0.04 * style.size
        inked = replace(style, colour=pens.text(graph.nodes[i].shape))
        written.append(stacked(sheet, x, top, texts[i], inked, 0.5).lines)
        lines += written[-1]
        for number, edge in enumerate(graph.edges):
            place = layout.labels[number]
            if edge.tail == i and edge.label and place:
                label = sheet.write(place[0], place[1] + 0.36 * style.size, edge.label, style, 0.5)
                labels[number] = label
                lines.append(label)
    corners = np.concatenate([*layout.outlines, *layout.curves])
    (x1, y1), (x2, y2) = corners.min(0), corners.max(0)
    sheet.block("flowchart", lines, mermaid(graph, direction), (float(x1), float(y1), float(x2), float(y2)))
    return Drawn(graph, layout, direction, tuple(written), tuple(labels))


def _ask(rng: random.Random, sheet: Sheet, drawn: Drawn) -> None:
    """Questions about what follows, decisions and their outcomes; answers that stand in whole lines."""
    graph = drawn.graph
    single = [i for i in range(len(graph.nodes)) if len(graph.after(i)) == 1 and not graph.after(i)[0].label]
    for i in rng.sample(single, min(2, len(single))):
        head = graph.after(i)[0].head
        _put(sheet, drawn, f"What follows after “{graph.nodes[i].text}”?", f"“{graph.nodes[i].text}”之后是什么？", head)
    labelled = [edge for edge in graph.edges if edge.label]
    for edge in rng.sample(labelled, min(2, len(labelled))):
        tail = graph.nodes[edge.tail].text
        en = rng.choice(
            [f"What happens if the answer to “{tail}” is “{edge.label}”?", f"“{tail}” – “{edge.label}”: what is next?"]
        )
        _put(sheet, drawn, en, f"如果“{tail}”的结果为“{edge.label}”，下一步是什么？", edge.head)
    decisions = [i for i, node in enumerate(graph.nodes) if node.shape == "diamond"]
    if decisions:
        lines = [line for i in decisions for line in drawn.texts[i]]
        sheet.question("How many decisions are in the flowchart?", "流程图中有几个判断？", str(len(decisions)), lines)


def _put(sheet: Sheet, drawn: Drawn, en: str, zh: str, node: int) -> None:
    answer = drawn.graph.nodes[node].text
    if " ".join(line.text for line in drawn.texts[node]) == answer:
        sheet.question(en, zh, answer, drawn.texts[node])
