"""Line spotting and the IoU under it, on pages small enough to score by hand."""

from __future__ import annotations

import numpy as np
import pytest

from eval.metrics.geometry import iou
from eval.metrics.spotting import Sums, alphanumeric, page_reward, page_sums, scores
from hyocr.document import Box, Line


def line(text: str, x1: float, y1: float, x2: float, y2: float) -> Line:
    return Line(text, Box(x1, y1, x2, y2))


def quad(text: str, *points: tuple[float, float]) -> Line:
    return Line(text, polygon=points)


A, B = line("Total 9.50", 0, 0, 100, 10), line("Cash", 0, 20, 100, 30)


def test_iou_of_boxes():
    overlaps = iou([A, line("", 50, 0, 150, 10), line("", 5, 5, 5, 5)], [A, B])
    assert overlaps == pytest.approx(np.array([[1, 0], [1 / 3, 0], [0, 0]]))
    assert iou([], [A]).shape == (0, 1)
    assert iou([A], []).shape == (1, 0)


def test_iou_of_polygons():
    square = line("", 0, 0, 2, 2)
    diamond = quad("", (1, 0), (2, 1), (1, 2), (0, 1))  # half of the square
    bow_tie = quad("", (0, 0), (2, 2), (2, 0), (0, 2))  # its left and right quarters: half of the square
    flat = quad("", (0, 0), (2, 0), (2, 0), (0, 0))
    assert iou([square], [diamond, bow_tie, flat, square])[0] == pytest.approx([0.5, 0.5, 0, 1])
    assert iou([diamond], [bow_tie])[0, 0] == pytest.approx(1 / 3)  # each has 2, they share 1 of 3
    assert iou([flat], [flat])[0, 0] == 0


def test_lines_without_place_are_refused():
    with pytest.raises(ValueError, match="no box"):
        page_sums([Line("Total")], [A])


def test_perfect_page():
    sums = page_sums([B, A], [A, B])
    assert sums == Sums(2, 2, 2, 2, 2, 2, 2)
    assert scores(sums) == (1,) * 10


def test_page_with_every_kind_of_error():
    readings = [
        line("TOTAL: 9.5O", 0, 0, 100, 12),  # found (IoU 10 / 12): 4 letters of other case, ":" and "O" for "0"
        line("cash", 0, 20, 90, 30),  # found (0.9), right but for case
        line("Thanks", 0, 80, 100, 90),  # not there
    ]
    sums = page_sums(readings, [A, B, line("Change", 0, 40, 100, 50)])
    assert sums == pytest.approx(Sums(3, 3, 2, 0, 1, (1 - 6 / 11) + (1 - 1 / 4), 4))
    shares = scores(sums)
    assert shares.detection_f1 == pytest.approx(2 / 3)
    assert shares.exact_f1 == 0
    assert shares.alphanumeric_precision == pytest.approx(1 / 3)
    assert shares.one_minus_ned == pytest.approx((5 / 11 + 3 / 4) / 4)


def test_precision_and_recall_are_not_swapped():
    shares = scores(page_sums([A, line("x", 0, 50, 10, 60), line("y", 50, 50, 60, 60)], [A, B]))
    assert shares.detection_precision == shares.exact_precision == pytest.approx(1 / 3)
    assert shares.detection_recall == shares.alphanumeric_recall == pytest.approx(1 / 2)
    assert shares.detection_f1 == pytest.approx(2 / 5)


def test_one_prediction_for_each_truth():
    sums = page_sums([A, A], [A])
    assert (sums.detected, sums.similarity, sums.contributors) == (1, 1, 2)
    assert page_reward([A, A], [A]) == 0.5


def test_iou_of_just_a_half_pairs_but_does_not_match():
    sums = page_sums([line("Total 9.50", 0, 0, 50, 10)], [A])
    assert (sums.detected, sums.similarity, sums.contributors) == (0, 1, 1)
    sums = page_sums([line("Total 9.50", 0, 0, 49, 10)], [A])
    assert (sums.detected, sums.similarity, sums.contributors) == (0, 0, 2)


def test_who_chooses_whom():
    loose, exact = line("loose", 0, 0, 100, 12), line("Total 9.50", 0, 0, 100, 10)
    sums = page_sums([loose, exact], [A])
    assert (sums.detected, sums.exact) == (1, 0)  # the truth takes the first that is good enough
    between = line("Cash", 0, 2, 100, 12)  # IoU 8 / 12 with A, 9 / 11 with the line below
    below = line("Cash", 0, 3, 100, 13)
    assert page_sums([between], [A, below]).similarity == 1  # the prediction takes the nearest truth
    assert page_sums([between], [A, below]).exact == 0


def test_other_threshold():
    assert page_sums([line("Total 9.50", 0, 0, 30, 10)], [A], threshold=0.2).exact == 1


@pytest.mark.parametrize(
    ("readings", "truths", "reward"), [([], [], 1), ([A], [], 0), ([], [A], 0), ([A], [A], 1), ([B], [A], 0)]
)
def test_reward(readings, truths, reward):
    assert page_reward(readings, truths) == reward


def test_a_pair_without_text_is_read_right():
    empty = line("", 0, 0, 100, 10)
    assert page_reward([empty], [empty]) == 1
    assert page_reward([empty], [B]) == 0


def test_sums_pool_and_scores_work_elementwise():
    pages = [page_sums([A], [A, B]), page_sums([], [A]), page_sums([], [])]
    columns = scores(Sums(*np.array(pages, float).T))
    assert np.asarray(columns).T.tolist() == [list(scores(page)) for page in pages]
    pooled = scores(Sums(*np.sum(pages, axis=0)))
    assert pooled.detection_recall == pytest.approx(1 / 3)
    assert pooled.one_minus_ned == pytest.approx(1 / 3)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("Rm 12.50-", "RM1250"), ("合计：￥9", "合计9"), ("***", "***"), ("", ""), ("straße", "STRASSE")],
)
def test_alphanumeric(text, expected):
    assert alphanumeric(text) == expected
