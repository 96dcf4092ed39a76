"""An English document page parsed, then translated into Chinese."""

from __future__ import annotations

from hyocr import wording
from hyocr.engines.base import Generation
from hyocr.tasks import translated
from hyocr.tasks.base import Parsed

NAME = "translate_document"
MAX_TOKENS = 8192


def prompt(language: str = "en", **values: str) -> str:
    """The question to send with the image, in "en" or "zh"."""
    return wording.prompt(NAME, language, **values)


def parse(generation: Generation, width: int, height: int) -> Parsed:
    """The translation as text, and as observation the lines of the image that were translated."""
    return translated.parse(generation)
