r"""LaTeX of one formula -> ink, true to every visible sign: what cannot be drawn raises.

matplotlib's mathtext sets what it can; environments, braces and stretched signs are composed from such pieces
(formula_tree reads, formula_boxes sets). Everything is laid out in em first and drawn once, so the ink follows from the
arguments alone, the same in any process and without a display.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from matplotlib.ft2font import LoadFlags
from numpy.typing import NDArray

from training.synth.formula import boxes
from training.synth.formula.tree import parse

FONTSETS = ("cm", "stix", "stixsans", "dejavusans", "dejavuserif")
MAX_WIDTH, MAX_HEIGHT = 4000, 1500  # pixels of a result
_OVERSAMPLED = 3  # glyphs can only be placed at whole pixels: drawn large, they land at a third of one
_MARGIN = 0.5  # em around the boxes for signs that reach out of theirs


@dataclass(frozen=True)
class Ink:
    """A formula's ink."""

    mask: NDArray[np.uint8]  # (h, w), 0..255, tight around the ink with a margin of one pixel
    baseline: float  # pixels from the top of the mask down to the baseline
    advance: float  # pixels to reserve for it in a line of text


def draw(latex: str, size: float, fontset: str) -> Ink:
    r"""The ink of a formula (without `$` around it) at `size` pixels per em, in one of FONTSETS.

    The style is that of a formula within a line; begin it with `\displaystyle` for a displayed one. Raises ValueError
    with one sentence for LaTeX that cannot be drawn truly and for results over MAX_WIDTH x MAX_HEIGHT pixels.
    """
    if fontset not in FONTSETS:
        raise ValueError(f"fontset is one of {', '.join(FONTSETS)}, not {fontset}")
    if not 4 <= size <= 400:
        raise ValueError("a formula's size is 4 to 400 pixels per em")
    box = boxes.row(parse(latex), fontset)
    if box.width * size > MAX_WIDTH or (box.height + box.depth) * size > MAX_HEIGHT:
        raise ValueError(f"the formula is larger than {MAX_WIDTH} x {MAX_HEIGHT} pixels: draw it smaller")
    return _ink(box, size)


def can_draw(latex: str) -> bool:
    """Whether every font set draws the formula, at a usual size."""
    try:
        for fontset in FONTSETS:
            draw(latex, 20, fontset)
    except ValueError:
        return False
    return True


def _ink(box: boxes.Box, size: float) -> Ink:
    """Draws the marks large, and averages them down to the size asked for."""
    scale = size * _OVERSAMPLED
    margin = math.ceil(_MARGIN * size) * _OVERSAMPLED
    baseline = math.ceil(box.height * size) * _OVERSAMPLED + margin
    height = baseline + math.ceil(box.depth * size) * _OVERSAMPLED + margin
    canvas = np.zeros((height, math.ceil(box.width * size) * _OVERSAMPLED + 2 * margin), np.uint8)
    for mark in box.marks:
        if isinstance(mark, boxes.Polygon):
            _fill(canvas, [(margin + x * scale, baseline - y * scale) for x, y in mark.points])
            continue
        mark.font.set_size(mark.size * scale, 72)
        glyph = mark.font.load_glyph(mark.index, LoadFlags.NO_HINTING)
        top = round(baseline - mark.y * scale) - math.ceil(glyph.horiBearingY / 64)
        mark.font.draw_glyph_to_bitmap(canvas, round(margin + mark.x * scale), top, glyph, antialiased=True)
    small = cv2.resize(canvas, None, fx=1 / _OVERSAMPLED, fy=1 / _OVERSAMPLED, interpolation=cv2.INTER_AREA)
    rows, columns = small.any(1).nonzero()[0], small.any(0).nonzero()[0]
    if not len(rows):
        raise ValueError("LaTeX: the formula shows nothing")
    top, bottom, left, right = rows[0], rows[-1] + 1, columns[0], columns[-1] + 1
    mask = np.pad(small[top:bottom, left:right], 1).astype(np.uint8)
    return Ink(mask, float(baseline / _OVERSAMPLED - top + 1), max(box.width * size, float(mask.shape[1])))


def _fill(canvas: NDArray[np.uint8], points: list[tuple[float, float]]) -> None:
    """A polygon, never thinner than two of the canvas's pixels: a hairline must not vanish."""
    corners = np.array(points, np.float64)
    low, high = corners.min(0), corners.max(0)
    for axis in (0, 1):
        if high[axis] - low[axis] < 2:
            middle = (low[axis] + high[axis]) / 2
            corners[:, axis] = np.where(corners[:, axis] > middle, middle + 1, middle - 1)
    # cv2 takes pixel centres as whole numbers, in sixteenths here, and fills the edge pixels too.
    fixed = np.round((corners - 0.5) * 16).astype(np.int32)
    cv2.fillPoly(canvas, [fixed], (255,), lineType=cv2.LINE_AA, shift=4)
