"""What runs inside Ray for `hyocr.corpus.ray`: the desk, the task that turns what lies there into rows, the workers.

When a worker dies, Ray starts it anew and gives it the same pieces again, without end. The desk counts what was begun
and never ended: a piece whose worker died is read page by page, and a page that ends its worker again and again is a
failed page, "WorkerDied". Rows are JSON text: neither side unpickles classes of the other.
"""

from __future__ import annotations

import json
import os
import socket
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import asdict, replace
from itertools import count
from pathlib import Path
from threading import Lock, Timer
from typing import Any

from hyocr.corpus.work import GRACE_SECONDS, Piece, Reading, engine_is_gone, failed, load_reader, read_piece
from hyocr.document import PageResult
from hyocr.errors import HyocrError

TRIES = 2
"""How often a page may end its worker while it is the only doubtful one there, or a worker die while it loads."""

DIED = f"Reading this page ended {TRIES + 1} workers; look at the file and at Ray's logs, then retry."

DONE = "done"
"""In place of a piece of which all pages are there."""


class Desk:
    """An actor between the driver and the workers: the pieces laid out, and how often each thing was begun in vain."""

    def __init__(self) -> None:
        import asyncio

        self._rows: dict[int, str] = {}
        self._laid = 0
        self._more = asyncio.Condition()
        self._begun: defaultdict[Any, Counter[int]] = defaultdict(Counter)

    async def lay(self, row: str) -> None:
        """Lays the next piece out; an empty row is the end."""
        async with self._more:
            self._rows[self._laid] = row
            self._laid += 1
            self._more.notify_all()

    async def take(self, index: int) -> str:
        """The row that was laid out as number `index`, once it is there; DONE after `finish`."""
        async with self._more:
            await self._more.wait_for(lambda: index < self._laid)
        return self._rows.get(index, DONE)

    async def finish(self, index: int) -> None:
        self._rows.pop(index, None)
        self._begun.pop(index, None)

    async def begin(self, owner: Any, part: int) -> int:
        """How often this part was begun and not ended before."""
        self._begun[owner][part] += 1
        return self._begun[owner][part] - 1

    async def end(self, owner: Any, part: int) -> None:
        self._begun[owner][part] = 0


def laid(_: Any, desk: Any) -> Iterator[dict[str, list[str]]]:
    """A Ray task as long as the run: the pieces as they are laid out. Ray may start it anew: the same rows again."""
    import ray

    for index in count():
        row = ray.get(desk.take.remote(index))
        if not row:
            return
        yield {"piece": [row]}


class Worker:
    """An actor that holds a reader. Several threads may call it."""

    def __init__(self, reading: dict[str, Any], desk: Any) -> None:
        import ray

        self._desk = desk
        self._reading = Reading.from_dict(reading)
        self._failure = ""
        self._doubtful = Lock()
        me = ray.get_runtime_context().get_actor_id()
        if self._begin(me, 0) >= TRIES:
            self._failure = "A worker died whenever it loaded the model; see Ray's logs, memory is often too small."
            return
        try:
            self._reader = load_reader(self._reading)
        except HyocrError as error:
            self._failure = str(error)
        except Exception as error:
            self._failure = f"A worker cannot load the model ({type(error).__name__}: {gist(error)}); see Ray's logs."
        self._end(me, 0)

    def __call__(self, batch: dict[str, Any]) -> Iterator[dict[str, list[Any]]]:
        row = batch["piece"][0]
        if row == DONE:
            return
        index, piece = _from_row(row)
        if self._failure:
            yield {"index": [index], "page": [""], "failure": [self._failure]}
            return
        try:
            for page in self._pages(index, piece):
                yield {"index": [index], "page": [json.dumps(page.to_dict())], "failure": [""]}
        except HyocrError as error:  # a reading that can read nothing
            yield {"index": [index], "page": [""], "failure": [str(error)]}

    def _pages(self, index: int, piece: Piece) -> Iterator[PageResult]:
        if not Path(piece.path).exists():
            message = (
                f'"{piece.path}" is not there on the machine {socket.gethostname()}; '
                "keep the documents where all machines of the cluster see them under the same path."
            )
            yield from (failed(number, "InputError", message) for number in piece.numbers)
        elif self._begin(index, 0) == 0:
            yield from self._watched(piece)
        else:
            for number in piece.numbers:
                yield self._doubtful_page(index, piece, number)

    def _doubtful_page(self, index: int, piece: Piece, number: int) -> PageResult:
        """Reads one page of a piece whose worker died. No two at a time, so that none takes the blame for another."""
        with self._doubtful:
            if self._begin(index, number) >= TRIES:
                return failed(number, "WorkerDied", DIED)
            [page] = self._watched(replace(piece, numbers=(number,)))
            self._end(index, number)
        return page

    def _watched(self, piece: Piece) -> Iterator[PageResult]:
        """Reads a piece. A page that hangs where Python cannot stop it ends the worker, as if it had died of it."""
        pages = read_piece(self._reader, self._reading, piece)
        while True:
            watch = Timer(self._reading.page_seconds + GRACE_SECONDS, os._exit, [1])
            watch.start()
            try:
                page = next(pages, None)
            finally:
                watch.cancel()
            if page is None:
                return
            if engine_is_gone(page):
                os._exit(1)  # its process is gone for good: Ray starts this one anew
            yield page

    def _begin(self, owner: Any, part: int) -> int:
        import ray

        return int(ray.get(self._desk.begin.remote(owner, part)))

    def _end(self, owner: Any, part: int) -> None:
        import ray

        ray.get(self._desk.end.remote(owner, part))


def to_row(index: int, piece: Piece) -> str:
    """What is laid on the desk for a piece, the path made absolute: workers run in other folders."""
    return json.dumps({"index": index, **asdict(piece), "path": str(Path(piece.path).absolute())})


def _from_row(row: str) -> tuple[int, Piece]:
    given = json.loads(row)
    return given.pop("index"), Piece(**{**given, "numbers": tuple(given["numbers"])})


def gist(error: BaseException) -> str:
    """The last line of a message without its full stop: Ray's begin with where it happened."""
    lines = str(error).strip().splitlines()
    return lines[-1].strip().rstrip(".") if lines else type(error).__name__
