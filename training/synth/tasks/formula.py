"""Formulas: one at a time as LaTeX, cut out of the document where it is not alone."""

from __future__ import annotations

import random

from training.synth.annotation import Document
from training.synth.samples import Sample, elements

NAME = "formula"


def samples(rng: random.Random, document: Document, language: str) -> list[Sample]:
    """One sample for each formula."""
    return [
        Sample("formula", document.id, image, block.markup.removeprefix("$$").removesuffix("$$"), language=language)
        for block, image in elements(rng, document, "formula")
    ]
