"""Lines with boxes, however a system gave them."""

from __future__ import annotations

from eval.predictions import Prediction
from hyocr.document import Line
from hyocr.engines.base import Generation
from hyocr.tasks import spotting


def spotted(prediction: Prediction, width: int, height: int) -> list[Line]:
    """The prediction's lines that have a place, in pixels; where it has no lines at all, those its output spells out.

    The output may be any of the spotting task's formats (`hyocr.tasks.spotting`), with 0..1000 over the `width` and
    `height` of the image in pixels.
    """
    lines = prediction.lines or spotting.parse(Generation(prediction.output, "stop"), width, height).lines
    return [line for line in lines if line.box or line.polygon]
