"""AP@50 of character boxes: area under the precision-recall curve of detections with a confidence, at IoU 0.5.

By falling confidence, each detection takes, of the truths still free, the one of most IoU; it is a hit if that IoU is
0.5 or more (the matching of COCO). AP = sum over recall levels r of (r - previous r) * max precision at recall >= r:
all-points interpolation as in PASCAL VOC since 2010 (COCO samples the same curve at 101 points). Detections of equal
confidence enter the curve together, so that their order among pages is of no account.

By default it doesn't matter which character a box holds: this is the AP@50 of a detector. With `classes`, a detection
can only hit a truth of the same character; all characters still share one curve.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from eval.metrics.geometry import iou
from hyocr.document import Line


class PageHits(NamedTuple):
    """A page's share of the pool: (confidence, hit) of each detection, and how many truths there are."""

    pairs: list[tuple[float, bool]]
    truths: int


def page_hits(
    detections: Sequence[Line], truths: Sequence[Line], classes: bool = False, threshold: float = 0.5
) -> PageHits:
    """One page; each Line is one character with its box (or polygon), detections with their confidence.

    Raises ValueError if a line has no box or a detection no confidence.
    """
    if any(line.confidence is None for line in detections):
        raise ValueError("average precision needs detections with a confidence")
    ranked = sorted(detections, key=lambda line: line.confidence or 0.0, reverse=True)
    overlaps = iou(ranked, truths)
    if classes:
        overlaps *= np.array([[a.text == b.text for b in truths] for a in ranked]).reshape(overlaps.shape)
    pairs = []
    for line, row in zip(ranked, overlaps, strict=True):
        best = int(row.argmax()) if len(row) else -1
        hit = best >= 0 and bool(row[best] >= threshold)
        if hit:
            overlaps[:, best] = -1  # taken
        pairs.append((line.confidence or 0.0, hit))
    return PageHits(pairs, len(truths))


def average_precision(pairs: Sequence[tuple[float, bool]], truths: int) -> float:
    """AP in 0..1 of the (confidence, hit) pairs and the number of truths of all pages together; 0 without truths."""
    if not pairs or not truths:
        return 0.0
    confidences, hits = np.asarray(pairs, np.float64).T
    order = np.argsort(-confidences, kind="stable")
    confidences, true = confidences[order], np.cumsum(hits[order])
    last = np.flatnonzero(np.append(np.diff(confidences) != 0, True))  # the end of each run of equal confidence
    recall, precision = true[last] / truths, true[last] / (last + 1)
    envelope = np.maximum.accumulate(precision[::-1])[::-1]
    return float(np.sum(np.diff(recall, prepend=0.0) * envelope))
