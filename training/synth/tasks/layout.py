"""Layout: the blocks' kinds and places in reading order."""

from __future__ import annotations

import random

from training.synth.annotation import Bounds, Document
from training.synth.samples import Sample, grid

NAME = "layout"


def samples(rng: random.Random, document: Document, language: str) -> list[Sample]:
    """One sample of any document of several blocks."""
    if len(document.blocks) < 2:
        return []
    answer = "".join(
        f"<hy-meta><layout>{block.kind}</layout><poly>{four_corners(block.box, document)}</poly></hy-meta>"
        for block in document.blocks
    )
    return [Sample("layout", document.id, document.image, answer, language=language)]


def four_corners(box: Bounds, document: Document) -> str:
    """A box by its corners, clockwise from the top left."""
    x1, y1 = grid(box[0], box[1], document)
    x2, y2 = grid(box[2], box[3], document)
    return f"({x1},{y1}),({x2},{y1}),({x2},{y2}),({x1},{y2})"
