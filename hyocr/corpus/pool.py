"""Worker processes on this machine. Whatever ends one of them, each page is delivered once and the others go on."""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field, replace
from multiprocessing.connection import wait

from hyocr.corpus.child import Child
from hyocr.corpus.work import Piece, Reading, failed
from hyocr.document import PageResult
from hyocr.errors import EngineError

QUEUED = 1
"""Pieces a worker has beside those in work: it never waits for the driver, and the plan stays lazy."""

STILLBORN = 2
"""So many workers in a row may end while they load the model."""

GRACE_SECONDS = 60.0
"""How much longer than a page's own time a worker may be silent."""


Results = Generator[tuple[Piece, PageResult], None, None]


def local(reading: Reading, pieces: Iterator[Piece], workers: int) -> Results:
    """Every page of every piece once, in any order, read by up to `workers` processes that start when there is work.

    Pages that a worker left when it died are read again at the end, alone in a process; one that ends this as well is
    a failed page with the error "WorkerDied" or "PageTimeout". Closing the generator kills the workers. Raises
    EngineError when they cannot load the model.
    """
    pool = _Pool(reading, pieces, workers)
    try:
        yield from pool.results()
    finally:
        pool.close()


@dataclass(eq=False)
class _Worker:
    """`owed` are the pages that it has not delivered, by document and number. `places` is how many pieces it reads at
    once, 0 until it has loaded the model. One that is `alone` with a doubtful page gets nothing else meanwhile.
    """

    child: Child
    places: int = 0
    owed: dict[tuple[str, int], Piece] = field(default_factory=dict)
    alone: bool = False
    heard: float = 0.0

    @property
    def pieces(self) -> int:
        return len({id(piece) for piece in self.owed.values()})

    @property
    def full(self) -> bool:
        return self.alone or self.pieces >= max(1, self.places) + QUEUED

    def take(self, piece: Piece, alone: bool) -> None:
        if not self.owed:
            self.heard = time.monotonic()
        self.owed |= {(piece.document, number): piece for number in piece.numbers}
        self.alone = alone
        self.child.send(piece)

    def delivered(self, document: str, number: int) -> Piece:
        self.alone = False
        return self.owed.pop((document, number))

    def silent(self) -> float:
        """Seconds for which it has owed a page and sent nothing. Loading the model takes the time it takes."""
        return time.monotonic() - self.heard if self.places and self.owed else 0.0


class _Pool:
    def __init__(self, reading: Reading, pieces: Iterator[Piece], workers: int) -> None:
        self._reading = reading
        self._pieces = pieces
        self._limit = workers
        self._doubtful: deque[Piece] = deque()
        self._workers: list[_Worker] = []
        self._stillborn = 0

    def results(self) -> Results:
        while True:
            self._feed()
            if not any(worker.owed for worker in self._workers):
                return
            heard = wait([worker.child.connection for worker in self._workers], timeout=1.0)
            for worker in list(self._workers):
                if worker.child.connection in heard:
                    yield from self._receive(worker)
                elif worker.child.dead() and not worker.child.connection.poll():
                    yield from self._lost(worker, "WorkerDied")
                elif worker.silent() > self._reading.page_seconds + GRACE_SECONDS:
                    yield from self._lost(worker, "PageTimeout")

    def close(self) -> None:
        for worker in self._workers:
            worker.child.kill()

    def _feed(self) -> None:
        """Hands out pieces while a worker has room for one; a new worker starts only if all others are busy."""
        while True:
            worker = min((w for w in self._workers if not w.full), key=lambda worker: worker.pieces, default=None)
            if (worker is None or worker.owed) and len(self._workers) < self._limit:
                worker = None
            elif worker is None:
                return
            piece = next(self._pieces, None)
            doubtful = piece is None and bool(self._doubtful) and (worker is None or not worker.owed)
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

    def _receive(self, worker: _Worker) -> Results:
        try:
            kind, content = worker.child.connection.recv()
        except (EOFError, OSError):
            yield from self._lost(worker, "WorkerDied")
            return
        worker.heard = time.monotonic()
        if kind == "fatal":
            raise EngineError(content)
        if kind == "ready":
            worker.places, self._stillborn = content, 0
        else:
            document, result = content
            yield worker.delivered(document, result.number), result

    def _lost(self, worker: _Worker, kind: str) -> Results:
        """Any of the pages that it had may have ended it: each is read alone, and one that ends a worker then is it."""
        self._workers.remove(worker)
        how = worker.child.kill()
        if not worker.places:
            self._stillborn += 1
            if self._stillborn > STILLBORN:
                raise EngineError(f"Workers end while they load the model ({how}); free memory or use fewer workers.")
        elif worker.alone:
            [((_, number), piece)] = worker.owed.items()
            yield piece, failed(number, kind, _sentence(kind, how))
            return
        self._doubtful.extend(replace(piece, numbers=(number,)) for (_, number), piece in worker.owed.items())


def _sentence(kind: str, how: str) -> str:
    what = f"ended two workers ({how})" if kind == "WorkerDied" else "kept two workers silent for too long"
    return f"Reading this page {what}; look at the file and at this machine's memory, then retry."
