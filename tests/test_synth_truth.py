"""Every annotation is true: 200 documents of each type, drawn, worn, warped and photographed as for training.

They are made with the built-in text, so that this runs anywhere; both splits take turns.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import subprocess
import sys
from collections import Counter
from dataclasses import replace

import cv2
import numpy as np
import pytest

from eval.metrics.fields import flatten
from eval.metrics.table_grid import html_tables
from hyocr.engines.base import Generation
from hyocr.tasks import spotting
from hyocr.tasks.wire import SCALE
from tests.fonts import needs_fonts
from training.synth.annotation import Block, Bounds, Document, Line, Points
from training.synth.engine import Engine, kinds
from training.synth.pool import Failure, made
from training.synth.samples import flowing, sample_task
from training.synth.sheet import transformed
from training.synth.tasks.read_at import NONE, Place, places

pytestmark = needs_fonts

COUNT = 200
SOFT = 2.0
"""Pixels around a box that interpolation may smear ink over."""


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine()


def ids(kind: str) -> list[str]:
    return [f"{kind}/{('train', 'test')[index % 2]}/5/{index}" for index in range(COUNT)]


@pytest.mark.parametrize("kind", kinds())
def test_two_hundred_documents_are_true(engine: Engine, kind: str) -> None:
    complaints = []
    for result in made(engine, ids(kind), complaints_about, workers=os.cpu_count() or 1):
        complaints += [f"{result.id}: {result.reason}"] if isinstance(result, Failure) else result
    assert not complaints, f"{len(complaints)}:\n" + "\n".join(complaints[:20])


def complaints_about(document: Document) -> list[str]:
    """What is not true of a document, in words."""
    checks = (ink_in_boxes, boxes_in_image, reading_order, table_markup, field_values, point_answers, spotted_lines)
    return [f"{document.id} ({document.profile}): {complaint}" for check in checks for complaint in check(document)]


def ink_in_boxes(document: Document) -> list[str]:
    """All ink lies in some character's box, and every character's box that should holds ink."""
    height, width = document.ink.shape
    boxed = np.zeros((height, width), np.uint8)
    empty = []
    for line in document.lines:
        for word in line.words:
            for quad in word.characters:  # fillPoly would leave out what two boxes share
                cv2.fillConvexPoly(boxed, np.round(quad).astype(np.int32), 255)
            if not ink_within(document, word.box):
                empty.append(word.text)
    reach = 2 * int(SOFT) + 1
    boxed = cv2.dilate(boxed, np.ones((reach, reach), np.uint8))
    stray = (document.ink > 127) & (boxed == 0)
    complaints = [f"no ink in the box of {text!r}" for text in empty if any(c.isalnum() for c in text)]
    if stray.sum() > 2:
        y, x = np.argwhere(stray)[0]
        complaints.append(f"{stray.sum()} pixels of ink outside of all boxes, the first at ({x}, {y})")
    return complaints


def ink_within(document: Document, box: Bounds) -> bool:
    x1, y1, x2, y2 = (round(side) for side in box)
    return bool((document.ink[max(0, y1 - 1) : y2 + 2, max(0, x1 - 1) : x2 + 2] > 60).any())


def boxes_in_image(document: Document) -> list[str]:
    width, height = document.image.size
    if document.ink.shape != (height, width):
        return ["the ink's size is not the image's"]
    found = [(line.text, line.box) for line in document.lines] + [(block.kind, block.box) for block in document.blocks]
    return [
        f"the box of {name!r} leaves the image: {box}"
        for name, box in found
        if box[0] < -1 or box[1] < -1 or box[2] > width + 1 or box[3] > height + 1
    ]


def reading_order(document: Document) -> list[str]:
    """Reading all rows reads every line once; whatever counts lines counts lines that are there."""
    complaints = []
    if Counter(" ".join(document.rows).split()) != Counter(
        word for line in document.lines for word in line.text.split()
    ):
        complaints.append("the rows are not the lines")
    if len(set(map(id, document.lines))) != len(document.lines):
        complaints.append("a line is read twice")
    if not all(line.words and line.text.strip() for line in document.lines):
        complaints.append("a line without text")
    known = range(len(document.lines))
    cited = [index for question in document.questions for index in question.evidence]
    cited += [index for lines in document.evidence.values() for index in lines]
    if not set(cited) <= set(known):
        complaints.append("evidence that is no line")
    return complaints + overlapping(document)


def overlapping(document: Document) -> list[str]:
    """No two lines of an unwarped document cover each other."""
    if any(defect.type in ("rotation", "perspective", "curl", "crumple", "fold") for defect in document.defects):
        return []
    boxes = np.array([line.box for line in document.lines]).reshape(-1, 4)
    low, high = np.maximum(boxes[:, None, :2], boxes[None, :, :2]), np.minimum(boxes[:, None, 2:], boxes[None, :, 2:])
    shared = np.clip(high - low, 0, None).prod(-1)
    areas = np.clip(boxes[:, 2:] - boxes[:, :2], 1, None).prod(-1)
    share = shared / np.minimum(areas[:, None], areas[None])
    np.fill_diagonal(share, 0)
    return [
        f"{document.lines[a].text!r} and {document.lines[b].text!r} overlap"
        for a, b in np.argwhere(share > 0.4)
        if a < b and not turned(document.lines[a].quad) and not turned(document.lines[b].quad)
    ]


def turned(quad: Points) -> bool:
    return bool(abs(quad[1, 1] - quad[0, 1]) > 2)


def table_markup(document: Document) -> list[str]:
    """An HTML table's cells tile it, and hold the text that is drawn in it."""
    complaints = []
    for block in document.blocks:
        if block.kind != "table":
            continue
        grids = html_tables(block.markup)
        if len(grids) != 1:
            complaints.append(f"{len(grids)} tables in the markup of one")
            continue
        drawn = Counter("".join(line.text for line in block.lines).replace(" ", ""))
        written = Counter("".join(cell.text for cell in grids[0].cells).replace(" ", "").replace("\n", ""))
        if drawn != written:
            complaints.append(f"drawn {dict(drawn - written)}, written {dict(written - drawn)}")
    return complaints


def field_values(document: Document) -> list[str]:
    """Every value stands in the lines that are its evidence."""
    complaints = []
    for name, value in document.fields.items():
        lines = [document.lines[index] for index in document.evidence[name]]
        text = squeezed(flowing(lines)) + "\n" + squeezed(" ".join(line.text for line in lines))
        for part in flatten({name: value}).values():
            if not part or squeezed(part) not in text:
                complaints.append(f"{name} {part!r} is not in {text!r}")
    return complaints


def squeezed(text: str) -> str:
    return " ".join(text.split())


def point_answers(document: Document) -> list[str]:
    """What is read at a point stands in the frame around it, and in no other of its level."""
    complaints = []
    for sample in sample_task("read_at").samples(random.Random(document.id), document, "en"):
        width, height = document.image.size
        point = (int(sample.values["x"]) / SCALE * width, int(sample.values["y"]) / SCALE * height)
        # The grid's step is up to 1.1 pixels in images of this size: as much is forgiven.
        around = [place for place in places(document, sample.values["level"]) if distance(place, point) > -1.2]
        if sample.answer == NONE:
            if any(distance(place, point) > 0 for place in places(document, "line")):
                complaints.append(f"{point} is no background")
        elif sample.answer not in {place.text for place in around}:
            complaints.append(f"{sample.answer!r} is not at {point}: {[place.text for place in around]}")
    return complaints


def distance(place: Place, point: tuple[float, float]) -> float:
    return float(cv2.pointPolygonTest(place.frame, point, True))


def spotted_lines(document: Document) -> list[str]:
    """The wire format gives every line back, each in its place."""
    complaints = []
    for sample in sample_task("spotting").samples(random.Random(document.id), document, "en"):
        width, height = document.image.size
        found = spotting.parse(Generation(sample.answer, "stop"), width, height).lines
        if [line.text for line in found] != [line.text for line in document.lines]:
            complaints.append("what is spotted is not what is there")
            continue
        for line, there in zip(found, document.lines, strict=True):
            assert line.box is not None
            sides = np.array([line.box.x1, line.box.y1, line.box.x2, line.box.y2])
            inside = np.clip(there.box, 0, [width, height] * 2)
            if np.abs(sides - inside).max() > max(width, height) / SCALE:
                complaints.append(f"{line.text!r} is spotted elsewhere")
    return complaints


def test_untrue_annotation_is_noticed(engine: Engine) -> None:
    """The checks above can fail: each kind of untruth is told from the truth."""
    document = next(found for i in range(50) if (found := engine.document(f"receipts/train/5/{i}")).profile == "scan")
    assert complaints_about(document) == []
    line = document.lines[3]
    name, value = next((name, value) for name, value in document.fields.items() if isinstance(value, str))
    tables = [block for block in document.blocks if block.kind == "table"]
    untruths = [
        with_line(document, line, transformed(line, lambda points: points + np.array([9, 0], np.float32))),
        replace(document, fields={**document.fields, name: value + "7"}),
        replace(document, blocks=(document.blocks[0], *document.blocks)),
        replace(document, ink=np.roll(document.ink, 5, axis=0)),
        *(with_markup(document, block, block.markup.replace("</td>", "x</td>", 1)) for block in tables),
    ]
    for untruth in untruths:
        assert complaints_about(untruth)


def with_line(document: Document, line: Line, other: Line) -> Document:
    blocks = [
        replace(block, lines=tuple(other if it is line else it for it in block.lines)) for block in document.blocks
    ]
    return replace(document, blocks=tuple(blocks))


def with_markup(document: Document, block: Block, markup: str) -> Document:
    blocks = [replace(it, markup=markup) if it is block else it for it in document.blocks]
    return replace(document, blocks=tuple(blocks))


@pytest.mark.parametrize("kind", kinds())
def test_the_same_id_gives_the_same_bytes_in_any_process(engine: Engine, kind: str) -> None:
    wanted = [f"{kind}/train/9/{index}" for index in (3, 0)]
    script = f"import sys; from tests.test_synth_truth import fingerprints; print(fingerprints({wanted!r}))"
    environment = {**os.environ, "PYTHONHASHSEED": "77"}
    there = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, env=environment)
    assert there.returncode == 0, there.stderr
    assert there.stdout.strip() == fingerprints(list(reversed(wanted)), engine)


def fingerprints(ids: list[str], engine: Engine | None = None) -> str:
    """The documents' bytes and annotation in short, sorted by id."""
    found = {}
    for document in made(engine or Engine(), sorted(ids), everything):
        assert not isinstance(document, Failure), document
        found[document[0]] = document[1]
    return json.dumps(found, sort_keys=True)


def everything(document: Document) -> tuple[str, list[object]]:
    image = hashlib.sha256(document.image.tobytes()).hexdigest()
    boxes = hashlib.sha256(np.array([line.box for line in document.lines]).tobytes()).hexdigest()
    text = hashlib.sha256(
        repr((document.rows, document.fields, document.questions, document.markup)).encode()
    ).hexdigest()
    return document.id, [image, boxes, text, len(document.defects)]
