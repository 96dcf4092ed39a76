"""The job store: what it acknowledged is there after kill -9, owners are apart, counters are right at any moment."""

from __future__ import annotations

import os
import random
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import tracemalloc
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from hyocr.api.store import Asked, Job, Store
from hyocr.document import Box, Line, PageError, PageResult, Unparsed
from hyocr.errors import HyocrError

ASKED = Asked("read", None, "en", None, kept=True, name="scan.pdf")
ONCE = replace(ASKED, kept=False)
"""What a request asked that waits for the answer."""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with closing(Store(tmp_path / "store")) as store:
        yield store


def page(number: int, text: str = "", failed: bool = False) -> PageResult:
    return PageResult(number, 10, 20, status="failed" if failed else "ok", text=text)


def incoming(store: Store, content: bytes = b"%PDF") -> Path:
    path = store.incoming / "upload"
    path.write_bytes(content)
    return path


def add(store: Store, owner: str = "ann", asked: Asked = ASKED, total: int = 3) -> Job:
    return store.add(owner, asked, total, incoming(store))


def there(store: Store, id: str) -> Job:
    """The job, whose counters are those of its pages."""
    job = store.job(id)
    assert job is not None
    results = list(store.pages(id))
    assert {result.number for result in results} == store.finished_pages(id)
    assert (job.done, job.failed) == (len(results), sum(result.status == "failed" for result in results))
    return job


def test_a_job_from_its_start_to_its_end(store: Store) -> None:
    asked = Asked("ask", "Wie viel? \ud83d", "en", (2, 5), kept=True, name="R\udce9chnung.pdf")
    job = store.add("ann", asked, 2, incoming(store, b"%PDF-1.7"))
    assert (job.status, job.total, job.size, job.started, job.ended) == ("queued", 2, 8, None, None)
    assert store.job(job.id) == job
    assert store.path(job.id).read_bytes() == b"%PDF-1.7"
    assert store.start(job.id)
    assert not store.start(job.id)
    assert store.active() == 1

    full = PageResult(
        5, 10, 20, status="partial", text="ä\ud800", confidence=0.5, dpi=300.0, strategy="lines", attempts=3,
        lines=[Line("ä", Box(1, 2, 3, 4), ((1.0, 2.0), (3.0, 4.0)), 0.5, 0.25)], unparsed=[Unparsed("<x", 7)],
        error=PageError("EngineError", "No."), figures=[Box(0, 0, 1, 1)],
    )  # fmt: skip
    assert store.add_page(job.id, full, "nano")
    assert store.add_page(job.id, page(2, failed=True), "nano")
    assert list(store.pages(job.id)) == [page(2, failed=True), full]
    assert list(store.pages(job.id, after=2)) == [full]
    assert (there(store, job.id).done, there(store, job.id).failed) == (2, 1)

    error = PageError("InputError", "Page 2 is damaged.")
    assert store.finish(job.id, "failed", error)
    ended = there(store, job.id)
    assert (ended.status, ended.error, ended.asked) == ("failed", error, asked)
    assert ended.started is not None
    assert ended.ended is not None
    assert job.created <= ended.started <= ended.ended
    assert store.active() == 0


def test_a_page_of_the_same_number_takes_the_place_of_the_first(store: Store) -> None:
    id = add(store).id
    for result in (page(1, failed=True), page(1, failed=True), page(2, "b"), page(1, "a"), page(2, failed=True)):
        assert store.add_page(id, result, "nano")
        there(store, id)
    assert list(store.pages(id)) == [page(1, "a"), page(2, failed=True)]
    assert (there(store, id).done, there(store, id).failed) == (2, 1)


def test_owners_never_see_each_others_jobs_and_files(store: Store) -> None:
    ann, bob = add(store, "ann"), add(store, "bob")
    file = store.add_file("ann", "secret.pdf", incoming(store))
    assert [job.id for job in store.jobs("ann")] == [ann.id]
    assert store.jobs("ann", before=bob.id) == []
    assert store.job(ann.id, "bob") is None
    assert store.job(ann.id, "ann") == ann
    assert not store.cancel(ann.id, "bob")
    assert not store.delete(ann.id, "bob")
    assert store.file(file.id, "bob") is None
    assert store.copy_file(file.id, "bob") is None
    assert not store.delete_file(file.id, "bob")
    assert (store.active("ann"), store.active("bob"), store.active("cid"), store.active()) == (1, 1, 0, 2)
    assert store.delete(bob.id, "bob")
    assert there(store, ann.id) == ann
    assert store.path(ann.id).exists()


def test_jobs_come_newest_first_and_page_by_page(store: Store) -> None:
    ids = [add(store).id for _ in range(5)]
    assert [job.id for job in store.jobs("ann")] == ids[::-1]
    assert [job.id for job in store.jobs("ann", limit=2)] == [ids[4], ids[3]]
    assert [job.id for job in store.jobs("ann", limit=2, before=ids[3])] == [ids[2], ids[1]]
    assert store.jobs("ann", before=ids[0]) == []
    assert len(set(ids)) == 5
    assert all(len(id) == 22 for id in ids)


@pytest.mark.parametrize("id", ["", "..", "../jobs.sqlite", "a" * 21 + "/", "a" * 23, "a" * 21 + "\n", "\ud800" * 22])
def test_what_is_no_id_is_nothing_and_no_path(store: Store, id: str) -> None:
    with pytest.raises(HyocrError, match="no id of a job"):
        store.path(id)
    assert (store.job(id), store.jobs("ann", before=id), store.file(id, "ann")) == (None, [], None)
    assert not any(
        [store.start(id), store.add_page(id, page(1), "nano"), store.finish(id, "done"), store.cancel(id, "ann")]
    )
    assert not any([store.delete(id, "ann"), store.delete_file(id, "ann"), store.copy_file(id, "ann")])
    assert list(store.pages(id)) == []


def test_what_has_ended_or_is_deleted_does_not_change(store: Store) -> None:
    cancelled, done, deleted = add(store).id, add(store).id, add(store).id
    store.start(cancelled)
    store.add_page(cancelled, page(1), "nano")
    assert store.cancel(cancelled, "ann")
    assert store.finish(done, "done")
    assert store.delete(deleted, "ann")
    assert not store.path(deleted).exists()
    for id in (cancelled, done, deleted):
        assert not store.start(id)
        assert not store.add_page(id, page(2), "nano")
        assert not store.finish(id, "failed")
        assert not store.cancel(id, "ann")
    assert there(store, cancelled).status == "cancelled"
    assert there(store, cancelled).done == 1
    assert there(store, done).status == "done"
    assert store.job(deleted) is None
    assert store.finished_pages(deleted) == set()


def test_of_a_cancel_and_an_end_at_once_one_counts(store: Store) -> None:
    def work(id: str, ready: threading.Barrier) -> bool:
        store.start(id)
        ready.wait(60)
        store.add_page(id, page(1), "nano")
        return store.finish(id, "done")

    def cancel(id: str, ready: threading.Barrier) -> bool:
        ready.wait(60)
        time.sleep(random.random() / 1000)
        return store.cancel(id, "ann")

    with ThreadPoolExecutor(2) as pool:
        for _ in range(30):
            id, ready = add(store).id, threading.Barrier(2)
            finished, cancelled = pool.submit(work, id, ready), pool.submit(cancel, id, ready)
            assert finished.result(60) != cancelled.result(60)
            assert there(store, id).status == ("done" if finished.result() else "cancelled")


def test_a_restart_queues_what_had_not_ended_and_cleans_up(tmp_path: Path) -> None:
    with closing(Store(tmp_path)) as store:
        first, second, waiting, gone, ended = (
            add(store, asked=asked).id for asked in (ASKED, ASKED, ONCE, ASKED, ASKED)
        )
        for id in (second, waiting, gone):
            store.start(id)
            store.add_page(id, page(1), "nano")
        store.finish(ended, "done")
        kept, lost = (store.add_file("ann", name, incoming(store)).id for name in ("kept.pdf", "lost.pdf"))
        store.path(gone).unlink()
        (tmp_path / "files" / lost).unlink()
        for folder in ("documents", "files", "incoming"):
            (tmp_path / folder / ("x" * 22)).write_bytes(b"left by a crash")
    with closing(Store(tmp_path)) as store:
        assert [(job.id, job.status, job.done) for job in store.resume()] == [
            (first, "queued", 0),
            (second, "queued", 1),
        ]
        assert store.job(waiting) is None
        failed = there(store, gone)
        assert (failed.status, failed.done) == ("failed", 1)
        assert failed.error is not None
        assert "send it again" in failed.error.message
        assert there(store, ended).status == "done"
        assert store.file(lost, "ann") is None
        assert set(os.listdir(tmp_path / "documents")) == {first, second, ended}
        assert os.listdir(tmp_path / "files") == [kept]
        assert os.listdir(store.incoming) == []


@pytest.mark.parametrize("links", [True, False])
def test_a_job_keeps_the_document_of_a_deleted_file(store: Store, monkeypatch: pytest.MonkeyPatch, links: bool) -> None:
    def no_links(*_: object) -> None:
        raise OSError("This disk has no hard links")

    if not links:
        monkeypatch.setattr(os, "link", no_links)
    file = store.add_file("ann", "../\ud800.pdf", incoming(store, b"bytes"))
    assert store.file(file.id, "ann") == file
    assert file.size == 5
    copy = store.copy_file(file.id, "ann")
    assert copy is not None
    job = store.add("ann", ASKED, 1, copy)
    assert store.delete_file(file.id, "ann")
    assert store.file(file.id, "ann") is None
    assert store.path(job.id).read_bytes() == b"bytes"
    assert os.listdir(store.incoming) == []


def test_what_ended_before_a_time_expires(store: Store, tmp_path: Path) -> None:
    old, running = add(store).id, add(store).id
    store.add_page(old, page(1), "nano")
    store.finish(old, "done")
    store.add_file("ann", "old.pdf", incoming(store))
    time.sleep(0.01)
    between = time.time()
    time.sleep(0.01)
    new = add(store).id
    store.cancel(new, "ann")
    file = store.add_file("ann", "new.pdf", incoming(store))
    assert store.expire(between) == 2
    assert {job.id for job in store.jobs("ann")} == {running, new}
    assert store.finished_pages(old) == set()
    assert set(os.listdir(tmp_path / "store" / "documents")) == {running, new}
    assert os.listdir(tmp_path / "store" / "files") == [file.id]
    assert store.expire(between) == 0


def test_a_full_disk_loses_nothing_that_was_stored(store: Store, tmp_path: Path) -> None:
    id = add(store).id
    connection = store._database._connection
    (size,) = connection.execute("PRAGMA page_count").fetchone()
    connection.execute(f"PRAGMA max_page_count = {size + 20}")
    stored = 0

    def fill() -> None:
        nonlocal stored
        while True:
            store.add_page(id, page(stored + 1, "x" * 3000), "nano")
            stored += 1

    with pytest.raises(HyocrError, match="full"):
        fill()
    assert stored > 10
    assert there(store, id).done == stored

    document = incoming(store, b"mine")
    asked = Asked("ask", "x" * 300_000, "en", None, kept=True, name="scan.pdf")
    with pytest.raises(HyocrError, match="full"):
        store.add("ann", asked, 1, document)
    assert document.read_bytes() == b"mine"
    assert os.listdir(tmp_path / "store" / "documents") == [id]

    connection.execute("PRAGMA max_page_count = 1000000")
    assert store.add_page(id, page(stored + 1), "nano")
    assert store.finish(id, "done")
    assert there(store, id).done == stored + 1


def test_a_document_that_cannot_be_moved_in_leaves_no_job(store: Store, tmp_path: Path) -> None:
    with pytest.raises(HyocrError, match="No such file"):
        store.add("ann", ASKED, 1, tmp_path / "missing.pdf")
    assert store.jobs("ann") == []


def test_a_damaged_database_is_named_in_a_sentence(tmp_path: Path) -> None:
    with closing(Store(tmp_path)) as store:
        id = add(store).id
    database = tmp_path / "jobs.sqlite"
    whole = database.read_bytes()
    database.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))
    with pytest.raises(HyocrError, match="damaged; move it away"), closing(Store(tmp_path)) as store:
        store.job(id)
    database.write_bytes(b"no database, but long enough to be taken for one" * 99)
    with pytest.raises(HyocrError, match="damaged; move it away"):
        Store(tmp_path)
    database.write_bytes(whole)
    with closing(Store(tmp_path)) as store:
        assert there(store, id).status == "queued"


def test_a_damaged_page_is_named_in_a_sentence(store: Store) -> None:
    id = add(store).id
    store.add_page(id, page(1), "nano")
    store._database.change("UPDATE pages SET result = '{}'")
    with pytest.raises(HyocrError, match="damaged; move it away"):
        list(store.pages(id))


def test_a_newer_database_is_left_alone(tmp_path: Path) -> None:
    Store(tmp_path).close()
    with closing(sqlite3.connect(tmp_path / "jobs.sqlite")) as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(HyocrError, match="another version of hyocr; update hyocr"):
        Store(tmp_path)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has neither flock nor these permissions")
def test_a_folder_is_private_and_served_by_one(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "store"
    with closing(Store(folder)) as store:
        add(store)
        for path in (folder, folder / "documents", folder / "files", store.incoming):
            assert path.stat().st_mode & 0o777 == 0o700
        for path in folder.glob("jobs.sqlite*"):
            assert path.stat().st_mode & 0o777 == 0o600
        with pytest.raises(HyocrError, match="Another server works in"):
            Store(folder)
    Store(folder).close()
    (tmp_path / "file").touch()
    with pytest.raises(HyocrError, match="Cannot use"):
        Store(tmp_path / "file")


def test_pages_stream_while_others_are_written(store: Store) -> None:
    id, total = add(store).id, 300

    def write() -> None:
        for number in range(1, total + 1):
            store.add_page(id, page(number, str(number)), "nano")

    with ThreadPoolExecutor(1) as pool:
        writing, seen = pool.submit(write), list[int]()
        while len(seen) < total:
            before = len(seen)
            seen += [result.number for result in store.pages(id, after=seen[-1] if seen else 0)]
            if len(seen) == before and writing.done():
                break
        writing.result(60)
    assert seen == list(range(1, total + 1))


def test_a_thousand_pages_stay_on_disk(store: Store) -> None:
    id, text = add(store, total=1000).id, "x" * 20_000
    tracemalloc.start()
    try:
        for number in range(1, 1001):
            store.add_page(id, page(number, text), "nano")
        characters = sum(len(result.text) for result in store.pages(id))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert characters == 1000 * len(text)
    assert peak < 1_000_000  # of 20,000,000 bytes of text


CHILD = """
import sys
from pathlib import Path
from hyocr.document import PageResult
from hyocr.api.store import Asked, Store

store = Store(Path(sys.argv[1]))
ids = [job.id for job in store.resume()]
while True:
    if not ids:
        document = store.incoming / "upload"
        document.write_bytes(b"document")
        ids.append(store.add("ann", Asked("read", None, "en", None, True, "scan.pdf"), 40, document).id)
        print("job", ids[0], 0, flush=True)
    store.start(ids[0])
    for number in sorted(set(range(1, 41)) - store.finished_pages(ids[0])):
        status = "failed" if number % 3 == 0 else "ok"
        store.add_page(ids[0], PageResult(number, 1, 1, status=status, text=str(number) * 2000), "nano")
        print("page", ids[0], number, flush=True)
    store.finish(ids[0], "done")
    print("end", ids.pop(0), 0, flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="kill -9")
def test_what_was_acknowledged_is_there_after_kill_9(tmp_path: Path) -> None:
    """The end of the process, not of the power: for that SQLite's word is taken (see hyocr/api/database.py)."""
    chance, told = random.Random(7), list[list[str]]()
    for _ in range(6):
        command = [sys.executable, "-c", CHILD, str(tmp_path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
            assert child.stdout is not None
            try:
                told.append(child.stdout.readline().split())
                time.sleep(chance.random() / 4)
            finally:
                child.kill()
            told += [line.split() for line in child.stdout if line.endswith("\n")]
        with closing(Store(tmp_path)) as store:
            queued = {job.id for job in store.resume()}
            assert len(queued) <= 1
            for kind, id, number in told:
                job = store.job(id)
                assert job is not None
                assert store.path(id).read_bytes() == b"document"
                assert kind != "end" or (job.status, job.done, job.failed) == ("done", 40, 13)
                assert kind != "page" or int(number) in store.finished_pages(id)
            for id in {id for _, id, _ in told}:
                there(store, id)
                assert all(result.text == str(result.number) * 2000 for result in store.pages(id))
    pages = [line for line in told if line[0] == "page"]
    assert len(pages) > 20
    assert len({tuple(line) for line in pages}) == len(pages)  # none was read twice


class Model(RuleBasedStateMachine):
    """Dictionaries that do what the store does."""

    ids = Bundle("ids")

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.store = Store(Path(self.folder.name))
        self.jobs: dict[str, dict[int, bool]] = {}
        self.about: dict[str, tuple[str, bool, str]] = {}  # owner, kept, status

    def teardown(self) -> None:
        self.store.close()
        self.folder.cleanup()

    def is_open(self, id: str) -> bool:
        return id in self.about and self.about[id][2] in ("queued", "running")

    def now(self, id: str, status: str) -> None:
        self.about[id] = (*self.about[id][:2], status)

    @rule(target=ids, owner=st.sampled_from(["ann", "bob"]), kept=st.booleans())
    def add(self, owner: str, kept: bool) -> str:
        id = add(self.store, owner, ASKED if kept else ONCE).id
        self.jobs[id], self.about[id] = {}, (owner, kept, "queued")
        return id

    @rule(id=ids)
    def start(self, id: str) -> None:
        may = id in self.about and self.about[id][2] == "queued"
        assert self.store.start(id) == may
        if may:
            self.now(id, "running")

    @rule(id=ids, number=st.integers(1, 3), failed=st.booleans())
    def add_page(self, id: str, number: int, failed: bool) -> None:
        assert self.store.add_page(id, page(number, failed=failed), "nano") == self.is_open(id)
        if self.is_open(id):
            self.jobs[id][number] = failed

    @rule(id=ids, status=st.sampled_from(["done", "failed", "cancelled"]))
    def finish(self, id: str, status: str) -> None:
        assert self.store.finish(id, status) == self.is_open(id)  # type: ignore[arg-type]
        if self.is_open(id):
            self.now(id, status)

    @rule(id=ids, owner=st.sampled_from(["ann", "bob"]))
    def cancel(self, id: str, owner: str) -> None:
        may = self.is_open(id) and self.about[id][0] == owner
        assert self.store.cancel(id, owner) == may
        if may:
            self.now(id, "cancelled")

    @rule(id=ids, owner=st.sampled_from(["ann", "bob"]))
    def delete(self, id: str, owner: str) -> None:
        may = id in self.about and self.about[id][0] == owner
        assert self.store.delete(id, owner) == may
        if may:
            self.forget([id])

    @rule()
    def expire(self) -> None:
        ended = [id for id in self.about if not self.is_open(id)]
        assert self.store.expire(time.time() + 60) == len(ended)
        self.forget(ended)

    @rule()
    def restart(self) -> None:
        self.store.close()
        self.store = Store(Path(self.folder.name))
        self.forget([id for id, (_, kept, _) in self.about.items() if not kept])
        queued = [id for id in self.about if self.is_open(id)]
        for id in queued:
            self.now(id, "queued")
        assert [job.id for job in self.store.resume()] == queued

    def forget(self, ids: list[str]) -> None:
        for id in ids:
            del self.jobs[id], self.about[id]

    @invariant()
    def same(self) -> None:
        for owner in ("ann", "bob"):
            mine = [id for id, about in self.about.items() if about[:2] == (owner, True)]
            assert [job.id for job in self.store.jobs(owner)] == mine[::-1]
        for id, (owner, _, status) in self.about.items():
            job = self.store.job(id, owner)
            assert job is not None
            results = {result.number: result.status == "failed" for result in self.store.pages(id)}
            assert results == self.jobs[id]
            assert (job.status, job.done, job.failed) == (status, len(results), sum(results.values()))
        assert set(os.listdir(Path(self.folder.name) / "documents")) == set(self.about)


TestModel = Model.TestCase
TestModel.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)
