"""Answers in two parts: the evidence of an answer, the source of a translation."""

from __future__ import annotations

import math
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hyocr.engines.base import Generation
from hyocr.tasks import TASKS, evidence, translate_document, translate_en, translate_zh
from hyocr.tasks.parts import Parts, tagged
from hyocr.tasks.translated import paragraphs, split

O, EO, T, ET, A, EA = "<observation>", "</observation>", "<think>", "</think>", "<answer>", "</answer>"  # noqa: E741
TURN = "翻译成中文为"
TRANSLATIONS = (translate_en, translate_zh, translate_document)


def plain(raw: str) -> Generation:
    return Generation(raw, "stop")


@pytest.mark.parametrize(
    ("raw", "observed", "answer", "rest"),
    [
        pytest.param(f"{O}a\n b {EO}{A} 9.00\n{EA}", ["a", "b"], "9.00", [], id="as it should be"),
        pytest.param(f"{O}a{EO}\n{T}hm{ET}\n{A}b\nc{EA}\n", ["a"], "b\nc", [], id="thoughts are dropped"),
        pytest.param(" 9.00 ", [], "9.00", [], id="no tags"),
        pytest.param("", [], "", [], id="nothing"),
        pytest.param(f"{O}{EO}{A}{EA}", [], "", [], id="nothing in tags"),
        pytest.param(f"{A}9.00{EA}", [], "9.00", [], id="no evidence"),
        pytest.param(f"{O}a\nb", ["a", "b"], "", [], id="cut off in the evidence"),
        pytest.param(f"{O}a{EO}{A}9.", ["a"], "9.", [], id="cut off in the answer"),
        pytest.param(f"{O}a{EO}{A}9{EA[:5]}", ["a"], f"9{EA[:5]}", [], id="cut off in a tag"),
        pytest.param(f"{O}a{A}9{EA}", ["a"], "9", [], id="evidence not closed"),
        pytest.param(f"{O}a{EO}{T}hm", ["a"], "", ["hm"], id="cut off in thoughts"),
        pytest.param(f"{O}a{EO}{T}hm{A}9{EA}", ["a"], "9", ["hm"], id="thoughts not closed"),
        pytest.param(f"{T}9.00{ET}", [], "", ["9.00"], id="only thoughts"),
        pytest.param(f"{O}a{EO} 9.00", ["a"], "9.00", [], id="answer without tags"),
        pytest.param(f"Sure: {O}a{EO} 9.00", ["a"], "9.00", ["Sure:"], id="the last of two without tags"),
        pytest.param(f"{A}9{EA}{O}a{EO}", ["a"], "9", [], id="evidence last"),
        pytest.param(f"{O}a{EO}{O}b{EO}{A}1{EA}{A}2{EA}", ["a"], "1", ["b", "2"], id="doubled"),
        pytest.param(f"x{O}a{EO}y{A}9{EA}z", ["a"], "9", ["x", "y", "z"], id="around the tags"),
        pytest.param(f"{EO}9{EA}{EA}", [], "9", [], id="only closing tags"),
        pytest.param(f"{O}<b>(1,2)</b>{EO}{A}a < b{EA}", ["<b>(1,2)</b>"], "a < b", [], id="other markup is text"),
    ],
)
def test_evidence(raw: str, observed: list[str], answer: str, rest: list[str]) -> None:
    parsed = evidence.parse(plain(raw), 100, 50)
    assert ([line.text for line in parsed.observation], parsed.text) == (observed, answer)
    assert [stretch.text for stretch in parsed.unparsed] == rest
    assert all(raw[stretch.start :].startswith(stretch.text) for stretch in parsed.unparsed)
    assert parsed.lines == []
    assert all(line.box is None and line.confidence is None for line in parsed.observation)


def test_each_observed_line_has_the_confidence_of_its_own_tokens() -> None:
    raw = f"{O}ab\nc{EO}{A}d{EA}"
    at = len(O)
    ends = (at, at + 1, at + 3, at + 4, len(raw))
    generation = Generation(raw, "stop", tuple(map(math.log, (0.1, 0.5, 0.8, 0.9, 0.2))), ends)
    first, second = evidence.parse(generation, 9, 9).observation
    assert (first.confidence, first.min_confidence) == (pytest.approx(0.5), pytest.approx(0.5))
    assert (second.confidence, second.min_confidence) == (pytest.approx(0.9), pytest.approx(0.9))


def test_the_question_is_in_the_prompt() -> None:
    assert evidence.prompt(question="How much?").startswith("How much? First write the lines")
    assert "<observation>" in evidence.prompt("zh", question="多少？")


@pytest.mark.parametrize("task", TRANSLATIONS)
@pytest.mark.parametrize(
    ("raw", "source", "translation", "rest"),
    [
        pytest.param("出口\n请勿吸烟\n\nExit\nNo smoking", ["出口", "请勿吸烟"], "Exit\nNo smoking", [], id="halves"),
        pytest.param("a\n\nb\n \n\nc\n\nd\n", ["a", "b"], "c\n\nd", [], id="halves of several paragraphs"),
        pytest.param("a\r\n\r\nb", ["a"], "b", [], id="CRLF"),
        pytest.param("", [], "", [], id="nothing"),
        pytest.param(" Exit\n", [], "Exit", ["Exit"], id="one paragraph"),
        pytest.param("a\n\nb\n\nc", [], "a\n\nb\n\nc", ["a\n\nb\n\nc"], id="odd"),
        pytest.param(f"# a\n\nb\n\n{TURN}\n\n# c", ["# a", "b"], "# c", [], id="marked"),
        pytest.param(f"a\n {TURN}： \nb\n{TURN}", ["a"], f"b\n{TURN}", [], id="marked twice, with a colon"),
        pytest.param(f"a\n{TURN}", ["a"], "", [], id="cut off after the mark"),
        pytest.param(f"a {TURN} b", [], f"a {TURN} b", [f"a {TURN} b"], id="no line of its own"),
        pytest.param(f"{O}a\n\nb{EO}{A}c\n\nd\n\ne{EA}", ["a", "b"], "c\n\nd\n\ne", [], id="tagged"),
    ],
)
def test_translations(task, raw: str, source: list[str], translation: str, rest: list[str]) -> None:
    parsed = task.parse(plain(raw), 100, 50)
    assert ([line.text for line in parsed.observation], parsed.text) == (source, translation)
    assert [stretch.text for stretch in parsed.unparsed] == rest


FRAGMENTS = [O, EO, T, ET, A, EA, TURN, f"\n{TURN}\n", "\n", "\n\n", "\r\n", " ", "a", "9.00", "漢", "<", ">", "\u2028"]
OUTPUT = st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=3), max_size=14).map("".join)


TAG = "</?(?:observation|think|answer)>"
NO_TEXT = re.compile(rf"<think>(?:(?!{TAG}).)*</think>|{TAG}", re.DOTALL)


def lost(raw: str, parts: Parts) -> set[int]:
    """Where `raw` is neither blank nor read nor left over. No character may be two of these."""
    spans = [span for span in (parts.observation, parts.answer, *parts.rest) if span[0] < span[1]]
    assert all(raw[start:end] == raw[start:end].strip() != "" for start, end in spans)
    found = [i for span in spans for i in range(*span)]
    assert len(set(found)) == len(found) <= len(raw)
    return {i for i, character in enumerate(raw) if not character.isspace()} - set(found)


@settings(max_examples=2000, deadline=None)
@given(OUTPUT)
def test_every_character_is_read_or_left_over(raw: str) -> None:
    assert lost(raw, tagged(raw)) <= {i for match in NO_TEXT.finditer(raw) for i in range(*match.span())}


@settings(max_examples=2000, deadline=None)
@given(OUTPUT)
def test_a_translation_loses_nothing_but_its_mark(raw: str) -> None:
    parts = split(raw)
    if O in raw or A in raw:
        assert parts == tagged(raw)
    elif parts.answer not in parts.rest:
        assert "".join(raw[i] for i in sorted(lost(raw, parts))).rstrip(":：") in ("", TURN)


@given(OUTPUT)
def test_paragraphs_are_all_the_text(text: str) -> None:
    found = paragraphs(text)
    assert "".join("".join(text[start:end] for start, end in found).split()) == "".join(text.split())
    assert len(found) == 1 or all(start < end for start, end in found)


WORDS = st.text("ABcdé漢字 0123456789.:()&£/%-'#", min_size=1, max_size=20).map(str.strip).filter(bool)


@given(st.lists(WORDS, max_size=5), WORDS, st.booleans())
def test_what_is_written_is_read_back(lines: list[str], answer: str, thoughts: bool) -> None:
    raw = f"{O}{chr(10).join(lines)}{EO}{f'{T}so{ET}' if thoughts else ''}{A}{answer}{EA}"
    for task in (evidence, *TRANSLATIONS):
        parsed = task.parse(plain(raw), 9, 9)
        assert ([line.text for line in parsed.observation], parsed.text) == (lines, answer)
        assert parsed.unparsed == []


@pytest.mark.parametrize(
    "unit", [O, A, T + ET, f"{O}{A}", "\n", "\n ", "\r\n", f"{TURN} ", f"\n{TURN} x", " \n\na", "<"]
)
def test_long_repetitions_take_linear_time(unit: str) -> None:
    raw = unit * (100_000 // len(unit))
    for name in ("evidence", "translate_en"):
        TASKS[name].parse(plain(raw), 9, 9)
