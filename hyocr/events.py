"""Pages one after the other or several at once, and what happens to each of them, told as it happens.

Pages are decoded in the calling thread, and only when one can be read at once, so that no more images are in memory
than pages in work. Nothing that one page meets stops the others.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from queue import SimpleQueue
from typing import Literal

from hyocr.document import FinishReason, PageResult, Strategy
from hyocr.engines.base import Budget
from hyocr.errors import InputError
from hyocr.ladder import Retry, page_error
from hyocr.sources import Page, Pages

AHEAD = 4
"""Results that may wait for an earlier page, as a multiple of the pages in work at once."""


@dataclass(frozen=True)
class PageEvent:
    """Page `number` of a document of `total` pages was started, is tried again, or is finished.

    `result` comes with "finished". `reason` and `strategy` come with "retried": how the attempt before stopped, and
    what is tried now (see `hyocr.ladder`).
    """

    kind: Literal["started", "retried", "finished"]
    number: int
    total: int
    result: PageResult | None = None
    reason: FinishReason | None = None
    strategy: Strategy | None = None


ReadPage = Callable[[Page, Budget], Generator[Retry, None, PageResult]]
"""Reads a page within a budget; tells of retries and returns the result, whatever happens."""


@dataclass(frozen=True)
class Reading:
    """How the pages of one source are read: by `read`, each within `page_seconds`, all within `budget`.

    `strategy` is what a page that cannot even be decoded would have been read by.
    """

    pages: Pages
    read: ReadPage
    strategy: Strategy
    page_seconds: float | None
    budget: Budget

    @property
    def more(self) -> bool:
        """Whether another page is to be started."""
        return bool(self.pages.left) and not self.budget.over()

    def page_budget(self) -> Budget:
        return Budget(self.page_seconds, within=self.budget)

    def decode(self) -> Page | PageResult:
        """The next page, or its failure. Raises InputError for the only page of a source."""
        try:
            return next(self.pages)
        except InputError as error:
            if self.pages.total == 1:
                raise
            return self._undecoded(error)
        except Exception as error:  # decoders raise anything
            return self._undecoded(error)

    def _undecoded(self, error: Exception) -> PageResult:
        return failed(PageResult(self.pages.number, 0, 0, strategy=self.strategy), error)


def one_by_one(reading: Reading) -> Iterator[PageEvent]:
    """Reads in the calling thread, with one page image in memory at a time."""
    total = reading.pages.total
    while reading.more:
        number = reading.pages.left[0]
        yield PageEvent("started", number, total)
        result = yield from _next(reading, total)
        yield PageEvent("finished", number, total, result)


def _next(reading: Reading, total: int) -> Generator[PageEvent, None, PageResult]:
    """Decodes and reads one page. As a generator of its own it forgets the image before the next one is decoded."""
    started, budget = time.perf_counter(), reading.page_budget()
    page = reading.decode()
    if isinstance(page, PageResult):
        result = page
    else:
        result = yield from _told(page, total, reading.read(page, budget))
    result.seconds = time.perf_counter() - started
    return result


def _told(page: Page, total: int, read: Generator[Retry, None, PageResult]) -> Generator[PageEvent, None, PageResult]:
    while True:
        try:
            retry = next(read)
        except StopIteration as end:
            result: PageResult = end.value
            return result
        yield PageEvent("retried", page.number, total, None, retry.reason, retry.strategy)


def together(reading: Reading, workers: int) -> Iterator[PageEvent]:
    """Reads up to `workers` pages at once, each in a thread; finished pages are told in order.

    However it ends, also when its consumer breaks off or Ctrl-C is pressed, the pages in work are cancelled then and
    their threads awaited.
    """
    reading = replace(reading, budget=Budget(within=reading.budget))
    pool = ThreadPoolExecutor(workers, thread_name_prefix="hyocr-page")
    try:
        yield from _Crew(reading, pool, workers).events()
    finally:
        reading.budget.cancel()
        pool.shutdown(cancel_futures=True)


class _Crew:
    """The pages in work at once. `order` holds the numbers of those whose result was not told yet."""

    def __init__(self, reading: Reading, pool: ThreadPoolExecutor, workers: int) -> None:
        self._reading, self._pool, self._workers = reading, pool, workers
        self._total = reading.pages.total
        self._news: SimpleQueue[PageEvent | Future[PageResult]] = SimpleQueue()
        self._order: deque[int] = deque()
        self._done: dict[int, PageResult] = {}
        self._working = 0

    def events(self) -> Iterator[PageEvent]:
        while True:
            while self._order and self._order[0] in self._done:
                number = self._order.popleft()
                yield PageEvent("finished", number, self._total, self._done.pop(number))
            free = self._working < self._workers and len(self._order) < AHEAD * self._workers
            if free and self._reading.more:
                yield PageEvent("started", self._reading.pages.left[0], self._total)
                self._start()
            elif not self._order:
                return
            else:
                yield from self._take(self._news.get())
            while not self._news.empty():
                yield from self._take(self._news.get())

    def _start(self) -> None:
        """Decodes the next page and hands it to a thread."""
        started, budget = time.perf_counter(), self._reading.page_budget()
        self._order.append(self._reading.pages.left[0])
        page = self._reading.decode()
        if isinstance(page, PageResult):
            page.seconds = time.perf_counter() - started
            self._done[page.number] = page
        else:
            # The pool keeps the arguments a little longer than the work takes; out of a list the page can be taken.
            self._pool.submit(self._work, [page], budget, started).add_done_callback(self._news.put)
            self._working += 1

    def _work(self, held: list[Page], budget: Budget, started: float) -> PageResult:
        result = self._read(held.pop(), budget)
        result.seconds = time.perf_counter() - started
        return result

    def _read(self, page: Page, budget: Budget) -> PageResult:
        events = _told(page, self._total, self._reading.read(page, budget))
        while True:
            try:
                self._news.put(next(events))
            except StopIteration as end:
                result: PageResult = end.value
                return result

    def _take(self, news: PageEvent | Future[PageResult]) -> Iterator[PageEvent]:
        if isinstance(news, PageEvent):
            yield news
        else:
            self._working -= 1
            result = news.result()  # raises what ends a program, in the thread that may end it
            self._done[result.number] = result


def failed(result: PageResult, error: Exception) -> PageResult:
    """`result` as that of a page that met this error."""
    return replace(result, status="failed", error=page_error(error))
