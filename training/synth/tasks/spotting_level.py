"""Spotting at other levels: every word, or every paragraph, with its box (DEER's levels, arXiv 2203.05122)."""

from __future__ import annotations

import random

from training.synth.annotation import Document
from training.synth.samples import Sample, flowing, spotted

NAME = "spotting_level"
LEVELS = {"word": "词", "paragraph": "段落"}


def samples(rng: random.Random, document: Document, language: str) -> list[Sample]:
    """One sample for words and one for paragraphs, of any document that has text."""
    if not document.lines:
        return []
    words = "".join(spotted(word.text, word.box, document) for line in document.lines for word in line.words)
    written = [block for block in document.blocks if block.lines]
    paragraphs = "".join(spotted(flowing(block.lines), block.box, document) for block in written)
    return [
        Sample(
            NAME, document.id, document.image, answer, {"level": name if language == "en" else LEVELS[name]}, language
        )
        for name, answer in (("word", words), ("paragraph", paragraphs))
    ]
