"""The shape of text lines, from the boxes of their characters: a strip per line, level or with its own slope."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hyocr.ink import Boxes, heights

Ids = NDArray[np.int64]  # N: the line of every character, counted from 0
Strips = NDArray[np.float64]  # M x 5, see the column names
Values = NDArray[np.float64]

X1, X2, MIDDLE, HEIGHT, SLOPE = range(5)  # ends, y of the centre, height, dy / dx
OUTLIER = 0.7  # character heights: how far one character may stick out above or below the others of its line
MAX_SLOPE = 0.2  # what bends more on a page already upright is no line of text
MIN_ASPECT, MIN_CHARS = 6, 6  # a shorter line says nothing about its slope


def next_id(ids: Ids) -> int:
    return int(ids.max()) + 1 if len(ids) else 0


def lowest(values: Values, ids: Ids, count: int) -> Values:
    """The smallest value of every group, inf for empty groups."""
    out = np.full(count, np.inf)
    np.minimum.at(out, ids, values)
    return out


def median(values: Values, weights: Values, ids: Ids, count: int) -> Values:
    """The upper weighted median of every group; groups are not empty and weights are positive."""
    order = np.lexsort((values, ids))
    total = np.cumsum(weights[order])
    ends = np.cumsum(np.bincount(ids, minlength=count)) - 1
    before = np.concatenate([[0.0], total[ends[:-1]]])
    middle = np.searchsorted(total, (before + total[ends]) / 2, side="right")
    return np.asarray(values[order][np.minimum(middle, ends)])


def extent(tops: Values, bottoms: Values, width: Values, ids: Ids, count: int) -> tuple[Values, Values]:
    """Top and bottom of every line. A stroke of a pen or stamp that crosses a line does not stretch it.

    What is usual in a line is weighed by width: where words are one piece of ink, specks outnumber them.
    """
    reach = OUTLIER * median(bottoms - tops, width, ids, count)
    top = lowest(np.maximum(tops, (median(tops, width, ids, count) - reach)[ids]), ids, count)
    bottom = -lowest(-np.minimum(bottoms, (median(bottoms, width, ids, count) + reach)[ids]), ids, count)
    return top, bottom


def slopes(x: Values, y: Values, weight: Values, ids: Ids, count: int) -> Values:
    """Weighted least-squares slope of every line through its points."""

    def total(values: Values) -> Values:
        return np.asarray(np.bincount(ids, values, minlength=count), dtype=np.float64)

    off = x - (total(weight * x) / np.maximum(total(weight), 1))[ids]
    slope: Values = total(weight * off * y) / np.maximum(total(weight * off * off), 1)
    return slope


def strips(chars: Boxes, ids: Ids) -> Strips:
    """One strip per line. Long lines get the slope of their feet, where it makes the strip clearly lower."""
    count = next_id(ids)
    if not count:
        return np.zeros((0, 5))
    x1, y1, x2, y2 = chars.T
    height, width = heights(chars), x2 - x1
    left, right = lowest(x1, ids, count), -lowest(-x2, ids, count)
    flat_top, flat_bottom = extent(y1, y2, width, ids, count)
    x = (x1 + x2) / 2 - ((left + right) / 2)[ids]
    weight = (height > 0.6 * median(height, width, ids, count)[ids]).astype(np.float64)
    slope = slopes(x, y2, weight, ids, count)
    off = y2 - slope[ids] * x
    weight *= np.abs(off - median(off, width, ids, count)[ids]) <= 0.15 * height + 0.5  # without descenders
    slope = slopes(x, y2, weight, ids, count)
    top, bottom = extent(y1 - slope[ids] * x, y2 - slope[ids] * x, width, ids, count)
    long = (np.bincount(ids, minlength=count) >= MIN_CHARS) & (right - left > MIN_ASPECT * (bottom - top))
    tilted = long & (np.abs(slope) < MAX_SLOPE) & (bottom - top < 0.9 * (flat_bottom - flat_top))
    top, bottom = np.where(tilted, top, flat_top), np.where(tilted, bottom, flat_bottom)
    return np.stack([left, right, (top + bottom) / 2, bottom - top, np.where(tilted, slope, 0.0)], axis=1)


def level(lines: Strips, x: Values | float) -> Values:
    """The y of the middle of lines at `x`."""
    return np.asarray(lines[..., MIDDLE] + lines[..., SLOPE] * (x - (lines[..., X1] + lines[..., X2]) / 2))
