"""Reading at a point: the word, line or paragraph there, or `<none>`.

DEER (arXiv 2203.05122) learns to read a sample of a page's instances, each from a reference point that is moved off
its centre: p = centre + eta / 2 * min(width, height), eta from U(-1, 1); here eta is drawn for each axis of the line.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np

from hyocr.tasks.wire import SCALE
from training.synth.annotation import Document, Points
from training.synth.samples import Sample, frame, grid, passages

NAME = "read_at"
LEVELS = {"word": "词", "line": "行", "paragraph": "段落"}
POINTS = 16
"""At most so many points are asked of a document, DEER's N_t."""
BACKGROUND = 0.1
NONE = "<none>"


class Place(NamedTuple):
    """Text and the frame (4, 2) around it in pixels."""

    text: str
    frame: Points


def samples(rng: random.Random, document: Document, language: str) -> list[Sample]:
    """Up to POINTS samples, each of a random level; a tenth of them of the background."""
    levels = {level: there for level in LEVELS if (there := places(document, level))}
    if not levels:
        return []
    written = [*levels["line"], *_areas(document)]
    found = []
    for _ in range(min(POINTS, len(levels["word"]))):
        level = rng.choice(list(levels))
        if rng.random() < BACKGROUND:
            point, answer = background(rng, document, written if level == "paragraph" else levels["line"]), NONE
        else:
            place = rng.choice(levels[level])
            point, answer = aimed(rng, document, place, levels[level]), place.text
        if point is not None:
            values = {"level": level if language == "en" else LEVELS[level], "x": str(point[0]), "y": str(point[1])}
            found.append(Sample(NAME, document.id, document.image, answer, values, language))
    return found


def places(document: Document, level: str) -> list[Place]:
    """Every word, line or paragraph of a document with its frame; tables are no paragraphs."""
    if level == "word":
        return [Place(word.text, frame([word], line.quad)) for line in document.lines for word in line.words]
    if level == "line":
        return [Place(line.text, frame(line.words, line.quad)) for line in document.lines]
    return [
        Place(text, frame([word for line in block.lines for word in line.words], block.lines[0].quad))
        for block, text in passages(document)
    ]


def _areas(document: Document) -> list[Place]:
    """All blocks with all that is in them: a gap in a table or a paragraph is not clearly no part of it."""
    boxes = [block.box for block in document.blocks]
    return [Place("", np.array([(a, b), (c, b), (c, d), (a, d)], np.float32)) for a, b, c, d in boxes]


def aimed(rng: random.Random, document: Document, place: Place, others: Sequence[Place]) -> tuple[int, int] | None:
    """A point (0..1000) off the place's centre, 1 pixel or more inside its frame and in no other's; None if unlucky."""
    across, down = place.frame[1] - place.frame[0], place.frame[3] - place.frame[0]
    short = min(float(np.linalg.norm(across)), float(np.linalg.norm(down)))
    for _ in range(8):
        point = place.frame.mean(0)
        for side in (across, down):
            point = point + rng.uniform(-0.5, 0.5) * short * side / max(float(np.linalg.norm(side)), 1e-6)
        found, point = _on_grid(point, document)
        if _depth(place.frame, point) >= 1 and not any(o is not place and _depth(o.frame, point) > -1 for o in others):
            return found
    return None


def background(rng: random.Random, document: Document, written: Sequence[Place]) -> tuple[int, int] | None:
    """A point (0..1000) at least half a line's height away from all that is written; None if there is hardly any."""
    width, height = document.image.size
    distance = 0.5 * float(np.median([line.height for line in document.lines]))
    for _ in range(20):
        found, point = _on_grid(np.array([rng.uniform(0, width), rng.uniform(0, height)]), document)
        if all(_depth(place.frame, point) < -distance for place in written):
            return found
    return None


def _on_grid(point: Points, document: Document) -> tuple[tuple[int, int], Points]:
    """The nearest point that can be written, as it is written and in pixels."""
    x, y = grid(float(point[0]), float(point[1]), document)
    width, height = document.image.size
    return (x, y), np.array([x * width / SCALE, y * height / SCALE], np.float32)


def _depth(polygon: Points, point: Points) -> float:
    """How far inside the polygon a point lies, in pixels; negative outside."""
    return cv2.pointPolygonTest(polygon.astype(np.float32), (float(point[0]), float(point[1])), True)
