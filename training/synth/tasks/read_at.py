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

from training.synth.annotation import Document, Points
from training.synth.samples import Sample, flowing, frame, grid

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
    levels = {level: places(document, level) for level in LEVELS}
    found = []
    for _ in range(min(POINTS, len(levels["word"]))):
        level = rng.choice(list(LEVELS))
        if rng.random() < BACKGROUND:
            point, answer = background(rng, document, levels["line"]), NONE
        else:
            place = rng.choice(levels[level])
            point, answer = aimed(rng, place, levels[level]), place.text
        if point is not None:
            x, y = grid(*point, document)
            values = {"level": level if language == "en" else LEVELS[level], "x": str(x), "y": str(y)}
            found.append(Sample(NAME, document.id, document.image, answer, values, language))
    return found


def places(document: Document, level: str) -> list[Place]:
    """Every word, line or paragraph of a document with its frame."""
    if level == "word":
        return [Place(word.text, frame([word], line.quad)) for line in document.lines for word in line.words]
    if level == "line":
        return [Place(line.text, frame(line.words, line.quad)) for line in document.lines]
    return [
        Place(flowing(block.lines), frame([word for line in block.lines for word in line.words], block.lines[0].quad))
        for block in document.blocks
        if block.lines
    ]


def aimed(rng: random.Random, place: Place, others: Sequence[Place]) -> tuple[float, float] | None:
    """A point off the place's centre, 1 pixel or more inside its frame and in no other's; None if unlucky."""
    across, down = place.frame[1] - place.frame[0], place.frame[3] - place.frame[0]
    short = min(float(np.linalg.norm(across)), float(np.linalg.norm(down)))
    for _ in range(8):
        point = place.frame.mean(0)
        for side in (across, down):
            point = point + rng.uniform(-0.5, 0.5) * short * side / max(float(np.linalg.norm(side)), 1e-6)
        if _depth(place.frame, point) >= 1 and not any(o is not place and _depth(o.frame, point) > -1 for o in others):
            return float(point[0]), float(point[1])
    return None


def background(rng: random.Random, document: Document, lines: Sequence[Place]) -> tuple[float, float] | None:
    """A point at least half a line's height away from any text; None if there is hardly any."""
    width, height = document.image.size
    distance = 0.5 * float(np.median([line.height for line in document.lines]))
    for _ in range(20):
        point = np.array([rng.uniform(0, width), rng.uniform(0, height)], np.float32)
        if all(_depth(line.frame, point) < -distance for line in lines):
            return float(point[0]), float(point[1])
    return None


def _depth(polygon: Points, point: Points) -> float:
    """How far inside the polygon a point lies, in pixels; negative outside."""
    return cv2.pointPolygonTest(polygon.astype(np.float32), (float(point[0]), float(point[1])), True)
