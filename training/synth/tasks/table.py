"""Tables: one at a time as HTML, cut out of the document where it is not alone."""

from __future__ import annotations

import html
import random

from training.synth.annotation import Document
from training.synth.samples import Sample, elements, flowing

NAME = "table"


def samples(rng: random.Random, document: Document, language: str) -> list[Sample]:
    """One sample for each table; the caption is part of it where it is in the picture."""
    found = []
    for block, image in elements(rng, document, "table"):
        captions = [other for other in document.blocks if other.kind == "caption"] if image is document.image else []
        named = "".join(f"<caption>{html.escape(flowing(other.lines), quote=False)}</caption>" for other in captions)
        answer = block.markup.replace("<table>", f"<table>{named}", 1)
        found.append(Sample("table", document.id, image, answer, language=language))
    return found
