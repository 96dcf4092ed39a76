"""Reads the jobs of a store in threads, a slice of time at a time, so that no long job keeps the others waiting."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future
from contextlib import closing
from dataclasses import dataclass, field

from hyocr.api.settings import Settings
from hyocr.api.store import Job, Store
from hyocr.document import PageError, PageResult
from hyocr.engines.base import Budget, Engine
from hyocr.errors import HyocrError
from hyocr.isolated import DecodeLimits, open_isolated
from hyocr.reader import Reader
from hyocr.sources import Pages

SLICE_SECONDS = 15.0
"""How long a job is read before the next one's turn. Opening a document again costs a process, well under a second."""

WORKERS = 4
"""Jobs read at once by an engine that takes several pages at once; each has a decoder process of its own."""

STOP_SECONDS = 10.0

BUG = PageError("InternalError", "The service met an error of its own on this page; see its log, or read it again.")

log = logging.getLogger(__name__)


@dataclass(eq=False)
class _Work:
    """A job in the runner. `over` is done when it is no longer read: it has ended, is gone, or the runner stops."""

    id: str
    budget: Budget = field(default_factory=Budget)
    over: Future[None] = field(default_factory=Future)


class Runner:
    """Pages are stored as they come, and a page that is stored is never read again.

    `engine` is used by one thread if its concurrency is 1. `strategy` is that of `hyocr.reader.Reader`.
    """

    def __init__(
        self,
        store: Store,
        engine: Engine,
        settings: Settings,
        strategy: str | None = None,
        slice_seconds: float = SLICE_SECONDS,
    ) -> None:
        self._store, self._engine, self._strategy = store, engine, strategy
        self._page_seconds, self._slice_seconds = settings.page_seconds, slice_seconds
        self.limits = DecodeLimits(settings.max_pages, settings.max_pixels, settings.decode_seconds)
        self._changed = threading.Condition()
        self._queue: deque[_Work] = deque()
        self._works: dict[str, _Work] = {}
        self.stopping = False
        count = 1 if engine.concurrency == 1 else WORKERS
        # Daemons: an engine that does not look at its budget must not keep the process from ending.
        self._threads = [threading.Thread(target=self._run, name=f"reader-{i}", daemon=True) for i in range(count)]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    @property
    def alive(self) -> bool:
        """Whether jobs are being read."""
        return not self.stopping and all(thread.is_alive() for thread in self._threads)

    def submit(self, job: Job) -> Future[None]:
        """Puts a job of the store at the end of the queue. The future is done when the job is no longer read."""
        work = _Work(job.id)
        work.over.set_running_or_notify_cancel()  # nobody can cancel it from outside
        with self._changed:
            if not self.stopping:
                self._works[work.id] = work
                self._queue.append(work)
                self._changed.notify()
                return work.over
        work.over.set_result(None)
        return work.over

    def cancel(self, job_id: str) -> None:
        """Ends the page in work of a job that has ended in the store or is gone from it, and forgets the job."""
        with self._changed:
            work = self._works.get(job_id)
            if work is None:
                return
            work.budget.cancel()
            waiting = work in self._queue
            if waiting:
                self._queue.remove(work)
        if waiting:
            self._release(work)

    def halt(self) -> None:
        """Cancels the pages in work and takes no more; jobs stay in the store as they are. Does not wait."""
        with self._changed:
            self.stopping = True
            waiting = list(self._queue)
            self._queue.clear()
            for work in self._works.values():
                work.budget.cancel()
            self._changed.notify_all()
        for work in waiting:
            self._release(work)

    def stop(self) -> None:
        """Halts, and waits for the threads as long as a page takes to notice."""
        self.halt()
        for thread in self._threads:
            if thread.is_alive():
                thread.join(STOP_SECONDS)

    def _run(self) -> None:
        while work := self._next():
            try:
                over = self._read_slice(work)
            except HyocrError as error:  # a document that cannot be read, or a disk that is full
                log.warning("job %s: %s", work.id, error)
                self._fail(work, PageError(type(error).__name__, str(error)))
                over = True
            except Exception:  # a bug: other jobs go on
                log.exception("job %s", work.id)
                self._fail(work, BUG)
                over = True
            with self._changed:
                again = not over and not self.stopping and work.budget.over() is None
                if again:
                    self._queue.append(work)
            if not again:
                self._release(work)

    def _next(self) -> _Work | None:
        with self._changed:
            self._changed.wait_for(lambda: self._queue or self.stopping)
            return None if self.stopping else self._queue.popleft()

    def _release(self, work: _Work) -> None:
        with self._changed:
            self._works.pop(work.id, None)
        work.over.set_result(None)

    def _read_slice(self, work: _Work) -> bool:
        """Reads some pages of a job; whether there is nothing more to do for it."""
        job = self._store.job(work.id)
        if job is None or job.ended or (job.status == "queued" and not self._store.start(job.id)):
            return True
        with closing(open_isolated(self._store.path(job.id), self.limits)) as pages:
            wanted = job.asked.numbers or range(1, pages.total + 1)
            pages.select(self._unread(job, wanted))
            try:
                self._read_pages(work, job, pages)
            except HyocrError:
                raise
            except Exception:
                left = self._unread(job, wanted)
                if work.budget.over():
                    return True
                log.exception("job %s, page %d", job.id, left[0])
                self._store.add_page(job.id, PageResult(left[0], 0, 0, status="failed", error=BUG), self._engine.name)
        return not self._unread(job, wanted) and self._finish(job.id)

    def _unread(self, job: Job, wanted: Sequence[int]) -> list[int]:
        read = self._store.finished_pages(job.id)
        return [number for number in wanted if number not in read]

    def _read_pages(self, work: _Work, job: Job, pages: Pages) -> None:
        """Reads and stores pages until there are no more or the slice is over."""
        asked = job.asked
        reader = Reader(self._engine, self._strategy, asked.language, page_seconds=self._page_seconds)
        end = time.monotonic() + self._slice_seconds
        with closing(reader.events(pages, asked.task, asked.question, budget=work.budget)) as events:
            for result in (event.result for event in events if event.result):
                # A page that fails because the service stops has not failed; a server may cancel a page by itself.
                stopped = result.finish_reason == "cancelled" or result.status == "failed"
                if (stopped and work.budget.over()) or not self._store.add_page(job.id, result, self._engine.name):
                    work.budget.cancel()  # the job has ended or is gone, or the service stops
                    break
                if time.monotonic() >= end and self._queue:
                    pages.select(())  # pages that are in work already still come

    def _finish(self, job_id: str) -> bool:
        """Ends a job whose pages are all there: failed if all of them are."""
        job = self._store.job(job_id)
        if job and job.failed == job.total:
            self._store.finish(job_id, "failed", next(self._store.pages(job_id)).error)
        else:
            self._store.finish(job_id, "done")
        return True

    def _fail(self, work: _Work, reason: PageError) -> None:
        """Ends a job that cannot go on. Where even that cannot be stored it goes on at the next start."""
        try:
            self._store.finish(work.id, "failed", reason)
        except HyocrError as error:
            log.warning("job %s: %s", work.id, error)
