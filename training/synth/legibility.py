"""How legible an image is, 0..100, from two sides that only its maker knows: what was done to it, and what is left.

`severity` goes by the defects: 100 times the product of 1 - severity, a local defect counting by the share of lines
that it touches. `remains` compares each line's ink before and after: their correlation over the line's box at a
reader's resolution, with small text counted down. The score is the mean of the two. UniPercept (arXiv 2512.21675) is
where the scale is from; these formulas are ours.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from training.synth.annotation import Bounds, Defect, Document

GEOMETRIC = frozenset({"rotation", "perspective", "curl", "fold", "crumple"})
"""Defects that move ink but leave it whole: they count half."""

READABLE_HEIGHT = 14.0
"""Pixels that a line needs from top to bottom of its ink; smaller ones lose in proportion."""

_HEIGHT = 32
_MOST_LINES = 40


class Legibility(NamedTuple):
    """Both sides and their mean, 0..100."""

    severity: float
    remains: float

    @property
    def score(self) -> int:
        """The mean, as an integer."""
        return round((self.severity + self.remains) / 2)


def legibility(document: Document) -> Legibility:
    """Both sides of a document with text. Raises ValueError for one without."""
    if not document.lines:
        raise ValueError("a document without text is neither legible nor illegible")
    return Legibility(100 * _left_by(document), 100 * _remains(document))


def _left_by(document: Document) -> float:
    left = 1.0
    for defect in document.defects:
        weight = 0.5 if defect.type in GEOMETRIC else 1.0
        left *= 1 - weight * min(1.0, defect.severity) * _share(document, defect)
    return left


def _share(document: Document, defect: Defect) -> float:
    """The share of lines that a defect touches."""
    if defect.box is None:
        return 1.0
    touched = sum(_overlap(line.box, defect.box) for line in document.lines)
    return touched / len(document.lines)


def _overlap(a: Bounds, b: Bounds) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _remains(document: Document) -> float:
    grey = np.asarray(document.image.convert("L"))
    # Dashes are low, and would pass for small text.
    lines = [line for line in document.lines if any(map(str.isalnum, line.text))] or list(document.lines)
    lines = lines[:: max(1, len(lines) // _MOST_LINES)]
    return float(np.mean([_line_remains(grey, document.ink, line.box, line.height) for line in lines]))


def _line_remains(grey: NDArray[np.uint8], ink: NDArray[np.uint8], box: Bounds, height: float) -> float:
    x1, y1, x2, y2 = (round(side) for side in box)
    area = np.s_[max(0, y1 - 2) : y2 + 3, max(0, x1 - 2) : x2 + 3]
    if ink[area].size < 4:
        return 0.0
    size = (max(8, round(_HEIGHT * (x2 - x1 + 5) / max(1, y2 - y1 + 5))), _HEIGHT)
    before, after = (cv2.resize(part[area], size, interpolation=cv2.INTER_AREA).ravel() for part in (ink, grey))
    if before.std() < 1 or after.std() < 1:
        return 0.0
    alike = abs(float(np.corrcoef(before, after)[0, 1]))
    return alike * min(1.0, height / READABLE_HEIGHT)
