"""Where values stand on a page: found over rows and columns, never as another number, at the place that is meant."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hyocr.document import Box, Line
from hyocr.locating import cut_box, locate
from hyocr.observation import Observation, observe


def line(text: str, x: float, y: float) -> Line:
    return Line(text, Box(x, y, x + 10 * len(text), y + 20))


RECEIPT = observe([
    line("GREEN TEA SDN BHD", 0, 0),
    line("12 Jalan 3/5A,", 0, 30), line("Invoice no 5", 400, 30),
    line("50480 Kuala Lumpur", 0, 60),
    line("Date: 12/03/2018 14:33", 0, 90),
    line("TEA", 0, 120), line("9.00", 300, 120),
    line("SUB TOTAL", 0, 150), line("9.00", 300, 150),
    line("TOTAL (RM)", 0, 180), line("9.00", 300, 180),
    line("CASH", 0, 210), line("19.00", 300, 210),
    line("CASH", 0, 240), line("9.00", 300, 240),
    line("Qty", 0, 300), line("Tax", 300, 300),
    line("7", 0, 330), line("7", 300, 330),
])  # fmt: skip


@pytest.mark.parametrize(
    ("value", "name", "reading", "boxes"),
    [
        ("9.00", "total", "9.00", [Box(300, 180, 340, 200)]),
        ("9.00", "What is the total?", "9.00", [Box(300, 180, 340, 200)]),
        ("9.00", "subtotal", "9.00", [Box(300, 150, 340, 170)]),
        ("9.00", "Cash Paid", "9.00", [Box(300, 240, 340, 260)]),
        ("9.00", "price", "9.00", [Box(300, 120, 340, 140)]),  # of no known field the first
        ("7", "tax", "7", [Box(300, 330, 310, 350)]),  # its label stands above it
        ("7", "quantity", "7", [Box(0, 330, 10, 350)]),
        ("green tea\nsdn bhd", "company", "GREEN TEA SDN BHD", [Box(0, 0, 170, 20)]),
        ("Green Tee Sdn. Bhd.", "company", "GREEN TEA SDN BHD", [Box(0, 0, 170, 20)]),
        ("12 Jalan 3/5A, 50480 Kuala Lumpur", "", "12 Jalan 3/5A, 50480 Kuala Lumpur",
         [Box(0, 30, 140, 50), Box(0, 60, 180, 80)]),  # down a column
        ("12/03/2018", "date", "12/03/2018", [Box(60, 90, 160, 110)]),
        ("2018-03-12", "date", "12/03/2018", [Box(60, 90, 160, 110)]),
        ("12 March 2018", "date", "12/03/2018", [Box(60, 90, 160, 110)]),
        ("2:33 pm", "time", "14:33", [Box(170, 90, 220, 110)]),
        ("RM 19.00", "cash", "19.00", [Box(300, 210, 350, 230)]),
        ("19,00", "cash", "19.00", [Box(300, 210, 350, 230)]),
        ("19", "cash", "19.00", [Box(300, 210, 350, 230)]),  # the same amount
        ("１９.00", "cash", "19.00", [Box(300, 210, 350, 230)]),
        ("5", "", "5", [Box(510, 30, 520, 50)]),  # not the 5 of 5A, of 50480
    ],
)  # fmt: skip
def test_where_a_value_stands(value: str, name: str, reading: str, boxes: list[Box]) -> None:
    place = locate(value, RECEIPT, name)
    assert place
    assert place.reading == reading
    assert [tuple(map(round, vars(box).values())) for box in place.boxes] == [
        tuple(vars(box).values()) for box in boxes
    ]


@pytest.mark.parametrize(
    "value",
    ["", " \n", "8.00", "900", "00", ".00", "1.900", "12/03/2019", "5048", "BLUE COFFEE LTD",
     "Invoice no 6", "x" * 3000, "919.00", "77", "GRAN TUA SON BID"],
)  # fmt: skip
def test_what_stands_nowhere(value: str) -> None:
    place = locate(value, RECEIPT)
    assert place is None


def test_nothing_stands_on_an_empty_page() -> None:
    assert locate("a", observe([])) is None


def test_lines_without_boxes_can_be_found() -> None:
    place = locate("tea", observe([Line("Green tea")]))
    assert place
    assert (place.reading, place.boxes, place.spans) == ("tea", (), ((0, 6, 9),))


def test_a_word_is_preferred_to_a_part_of_one() -> None:
    place = locate("Tea", observe([line("STEAK", 0, 0), line("TEA", 0, 30)]))
    assert place
    assert place.reading == "TEA"


def test_boxes_of_slanted_lines() -> None:
    slanted = Line("ab", Box(0, 0, 100, 40), ((0, 0), (100, 20), (100, 40), (0, 20)))
    assert cut_box(slanted, 0.5, 1) == Box(50, 10, 100, 40)
    assert cut_box(Line("ab"), 0.5, 1) is None


WORDS = st.text("abcdefghij ", min_size=4, max_size=30).filter(lambda text: len(text.replace(" ", "")) > 3)


@settings(deadline=None)
@given(st.lists(WORDS, min_size=1, max_size=8), st.data())
def test_what_was_read_is_found(texts: list[str], data: st.DataObject) -> None:
    """Any stretch of a page's text is found, and what is found there is that text."""
    observation = observe([line(" ".join(text.split()), 0, 30 * i) for i, text in enumerate(texts)])
    start = data.draw(st.integers(0, len(observation.text) - 1))
    value = observation.text[start : start + data.draw(st.integers(1, 60))]
    place = locate(value, observation)
    if value.strip():
        assert place
        assert place.edits == 0
        assert "".join(place.reading.split()) == "".join(value.split())
        assert len(place.boxes) == len(place.spans)


@settings(deadline=None, max_examples=50)
@given(st.text("abcdefgh ", max_size=400), st.integers(0, 10**6))
def test_a_misread_value_is_found_or_not_at_all(page: str, seed: int) -> None:
    observation = observe([line(text, 0, 30 * i) for i, text in enumerate([page[:200], page[200:]])])
    letters = random.Random(seed).choices("abcdefgh", k=12)
    place = locate("".join(letters), observation)
    assert place is None or (place.edits <= 3 and 9 <= len("".join(place.reading.split())) <= 15)


def test_numbers_are_never_made_of_two_columns() -> None:
    observation = observe([line("12", 0, 0), line("34.00", 300, 0)])
    assert locate("1234.00", observation) is None
    assert locate("12 34.00", observation)
    assert isinstance(observation, Observation)
