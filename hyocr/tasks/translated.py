"""What the tasks of translation share: the text as it stands in the image, and then its translation."""

from __future__ import annotations

import re

from hyocr.engines.base import Generation
from hyocr.tasks.base import Parsed
from hyocr.tasks.parts import Parts, Span, parsed, tagged
from hyocr.tasks.wire import trimmed

TURN = "翻译成中文为"
"""What HunyuanOCR writes between a document and its translation (its technical report, figure 16)."""

_TURN = re.compile(rf"^[^\S\n]*+{TURN}[^\S\n]*+[:：]?[^\S\n]*+$", re.MULTILINE)
"""The line it stands on."""

_EMPTY_LINES = re.compile(r"\n[^\S\n]*+\n\s*+")


def parse(generation: Generation) -> Parsed:
    """The translation as text, the source as observation."""
    return parsed(generation, split(generation.text))


def split(raw: str) -> Parts:
    """The source and its translation, parted by tags (`hyocr.tasks.parts`), by HunyuanOCR's line, or in the middle.

    Where nothing marks the turn, both have as many paragraphs. With an odd number of them nobody can tell, so all is
    taken for the translation, and for left over as well.
    """
    if "<observation>" in raw or "<answer>" in raw:
        return tagged(raw)
    if turn := _TURN.search(raw):
        return Parts(trimmed(raw, 0, turn.start()), trimmed(raw, turn.end(), len(raw)), [])
    found = paragraphs(raw)
    half = len(found) // 2
    if len(found) % 2:
        whole = found[0][0], found[-1][1]
        return Parts((0, 0), whole, [whole] if whole[0] < whole[1] else [])
    return Parts((found[0][0], found[half - 1][1]), (found[half][0], found[-1][1]), [])


def paragraphs(text: str) -> list[Span]:
    """Where the stretches between empty lines are: one, empty, if the text is blank."""
    start, end = trimmed(text, 0, len(text))
    found = []
    for gap in _EMPTY_LINES.finditer(text, start, end):
        found.append(trimmed(text, start, gap.start()))
        start = gap.end()
    return [*found, (start, end)]
