"""Observed lines find the line of the page they were read from, and claim no place where there is none."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyocr.document import Box, Line
from hyocr.highlight import placed

RECEIPT = [
    "Green Tea 4.50",
    "Cake 4.50",
    "TOTAL (RM) 9.00",
    "Cash (RM) 10.00",
    "Change 1.00",
    "合计金额100元",
    "Cash (RM) 10.00",
]


def page(*texts: str) -> list[Line]:
    return [Line(text, Box(0, 20 * i, 100, 20 * i + 10)) for i, text in enumerate(texts)]


@pytest.mark.parametrize(
    ("observed", "row"),
    [
        pytest.param("TOTAL (RM) 9.00", 2, id="the same"),
        pytest.param("Total  (rm)\t9.00", 2, id="case and spaces"),
        pytest.param("TOTAL (RM) 9.O0", 2, id="misread"),
        pytest.param("9.00", 2, id="a part"),
        pytest.param("4.50", 1, id="the shorter of those that hold it"),
        pytest.param("Cash (RM) 10.00", 3, id="the first of two"),
        pytest.param("00", None, id="a part of a number"),
        pytest.param("otal", None, id="a part of a word"),
        pytest.param("金额", 5, id="Chinese words need no spaces"),
        pytest.param("The total is 9", None, id="not on the page"),
        pytest.param(" ", None, id="blank"),
    ],
)
def test_a_line_finds_its_place(observed: str, row: int | None) -> None:
    lines = page(*RECEIPT)
    [found] = placed([Line(observed, confidence=0.5)], lines)
    assert found == Line(observed, lines[row].box if row is not None else None, confidence=0.5)


def test_polygons_come_along_and_lines_without_boxes_give_none() -> None:
    turned = replace(page("Total")[0], polygon=((0, 1), (99, 0), (100, 9)))
    assert placed([Line("Total")], [Line("Total"), turned]) == [turned]
    assert placed([Line("Total")], [Line("Total")]) == [Line("Total")]
    assert placed([Line("Total")], []) == [Line("Total")]
    assert placed([], page("Total")) == []


def test_segments_of_a_row_are_one_line_as_well() -> None:
    label, price = Line("Total incl. GST", Box(0, 10, 60, 20)), Line("15.90", Box(70, 12, 95, 23))
    below, right = Line("15.90", Box(70, 30, 95, 40)), Line("Thanks", Box(200, 34, 260, 44))
    lines = [Line("15.90", Box(70, 0, 95, 9)), label, price, below, right]
    found = placed([Line("Total incl. GST 15.90"), Line("total incl. gst"), Line("15.90 Thanks")], lines)
    assert [line.box for line in found] == [Box(0, 10, 95, 23), label.box, Box(70, 30, 260, 44)]


TEXTS = st.text(st.sampled_from("aAbB 9.(\\\u2028漢") | st.characters(), max_size=12)


@given(st.lists(TEXTS, max_size=4), st.lists(TEXTS, max_size=4))
def test_texts_and_their_order_stay(observed: list[str], texts: list[str]) -> None:
    lines = page(*texts)
    found = placed([Line(text) for text in observed], lines)
    assert [line.text for line in found] == observed
    assert {line.box for line in found} <= {None, *(line.box for line in lines)}
    for line in placed([Line(text) for text in texts], lines):
        assert (line.box is not None) == bool(line.text.strip())
