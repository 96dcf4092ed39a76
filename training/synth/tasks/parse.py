"""Parsing: the whole document as Markdown with HTML tables and LaTeX."""

from __future__ import annotations

import random

from training.synth.annotation import Document
from training.synth.samples import Sample

NAME = "parse"
DOCUMENTS = frozenset({"articles", "books", "forms", "invoices", "letters", "papers", "receipts", "slides"})


def samples(rng: random.Random, document: Document, language: str) -> list[Sample]:
    """One sample of any document that is a page."""
    if document.kind not in DOCUMENTS or not document.markup:
        return []
    return [Sample("parse", document.id, document.image, document.markup, language=language)]
