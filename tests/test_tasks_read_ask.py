"""The plain tasks: reading without boxes, and free questions; and the shape all tasks share."""

from __future__ import annotations

import math

import pytest

from hyocr.engines.base import Generation
from hyocr.errors import HyocrError
from hyocr.tasks import TASKS, Parsed, ask, read


def test_tasks_are_named_after_their_wording() -> None:
    translations = ["translate_en", "translate_zh", "translate_document"]
    assert list(TASKS) == ["read", "spotting", "ask", "evidence", "fields", "key", *translations]
    for name, task in TASKS.items():
        assert name == task.NAME
        assert task.MAX_TOKENS >= 1024


@pytest.mark.parametrize(
    ("raw", "texts"),
    [
        pytest.param("", [], id="nothing"),
        pytest.param(" \n\r\n\t", [], id="only whitespace"),
        pytest.param("one", ["one"], id="one line"),
        pytest.param("  one \n\n two\r\nthree\n", ["one", "two", "three"], id="blank lines, indents and CRLF"),
        pytest.param("a\na", ["a", "a"], id="the same line twice"),
        pytest.param("<b>(1,2),(3,4)</b>", ["<b>(1,2),(3,4)</b>"], id="what looks like markup is text"),
    ],
)
def test_read(raw: str, texts: list[str]) -> None:
    parsed = read.parse(Generation(raw, "stop"), 100, 50)
    assert [line.text for line in parsed.lines] == texts
    assert parsed.text == "\n".join(texts)
    assert parsed.unparsed == []
    assert all(line.box is None and line.confidence is None for line in parsed.lines)


def test_read_gives_each_line_the_confidence_of_its_own_tokens() -> None:
    generation = Generation("a\na b", "stop", tuple(map(math.log, (0.5, 1.0, 0.9, 0.4))), (1, 2, 3, 5))
    first, second = read.parse(generation, 100, 50).lines
    assert [first.confidence, first.min_confidence] == pytest.approx([0.5, 0.5])
    assert [second.confidence, second.min_confidence] == pytest.approx([0.6, 0.4])


def test_ask() -> None:
    assert ask.prompt(question="How much?") == ask.prompt("zh", question="How much?") == "How much?"
    assert ask.parse(Generation(" 9.00\nin all \n", "stop"), 100, 50) == Parsed("9.00\nin all", [], [])
    with pytest.raises(HyocrError, match="needs a value for 'question'"):
        ask.prompt()
