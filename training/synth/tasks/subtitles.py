"""Subtitles of a video frame; nothing where there are none, whatever else there is to read."""

from __future__ import annotations

import random

from training.synth.annotation import Document
from training.synth.samples import Sample

NAME = "subtitles"


def samples(rng: random.Random, document: Document, language: str) -> list[Sample]:
    """One sample of a frame."""
    if document.kind != "frames":
        return []
    lines = [line.text for block in document.blocks if block.kind == "subtitle" for line in block.lines]
    return [Sample("subtitles", document.id, document.image, "\n".join(lines), language=language)]
