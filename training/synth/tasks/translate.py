"""Translation: the text as it stands, then the same in English or Chinese, from parallel text."""

from __future__ import annotations

import random
import re

from hyocr.tasks.translated import TURN
from training.synth.annotation import Block, Document
from training.synth.samples import Sample, flowing

NAME = "translate"

_HEADING = re.compile(r"^#+ ")
_HAN = re.compile(r"[\u2e80-\u9fff]")


def samples(rng: random.Random, document: Document, language: str) -> list[Sample]:
    """One sample of a document all of which can be translated into a language that there is a prompt for."""
    if document.target not in ("en", "zh"):
        return []
    page = (document.language, document.target, document.kind) == ("en", "zh", "articles") and rng.random() < 0.5
    left_out = ("header", "footer") if page else ()
    pairs = [_pair(block, document) for block in document.blocks if block.lines and block.kind not in left_out]
    sources = [source for source, _ in pairs]
    translations = [translation for _, translation in pairs]
    if not any(block.translation for block in document.blocks) or not all(translations):
        return []
    kept = {source.casefold() for source, translation in pairs if source == translation}
    if kept & {translation.casefold() for source, translation in pairs if source != translation}:
        return []  # a sign in two languages says its translation itself
    task, between = f"translate_{document.target}", []
    if page:
        task, between = "translate_document", [TURN]
    else:  # this prompt asks for the text as it stands, without marks
        sources, translations = ([_HEADING.sub("", text) for text in texts] for texts in (sources, translations))
    answer = "\n\n".join([*sources, *between, *translations])
    return [Sample(task, document.id, document.image, answer, language=language)]


def _pair(block: Block, document: Document) -> tuple[str, str]:
    """A block's text and its translation, "" if it has none: numbers stay as they are, and Latin names in English."""
    text = flowing(block.lines)
    if block.translation:
        # Subtitles in two languages show the translation as well: they are no source.
        whole = _letters(text) == _letters(block.markup)
        return block.markup, block.translation if whole else ""
    latin = document.target == "en" and document.language == "zh" and not _HAN.search(text)
    return text, text if latin or not any(character.isalpha() for character in text) else ""


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text))
