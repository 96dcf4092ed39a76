"""Translation: the text as it stands, then the same in English or Chinese, from parallel text."""

from __future__ import annotations

import random

from training.synth.annotation import Document
from training.synth.samples import Sample

NAME = "translate"
TURN = "翻译成中文为"
"""What HunyuanOCR writes between a parsed document and its translation."""


def samples(rng: random.Random, document: Document, language: str) -> list[Sample]:
    """One sample of a document with a translation into a language that there is a prompt for."""
    if document.target not in ("en", "zh"):
        return []
    translation = "\n\n".join(block.translation for block in document.blocks if block.translation)
    source = "\n\n".join(block.markup for block in document.blocks if block.translation)
    if not translation:
        return []
    if (document.language, document.target, document.kind) == ("en", "zh", "articles") and rng.random() < 0.5:
        answer = f"{source}\n\n{TURN}\n\n{translation}"
        return [Sample("translate_document", document.id, document.image, answer, language=language)]
    return [
        Sample(
            f"translate_{document.target}", document.id, document.image, f"{source}\n\n{translation}", language=language
        )
    ]
