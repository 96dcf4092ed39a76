"""The value of one named field, bare. The question is the field's name."""

from __future__ import annotations

from hyocr import wording
from hyocr.engines.base import Generation
from hyocr.tasks.base import Parsed

NAME = "key"
MAX_TOKENS = 1024


def prompt(language: str = "en", **values: str) -> str:
    """The value `question` holds the name of the field."""
    return wording.prompt(NAME, language, key=values.pop("question", ""), **values)


def parse(generation: Generation, width: int, height: int) -> Parsed:
    """The value without surrounding whitespace. It has no lines: where it stands on the page is not said."""
    return Parsed(generation.text.strip(), [], [])
