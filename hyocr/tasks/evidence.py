"""A free question, answered after the lines of the image that the answer rests on."""

from __future__ import annotations

from hyocr import wording
from hyocr.engines.base import Generation
from hyocr.tasks.base import Parsed
from hyocr.tasks.parts import parsed, tagged

NAME = "evidence"
MAX_TOKENS = 1024


def prompt(language: str = "en", **values: str) -> str:
    """The value `question`, and how to answer it."""
    return wording.prompt(NAME, language, **values)


def parse(generation: Generation, width: int, height: int) -> Parsed:
    """The answer as text, and as observation the lines it rests on: none where the model gave no evidence."""
    return parsed(generation, tagged(generation.text))
