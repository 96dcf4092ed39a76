"""Tables: one at a time as HTML, cut out of the document where it is not alone."""

from __future__ import annotations

import random

from training.synth.annotation import Document
from training.synth.samples import Sample, elements

NAME = "table"


def samples(rng: random.Random, document: Document, language: str) -> list[Sample]:
    """One sample for each table."""
    return [
        Sample("table", document.id, image, block.markup, language=language)
        for block, image in elements(rng, document, "table")
    ]
