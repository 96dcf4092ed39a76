"""RapidOCR, the PP-OCR models on ONNX Runtime: what most people run on a CPU when they want more than Tesseract.

The package is `rapidocr-onnxruntime`, with the models inside its wheel and every option at its default (detection on
a shorter side of at least 736 px, longest side at most 2000 px, lines turned upright, readings below a score of 0.5
left out) but the threads. A page's text is its lines in the package's own order, top to bottom and then left to
right, one to a row: two columns of one printed line stay two lines, as the package returns them. A single line's crop
is recognised alone, without detection and turning.
"""

from __future__ import annotations

import os
import statistics
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import cv2
from PIL import Image

from eval.benchmarks.base import Item
from eval.predictions import FAILED, Prediction
from hyocr.document import Box, Line
from hyocr.errors import HyocrError


class RapidOcrSystem:
    """RapidOCR held to `threads` threads, in ONNX Runtime and in OpenCV (whose setting is the whole process's)."""

    name = "rapidocr"
    tasks = frozenset({"read", "spotting", "line"})

    def __init__(self, threads: int) -> None:
        """Raises HyocrError if the package is not installed or does not import."""
        try:
            import rapidocr_onnxruntime
        except ImportError as error:
            raise HyocrError(f"RapidOCR cannot be imported ({error}); install it with: make peers") from error
        cores = min(threads, os.cpu_count() or 1)  # the package takes a larger number as "all there are"
        cv2.setNumThreads(cores)
        self._engine: Any = rapidocr_onnxruntime.RapidOCR(intra_op_num_threads=cores, inter_op_num_threads=cores)
        models = Path(rapidocr_onnxruntime.__file__).parent / "models"
        self.settings = {
            "version": version("rapidocr-onnxruntime"),
            "onnxruntime": version("onnxruntime"),
            "models": ", ".join(sorted(path.stem for path in models.glob("*.onnx"))),
            "threads": str(cores),
        }

    def batch(self, task: str) -> int:
        """One: the package takes one image."""
        return 1

    def answer(self, task: str, pages: Sequence[tuple[Item, Image.Image]]) -> list[Prediction]:
        """Text and its mean score; for pages also the lines with their quadrilaterals and scores."""
        read = self._line if task == "line" else self._page
        predictions = []
        for item, image in pages:
            try:
                predictions.append(read(item.id, image.convert("RGB")))
            except Exception as error:  # it has no base class of errors, and one page must not end the run
                reason = str(error).strip().split("\n")[-1] or "no reason given"
                message = f"RapidOCR failed with {type(error).__name__}: {reason}"
                predictions.append(Prediction(item.id, "", status=FAILED, error=message))
        return predictions

    def _page(self, name: str, image: Image.Image) -> Prediction:
        found, _ = self._engine(image)
        lines = [_polygon_line(corners, text, score) for corners, text, score in found or ()]
        confidence = statistics.fmean(score for _, _, score in found) if found else None
        return Prediction(name, "\n".join(line.text for line in lines), lines=lines, confidence=confidence)

    def _line(self, name: str, image: Image.Image) -> Prediction:
        found, _ = self._engine(image, use_det=False, use_cls=False)
        ((text, score),) = found
        return Prediction(name, text, confidence=float(score) if text else None)


def _polygon_line(corners: Sequence[Sequence[float]], text: str, score: float) -> Line:
    """One of RapidOCR's lines; `corners` are four (x, y) in pixels, clockwise from the top left of the writing."""
    polygon = tuple((float(x), float(y)) for x, y in corners)
    columns, rows = zip(*polygon, strict=True)
    box = Box(min(columns), min(rows), max(columns), max(rows))
    upright = polygon == ((box.x1, box.y1), (box.x2, box.y1), (box.x2, box.y2), (box.x1, box.y2))
    return Line(text, box, polygon=None if upright else polygon, confidence=float(score))
