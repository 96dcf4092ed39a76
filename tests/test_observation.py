"""What was read, laid out as text: rows, gaps, and where each line stands in it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hyocr.document import Box, Line
from hyocr.observation import MOST_SPACES, observe, observed_prompt


def line(text: str, x: float, y: float) -> Line:
    return Line(text, Box(x, y, x + 10 * len(text), y + 20))


def test_rows_and_columns() -> None:
    observation = observe([line("TEA", 10, 0), line("9.00", 210, 2), line("a", 10, 30), line("b", 30, 30)])
    assert observation.text == "TEA                 9.00\na b"
    assert observation.starts == (0, 20, 25, 27)
    assert observation.ends == (3, 24, 26, 28)


def test_an_indent_is_kept_and_a_gap_has_a_limit() -> None:
    text = observe([line("a", 0, 0), line("b", 50, 30), line("c", 5000, 30)]).text
    assert text == "a\n     b" + " " * MOST_SPACES + "c"


def test_blank_lines_are_left_out_and_spaces_collapse() -> None:
    observation = observe([Line(" "), Line("a \t b"), Line("c")])
    assert observation.text == "a b\nc"
    assert len(observation.lines) == 2
    assert observe([]).text == ""


def test_prompt() -> None:
    assert observed_prompt("TEA 9.00", "What is the total?") == "TEA 9.00\n\nWhat is the total?"


numbers = st.floats(0, 5000)
boxes = st.builds(lambda x, y, w, h: Box(x, y, x + w, y + h), numbers, numbers, numbers, numbers)


@given(st.lists(st.builds(Line, st.text(max_size=12), st.none() | boxes), max_size=12))
def test_each_line_stands_where_it_says(lines: list[Line]) -> None:
    observation = observe(lines)
    kept = [" ".join(one.text.split()) for one in lines if one.text.strip()]
    spans = zip(observation.starts, observation.ends, strict=True)
    assert [observation.text[start:end] for start, end in spans] == kept
    assert len(observation.text.split("\n")) <= max(1, len(kept))
