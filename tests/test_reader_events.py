"""Events, pages side by side, breaking off, and memory that does not grow."""

from __future__ import annotations

import gc
import os
import random
import signal
import threading
import time
import tracemalloc
import weakref
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest
from PIL import Image

from hyocr.document import PageResult
from hyocr.engines.base import Budget, Generation, Request
from hyocr.errors import InputError
from hyocr.events import AHEAD, PageEvent
from hyocr.reader import Reader
from hyocr.sources import Page, Pages
from tests.fakes import FakeEngine, answer

SECONDS = 20
"""How long to wait for what should happen at once, before a test fails."""


class CrowdEngine(FakeEngine):
    """Reads so many pages at once, and keeps nothing of them."""

    def __init__(self, reply: Callable[[Request], Generation], concurrency: int) -> None:
        super().__init__(reply)
        self.concurrency = concurrency

    def generate(self, requests: object) -> list[Generation]:
        return [self.reply(request) for request in requests]  # type: ignore[attr-defined]


@pytest.fixture(autouse=True)
def no_thread_is_left() -> Iterator[None]:
    yield
    for thread in threading.enumerate():
        if thread.name.startswith("hyocr-page"):
            # A pool that is interrupted while it starts a thread does not wait for that one, which ends by itself.
            thread.join(SECONDS)
            assert not thread.is_alive()


def numbered(total: int, size: int = 8, bad: int = 0) -> Pages:
    """Pages whose red says their number; page `bad` cannot be decoded."""
    decoder = threading.get_ident()

    def decode(number: int) -> Page:
        assert threading.get_ident() == decoder, "decoding belongs to the calling thread"
        if number == bad:
            raise InputError("Damaged.")
        return Page(Image.new("RGB", (size, size), (number % 256, 0, 0)), number, "a.pdf")

    return Pages("a.pdf", total, decode)


def number_of(request: Request) -> int:
    return int(request.image.getpixel((0, 0))[0])


def say_number(request: Request) -> Generation:
    return answer(str(number_of(request)))


def wait_for_the_end(request: Request) -> Generation:
    """As an engine that never ends by itself."""
    deadline = time.monotonic() + SECONDS
    while not (reason := request.budget.over()):
        assert time.monotonic() < deadline, "the budget was never over"
        time.sleep(0.005)
    return answer("some", reason)


def kinds(events: list[PageEvent]) -> list[tuple[str, int]]:
    return [(event.kind, event.number) for event in events]


# One by one


def test_events_come_as_things_happen() -> None:
    engine = FakeEngine(say_number)
    events = Reader(engine).events(numbered(2))
    first = next(events)
    assert (first, engine.calls) == (PageEvent("started", 1, 2), [])
    second = next(events)
    assert (second.kind, len(engine.calls)) == ("finished", 1)
    assert second.result is not None
    assert (second.result.text, second.number, second.total) == ("1", 1, 2)
    assert kinds(list(events)) == [("started", 2), ("finished", 2)]


def test_the_callback_gets_the_same_events() -> None:
    told: list[PageEvent] = []
    document = Reader(FakeEngine(say_number)).read(numbered(3), on_event=told.append)
    assert kinds(told) == [(kind, number) for number in (1, 2, 3) for kind in ("started", "finished")]
    assert [event.result for event in told if event.result] == document.pages


def test_a_callback_that_fails_ends_the_reading() -> None:
    pages, closed = numbered(5), threading.Event()
    pages.close = closed.set

    def callback(event: PageEvent) -> None:
        raise OSError("The disk is full.")

    for concurrency in (1, 3):
        with pytest.raises(OSError, match="disk"):
            Reader(CrowdEngine(say_number, concurrency)).read(pages, on_event=callback)
        assert closed.is_set()


# Side by side


def test_pages_side_by_side_come_in_order() -> None:
    all_here = threading.Barrier(3)

    def reply(request: Request) -> Generation:
        if number_of(request) <= 3:
            all_here.wait(SECONDS)  # only passes when three pages are read at once
        time.sleep(random.uniform(0, 0.01))
        return say_number(request)

    events = list(Reader(CrowdEngine(reply, 3)).events(numbered(30, bad=7)))
    results = [event.result for event in events if event.result]
    assert [page.number for page in results] == list(range(1, 31))
    assert [page.text for page in results if page.number != 7] == [str(n) for n in range(1, 31) if n != 7]
    assert results[6].error is not None
    assert results[6].error.message == "Damaged."
    assert Counter(kinds(events)) == Counter((kind, n) for n in range(1, 31) for kind in ("started", "finished"))
    for number in range(1, 31):
        assert kinds(events).index(("started", number)) < kinds(events).index(("finished", number))


def test_side_by_side_gives_what_one_by_one_gives() -> None:
    def reply(request: Request) -> Generation:
        stuck = number_of(request) % 3 == 0 and request.repetition_penalty == 1
        return answer("loop", "repetition") if stuck else say_number(request)

    def read(concurrency: int) -> list[dict[str, object]]:
        pages = Reader(CrowdEngine(reply, concurrency)).pages(numbered(20))
        return [{**page.to_dict(), "seconds": 0} for page in pages]

    assert read(1) == read(4)


def test_retries_are_told_while_others_are_read() -> None:
    told = threading.Event()

    def reply(request: Request) -> Generation:
        if number_of(request) == 1:
            assert told.wait(SECONDS)
        elif request.repetition_penalty == 1:
            return answer("loop", "repetition")
        return say_number(request)

    events = []
    for event in Reader(CrowdEngine(reply, 2)).events(numbered(2)):
        events.append(event)
        if event.kind == "retried":
            told.set()
    assert kinds(events) == [("started", 1), ("started", 2), ("retried", 2), ("finished", 1), ("finished", 2)]


def test_no_more_images_in_memory_than_pages_in_work_and_few_results() -> None:
    images: list[weakref.ref[Image.Image]] = []
    first = threading.Event()
    most, started = 0, 0

    def decode(number: int) -> Page:
        nonlocal most
        image = Image.new("RGB", (8, 8), (number, 0, 0))
        images.append(weakref.ref(image))
        most = max(most, sum(ref() is not None for ref in images))
        return Page(image, number, "a.pdf")

    def reply(request: Request) -> Generation:
        if number_of(request) == 1:
            assert first.wait(SECONDS)
        return say_number(request)

    for event in Reader(CrowdEngine(reply, 3)).events(Pages("a.pdf", 60, decode)):
        started += event.kind == "started"
        assert event.result is None or event.result.status == "ok"
        if event.kind == "started" and event.number == 3 * AHEAD:
            threading.Timer(0.3, first.set).start()  # until then nothing more may start
        if event.number > 3 * AHEAD:
            assert first.is_set()
    assert started == 60
    assert most <= 3
    assert [ref for ref in images if ref()] == []


# Breaking off


@pytest.mark.parametrize("concurrency", [1, 3])
def test_cancelling_ends_the_pages_in_work_and_starts_no_more(concurrency: int) -> None:
    budget, events = Budget(), []
    for event in Reader(CrowdEngine(wait_for_the_end, concurrency)).events(numbered(9), budget=budget):
        events.append(event)
        if kinds(events) == [("started", n) for n in range(1, concurrency + 1)]:
            threading.Timer(0.05, budget.cancel).start()
    results = [event.result for event in events if event.result]
    assert [(page.number, page.finish_reason, page.text) for page in results] == [
        (number, "cancelled", "some") for number in range(1, concurrency + 1)
    ]
    assert list(Reader(FakeEngine()).pages(numbered(9), budget=budget)) == []


def test_a_document_may_run_out_of_time() -> None:
    pages = list(Reader(CrowdEngine(wait_for_the_end, 2)).pages(numbered(9), budget=Budget(0.1)))
    assert {page.finish_reason for page in pages} == {"timeout"}
    assert len(pages) == 2


def test_closing_the_events_cancels_the_pages_in_work() -> None:
    source, closed = numbered(9), threading.Event()
    source.close = closed.set
    working = threading.Event()
    ended: list[str] = []

    def reply(request: Request) -> Generation:
        if number_of(request) == 1:
            assert working.wait(SECONDS)
            return say_number(request)
        working.set()
        ended.append(wait_for_the_end(request).finish_reason)
        return answer("")

    with closing(Reader(CrowdEngine(reply, 2)).events(source)) as events:
        assert next(event for event in events if event.result).number == 1
        assert ended == []
    assert set(ended) == {"cancelled"}
    assert closed.is_set()


@pytest.mark.parametrize("end", [KeyboardInterrupt, SystemExit])
def test_what_ends_a_program_passes_and_leaves_nothing(end: type[BaseException]) -> None:
    def reply(request: Request) -> Generation:
        if number_of(request) == 2:
            raise end
        return wait_for_the_end(request)

    with pytest.raises(end):
        Reader(CrowdEngine(reply, 3)).read(numbered(9))


def test_ctrl_c_ends_the_pages_in_work() -> None:
    ended: list[str] = []

    def reply(request: Request) -> Generation:
        if number_of(request) == 2:
            os.kill(os.getpid(), signal.SIGINT)
        generation = wait_for_the_end(request)
        ended.append(generation.finish_reason)
        return generation

    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # background jobs ignore it
    try:
        with pytest.raises(KeyboardInterrupt):
            Reader(CrowdEngine(reply, 3)).read(numbered(9))
    finally:
        signal.signal(signal.SIGINT, before)
    assert set(ended) == {"cancelled"}


# Memory


@pytest.mark.parametrize("concurrency", [1, 4])
def test_memory_is_flat_over_a_thousand_pages(concurrency: int) -> None:
    """What Python holds after 999 pages is not more than after 100: a result of these has over 1 KB."""
    engine = CrowdEngine(lambda request: answer("a line of text " * 20), concurrency)
    held: dict[int, int] = {}
    tracemalloc.start()
    try:
        for page in Reader(engine).pages(numbered(1000, size=100)):
            if page.number in (100, 999):  # the last one would find everything gone
                del page
                gc.collect()
                held[len(held)] = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    before, after = held.values()
    # A few results may be under way at the one moment and not at the other.
    assert after - before < 60_000


def test_results_hold_no_image() -> None:
    image = weakref.ref(Image.new("RGB", (8, 8)))
    pages: list[PageResult] = []

    def decode(number: int) -> Page:
        nonlocal image
        made = Image.new("RGB", (8, 8))
        image = weakref.ref(made)
        return Page(made, number, "a.pdf")

    gc.disable()
    try:
        for page in Reader(CrowdEngine(say_number, 1)).pages(Pages("a.pdf", 3, decode)):
            pages.append(page)
            assert image() is None, "without the help of the collector"
    finally:
        gc.enable()
    assert len(pages) == 3
