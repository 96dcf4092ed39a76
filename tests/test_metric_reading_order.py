"""Reading-order edit against OmniDocBench's demo results, and by hand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from eval.metrics.reading_order import RankedPair, ranks, reading_order_edit

GOLDENS = Path(__file__).parents[2] / "shared" / "goldens" / "omnidocbench"


def test_golden_demo_pages():
    if not GOLDENS.exists():
        pytest.skip("the golden values are not here")
    pages = json.loads((GOLDENS / "end2end_quick_match_reading_order_result.json").read_text())
    expected = json.loads((GOLDENS / "end2end_quick_match_reading_order_per_page_edit.json").read_text())
    found = {page["img_id"]: reading_order_edit(page["pred"], page["gt"]) for page in pages}
    assert len(found) == 18
    assert found == pytest.approx(expected, rel=1e-12)
    assert sum(found.values()) / len(found) == pytest.approx(0.21699615743733391, rel=1e-12)


@pytest.mark.parametrize(
    ("predicted", "truth", "edit"),
    [
        ([1, 2, 3], [1, 2, 3], 0.0),
        ([2, 1, 3], [1, 2, 3], 2 / 3),
        ([1, 3], [1, 2, 3], 1 / 3),
        ([], [1], 1.0),
        ([], [], 0),
    ],
)
def test_edit_by_hand(predicted, truth, edit):
    assert reading_order_edit(predicted, truth) == pytest.approx(edit)


def test_ranks_follow_the_prediction():
    pairs = [RankedPair([1], 50), RankedPair([2, 3], 10), RankedPair([4], None), RankedPair([None], 0)]
    assert ranks(pairs) == ([2, 3, 1], [1, 2, 3, 4])
