"""Fields of receipts: each by itself, where they stand, and what their confidences are worth."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from eval.benchmarks import receipts_fields
from eval.benchmarks.base import Item
from eval.metrics.geometry import union_iou
from eval.predictions import FAILED, Prediction
from eval.receipts_places import places
from eval.scoring import score_pages, summary
from hyocr.document import Box, Field
from tests.receipts_folder import make_receipts
from tests.test_benchmarks import total

LINES = [
    ("Tea House Sdn.", (0, 0, 140, 10)),
    ("12 Long Road.", (0, 10, 130, 20)),
    ("Kuala Lumpur", (0, 20, 120, 30)),
    ("Date: 12/03/2018 10:30", (0, 30, 220, 40)),
    ("TOTAL 9.00", (0, 40, 100, 50)),
    ("Cash 109.00", (0, 50, 110, 60)),
    ("RM9.00", (0, 60, 60, 70)),
]


def found(value: str) -> list[list[tuple[float, ...]]]:
    return [[tuple(map(round, vars(box).values())) for box in place] for place in places(value, LINES)]


def test_a_value_is_cut_out_of_its_line() -> None:
    assert found("12/03/2018") == [[(60, 30, 160, 40)]]


def test_every_place_is_found_but_not_inside_longer_numbers() -> None:
    assert found("9.00") == [[(60, 40, 100, 50)], [(20, 60, 60, 70)]]
    assert found("9.0") == found("03/201") == []


def test_a_value_goes_on_in_the_next_line_whatever_its_commas() -> None:
    assert found("12, LONG ROAD, KUALA LUMPUR.") == [[(0, 10, 120, 20), (0, 20, 120, 30)]]
    assert found("TEA HOUSE SDN") == [[(0, 0, 130, 10)]]


def test_what_stands_nowhere_has_no_place() -> None:
    assert found("coffee") == found("") == found(" ,") == []


def test_iou_of_unions_counts_no_area_twice() -> None:
    whole, left, right = Box(0, 0, 10, 10), Box(0, 0, 6, 10), Box(4, 0, 10, 10)
    assert union_iou([left, right], [whole]) == pytest.approx(1)
    assert union_iou([left], [whole]) == pytest.approx(0.6)
    assert union_iou([], [whole]) == union_iou([], []) == union_iou([Box(1, 1, 1, 1)], []) == 0


@pytest.fixture
def items(tmp_path: Path) -> list[Item]:
    return receipts_fields.load(make_receipts(tmp_path))


def answer(item: Item, wrong: Mapping[str, str] | None = None, sure: Iterable[float] = (0.9, 0.9, 0.9, 0.9)):
    """The true values and places, but for those that are `wrong`."""
    values = dict(item.truth.fields) | dict(wrong or {})
    fields = [
        Field(name, value, True, (item.truth.places[name] or [[]])[0], confidence=one)
        for (name, value), one in zip(values.items(), sure, strict=True)
    ]
    return Prediction(item.id, json.dumps(values), fields=fields)


def test_a_perfect_answer_scores_one(items: list[Item]) -> None:
    scores = total(receipts_fields, [(item, answer(item)) for item in items])
    assert scores.pop("unparsed") == 0
    assert scores == pytest.approx(dict.fromkeys(scores, 1))


def test_each_field_has_its_own_score(items: list[Item]) -> None:
    scores = total(
        receipts_fields, [(item, answer(item, {"total": "9.10", "company": "tea  house"})) for item in items[:1]]
    )
    assert (scores["total"], scores["total_similarity"]) == (0, pytest.approx(0.75))
    assert (scores["company"], scores["date"], scores["address"]) == (1, 1, 1)
    none = total(receipts_fields, [(items[0], Prediction("a", "{}"))])
    assert {none[key] for key in receipts_fields.KEYS} == {0}


def test_boxes_count_where_the_value_is_right_and_its_place_known(items: list[Item]) -> None:
    item = items[0]
    right = answer(item)
    assert item.truth.places["address"] == []  # "1 ROAD" is not printed
    fields = {field.name: field for field in right.fields}
    fields["date"] = replace(fields["date"], boxes=[Box(0, 0, 20, 20)])
    sums = receipts_fields.measure(item, replace(right, fields=list(fields.values())))
    assert (sums["placed"], sums["boxed"]) == (3, 2)
    sums = receipts_fields.measure(item, answer(item, {"date": "1/1/1999"}))
    assert (sums["placed"], sums["boxed"]) == (2, 2)
    assert receipts_fields.measure(item, Prediction("a", right.output))["boxed"] == 0


def test_confidences_of_values_are_judged_by_whether_they_are_right(items: list[Item]) -> None:
    wrong = {"company": "x", "date": "y"}
    predictions = {
        "a": answer(items[0], wrong, (0.2, 0.8, 0.9, 0.95)),
        "b": replace(answer(items[1]), status=FAILED),  # says nothing, whatever it says
        "c": replace(answer(items[2]), fields=[]),
    }
    pages = score_pages(receipts_fields, items[:3], predictions)
    values = summary(receipts_fields, pages)["values"]
    assert values == {"values": 4, "right": 0.5, "surest_half": 1, "aurc": pytest.approx((1 / 3 + 1 / 2) / 4, abs=1e-6)}
    assert "values" not in summary(receipts_fields, pages[1:])
