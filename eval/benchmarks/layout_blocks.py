"""Layout blocks, however an answer writes them: HunyuanOCR's markup or JSON (see `prompts/layout.yaml`)."""

from __future__ import annotations

import re

from hyocr.document import Line
from hyocr.tasks import wire, wire_json

_BLOCK = re.compile(r"<layout>([^<]*+)</layout>\s*+<(poly|quad)>([^<]*+)</\2>")


def layout_blocks(answer: str, width: int, height: int) -> list[Line]:
    """Blocks in the order written, the kind as text, the place in pixels of a `width` x `height` image.

    Blocks without a kind or of fewer than two corners are left out.
    """
    found = [(block[1].strip(), wire.points(block[3])) for block in _BLOCK.finditer(answer)]
    if not found:  # objects are read as spotting's are, with the kind in the place of the text
        renamed = answer.replace('"text"', '"content"').replace('"layout_type"', '"text"')
        found = [(block.text, block.points) for block in wire_json.scan(renamed)]
    return [Line(kind, *wire.to_pixels(points, width, height)) for kind, points in found if kind and points]
