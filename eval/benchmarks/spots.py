"""Lines with boxes, however a system gave them."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import chain

from eval.predictions import Prediction
from hyocr.document import Box, Line
from hyocr.engines.base import Generation
from hyocr.tasks import spotting


def spotted(prediction: Prediction, width: int, height: int) -> list[Line]:
    """The prediction's lines that have a place, in pixels: a box or four corners. Where it has no lines at all, those
    its output spells out.

    The output may be any of the spotting task's formats (`hyocr.tasks.spotting`), with 0..1000 over the `width` and
    `height` of the image in pixels.
    """
    lines = prediction.lines or spotting.parse(Generation(prediction.output, "stop"), width, height).lines
    return [_four_cornered(line) for line in lines if _placed(line)]


def _placed(line: Line) -> bool:
    sides = (line.box.x1, line.box.y1, line.box.x2, line.box.y2) if line.box else ()
    return bool(line.box or line.polygon) and all(map(math.isfinite, chain(sides, *(line.polygon or ()))))


def _four_cornered(line: Line) -> Line:
    """The line with the upright box around its polygon where that has more or fewer than four corners."""
    if not line.polygon or len(line.polygon) == 4:
        return line
    (x1, x2), (y1, y2) = ((min(sides), max(sides)) for sides in zip(*line.polygon, strict=True))
    return replace(line, box=line.box or Box(x1, y1, x2, y2), polygon=None)
