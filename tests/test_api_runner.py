"""Jobs read in threads: no page twice, no job keeps the others waiting, and nothing ends a thread."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from hyocr.api import runner as module
from hyocr.api.runner import Runner
from hyocr.api.settings import Settings
from hyocr.api.store import Asked, Job, Store
from hyocr.errors import EngineError, HyocrError
from hyocr.reader import Reader
from hyocr.sources import open_source
from tests.api_client import SECONDS, Held, colours, pdf
from tests.fakes import FakeEngine, answer, describe


@pytest.fixture(autouse=True)
def decoded_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Processes for decoding are not the point here."""
    monkeypatch.setattr(module, "open_isolated", lambda path, limits: open_source(path))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with closing(Store(tmp_path / "data")) as opened:
        yield opened


@contextmanager
def running(store: Store, engine: FakeEngine, **options: Any) -> Iterator[Runner]:
    runner = Runner(store, engine, Settings(), **options)
    runner.start()
    try:
        yield runner
    finally:
        runner.stop()


def add(store: Store, data: bytes, total: int, numbers: tuple[int, ...] | None = None) -> Job:
    document = store.incoming / "new"
    document.write_bytes(data)
    return store.add("anna", Asked("read", None, "en", numbers, True, "a.pdf"), total, document)


def status(store: Store, job: Job, over: Future[None]) -> str:
    over.result(SECONDS)
    found = store.job(job.id)
    assert found
    return found.status


def test_all_pages_are_read_and_stored(store: Store) -> None:
    job, engine = add(store, pdf("red", "green", "blue"), 3), FakeEngine()
    with running(store, engine) as runner:
        assert status(store, job, runner.submit(job)) == "done"
    assert colours(engine) == ["red", "green", "blue"]
    assert [page.number for page in store.pages(job.id)] == [1, 2, 3]


def test_only_the_pages_asked_for(store: Store) -> None:
    job, engine = add(store, pdf("red", "green", "blue"), 2, (1, 3)), FakeEngine()
    with running(store, engine) as runner:
        assert status(store, job, runner.submit(job)) == "done"
    assert colours(engine) == ["red", "blue"]


def test_after_a_stop_only_unread_pages_are_read(store: Store) -> None:
    held, job = Held(free=2), add(store, pdf("red", "green", "blue", "red"), 4)
    with running(store, FakeEngine(held)) as first:
        over = first.submit(job)
        assert held.reached.wait(SECONDS)
        first.halt()
        assert status(store, job, over) == "running"
    assert held.ended == "cancelled"
    engine, [resumed] = FakeEngine(), store.resume()
    with running(store, engine) as second:
        assert status(store, resumed, second.submit(resumed)) == "done"
    assert colours(engine) == ["blue", "red"]
    assert [page.number for page in store.pages(job.id)] == [1, 2, 3, 4]


def test_cancelling_ends_the_running_page_and_the_next_job_is_read(store: Store) -> None:
    held = Held()
    first, second = add(store, pdf("red", "green"), 2), add(store, pdf("blue"), 1)
    with running(store, FakeEngine(held)) as runner:
        over, after = runner.submit(first), runner.submit(second)
        assert held.reached.wait(SECONDS)
        assert store.delete(first.id, "anna")
        runner.cancel(first.id)
        over.result(SECONDS)
        held.go.set()
        assert status(store, second, after) == "done"
    assert held.ended == "cancelled"
    assert store.job(first.id) is None


def test_cancelling_a_job_that_waits(store: Store) -> None:
    held, engine = Held(), FakeEngine()
    engine.reply = held
    first, second = add(store, pdf("red"), 1), add(store, pdf("blue"), 1)
    with running(store, engine) as runner:
        runner.submit(first)
        over = runner.submit(second)
        assert held.reached.wait(SECONDS)
        store.cancel(second.id, "anna")
        runner.cancel(second.id)
        over.result(SECONDS)
    assert colours(engine) == ["red"]


@pytest.mark.parametrize("concurrency", [1, 2])
def test_jobs_take_turns(store: Store, concurrency: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "WORKERS", 1)
    engine = FakeEngine()
    engine.concurrency = concurrency
    long, short = add(store, pdf(*["red"] * 6), 6), add(store, pdf("blue"), 1)
    runner = Runner(store, engine, Settings(), slice_seconds=0)
    futures = [runner.submit(long), runner.submit(short)]
    runner.start()
    try:
        assert [status(store, job, over) for job, over in zip((long, short), futures, strict=True)] == ["done", "done"]
    finally:
        runner.stop()
    asked = colours(engine)
    assert sorted(asked) == ["blue", *["red"] * 6]  # what is in work at the end of a turn is not read twice
    assert asked.index("blue") <= 3


def test_a_page_that_meets_a_bug_fails_alone(store: Store) -> None:
    def reply(request: Any) -> Any:
        if len(engine.calls) == 2:
            raise ZeroDivisionError
        return describe(request)

    engine = FakeEngine(reply)
    job = add(store, pdf("red", "green", "blue"), 3)
    with running(store, engine) as runner:
        assert status(store, job, runner.submit(job)) == "done"
        assert runner.alive
    assert [page.status for page in store.pages(job.id)] == ["ok", "failed", "ok"]


def test_a_bug_around_the_pages_costs_the_pages_and_not_the_thread(
    store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    first, second = add(store, pdf("red", "green"), 2), add(store, pdf("blue"), 1)
    with running(store, FakeEngine()) as runner:
        with monkeypatch.context() as patched:
            patched.setattr(Reader, "events", lambda *_, **__: 1 / 0)
            assert status(store, first, runner.submit(first)) == "failed"
        assert status(store, second, runner.submit(second)) == "done"
    assert [page.error for page in store.pages(first.id)] == [module.BUG] * 2
    assert "ZeroDivisionError" in caplog.text


def test_a_document_that_cannot_be_read_fails_its_job_alone(store: Store) -> None:
    first, second = add(store, b"no document", 1), add(store, pdf("blue"), 1)
    with running(store, FakeEngine()) as runner:
        assert status(store, first, runner.submit(first)) == "failed"
        assert status(store, second, runner.submit(second)) == "done"
    failed = store.job(first.id)
    assert failed
    assert failed.error
    assert failed.error.type == "InputError"


def test_a_job_fails_when_all_pages_do(store: Store) -> None:
    def reply(_: Any) -> Any:
        raise EngineError("The server is away.")

    job = add(store, pdf("red", "green"), 2)
    with running(store, FakeEngine(reply)) as runner:
        assert status(store, job, runner.submit(job)) == "failed"
    found = store.job(job.id)
    assert found
    assert found.error
    assert found.error.message == "The server is away."


def test_a_full_disk_fails_the_job_with_its_sentence(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> bool:
        raise HyocrError("The disk is full.")

    job = add(store, pdf("red"), 1)
    with running(store, FakeEngine()) as runner:
        monkeypatch.setattr(store, "add_page", full)
        assert status(store, job, runner.submit(job)) == "failed"
        assert runner.alive
        monkeypatch.setattr(store, "finish", full)
        job = add(store, pdf("red"), 1)
        assert status(store, job, runner.submit(job)) == "running"  # goes on at the next start
        assert runner.alive


def test_a_page_that_takes_too_long_ends_there(store: Store) -> None:
    job, held = add(store, pdf("red"), 1), Held()
    runner = Runner(store, FakeEngine(held), Settings(page_seconds=1))
    runner.start()
    try:
        assert status(store, job, runner.submit(job)) == "done"
    finally:
        runner.stop()
    [page] = store.pages(job.id)
    assert (page.status, page.finish_reason, page.text) == ("partial", "timeout", "some")


def test_a_page_that_the_engine_cancels_by_itself_is_a_page(store: Store) -> None:
    job = add(store, pdf("red", "blue"), 2)
    with running(store, FakeEngine(lambda _: answer("some", "cancelled"))) as runner:
        assert status(store, job, runner.submit(job)) == "done"
    assert [page.finish_reason for page in store.pages(job.id)] == ["cancelled"] * 2


def test_a_runner_that_stopped_takes_nothing(store: Store) -> None:
    with running(store, FakeEngine()) as runner:
        runner.stop()
        job = add(store, pdf("red"), 1)
        assert status(store, job, runner.submit(job)) == "queued"
        assert not runner.alive
