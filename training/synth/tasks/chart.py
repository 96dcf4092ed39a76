"""Charts as Markdown tables and flowcharts as Mermaid: published as one task."""

from __future__ import annotations

import random

from training.synth.annotation import Document
from training.synth.samples import Sample, elements

NAME = "chart"


def samples(rng: random.Random, document: Document, language: str) -> list[Sample]:
    """One sample for each chart and flowchart."""
    return [
        Sample("chart", document.id, image, block.markup, language=language)
        for kind in ("chart", "flowchart")
        for block, image in elements(rng, document, kind)
    ]
