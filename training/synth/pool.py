"""Many documents at once: worker processes, results in order, one broken document costing only itself."""

from __future__ import annotations

import random
import signal
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from typing import NamedTuple, TypeVar

import cv2

from training.synth.annotation import Document
from training.synth.engine import Engine
from training.synth.faces import LANGUAGES

Result = TypeVar("Result")

_engine: Engine | None = None


class Failure(NamedTuple):
    """A document that could not be made, and why in words."""

    id: str
    reason: str


def check_fonts(engine: Engine, split: str) -> None:
    """Raises ValueError if some language has no font: else every document in it would fail by itself."""
    for language in LANGUAGES:
        try:
            engine.world(split).faces.pick(random.Random(0), language)
        except LookupError as error:
            raise ValueError(error.args[0]) from error


def made(
    engine: Engine, ids: Iterable[str], work: Callable[[Document], Result], workers: int = 0
) -> Generator[Result | Failure, None, None]:
    """`work` of each id's document, in the order of the ids; `workers` 0 is this process alone.

    `work` is a module's function (or a partial of one), and what it returns is what travels between processes. At most
    eight documents per worker are under way, however slowly the results are taken. Close the iterator to stop the
    workers before the end. Raises RuntimeError if one of them dies.
    """
    if not workers:
        for id in ids:
            yield _one(engine, id, work)
        return
    cv2.setNumThreads(1)  # its threads do not survive the fork, and a worker would wait for them for ever
    with ProcessPoolExecutor(workers, initializer=_start, initargs=(engine,)) as pool:
        rest = iter(ids)
        waiting: deque[Future[Result | Failure]] = deque()
        try:
            for id in islice(rest, 8 * workers):
                waiting.append(pool.submit(_in_worker, id, work))
            while waiting:
                yield waiting.popleft().result()
                for id in islice(rest, 1):
                    waiting.append(pool.submit(_in_worker, id, work))
        except BrokenProcessPool as error:
            raise RuntimeError("a worker process was killed, perhaps for want of memory: take fewer workers") from error
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _start(engine: Engine) -> None:
    global _engine
    _engine = engine
    # Ctrl-C reaches every process of the terminal, but it is for the first one to stop the others.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _in_worker(id: str, work: Callable[[Document], Result]) -> Result | Failure:
    assert _engine is not None
    return _one(_engine, id, work)


def _one(engine: Engine, id: str, work: Callable[[Document], Result]) -> Result | Failure:
    try:
        return work(engine.document(id))
    except Exception as error:  # whatever it is: of a million documents the others are still wanted
        return Failure(id, " ".join(f"{type(error).__name__}: {error}".split()))
