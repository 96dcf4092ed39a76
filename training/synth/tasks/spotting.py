"""Spotting: every line with its box, as markup and as JSON."""

from __future__ import annotations

import json
import random

from training.synth.annotation import Document
from training.synth.samples import Sample, grid, spotted

NAME = "spotting"


def samples(rng: random.Random, document: Document, language: str) -> list[Sample]:
    """One sample of any document that has text; one in four as JSON."""
    if not document.lines:
        return []
    if rng.random() < 0.25:
        return [Sample("spotting_json", document.id, document.image, _as_json(document), language=language)]
    answer = "".join(spotted(line.text, line.box, document) for line in document.lines)
    return [Sample("spotting", document.id, document.image, answer, language=language)]


def _as_json(document: Document) -> str:
    found = []
    for line in document.lines:
        x1, y1, x2, y2 = line.box
        found.append({"box": [*grid(x1, y1, document), *grid(x2, y2, document)], "text": line.text})
    return json.dumps(found, ensure_ascii=False)
