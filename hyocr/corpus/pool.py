"""Worker processes on this machine. Whatever ends one of them, each page is delivered once and the others go on."""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field, replace
from multiprocessing.connection import wait
from typing import Any

from hyocr.corpus.child import Child
from hyocr.corpus.work import GRACE_SECONDS, Piece, Reading, failed
from hyocr.document import PageResult
from hyocr.errors import EngineError

QUEUED = 1
"""Pieces a worker has beside those in work: it never waits for the driver, and the plan stays lazy."""

STILLBORN = 2
"""So many workers in a row may end while they load the model."""


Results = Generator[tuple[Piece, PageResult], None, None]


def local(reading: Reading, pieces: Iterator[Piece], workers: int) -> Results:
    """Every page of every piece once, in any order, read by up to `workers` processes that start when there is work.

    Pages that a worker was reading when it died are read again at the end, alone in a process; one that ends this as
    well is a failed page with the error "WorkerDied" or "PageTimeout". Closing the generator kills the workers. Raises
    EngineError when they cannot load the model.
    """
    pool = _Pool(reading, pieces, workers)
    try:
        yield from pool.results()
    finally:
        pool.close()


@dataclass(eq=False)
class _Task:
    """A piece that was handed to a worker; its `left` pages come in order. `heard` is when it was begun or one came."""

    piece: Piece
    left: list[int]
    heard: float = 0.0


@dataclass(eq=False)
class _Worker:
    """`tasks` stand in the order in which they were handed out: of the first `places`, 0 until the model is loaded, one
    page each is being read, the others wait. One that is `alone` with a doubtful page gets nothing else meanwhile.
    """

    child: Child
    places: int = 0
    tasks: list[_Task] = field(default_factory=list)
    alone: bool = False

    @property
    def full(self) -> bool:
        return self.alone or len(self.tasks) >= max(1, self.places) + QUEUED

    def take(self, piece: Piece, alone: bool) -> None:
        self.tasks.append(_Task(piece, list(piece.numbers), time.monotonic()))
        self.alone = alone
        self.child.send(piece)

    def ready(self, places: int) -> None:
        self.places = places
        for task in self.tasks:
            task.heard = time.monotonic()

    def delivered(self, document: str, number: int) -> Piece:
        self.alone = False
        [task] = [task for task in self.tasks if task.piece.document == document and number in task.left]
        task.left.remove(number)
        task.heard = time.monotonic()
        if not task.left:
            self.tasks.remove(task)
            for begun in self.tasks[self.places - 1 : self.places]:
                begun.heard = task.heard
        return task.piece

    def silent(self) -> float:
        """Seconds since the page that takes longest was begun. Loading the model takes the time it takes."""
        now = time.monotonic()
        return max((now - task.heard for task in self.tasks[: self.places]), default=0.0)


class _Pool:
    def __init__(self, reading: Reading, pieces: Iterator[Piece], workers: int) -> None:
        self._reading = reading
        self._pieces = pieces
        self._limit = workers
        self._returned: deque[Piece] = deque()
        self._doubtful: deque[Piece] = deque()
        self._workers: list[_Worker] = []
        self._stillborn = 0

    def results(self) -> Results:
        while True:
            self._feed()
            if not any(worker.tasks for worker in self._workers):
                return
            wait([worker.child.connection for worker in self._workers], timeout=1.0)
            for worker in list(self._workers):
                yield from self._listen(worker)

    def close(self) -> None:
        for worker in self._workers:
            worker.child.kill()

    def _feed(self) -> None:
        """Hands out pieces while a worker has room for one; a new worker starts only if all others are busy."""
        while True:
            worker = min((w for w in self._workers if not w.full), key=lambda worker: len(worker.tasks), default=None)
            if (worker is None or worker.tasks) and len(self._workers) < self._limit:
                worker = None
            elif worker is None:
                return
            piece = self._returned.popleft() if self._returned else next(self._pieces, None)
            doubtful = piece is None and bool(self._doubtful) and (worker is None or not worker.tasks)
            if doubtful:
                piece = self._doubtful.popleft()
            if piece is None:
                return
            (worker or self._start()).take(piece, alone=doubtful)

    def _start(self) -> _Worker:
        threads = max(1, len(os.sched_getaffinity(0)) // self._limit)
        worker = _Worker(Child("read", {"OMP_NUM_THREADS": str(threads), **os.environ}))
        self._workers.append(worker)
        worker.child.send(self._reading)
        return worker

    def _listen(self, worker: _Worker) -> Results:
        """All that the worker has said, and only then whether it is still well."""
        try:
            while worker.child.connection.poll():
                yield from self._receive(worker, *worker.child.connection.recv())
        except (EOFError, OSError):
            yield from self._lost(worker, "WorkerDied")
            return
        if worker.child.dead() and not worker.child.connection.poll():
            yield from self._lost(worker, "WorkerDied")
        elif worker.silent() > self._reading.page_seconds + GRACE_SECONDS:
            yield from self._lost(worker, "PageTimeout")

    def _receive(self, worker: _Worker, kind: str, content: Any) -> Results:
        if kind == "fatal":
            raise EngineError(content)
        if kind == "ready":
            worker.ready(content)
            self._stillborn = 0
        else:
            document, result = content
            yield worker.delivered(document, result.number), result

    def _lost(self, worker: _Worker, kind: str) -> Results:
        """Any of the pages that it was reading may have ended it: each is read alone, and one that ends a worker then
        is it. Those that it had not begun are read as if nothing had happened.
        """
        self._workers.remove(worker)
        how = worker.child.kill()
        if not worker.places:
            self._stillborn += 1
            if self._stillborn > STILLBORN:
                raise EngineError(f"Workers end while they load the model ({how}); free memory or use fewer workers.")
        for task in worker.tasks[: worker.places]:
            doubtful = replace(task.piece, numbers=(task.left.pop(0),))
            if worker.alone:
                yield doubtful, failed(doubtful.numbers[0], kind, _sentence(kind, how))
            else:
                self._doubtful.append(doubtful)
        rest = [replace(task.piece, numbers=tuple(task.left)) for task in worker.tasks if task.left]
        (self._doubtful if worker.alone else self._returned).extend(rest)


def _sentence(kind: str, how: str) -> str:
    what = f"ended two workers ({how})" if kind == "WorkerDied" else "kept two workers silent for too long"
    return f"Reading this page {what}; look at the file and at this machine's memory, then retry."
