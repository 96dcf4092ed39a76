"""Spotting at other levels: every word, or every paragraph, with its box (DEER's levels, arXiv 2203.05122)."""

from __future__ import annotations

import random

from training.synth.annotation import Document
from training.synth.samples import Sample, passages, spotted

NAME = "spotting_level"
LEVELS = {"word": "词", "paragraph": "段落"}


def samples(rng: random.Random, document: Document, language: str) -> list[Sample]:
    """One sample for words and one for paragraphs, of any document that has them; tables are no paragraphs."""
    words = "".join(spotted(word.text, word.box, document) for line in document.lines for word in line.words)
    paragraphs = "".join(spotted(text, block.box, document) for block, text in passages(document))
    return [
        Sample(
            NAME, document.id, document.image, answer, {"level": name if language == "en" else LEVELS[name]}, language
        )
        for name, answer in (("word", words), ("paragraph", paragraphs))
        if answer
    ]
