"""A free question about the image: the prompt is the question, the result the answer's text."""

from __future__ import annotations

from hyocr import wording
from hyocr.engines.base import Generation
from hyocr.tasks.base import Parsed

NAME = "ask"
MAX_TOKENS = 1024


def prompt(language: str = "en", **values: str) -> str:
    """The question to send with the image: the value `question`, as it is."""
    return wording.prompt(NAME, language, **values)


def parse(generation: Generation, width: int, height: int) -> Parsed:
    """The answer without surrounding whitespace. It has no lines: an answer stands nowhere on the page."""
    return Parsed(generation.text.strip(), [], [])
