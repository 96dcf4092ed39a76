"""Plain text without a picture, so that the language model does not forget what text is like."""

from __future__ import annotations

import random

from training.example import Example
from training.synth.documents._page import choose_language
from training.synth.words.corpus import Corpus

LENGTHS = (100, 1000)
"""Characters of a Latin paragraph; a Chinese one says as much in a third."""


class PlainText:
    """Paragraphs in the languages of the documents, as often as there."""

    def __init__(self, corpus: Corpus) -> None:
        self.corpus = corpus

    def draw(self, rng: random.Random, width: int) -> Example:
        """A paragraph; never fails."""
        language = choose_language(rng)
        length = rng.randint(*LENGTHS) // (3 if language == "zh" else 1)
        return Example("text", "", self.corpus.paragraph(rng, language, length), None)
