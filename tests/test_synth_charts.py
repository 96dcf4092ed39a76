"""Charts and flowcharts: what the markup says is what the pixels show."""

import random
import re
import subprocess
from functools import cache
from shutil import which

import cv2
import numpy as np
import pytest

from tests.fonts import needs_fonts
from training.synth.documents import _chart_data, _flowchart_layout, charts, flowcharts
from training.synth.documents._flowchart_graph import Edge, Graph, Node, mermaid
from training.synth.engine import World
from training.synth.faces import Faces
from training.synth.sheet import Overflow
from training.synth.words.corpus import Corpus

DOCUMENTS = 28
needs_graphviz = pytest.mark.skipif(which("dot") is None, reason="no Graphviz here: run training/install_fonts.sh")


@cache
def world(testing):
    return World(Faces(testing), Corpus(None, testing))


def composed(compose, seed, testing=False):
    """What `compose` returns, and how often it failed before."""
    rng = random.Random(seed)
    for failed in range(30):
        try:
            return *compose(rng, world(testing)), failed
        except Overflow:
            pass
    raise AssertionError("thirty layouts in a row did not fit")


@cache
def all_charts():
    return [composed(charts.compose_chart, f"{seed}", seed % 4 == 3) for seed in range(DOCUMENTS)]


@cache
def all_flowcharts():
    return [composed(flowcharts.compose_flowchart, f"{seed}", seed % 4 == 3) for seed in range(DOCUMENTS)]


def sheets():
    return [found[0] for found in all_charts()] + ([found[0] for found in all_flowcharts()] if which("dot") else [])


def table(markup):
    """A Markdown table's rows of cells."""
    rows = [[cell.strip() for cell in row.strip("|").split("|")] for row in markup.splitlines()]
    assert set(rows[1]) == {"---"}
    return [rows[0], *rows[2:]]


def number(text, point):
    text = re.sub(r"[^\d.,-]", "", text)
    return float(text.replace("." if point == "," else ",", "").replace(point, "."))


def chart_markup(sheet):
    return next(block.markup for block in sheet.blocks if block.kind == "chart")


@needs_fonts
def test_texts_do_not_overlap():
    for sheet in sheets():
        quads = [line.quad for block in sheet.blocks for line in block.lines]
        assert quads
        for i, one in enumerate(quads):
            for other in quads[i + 1 :]:
                shared = cv2.intersectConvexConvex(one, other)[0]
                assert shared <= 0.1 * min(cv2.contourArea(one), cv2.contourArea(other))


@needs_fonts
def test_answers_stand_in_their_evidence():
    asked = 0
    for sheet in sheets():
        drawn = {line for block in sheet.blocks for line in block.lines}
        for question, lines in sheet.questions:
            assert set(lines) <= drawn
            assert question.answer in " ".join(line.text for line in lines) or question.answer.isdigit()
            asked += 1
    assert asked > 2 * DOCUMENTS


@needs_fonts
def test_layouts_seldom_fail():
    tries = [found[-1] for found in all_charts() + (all_flowcharts() if which("dot") else [])]
    assert sum(tries) <= 0.15 * len(tries)


@needs_fonts
def test_tables_hold_what_is_drawn():
    for sheet, drawn, _, _ in all_charts():
        data = drawn.data
        head, *rows = table(chart_markup(sheet))
        assert [row[0] for row in rows] == list(data.categories)
        texts = " ".join(line.text for line in drawn.lines)
        assert all(name in texts for name in head if name)
        for s, values in enumerate(data.values):
            assert [row[s + 1] for row in rows] == [data.numbers.format(value) for value in values]
        for (series, category), line in drawn.labels.items():
            assert rows[category][series + 1] in line.text
        assert len(drawn.labels) in (0, len(data.series) * len(data.categories))
        if not data.labelled:
            assert all(value % data.axis.grain == 0 for row in data.values for value in row)


@needs_fonts
def test_bars_are_as_long_as_the_axis_and_the_table_say():
    """Each bar is measured in the pixels of its colour and read off the tick labels' places."""
    measured = 0
    for seed in range(45):
        try:
            sheet, drawn, look = charts.compose_chart(random.Random(f"bars/{seed}"), world(False))
        except Overflow:
            continue
        data, frame = drawn.data, drawn.frame
        if data.kind not in ("bar", "barh") or data.stack or look.hatched or (data.labelled and look.hide_values):
            continue
        flat = data.kind == "barh"
        point = data.numbers.point
        ticks = {data.numbers.format(value): value for value in data.axis.ticks}
        names = {line for label in drawn.categories for line in label} | set(drawn.labels.values())
        scale = [line for line in drawn.lines if line.text in ticks and line not in names]
        places = [(line.box[0] + line.box[2]) / 2 if flat else (line.box[1] + line.box[3]) / 2 for line in scale]
        slope = abs(np.polyfit([number(line.text, point) for line in scale], places, 1)[0])
        pixels = np.asarray(sheet.graphics).astype(int)
        for s in range(len(data.series)):
            mask = (np.abs(pixels - look.colour(s)).max(2) <= 2)[
                round(frame.top) : round(frame.bottom) + 1, round(frame.left) : round(frame.right) + 1
            ]
            for i, value in enumerate(data.values[s]):
                start = frame.band * (i + 0.02)
                band = slice(round(start), round(start + 0.96 * frame.band))
                length = (mask[band].sum(1) if flat else mask[:, band].sum(0)).max(initial=0)
                assert abs(length - abs(value) / 10**data.numbers.decimals * slope) <= 4
                measured += 1
    assert measured >= 40


@needs_fonts
def test_shares_add_up_to_the_whole():
    pies = [drawn.data for _, drawn, _, _ in all_charts() if drawn.data.kind == "pie"]
    assert pies
    for data in pies:
        assert sum(data.values[0]) == 100 * 10**data.numbers.decimals


def test_numbers_are_printed_as_the_language_has_it():
    assert _chart_data.Numbers(1, ",", ".", suffix="%").format(-123456) == "-12.345,6%"
    assert _chart_data.Numbers(0, ".", ",", "€").format(1000) == "€1,000"


def test_mermaid_writes_each_text_once():
    graph = Graph(
        (Node("Start", "ellipse"), Node("Ok?", "diamond"), Node("End", "box")),
        (Edge(0, 1), Edge(1, 0, "no"), Edge(1, 2, "yes")),
    )
    expected = ['A(["Start"]) --> B{"Ok?"}', "B -->|no| A", 'B -->|yes| C["End"]']
    assert mermaid(graph, "TD") == "```mermaid\nflowchart TD\n    " + "\n    ".join(expected) + "\n```"


@needs_fonts
@needs_graphviz
def test_mermaid_holds_the_nodes_and_arrows_that_are_drawn():
    for sheet, drawn, _ in all_flowcharts():
        markup = next(block.markup for block in sheet.blocks if block.kind == "flowchart")
        nodes = dict(re.findall(r'\b([A-Z])[\[({/]+"(.*?)"', markup))
        assert sorted(nodes) == [chr(65 + i) for i in range(len(drawn.graph.nodes))]
        arrows = re.findall(r"^    ([A-Z])\S*.*? -->(?:\|(.*?)\|)? ([A-Z])\b", markup, re.MULTILINE)
        assert [(ord(a) - 65, ord(b) - 65, label) for a, label, b in arrows] == [
            (edge.tail, edge.head, edge.label) for edge in drawn.graph.edges
        ]
        for i, lines in enumerate(drawn.texts):
            assert "".join(line.text for line in lines).replace(" ", "") == nodes[chr(65 + i)].replace(" ", "")
            for line in lines:  # every text within its shape
                corners = line.quad.mean(0) + 0.97 * (line.quad - line.quad.mean(0))
                outline = drawn.layout.outlines[i].astype(np.float32)
                assert all(cv2.pointPolygonTest(outline, corner.tolist(), False) >= 0 for corner in corners)
        for edge, label in zip(drawn.graph.edges, drawn.labels, strict=True):
            assert (label.text if label else "") == edge.label


@needs_fonts
@needs_graphviz
def test_arrows_touch_their_nodes_and_are_seen():
    for sheet, drawn, _ in all_flowcharts():
        picture = np.asarray(sheet.graphics).astype(int)
        for edge, curve in zip(drawn.graph.edges, drawn.layout.curves, strict=True):
            for node, end in ((edge.tail, curve[0]), (edge.head, curve[-1])):
                outline = drawn.layout.outlines[node].astype(np.float32)
                assert abs(cv2.pointPolygonTest(outline, (float(end[0]), float(end[1])), True)) <= 2.5
            for x, y in curve[2:-2]:
                patch = picture[int(y) - 1 : int(y) + 3, int(x) - 1 : int(x) + 3]
                assert np.abs(patch - np.array(sheet.background)).max() > 20


@needs_graphviz
def test_reading_order_is_by_rank_then_across():
    for _, drawn, _ in all_flowcharts():
        along, across = (1, 0) if drawn.direction == "TD" else (0, 1)
        order = [(round(centre[along]), centre[across]) for centre in drawn.layout.centres]
        assert order == sorted(order)


def test_without_graphviz_one_sentence_says_what_to_do(monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(RuntimeError, match="install it"):
        _flowchart_layout._run("digraph{}")


def test_a_layout_that_hangs_is_given_up(monkeypatch):
    def hang(*_, **options):
        raise subprocess.TimeoutExpired("dot", options["timeout"])

    monkeypatch.setattr(subprocess, "run", hang)
    with pytest.raises(RuntimeError, match="more than 20 s"):
        _flowchart_layout._run("digraph{}")


@needs_fonts
def test_same_seed_same_sheet():
    for module in (charts, flowcharts) if which("dot") else (charts,):
        first, second = (composed(lambda rng, world: (module.compose(rng, world),), "again")[0] for _ in range(2))  # noqa: B023
        assert first.ink.tobytes() == second.ink.tobytes()
        assert first.graphics.tobytes() == second.graphics.tobytes()
        assert [block.markup for block in first.blocks] == [block.markup for block in second.blocks]
