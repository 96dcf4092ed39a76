"""From a request to a job and back: what the document API's routes share."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from contextlib import closing
from http import HTTPStatus
from pathlib import Path
from threading import Lock

from starlette.requests import Request

from hyocr.api.documents import Given, obtain
from hyocr.api.runner import Runner
from hyocr.api.settings import Settings
from hyocr.api.store import Asked, Job, Store
from hyocr.engines.base import Engine
from hyocr.errors import InputError
from hyocr.isolated import open_isolated
from hyocr.reader import Reader
from hyocr.serve.refusals import Refused

CHECKS_AT_ONCE = 4
"""Documents that are opened at the same time to see whether they can be read: each is a process with its memory."""

RETRY_SECONDS = 10
"""When to ask again where all places are taken."""

BLAME = {
    "InputError": HTTPStatus.UNPROCESSABLE_ENTITY,
    "EngineError": HTTPStatus.SERVICE_UNAVAILABLE,
    "HyocrError": HTTPStatus.INSUFFICIENT_STORAGE,  # the store's, see `Store`
}
"""Statuses for a document of which no page was read, by the kind of error; any other kind is a bug."""

Ask = Callable[[tuple[int, ...] | None, str], Asked]
"""Makes what is stored with a job of the pages wanted and the document's name."""


class Service:
    """A store, the runner that reads its jobs, and the limits on both. `first` below is what a client calls page 1."""

    def __init__(self, engine: Engine, store: Store, settings: Settings, strategy: str | None = None) -> None:
        self.engine, self.store, self.settings = engine, store, settings
        self.strategy_for = Reader(engine, strategy).strategy_for
        self.runner = Runner(store, engine, settings, strategy)
        self.started = int(time.time())
        self._places = Places(settings.max_jobs, settings.max_jobs_total)
        self._checks = asyncio.Semaphore(CHECKS_AT_ONCE)

    def start(self) -> None:
        """Goes on with what an earlier process left."""
        for job in self.store.resume():
            self._places.keep(job.owner)
            self._submit(job)
        self.runner.start()

    async def accept(
        self, owner: str, document: Given, wanted: tuple[int, ...] | None, first: int, ask: Ask
    ) -> tuple[Job, Future[None]]:
        """A job in the queue, for a document that can be opened and whose first page is there.

        The future is done when the job is no longer read. Raises Refused, InputError and HyocrError.
        """
        self._places.take(owner)
        try:
            path, name = await obtain(document, owner, self.store, self.settings)
            asked = ask(wanted, name)
            try:
                async with self._checks:
                    total = await asyncio.to_thread(self._look, path, wanted, first)
                if not asked.kept and total > self.settings.sync_pages:
                    raise Refused(
                        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                        f"{total} pages are more than the {self.settings.sync_pages} that are read while you wait; "
                        "ask for fewer, or for a job at /v1/jobs.",
                        "pages",
                    )
                job = await asyncio.to_thread(self.store.add, owner, asked, total, path)
            finally:
                path.unlink(missing_ok=True)
        except BaseException:
            self._places.give(owner)
            raise
        return job, self._submit(job)

    async def wait(self, job: Job, over: Future[None], request: Request) -> Job | None:
        """The job when it has ended; None if the client went away before, and the job with it.

        Raises Refused where the service stops, or where no page could be read.
        """
        if not await _before(asyncio.wrap_future(over), _gone(request)):
            await self.drop(job)
            return None
        ended = await asyncio.to_thread(self.store.job, job.id)
        if ended and ended.status == "done":
            return ended
        await self.drop(job)
        if ended is None or not ended.ended or not ended.error:
            raise Refused(HTTPStatus.SERVICE_UNAVAILABLE, "The service stops; ask again.", headers=_later())
        raise Refused(BLAME.get(ended.error.type, HTTPStatus.INTERNAL_SERVER_ERROR), ended.error.message)

    async def drop(self, job: Job) -> None:
        """Deletes a job and ends the page in work."""
        await asyncio.to_thread(self.store.delete, job.id, job.owner)
        self.runner.cancel(job.id)

    def expire(self) -> int:
        """Deletes what is older than it is kept."""
        return self.store.expire(time.time() - self.settings.keep_hours * 3600)

    def _submit(self, job: Job) -> Future[None]:
        over = self.runner.submit(job)
        over.add_done_callback(lambda _: self._places.give(job.owner))
        return over

    def _look(self, path: Path, wanted: tuple[int, ...] | None, first: int) -> int:
        """How many pages there are to read. Raises InputError for a document that cannot be."""
        with closing(open_isolated(path, self.runner.limits)) as pages:
            if wanted and wanted[-1] > pages.total:
                asked, last = wanted[-1] - 1 + first, pages.total - 1 + first
                raise Refused(
                    HTTPStatus.UNPROCESSABLE_ENTITY,
                    f"There is no page {asked}; the document's last, counted from {first}, is {last}.",
                    "pages",
                )
            total = len(wanted) if wanted else pages.total
            number = wanted[0] if wanted else 1
            pages.select([number])
            try:
                next(pages)
            except InputError as error:
                if pages.total == 1:
                    raise
                raise InputError(f"Page {number}: {error}") from error
            return total


class Places:
    """How many jobs wait or run, of each tenant and of all. A place is taken before a document is looked at."""

    def __init__(self, most: int, most_total: int) -> None:
        self._most, self._most_total = most, most_total
        self._taken: Counter[str] = Counter()
        self._lock = Lock()

    def take(self, owner: str) -> None:
        """Raises Refused where there is none."""
        with self._lock:
            if self._taken[owner] >= self._most:
                sentence = f"You have {self._most} jobs that wait or run; ask again when one has ended."
                raise Refused(HTTPStatus.TOO_MANY_REQUESTS, sentence, headers=_later())
            if self._taken.total() >= self._most_total:
                raise Refused(HTTPStatus.TOO_MANY_REQUESTS, "The service is busy; ask again later.", headers=_later())
            self._taken[owner] += 1

    def keep(self, owner: str) -> None:
        """Takes a place for a job that had one before."""
        with self._lock:
            self._taken[owner] += 1

    def give(self, owner: str) -> None:
        with self._lock:
            self._taken[owner] -= 1


def _later() -> dict[str, str]:
    return {"retry-after": str(RETRY_SECONDS)}


async def _before(first: asyncio.Future[None], second: Awaitable[None]) -> bool:
    """Whether the first is done before the second."""
    other = asyncio.ensure_future(second)
    try:
        await asyncio.wait((first, other), return_when=asyncio.FIRST_COMPLETED)
        return first.done()
    finally:
        other.cancel()


async def _gone(request: Request) -> None:
    """Returns when the client has gone away. The body was read before."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
