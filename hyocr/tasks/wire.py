"""What the wire formats of HunyuanOCR share: coordinates 0..1000, spans of raw output, and what is left over.

Source: HunyuanOCR technical report (arXiv 2511.19575) section 4.1.1, and the formats its published code accepts.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass

from hyocr.document import Box, Unparsed

SCALE = 1000  # coordinates run from 0 to SCALE over the image's width and height

Points = tuple[tuple[float, float], ...]

_NOT_A_NUMBER = re.compile(r"""[\s,;()\[\]"']+|<pos_|>""")


@dataclass(frozen=True)
class Found:
    """One line as written: `raw[start:end]` holds its text, `covered` the stretches of `raw` it accounts for, in order.

    `points` are in 0..1000 and unchecked: two opposite corners, or three and more corners of a polygon.
    """

    text: str
    start: int
    end: int
    points: Points
    covered: tuple[tuple[int, int], ...]


def points(written: str) -> Points | None:
    """The points written as `(x1,y1),(x2,y2)`, `[x1,y1,x2,y2]`, `[[x,y],...]` or `<pos_x1><pos_y1>...`, or None."""
    numbers = _NOT_A_NUMBER.sub(" ", written).split()
    if len(numbers) < 4 or len(numbers) % 2:
        return None
    try:
        values = [float(number) for number in numbers]
    except ValueError:
        return None
    if not all(map(math.isfinite, values)):
        return None
    return tuple(zip(values[::2], values[1::2], strict=True))


def to_pixels(corners: Points, width: int, height: int) -> tuple[Box, Points | None]:
    """The box around `corners` (0..1000, clamped) in pixels, and the polygon unless it is that box.

    The polygon runs clockwise from the corner nearest the top left, whichever way it was written.
    """
    placed = [(min(max(x, 0), SCALE) * width / SCALE, min(max(y, 0), SCALE) * height / SCALE) for x, y in corners]
    xs, ys = [x for x, _ in placed], [y for _, y in placed]
    box = Box(min(xs), min(ys), max(xs), max(ys))
    upright = {(box.x1, box.y1), (box.x2, box.y1), (box.x2, box.y2), (box.x1, box.y2)}
    if len(placed) == 2 or set(placed) == upright:
        return box, None
    # Shoelace sum: with y down it is positive for clockwise corners.
    turn = sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in zip(placed, placed[1:] + placed[:1], strict=True))
    if turn < 0:
        placed.reverse()
    first = min(range(len(placed)), key=lambda i: sum(placed[i]))
    return box, tuple(placed[first:] + placed[:first])


def trimmed(raw: str, start: int, end: int) -> tuple[int, int]:
    """The span `start:end` of `raw` without surrounding whitespace; empty (end == start) if it is all whitespace."""
    part = raw[start:end]
    start += len(part) - len(part.lstrip())
    return start, start + len(part.strip())


def leftover(raw: str, found: Iterable[Found], noise: re.Pattern[str]) -> list[Unparsed]:
    """The stretches of `raw` that no item of `found` (in order) covers and that are not only `noise` and whitespace."""
    gaps, at = [], 0
    for start, end in (span for item in found for span in item.covered):
        gaps.append((at, start))
        at = end
    gaps.append((at, len(raw)))
    rest = []
    for gap in gaps:
        start, end = trimmed(raw, *gap)
        if noise.sub("", raw[start:end]).strip():
            rest.append(Unparsed(raw[start:end], start))
    return rest
