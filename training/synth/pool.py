"""Many documents at once: worker processes, results in order, one broken document costing only itself."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from itertools import islice
from typing import NamedTuple, TypeVar

from training.synth.annotation import Document
from training.synth.engine import Engine

Result = TypeVar("Result")

_engine: Engine | None = None


class Failure(NamedTuple):
    """A document that could not be made, and why in words."""

    id: str
    reason: str


def made(
    engine: Engine, ids: Iterable[str], work: Callable[[Document], Result], workers: int = 0
) -> Iterator[Result | Failure]:
    """`work` of each id's document, in the order of the ids; `workers` 0 is this process alone.

    `work` is a module's function (or a partial of one), and what it returns is what travels between processes. At most
    eight documents per worker are under way, however slowly the results are taken.
    """
    if not workers:
        for id in ids:
            yield _one(engine, id, work)
        return
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
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _start(engine: Engine) -> None:
    global _engine
    _engine = engine


def _in_worker(id: str, work: Callable[[Document], Result]) -> Result | Failure:
    assert _engine is not None
    return _one(_engine, id, work)


def _one(engine: Engine, id: str, work: Callable[[Document], Result]) -> Result | Failure:
    try:
        return work(engine.document(id))
    except (ValueError, RuntimeError, ArithmeticError, LookupError) as error:
        return Failure(id, f"{type(error).__name__}: {error}")
