"""AP@50 of character boxes, against areas worked out by hand."""

from __future__ import annotations

import pytest

from eval.metrics.char_boxes import average_precision, page_hits
from hyocr.document import Box, Line


def box(text: str, x: float, confidence: float | None = None, width: float = 10) -> Line:
    return Line(text, Box(x, 0, x + width, 10), confidence=confidence)


@pytest.mark.parametrize(
    ("pairs", "truths", "expected"),
    [
        ([(0.9, True), (0.8, True)], 2, 1.0),
        ([(0.9, True)], 2, 0.5),
        ([(0.9, False), (0.8, True)], 1, 0.5),
        # recall 1/4, 1/4, 1/2, 3/4 at precision 1, 1/2, 2/3, 3/4; from the right the best are 1, 3/4, 3/4, 3/4
        ([(0.9, True), (0.8, False), (0.7, True), (0.6, True)], 4, (1 + 3 / 4 + 3 / 4) / 4),
        ([(0.6, True), (0.8, False), (0.9, True), (0.7, True)], 4, (1 + 3 / 4 + 3 / 4) / 4),  # any order
        ([(0.5, True), (0.5, False)], 1, 0.5),  # a tie is one point of the curve
        ([(0.5, False), (0.5, True)], 1, 0.5),
        ([(0.9, False)], 3, 0.0),
        ([], 3, 0.0),
        ([(0.9, False)], 0, 0.0),
        ([], 0, 0.0),
    ],
)
def test_average_precision(pairs, truths, expected):
    assert average_precision(pairs, truths) == pytest.approx(expected)


def test_a_truth_is_hit_once_by_the_most_confident():
    hits = page_hits([box("a", 0, 0.5), box("a", 1, 0.9), box("b", 40, 0.7)], [box("a", 0), box("b", 20)])
    assert hits == ([(0.9, True), (0.7, False), (0.5, False)], 2)


def test_a_detection_takes_the_best_free_truth():
    truths = [box("a", 0), box("b", 3)]
    # at 2 the IoU is 8 / 12 with the first and 9 / 11 with the second; the next one is left with 8 / 12
    assert page_hits([box("x", 2, 0.9), box("x", 2, 0.8)], truths).pairs == [(0.9, True), (0.8, True)]
    assert page_hits([box("x", 2, 0.9), box("x", 4, 0.8)], truths).pairs == [(0.9, True), (0.8, False)]


def test_threshold():
    half, less = box("a", 0, 0.9, width=5), box("a", 0, 0.9, width=4.9)
    assert page_hits([half], [box("a", 0)]).pairs == [(0.9, True)]
    assert page_hits([less], [box("a", 0)]).pairs == [(0.9, False)]
    assert page_hits([less], [box("a", 0)], threshold=0.4).pairs == [(0.9, True)]


def test_classes():
    detections, truths = [box("a", 0, 0.9), box("b", 0, 0.8)], [box("b", 0)]
    assert page_hits(detections, truths).pairs == [(0.9, True), (0.8, False)]
    assert page_hits(detections, truths, classes=True).pairs == [(0.9, False), (0.8, True)]


def test_pages_are_pooled_not_averaged():
    good = page_hits([box("a", 0, 0.6)], [box("a", 0)])
    bad = page_hits([box("a", 50, 0.9)], [box("a", 0)])
    assert average_precision(good.pairs + bad.pairs, good.truths + bad.truths) == pytest.approx(1 / 2 * 1 / 2)


def test_empty_pages():
    assert page_hits([], []) == ([], 0)
    assert page_hits([], [box("a", 0)], classes=True) == ([], 1)
    assert page_hits([box("a", 0, 0.9)], [], classes=True) == ([(0.9, False)], 0)


def test_bad_lines_are_refused():
    with pytest.raises(ValueError, match="confidence"):
        page_hits([box("a", 0)], [box("a", 0)])
    with pytest.raises(ValueError, match="no box"):
        page_hits([Line("a", confidence=0.9)], [box("a", 0)])
