"""Characters: every one of the word at a point, with its box (DEER's character detection, arXiv 2203.05122)."""

from __future__ import annotations

import random

from training.synth.annotation import Document, bounds
from training.synth.samples import Sample, frame, spotted
from training.synth.tasks.read_at import Place, aimed

NAME = "characters"
WORDS = 4
"""At most so many words are asked of a document."""


def samples(rng: random.Random, document: Document, language: str) -> list[Sample]:
    """Samples of a few words; formulas are no words here."""
    words = [(word, line) for line in document.lines for word in line.words if not word.formula]
    everything = [Place(word.text, frame([word], line.quad)) for word, line in words]
    found = []
    for index in rng.sample(range(len(words)), min(WORDS, len(words))):
        word = words[index][0]
        point = aimed(rng, document, everything[index], everything)
        if point is not None:
            x, y = point
            boxes = zip(word.text, word.characters, strict=True)
            answer = "".join(spotted(character, bounds([points]), document) for character, points in boxes)
            found.append(Sample(NAME, document.id, document.image, answer, {"x": str(x), "y": str(y)}, language))
    return found
