"""Strategy `observe`: pages that are read and then asked about by their text, with a made-up engine."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hyocr import observing
from hyocr.document import Box, Field, Line, PageResult
from hyocr.engines.base import Budget, Generation, Request, Verbatim
from hyocr.errors import EngineError, HyocrError
from hyocr.observation import observe
from hyocr.observing import Question, conclude
from hyocr.reader import Reader, prompt_for, strategy_for
from hyocr.windows import OVERLAP, windows
from tests.fakes import FakeEngine, answer, in_order, page_image

RECEIPT = ["GREEN TEA SDN BHD", "12/03/2018", "SUBTOTAL 9.00", "TAX 0.54", "TOTAL 9.54"]
KEYS = "company,date,total"


def lines(texts: list[str], confidence: float = 0.81) -> list[Line]:
    return [
        Line(text, Box(10, 30 * i, 10 + 10 * len(text), 30 * i + 20), None, confidence, 0.5)
        for i, text in enumerate(texts)
    ]


def page(texts: list[str]) -> PageResult:
    return PageResult(1, 600, 30 * len(texts) + 1, lines=lines(texts), strategy="observe")


def asked(task: str = "fields", question: str = KEYS) -> Question:
    return Question(task, prompt_for(task, "en", question), question)


def concluded(
    texts: list[str], reply: Callable[[Request], Generation], question: Question | None = None
) -> tuple[PageResult, FakeEngine, int]:
    """The result, the engine with what it was asked, and how often something was tried again."""
    result, engine = page(texts), FakeEngine(reply)
    tries = list(conclude(engine, result, question or asked(), True, Budget()))
    return result, engine, len(tries)


def said(**values: object) -> Generation:
    return answer(json.dumps(values))


def test_fields_have_their_place_and_confidence() -> None:
    reply = in_order(said(company="Green Tea Sdn Bhd", date="12/03/2018", total="9.54"))
    result, engine, _ = concluded(RECEIPT, reply)
    [[request]] = engine.calls
    assert request.image is None
    assert request.prompt == "\n".join(RECEIPT) + "\n\n" + asked().prompt
    assert json.loads(result.text) == {"company": "Green Tea Sdn Bhd", "date": "12/03/2018", "total": "9.54"}
    assert [(field.name, field.found, field.reading) for field in result.fields] == [
        ("company", True, "GREEN TEA SDN BHD"), ("date", True, "12/03/2018"), ("total", True, "9.54"),
    ]  # fmt: skip
    total = result.fields[2]
    assert total.boxes == [Box(70, 120, 110, 140)]
    assert total.confidence == pytest.approx(math.sqrt(math.exp(-0.1) * 0.81))
    assert total.min_confidence == 0.5
    assert total.normalised == "9.54"
    assert (result.status, result.finish_reason, len(result.lines)) == ("ok", "stop", 5)
    assert result.confidence == pytest.approx(total.confidence)


def test_what_stands_nowhere_and_what_was_not_given() -> None:
    result, _, _ = concluded(RECEIPT, in_order(said(company="BLUE COFFEE", date=None, more="x")))
    assert json.loads(result.text) == {"company": "BLUE COFFEE", "date": None, "total": None}
    company, date, total = result.fields
    assert (company.found, company.boxes, company.reading) == (False, [], "")
    assert company.confidence == pytest.approx(math.exp(-0.1))
    assert (date, total) == (Field("date", ""), Field("total", ""))
    assert result.status == "ok"


def test_nested_values_are_fields_with_paths() -> None:
    reply = in_order(said(items=[{"name": "TEA", "price": 9.0}, {"name": "x", "price": None}], total=True))
    result, _, _ = concluded(["TEA 9.0"], reply, asked("fields", "items,total"))
    made = [(field.name, field.value, field.found) for field in result.fields]
    assert made == [
        ("items.0.name", "TEA", True), ("items.0.price", "9.0", True), ("items.1.name", "x", False),
        ("total", "true", False),
    ]  # fmt: skip


def test_amounts_that_do_not_add_up() -> None:
    reply = in_order(said(subtotal="9.00", tax="0.54", total="9.45"))
    result, _, _ = concluded(RECEIPT, reply, asked("fields", "subtotal,tax,total"))
    assert result.contradictions == ["subtotal 9.00 + tax 0.54 is not the total 9.45."]
    assert (result.status, result.finish_reason) == ("partial", "stop")


def test_an_answer_that_is_no_json_is_kept() -> None:
    result, _, _ = concluded(RECEIPT, in_order(answer(" I cannot say ")))
    assert (result.status, result.text) == ("partial", '{"company": null, "date": null, "total": null}')
    assert [(rest.text, rest.start) for rest in result.unparsed] == [("I cannot say", 1)]
    assert result.raw == " I cannot say "


@pytest.mark.parametrize(("task", "text"), [("fields", "{}"), ("ask", ""), ("key", ""), ("evidence", "")])
def test_a_page_without_lines_is_not_asked_about(task: str, text: str) -> None:
    result, engine, _ = concluded([], in_order(), asked(task))
    assert engine.calls == []
    assert (result.status, result.text, result.fields) == ("partial", text, [])
    assert result.error
    assert result.error.message.startswith("No text was found")


def test_an_answer_stands_where_it_was_read() -> None:
    result, _, _ = concluded(RECEIPT, in_order(answer(" 9.54\n")), asked("ask", "What is the total?"))
    assert result.text == "9.54"
    [field] = result.fields
    assert (field.name, field.value, field.found) == ("What is the total?", "9.54", True)
    assert field.boxes == [Box(70, 120, 110, 140)]


def test_evidence_has_boxes() -> None:
    written = answer("<observation>TAX 0.54\nTOTAL 9.54</observation><answer>9.54</answer>")
    result, _, _ = concluded(RECEIPT, in_order(written), asked("evidence", "How much?"))
    assert (result.text, result.fields[0].value) == ("9.54", "9.54")
    assert [(line.text, line.box) for line in result.observation] == [
        ("TAX 0.54", Box(10, 90, 90, 110)), ("TOTAL 9.54", Box(10, 120, 110, 140)),
    ]  # fmt: skip


def test_what_is_not_there_has_no_value() -> None:
    result, _, _ = concluded(RECEIPT, in_order(answer("Not found.")), asked("ask", "What is the phone number?"))
    assert (result.text, result.fields[0].value, result.fields[0].found) == ("Not found.", "", False)
    calls = iter(["Not found.", "no such words", "Not found."])
    result, _, _ = concluded(LONG, lambda _: answer(next(calls, "Not found.")), asked("ask", "Why?"))
    assert result.text == "no such words"


@pytest.mark.parametrize(("task", "names"), [("fields", ("date", "total")), ("ask", ()), ("key", ())])
def test_verbatim_answers_are_bound_to_the_text(task: str, names: tuple[str, ...]) -> None:
    result, engine = page(RECEIPT), FakeEngine(lambda _: answer("{}"))
    question = replace(asked(task, "date, total"), verbatim=True)
    assert list(conclude(engine, result, question, True, Budget())) == []
    assert engine.calls[0][0].verbatim == Verbatim("\n".join(RECEIPT), names)


@pytest.mark.parametrize(("task", "strategy"), [("fields", "lines"), ("evidence", "observe"), ("read", "observe")])
def test_where_verbatim_cannot_be(task: str, strategy: str) -> None:
    question = None if task == "read" else "total"
    with pytest.raises(HyocrError, match="by the strategy observe can be verbatim"):
        Reader(FakeEngine(), strategy, verbatim=True).read(page_image(["a"]), task, question)


LONG = [f"{i} item number {i} of many, {i}.00" for i in range(500)]


def test_a_long_page_is_asked_in_parts() -> None:
    def reply(request: Request) -> Generation:
        rows = request.prompt.split("\n")
        return said(company="0 item number 0" if "0 item number 0 of many, 0.00" in rows else None, total="499.00")

    result, engine, _ = concluded(LONG, reply)
    [requests] = engine.calls
    assert len(requests) > 3
    assert all(row in "\n".join(request.prompt for request in requests) for row in LONG)
    company, date, total = result.fields
    assert (company.found, date.found) == (True, False)
    assert total.found, "found in one part beats not found in the others"
    assert total.boxes[0].y1 == 499 * 30
    assert (result.status, len(result.raw.splitlines())) == ("ok", len(requests))


def test_a_part_that_is_not_finished_makes_the_page_partial() -> None:
    calls = iter(range(100))
    result, _, _ = concluded(LONG, lambda _: answer("{}", "timeout" if next(calls) == 2 else "stop"))
    assert (result.status, result.finish_reason) == ("partial", "timeout")


def test_of_two_parts_the_surer_answer_is_taken() -> None:
    first = iter([True])

    def surer_once(request: Request) -> Generation:
        if request.prompt.startswith("0 item"):
            return answer('{"total": "first"}', logprob=-0.9)
        return answer('{"total": "second"}', logprob=-0.1 if next(first, False) else -0.9)

    result, _, _ = concluded(LONG, surer_once, asked("fields", "total"))
    assert result.text == '{"total": "second"}'
    result, _, _ = concluded(LONG, lambda request: answer("250.00"), asked("ask", "How much?"))
    assert (result.text, result.fields[0].found) == ("250.00", True)


def test_an_answer_that_loops_is_asked_again() -> None:
    result, engine, tries = concluded(RECEIPT, in_order(answer("{", "repetition"), said(total="9.54")))
    assert (tries, result.attempts, result.status) == (1, 2, "ok")
    assert engine.calls[1][0].repetition_penalty > 1
    assert result.fields[2].found


@pytest.mark.parametrize(
    "raw",
    [
        '{"company": "GREEN TEA SDN BHD", "total": 9.54, "date": "12/03',
        '{"company": "GREEN TEA SDN BHD", "total": "9.54", "items": [{"name": "TEA"}, {"na',
        '```json\n{"company": "GREEN TEA SDN BHD",\n"total": "9.54",',
    ],
)
def test_of_an_answer_that_breaks_off_the_whole_values_are_kept(raw: str) -> None:
    result, _, _ = concluded(RECEIPT, lambda _: answer(raw, "length"))
    assert json.loads(result.text) == {"company": "GREEN TEA SDN BHD", "date": None, "total": "9.54"}
    assert (result.status, result.finish_reason, result.raw) == ("partial", "length", raw)


def test_a_failure_keeps_the_first_answer() -> None:
    reply = in_order(answer('{"total": "9.54"}', "length"), EngineError("Out of memory."))
    result, _, _ = concluded(RECEIPT, reply)
    assert (result.status, result.finish_reason) == ("partial", "length")
    assert result.error
    assert result.fields[2].found


KINDS = st.sampled_from(["fields", "key", "ask", "evidence"])
PIECES = ['{"', '"total"', ": ", '"9.54"', "9.54", "{", "}", "[", "]", ",", "null", "NaN", "<observation>",
    "TOTAL 9.54", "</observation>", "<answer>", "</answer>", "\n", '"items"', "\\ud800",
    "12/03/2018", '{"total": ', '{"items": [',
]  # fmt: skip
OUTPUT = st.lists(st.sampled_from(PIECES) | st.text(max_size=4), max_size=12).map("".join)


@settings(max_examples=300, deadline=None)
@given(KINDS, OUTPUT, st.lists(st.sampled_from(RECEIPT) | st.text(max_size=8), max_size=6))
def test_any_answer_about_any_page_gives_a_result(task: str, raw: str, texts: list[str]) -> None:
    result, _, _ = concluded(texts, lambda _: answer(raw), asked(task, "total,items"))
    assert result.status in ("ok", "partial")
    assert PageResult.from_dict(json.loads(json.dumps(result.to_dict()))) == result
    if task == "fields":
        json.loads(result.text, parse_constant=pytest.fail)
    for field in result.fields:
        assert field.found == bool(field.reading)
        assert all(0 <= box.x1 <= box.x2 <= 600 for box in field.boxes)
        assert field.confidence is None or 0 < field.confidence <= 1
    for rest in result.unparsed:
        assert result.raw[rest.start : rest.start + len(rest.text)] == rest.text


def test_deep_answers() -> None:
    deep = '{"total": ' + '{"a":' * 600 + "1" + "}" * 601
    result, _, _ = concluded(RECEIPT, lambda _: answer(deep), asked("fields", "total"))
    assert [field.name for field in result.fields] == ["total"]


# Windows


def test_windows_overlap_and_leave_nothing_out() -> None:
    observation = observe(lines(LONG))
    parts = windows(observation, "question")
    assert len(parts) > 3
    for part in parts:
        assert all(
            part.text[start:end] == line.text
            for start, end, line in zip(part.starts, part.ends, part.lines, strict=True)
        )
    for one, two in pairwise(parts):
        assert one.lines[-OVERLAP:] == two.lines[:OVERLAP]
    assert len(windows(observe(lines(RECEIPT)), "question")) == 1
    assert windows(observe(lines(RECEIPT)), "question") == [observe(lines(RECEIPT))]


def test_windows_of_huge_rows_and_small_contexts() -> None:
    huge = observe(lines(["x" * 20_000, "y" * 20_000]))
    assert [part.text[0] for part in windows(huge, "q", 64)] == ["x", "y"]
    assert len(windows(observe(lines(LONG)), "q", 1024)) > len(windows(observe(lines(LONG)), "q", 8192))
    assert windows(observe(lines(["a"])), "q" * 10_000)[0].text == "a"


# In the reader


@pytest.mark.parametrize(
    ("task", "wanted", "default", "observes", "expected"),
    [
        ("fields", None, "lines", ("fields",), "observe"),
        ("fields", None, "lines", (), "lines"),
        ("fields", "lines", "lines", ("fields",), "lines"),
        ("fields", "page", "lines", ("fields",), "page"),
        ("fields", "observe", "lines", (), "observe"),
        ("ask", None, "lines", ("fields",), "page"),
        ("ask", "lines", "lines", ("ask",), "page"),
        ("ask", "observe", "page", (), "observe"),
        ("key", None, "page", ("key",), "observe"),
        ("read", "observe", "page", (), "lines"),
        ("translate_en", "observe", "page", (), "page"),
        ("read", None, "lines", observing.OBSERVED, "lines"),
    ],
)
def test_strategy_for(task: str, wanted: str | None, default: str, observes: tuple[str, ...], expected: str) -> None:
    assert strategy_for(task, wanted, default, observes) == expected


def test_a_reader_reads_and_then_asks() -> None:
    texts = iter(RECEIPT)

    def reply(request: Request) -> Generation:
        return answer(next(texts)) if request.image else said(total="9.54")

    engine = FakeEngine(reply, default_strategy="lines")
    engine.observes = ("fields",)  # type: ignore[attr-defined]
    document = Reader(engine).read(page_image(RECEIPT), "fields", "total")
    assert document.strategy == "observe"
    [result] = document.pages
    assert (result.text, result.strategy, result.status) == ('{"total": "9.54"}', "observe", "ok")
    assert [line.text for line in result.lines] == RECEIPT
    assert 4 * 60 < result.fields[0].boxes[0].y1 < 5 * 60
    assert len(engine.calls) == 2


def test_what_was_read_is_kept_when_the_model_fails() -> None:
    texts = iter(RECEIPT)

    def reply(request: Request) -> Generation:
        if request.image is None:
            raise EngineError("Out of memory.")
        return answer(next(texts))

    [result] = Reader(FakeEngine(reply), "observe").read(page_image(RECEIPT), "ask", "How much?").pages
    assert (result.status, result.text, len(result.lines)) == ("failed", "", 5)
    assert result.error
    assert result.error.message == "Out of memory."
