"""Whatever a model writes, parsers answer with typed items, boxes on the page, and every character accounted for."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hyocr.document import Box, Line, Unparsed
from hyocr.engines.base import Generation
from hyocr.tasks import TASKS, Parsed, spotting, wire_markup
from hyocr.tasks.wire import Found

Lines = list[tuple[str, tuple[int, int, int, int]]]

FRAGMENTS = [
    "<ref>", "</ref>", "<quad>", "</quad>", "<box>", "</box>", "<poly>", "</poly>", "<det>", "<answer>",
    "</answer>", "<none>", "<pFig>", "</pFig>", "<hy-meta>", "</hy-meta>", "<layout>", "</layout>", "<think>",
    "</think>", "<point>", "<｜hy_place▁holder▁no▁112｜>", "<｜hy_place▁holder▁no▁113｜>", "<|hy_place_holder_no_110|>",
    "<pos_7>", "(1,2)", ",", "(", ")", "[", "]", "{", "}", '"', "NaN", "inf", "9" * 400, "1e999", "Hello",
    "TOTAL (RM) 9.00", "漢字", " ", "\n", '"text": ', '"box": ', '{"box":', '"a"', r"\u0041", r"\ud800", "\\", "null",
    "```json\n", "```", "[" * 40, '{"a":' * 40, "\ud800", "\0", "\u2028", "<observation>", "</observation>", "\n\n",
]  # fmt: skip
ITEMS = [
    "(1,2),(3,4)", "(900,800),(-5,1200)", "(1,2),(3,2),(3,4),(1,4)", "(1,9),(9,1),(20,9)", "[1,2,3,4]",
    "[[1,2],[3,4]]", "<ref>Hello</ref>", "<ref>f(1,2),(3,4)</ref>", "<quad>(1,2),(3,4)</quad>",
    "<quad>(9,5),(700,1),(3,4),(1,1)</quad>", "<box>[[3,4,1,2]]</box>", "<pos_1><pos_2><pos_3><pos_4>", "Hello",
    "TOTAL (RM) 9.00", " ", "\n", ",", '{"box": [1, 2, 3, 4], "text": "a"}',
    '{"text":"b\\n\\"","bbox":["5","6","7","8"],"x":[[]]},', '{"box":"1,2,3",',
]  # fmt: skip
OUTPUT = (
    st.lists(st.sampled_from(ITEMS), max_size=10).map("".join)
    | st.lists(st.sampled_from(FRAGMENTS + ITEMS) | st.text(max_size=5), max_size=14).map("".join)
    | st.text()
)

# What of an output is neither text nor left over: tags, coordinates, and the grammar of JSON.
GRAMMAR = re.compile(
    rf"""(?:{wire_markup.TAG.pattern}|<pos_\d+>|"(?:box|bbox|text)"|```(?:json)?|[\s\d.,;:(){{}}\["'\]eE_+-])*"""
)


def generation(raw: str) -> Generation:
    return Generation(raw, "stop", (-0.5,) * len(raw), tuple(range(1, len(raw) + 1)))


@settings(max_examples=10000, deadline=None)
@given(OUTPUT, st.integers(1, 5000), st.integers(1, 5000))
def test_any_output_gives_a_typed_result(raw: str, width: int, height: int) -> None:
    for task in TASKS.values():
        parsed = task.parse(generation(raw), width, height)
        assert isinstance(parsed, Parsed)
        for line in [*parsed.lines, *parsed.observation]:
            check_line(line, width, height)
        for rest in parsed.unparsed:
            assert rest.text.strip() == rest.text != ""
            assert raw[rest.start : rest.start + len(rest.text)] == rest.text
    check_every_character(raw, *spotting.scan(raw))


def check_line(line: Line, width: int, height: int) -> None:
    assert line.text == line.text.strip() != ""
    assert line.confidence is None or 0 < line.confidence <= 1
    if line.box:
        assert 0 <= line.box.x1 <= line.box.x2 <= width
        assert 0 <= line.box.y1 <= line.box.y2 <= height
        assert all(line.box.x1 <= x <= line.box.x2 and line.box.y1 <= y <= line.box.y2 for x, y in line.polygon or ())


def check_every_character(raw: str, found: list[Found], rest: list[Unparsed]) -> None:
    """What is left of `raw` without texts and leftovers, which never overlap, is grammar."""
    spans = [(item.start, item.end) for item in found] + [(part.start, part.start + len(part.text)) for part in rest]
    at, grammar = 0, ""
    for start, end in sorted(spans):
        assert at <= start <= end <= len(raw)
        grammar += raw[at:start] + " "
        at = end
    assert GRAMMAR.fullmatch(grammar + raw[at:])


def joined(pattern: str, between: str = "") -> Callable[[Lines], str]:
    return lambda lines: between.join(pattern.format(text, *box, quad=quad(box)) for text, box in lines)


def quad(box: tuple[int, int, int, int]) -> str:
    x1, y1, x2, y2 = box
    return f"({x1},{y1}),({x2},{y1}),({x2},{y2}),({x1},{y2})"


def as_json(key: str, indent: int | None = None) -> Callable[[Lines], str]:
    return lambda lines: json.dumps([{key: box, "text": text} for text, box in lines], indent=indent)


WRITERS = {
    "tokens": joined("<ref>{}</ref><quad>({},{}),({},{})</quad>"),
    "tokens, one per line": joined("<ref>{}</ref><quad>({},{}),({},{})</quad>", "\n"),
    "placeholders": joined(
        "<｜hy_place▁holder▁no▁112｜>{}<｜hy_place▁holder▁no▁113｜>"
        "<｜hy_place▁holder▁no▁110｜>({},{}),({},{})<｜hy_place▁holder▁no▁111｜>"
    ),
    "stripped": joined("{}({},{}),({},{})"),
    "stripped, one per line": joined("{} ({}, {}), ({}, {})", "\n"),
    "quad first": joined("<quad><pos_{1}><pos_{2}><pos_{3}><pos_{4}></quad><ref>{0}</ref>"),
    "quads": joined("<ref>{0}</ref><quad>{quad}</quad>"),
    "quads stripped": joined("{0}{quad}"),
    "box": joined("<ref>{}</ref><box>[[{},{},{},{}]]</box>"),
    "brackets": joined("{}[{},{},{},{}]", "\n"),
    "JSON box": as_json("box"),
    "JSON bbox, indented": as_json("bbox", 2),
    "JSON fenced": lambda lines: f"```json\n{as_json('box')(lines)}\n```",
}  # fmt: skip

# Without tags a comma or a second pair would make text and coordinates one: goldens in test_tasks_spotting.py.
WORDS = st.text("ABcdé漢字 0123456789.:()&£/%-'#", min_size=1, max_size=20).map(str.strip).filter(bool)
ANY_WORDS = st.text(max_size=20).map(str.strip).filter(bool)
BOXES = st.tuples(*(st.integers(0, 1000),) * 4).map(lambda b: (min(b[::2]), min(b[1::2]), max(b[::2]), max(b[1::2])))


@pytest.mark.parametrize("name", WRITERS)
@settings(max_examples=200, deadline=None)
@given(st.data())
def test_what_is_written_is_read_back(name: str, data: st.DataObject) -> None:
    lines = data.draw(st.lists(st.tuples(ANY_WORDS if "JSON" in name else WORDS, BOXES), max_size=6))
    parsed = spotting.parse(generation(WRITERS[name](lines)), 1000, 1000)
    assert [(line.text, line.box) for line in parsed.lines] == [(text, Box(*box)) for text, box in lines]
    assert parsed.unparsed == []
    assert all(line.polygon is None and line.confidence == pytest.approx(0.6065, abs=1e-4) for line in parsed.lines)


UNITS = [
    "(", ")", "[", "{", '"', "\\", "<", " ", "1", "<ref>", "<quad>", "<hy-meta>", "<think>", "<pos_1>",
    "<｜hy_place▁holder▁no▁", "( ", "(1", "(1,", "(1,2),", "(1,2)  ", "[1,", "[1,2,3,4]", "```", '{"', '{"a',
    '{"a":', '{"a":1,', '"a":1,', '{"a":"{","', '":":",":', '"[', '{"box":[1,2,3,4],"text":"', "a(1,2),(3,4)",
    "<ref>a</ref><quad>(1,2),(3,4)</quad>", '{"box":[1,2,3,4],"text":"a"},',
]  # fmt: skip


@pytest.mark.parametrize("before", ["", "a(1,2)", "<ref>a</ref><quad>", '{"box":[1,2,3,4],"text":"'])
@pytest.mark.parametrize("unit", UNITS)
def test_long_repetitions_take_linear_time(unit: str, before: str) -> None:
    """This would take minutes if any pattern came back to what it has seen."""
    raw = before + unit * (100_000 // len(unit))
    parsed = spotting.parse(Generation(raw, "length"), 1000, 1000)
    found, rest = spotting.scan(raw)
    assert len(parsed.lines) == len(found)
    check_every_character(raw, found, rest)
