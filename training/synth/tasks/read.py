"""Reading: all text, one row per line, in reading order."""

from __future__ import annotations

import random

from training.synth.annotation import Document
from training.synth.samples import Sample

NAME = "read"


def samples(rng: random.Random, document: Document, language: str) -> list[Sample]:
    """One sample of any document that has text."""
    if not document.rows:
        return []
    return [Sample("read", document.id, document.image, "\n".join(document.rows), language=language)]
