"""An event loop in a thread of its own, for code that is asynchronous inside and not outside.

Requests to a server are tasks on such a loop, because a task can be cancelled wherever it waits: for a connection, for
the first byte of an answer, for its next try. A thread that waits for a socket cannot be woken.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import CancelledError, Future
from threading import Thread
from typing import Any, TypeVar

from hyocr.errors import EngineError

T = TypeVar("T")


class Background:
    """Runs coroutines for callers in any thread, also in one that has a running loop itself (a notebook).

    `cleanup` is awaited on the loop at the very end. The thread does not keep the program from ending.
    """

    def __init__(self, cleanup: Callable[[], Coroutine[Any, Any, None]]) -> None:
        started: Future[asyncio.AbstractEventLoop] = Future()
        self._thread = Thread(target=asyncio.run, args=(self._live(started, cleanup),), name="hyocr", daemon=True)
        self._thread.start()
        self._loop = started.result()

    def start(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        """Begins the work; cancelling the future cancels it. Raises EngineError after `close`."""
        if not self._thread.is_alive():
            work.close()
            raise EngineError("This engine is closed; make a new one.")
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Does the work and waits for it. An exception in the caller's thread, such as Ctrl-C, cancels it."""
        return result(self.start(work))

    def close(self) -> None:
        """Cancels all work, cleans up and ends the thread. Does nothing the second time."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join()

    async def _live(
        self, started: Future[asyncio.AbstractEventLoop], cleanup: Callable[[], Coroutine[Any, Any, None]]
    ) -> None:
        self._stop = asyncio.Event()
        started.set_result(asyncio.get_running_loop())
        await self._stop.wait()
        work = asyncio.all_tasks() - {asyncio.current_task()}
        for task in work:
            task.cancel()
        await asyncio.gather(*work, return_exceptions=True)
        await cleanup()


def result(future: Future[T]) -> T:
    """Waits for what `Background.start` began and cancels it when the wait is broken off."""
    try:
        return future.result()
    except CancelledError:
        raise EngineError("The engine was closed while it was at work; make a new one.") from None
    finally:
        future.cancel()
