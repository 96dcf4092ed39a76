"""Plain reading: the text of the image in reading order, without boxes."""

from __future__ import annotations

import re

from hyocr import wording
from hyocr.document import Line
from hyocr.engines.base import Generation
from hyocr.tasks.base import Parsed
from hyocr.tasks.wire import trimmed

NAME = "read"
MAX_TOKENS = 4096

_LINE = re.compile(r"[^\r\n]+")


def prompt(language: str = "en", **values: str) -> str:
    """The question to send with the image, in "en" or "zh"."""
    return wording.prompt(NAME, language, **values)


def parse(generation: Generation, width: int, height: int) -> Parsed:
    """The text without blank lines, and its lines."""
    found = lines(generation, 0, len(generation.text))
    return Parsed("\n".join(line.text for line in found), found, [])


def lines(generation: Generation, start: int, end: int) -> list[Line]:
    """One Line per line of `text[start:end]` that is not blank, with the confidence of the tokens that wrote it."""
    found = []
    for match in _LINE.finditer(generation.text, start, end):
        first, last = trimmed(generation.text, *match.span())
        if first < last:
            found.append(Line(generation.text[first:last], None, None, *generation.confidence(first, last)))
    return found
