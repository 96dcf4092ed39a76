"""Quality: how legible the image is, from 0 to 100 (`training.synth.legibility`)."""

from __future__ import annotations

import random

from training.synth.annotation import Document
from training.synth.legibility import legibility
from training.synth.samples import Sample

NAME = "quality"


def samples(rng: random.Random, document: Document, language: str) -> list[Sample]:
    """One sample of any document that has text."""
    if not document.lines:
        return []
    return [Sample("quality", document.id, document.image, str(legibility(document).score), language=language)]
