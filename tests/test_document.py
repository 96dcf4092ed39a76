"""The result types: what is written as JSON is read back as it was."""

from __future__ import annotations

import json
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyocr.document import Box, Field, FinishReason, Line, PageError, PageResult, Status, Strategy, Unparsed

numbers = st.floats(allow_nan=False)
maybe = st.none() | st.floats(0, 1)
boxes = st.builds(Box, numbers, numbers, numbers, numbers)
points = st.tuples(numbers, numbers)
lines = st.builds(Line, st.text(), st.none() | boxes, st.none() | st.lists(points, max_size=5).map(tuple), maybe, maybe)
fields = st.builds(Field, st.text(), st.text(), st.booleans(), st.lists(boxes, max_size=2), st.text(), maybe, maybe)
pages = st.builds(
    PageResult,
    number=st.integers(1),
    width=st.integers(0),
    height=st.integers(0),
    status=st.sampled_from(get_args(Status)),
    finish_reason=st.sampled_from(get_args(FinishReason)),
    text=st.text(),
    lines=st.lists(lines, max_size=3),
    unparsed=st.lists(st.builds(Unparsed, st.text(), st.integers(0)), max_size=3),
    raw=st.text(),
    confidence=maybe,
    min_confidence=maybe,
    error=st.none() | st.builds(PageError, st.text(), st.text()),
    seconds=numbers,
    strategy=st.sampled_from(get_args(Strategy)),
    attempts=st.integers(1),
    dpi=st.none() | numbers,
    figures=st.lists(boxes, max_size=3),
    observation=st.lists(lines, max_size=2),
    fields=st.lists(fields, max_size=2),
    contradictions=st.lists(st.text(), max_size=2),
)


@given(pages)
def test_a_page_survives_json(page: PageResult) -> None:
    assert PageResult.from_dict(json.loads(json.dumps(page.to_dict()))) == page
    assert PageResult.from_dict(page.to_dict()) == page


def test_a_page_without_its_seconds_can_be_read() -> None:
    content = PageResult(1, 9, 9, seconds=2.5).to_dict()
    del content["seconds"]
    assert PageResult.from_dict(content) == PageResult(1, 9, 9)


@pytest.mark.parametrize("missing", [["fields", "contradictions"], ["fields", "contradictions", "observation"]])
def test_a_page_of_an_older_schema_can_be_read(missing: list[str]) -> None:
    content = PageResult(1, 9, 9, text="9.00").to_dict()
    for name in missing:  # 1.2 had no fields, 1.1 no observation either
        del content[name]
    assert PageResult.from_dict(content) == PageResult(1, 9, 9, text="9.00")


@pytest.mark.parametrize("wrong", [{}, {"lines": [{}]}, {"extra": 1}])
def test_anything_else_is_refused(wrong: dict[str, object]) -> None:
    given = {**PageResult(1, 9, 9).to_dict(), **wrong} if wrong else wrong
    with pytest.raises((KeyError, TypeError)):
        PageResult.from_dict(given)
