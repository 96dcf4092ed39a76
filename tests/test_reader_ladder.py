"""What the reader tries when the model gets stuck, and that it never loses what it has."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from PIL import Image

from hyocr.document import FinishReason, PageResult
from hyocr.engines.base import Budget, Generation, Request
from hyocr.errors import EngineError
from hyocr.events import PageEvent
from hyocr.ladder import PENALTY, page_error
from hyocr.reader import Reader
from tests.fakes import FakeEngine, answer, page_image

TWO_LINES = page_image(["First line", "Second one"])
BLANK = Image.new("RGB", (300, 400), "white")
GOOD = ("text", "stop")
LOOP: tuple[str, FinishReason] = ("over and over", "repetition")
CUT: tuple[str, FinishReason] = ("half", "length")

Answer = tuple[str, FinishReason] | Exception


def replies(page: Answer, penalised: Answer = GOOD, line: Answer = GOOD, line_again: Answer = GOOD) -> FakeEngine:
    """Answers by what is asked: the page, the page with the penalty, a line, a line with the penalty."""

    def reply(request: Request) -> Generation:
        assert request.repetition_penalty in (1, PENALTY)
        plain = request.repetition_penalty == 1
        given = (line if plain else line_again) if request.single_line else (page if plain else penalised)
        if isinstance(given, Exception):
            raise given
        return answer(*given)

    return FakeEngine(reply)


def read(
    engine: FakeEngine, image: Image.Image = TWO_LINES, task: str = "read", **options: object
) -> tuple[PageResult, list[tuple[FinishReason | None, str | None]]]:
    """The page and its retries."""
    events: list[PageEvent] = []
    question = "What?" if task in ("ask", "evidence") else None
    [page] = Reader(engine, **options).read(image, task, question, on_event=events.append).pages  # type: ignore[arg-type]
    assert [event.kind for event in events] == ["started", *["retried"] * (len(events) - 2), "finished"]
    assert events[-1].result is page
    return page, [(event.reason, event.strategy) for event in events[1:-1]]


@pytest.mark.parametrize("first", [LOOP, CUT])
def test_a_stuck_page_is_asked_again_with_the_penalty(first: Answer) -> None:
    engine = replies(first, ("all of it", "stop"))
    page, retries = read(engine)
    assert (page.status, page.text, page.raw, page.strategy, page.attempts) == (
        "ok",
        "all of it",
        "all of it",
        "page",
        2,
    )
    assert retries == [(first[1], "page")]  # type: ignore[index]
    [one], [two] = engine.calls
    assert (one.prompt, one.max_tokens, one.image) == (two.prompt, two.max_tokens, two.image)


@pytest.mark.parametrize("task", ["read", "spotting"])
def test_then_it_is_read_by_lines(task: str) -> None:
    page, retries = read(replies(LOOP, CUT, ("line", "stop")), task=task)
    assert (page.status, page.finish_reason, page.text) == ("ok", "stop", "line\nline")
    assert (page.strategy, page.attempts, len(page.lines)) == ("lines", 3, 2)
    assert retries == [("repetition", "page"), ("length", "lines")]


def test_evidence_goes_with_the_answer_of_its_own_attempt() -> None:
    first = "<observation>one\none\none", "repetition"
    page, _ = read(replies(first, ("<observation>two</observation><answer>2</answer>", "stop")), task="evidence")
    assert (page.text, [line.text for line in page.observation], page.attempts) == ("2", ["two"], 2)


def test_tasks_that_cannot_be_read_by_lines_are_not() -> None:
    page, retries = read(replies(LOOP, LOOP), task="ask")
    assert (page.status, page.finish_reason, page.attempts) == ("partial", "repetition", 2)
    assert retries == [("repetition", "page")]


@pytest.mark.parametrize(
    ("page", "penalised", "line", "expected"),
    [
        (("long " * 9, "repetition"), CUT, ("l", "repetition"), ("half", "length", "page")),
        (("long " * 9, "length"), CUT, ("l", "length"), (("long " * 9).strip(), "length", "page")),
        (CUT, ("", "stop"), ("", "stop"), ("half", "length", "page")),
        (("", "length"), ("", "length"), LOOP, ("over and over\nover and over", "repetition", "lines")),
    ],
    ids=["better finish", "more text", "some text", "any text"],
)
def test_the_best_attempt_counts(
    page: Answer, penalised: Answer, line: Answer, expected: tuple[str, FinishReason, str]
) -> None:
    result, _ = read(replies(page, penalised, line, line_again=line))
    assert (result.text, result.finish_reason, result.strategy) == expected
    assert result.status == "partial"


def test_only_bad_lines_are_asked_again() -> None:
    engine = replies(GOOD)
    seen: list[float] = []

    def reply(request: Request) -> Generation:
        seen.append(request.repetition_penalty)
        return answer("loop", "repetition") if len(seen) == 2 else answer(f"line {len(seen)}")

    engine.reply = reply
    page, retries = read(engine, strategy="lines")
    assert seen == [1, 1, PENALTY]
    assert engine.calls[0][1].image is engine.calls[1][0].image
    assert (page.text, page.status, page.strategy, page.attempts) == ("line 1\nline 3", "ok", "lines", 2)
    assert page.raw == "line 1\nline 3"
    assert retries == [("repetition", "lines")]


def test_a_line_that_becomes_worse_is_kept_as_it_was() -> None:
    page, _ = read(replies(GOOD, line=CUT, line_again=("ha", "repetition")), strategy="lines")
    assert (page.text, page.finish_reason, page.attempts) == ("half\nhalf", "length", 2)


@pytest.mark.parametrize("error", [EngineError("Gone."), ZeroDivisionError()])
def test_an_error_in_a_retry_loses_nothing_and_is_told(error: Exception) -> None:
    page, _ = read(replies(LOOP, error))
    assert (page.status, page.text, page.finish_reason, page.error) == ("partial", *LOOP, page_error(error))
    page, _ = read(replies(LOOP, CUT, error))
    assert (page.status, page.text, page.finish_reason, page.attempts) == ("partial", *CUT, 3)
    page, _ = read(replies(GOOD, line=CUT, line_again=error), strategy="lines")
    assert (page.status, page.text, page.attempts, page.error) == ("partial", "half\nhalf", 2, page_error(error))


def test_an_error_at_first_fails_the_page() -> None:
    engine = replies(EngineError("Gone."))
    page, retries = read(engine)
    assert (page.status, page.attempts, retries, len(engine.calls)) == ("failed", 1, [], 1)


@pytest.mark.parametrize("strategy", ["page", "lines"])
def test_it_can_be_switched_off(strategy: str) -> None:
    engine = replies(LOOP, line=LOOP)
    page, retries = read(engine, strategy=strategy, retry=False)
    assert (page.status, page.finish_reason, page.attempts) == ("partial", "repetition", 1)
    assert (retries, len(engine.calls)) == ([], 1)


def test_good_and_blank_pages_are_read_once() -> None:
    for engine in (replies(GOOD), replies(("", "stop"))):
        page, retries = read(engine, BLANK)
        assert (page.status, page.attempts, retries, len(engine.calls)) == ("ok", 1, [], 1)


# Budgets


def until(budget_is_over: Callable[[Budget], object], at: int) -> FakeEngine:
    """Loops at every call; at call number `at` the budget's end comes while it writes."""

    def reply(request: Request) -> Generation:
        if len(engine.calls) < at:
            return answer(*LOOP)
        budget_is_over(request.budget)
        reason = request.budget.over()
        assert reason is not None
        return answer("ov", reason)

    engine = FakeEngine(reply)
    return engine


def wait(budget: Budget) -> None:
    while not budget.over():
        time.sleep(0.01)


@pytest.mark.parametrize("at", [1, 2, 3])
def test_a_page_ends_when_its_time_is_over(at: int) -> None:
    engine = until(wait, at)
    page, _ = read(engine, page_seconds=0.5)
    assert (page.status, page.finish_reason, page.attempts) == ("partial", "timeout", at)
    assert page.text == ("ov" if at == 1 else LOOP[0])
    assert len(engine.calls) == at


def test_each_page_has_its_own_time() -> None:
    engine = FakeEngine(lambda request: answer(f"{0 < request.budget.left() <= 1000}"))
    assert read(engine, page_seconds=1000)[0].text == "True"
    assert engine.calls[0][0].budget.over() is None


@pytest.mark.parametrize("at", [1, 2, 3])
def test_cancelling_the_document_ends_the_page_in_work(at: int) -> None:
    budget = Budget()
    engine = until(lambda _: budget.cancel(), at)
    pages = list(Reader(engine).pages(TWO_LINES, budget=budget))
    assert [(page.status, page.finish_reason) for page in pages] == [("partial", "cancelled")]
    assert len(engine.calls) == at


def test_budgets_lie_within_each_other() -> None:
    whole = Budget(1000)
    page = Budget(within=whole)
    assert 0 < page.left() <= 1000
    assert Budget(1, within=whole).left() <= 1
    assert Budget(0, within=whole).over() == "timeout"
    page.cancel()
    assert (page.over(), page.left(), whole.over()) == ("cancelled", 0, None)
    whole.cancel()
    assert (Budget(0, within=whole).over(), Budget(within=whole).left()) == ("cancelled", 0)
