"""Spotting: every text line with its box, in any of HunyuanOCR's published wire formats.

`<ref>text</ref><quad>(x1,y1),(x2,y2)</quad>`, the same with tokens spelled as placeholders or stripped, box before
text, quads of four corners, `<box>`, `[x1,y1,x2,y2]`, and JSON objects with "box" or "bbox" and "text".
"""

from __future__ import annotations

from hyocr import wording
from hyocr.document import Line, Unparsed
from hyocr.engines.base import Generation
from hyocr.tasks import wire, wire_json, wire_markup
from hyocr.tasks.base import Parsed

NAME = "spotting"
MAX_TOKENS = 8192


def prompt(language: str = "en", **values: str) -> str:
    """The question to send with the image, in "en" or "zh"."""
    return wording.prompt(NAME, language, **values)


def parse(generation: Generation, width: int, height: int) -> Parsed:
    """Lines in the order written, boxes in pixels of a `width` x `height` image, and every stretch that is no line."""
    raw = generation.text
    found, unparsed = scan(raw)
    lines = []
    for item in found:
        box, polygon = wire.to_pixels(item.points, width, height)
        lines.append(Line(item.text, box, polygon, *generation.confidence(item.start, item.end)))
    return Parsed("\n".join(line.text for line in lines), lines, unparsed)


def scan(raw: str) -> tuple[list[wire.Found], list[Unparsed]]:
    """What `raw` says, in 0..1000 coordinates, and what is left over."""
    if wire_json.EMPTY.fullmatch(raw):
        return [], []
    found = wire_json.scan(raw)
    rest = wire.leftover(raw, found, wire_json.NOISE)
    # Markup outside the objects means that they are text on the page.
    if found and not any(wire_markup.marked(part.text) for part in rest):
        return found, rest
    found = wire_markup.scan(raw)
    return found, wire.leftover(raw, found, wire_markup.TAG)
