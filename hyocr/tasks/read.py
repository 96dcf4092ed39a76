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
    """One Line per line of text that is not blank, without a box, with the confidence of the tokens that wrote it."""
    lines = []
    for match in _LINE.finditer(generation.text):
        start, end = trimmed(generation.text, *match.span())
        if start < end:
            lines.append(Line(generation.text[start:end], None, None, *generation.confidence(start, end)))
    return Parsed("\n".join(line.text for line in lines), lines, [])
