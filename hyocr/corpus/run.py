"""`hyocr batch` and `hyocr retry`: a run lives in its output folder and can be stopped and taken up at any moment."""

from __future__ import annotations

import fcntl
import os
import signal
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import Any

from hyocr import __version__, output
from hyocr.batch import say
from hyocr.corpus.driver import Driver, Pool, Todo, resumed, retried
from hyocr.corpus.journal import STATES, Journal, read_header
from hyocr.corpus.names import JOURNAL_PART, LOCK, NAME, PART
from hyocr.corpus.plan import sources
from hyocr.corpus.pool import local
from hyocr.corpus.progress import Progress
from hyocr.corpus.work import Reading, identify
from hyocr.errors import HyocrError
from hyocr.exports import FORMATS
from hyocr.job import is_server


def batch(
    given: str,
    folder: Path,
    reading: Reading,
    format: str = "json",
    workers: int = 1,
    quiet: bool = False,
    pool: Pool = local,
) -> bool:
    """Reads the documents that `given` names (see `hyocr.corpus.plan.sources`) into `folder`; False if a page failed.

    What an earlier, stopped run with the same settings has read there is kept. Raises HyocrError where nothing can be
    read, the folder holds another run, or another process is at work in it; KeyboardInterrupt also for SIGTERM.
    """
    found = sources(given, FORMATS[format].SUFFIX)
    header = _header({**reading.to_dict(), "format": format}, reading, os.path.abspath(given))
    output.prepare(folder)
    with _opened(folder, header, reading) as driver:
        todo = resumed(driver, found)
        return _finish(driver, todo, [source.id for source in found], workers, quiet, pool)


def retry(run: Path, workers: int = 1, quiet: bool = False, pool: Pool = local, engine: str | None = None) -> bool:
    """Reads the failed pages of a run, its folder or run.jsonl, once more as the run did; False if any failed again.

    `engine` is for a server that has moved. Raises as `batch`.
    """
    folder = run.parent if run.name == NAME else run
    old = read_header(folder / NAME)
    if old is None:
        raise HyocrError(f"There is no run in {folder}; name a folder that hyocr batch has written.")
    settings = {key: value for key, value in old["run"].items() if key != "format"}
    try:
        reading = Reading.from_dict(settings)
    except TypeError as error:
        raise HyocrError(f"{folder} holds a run of another version of hyocr; use that one.") from error
    reading = replace(reading, engine=engine or reading.engine)
    header = _header({**old["run"], "engine": reading.engine}, reading, old["input"])
    with _opened(folder, header, reading) as driver:
        return _finish(driver, retried(driver), list(driver.journal.entries), workers, quiet, pool)


def _header(settings: Mapping[str, Any], reading: Reading, given: str) -> dict[str, Any]:
    checkpoint, strategy = identify(reading)
    return {"run": settings, "checkpoint": checkpoint, "strategy": strategy, "version": __version__, "input": given}


def _finish(driver: Driver, todo: list[Todo], order: list[str], workers: int, quiet: bool, pool: Pool) -> bool:
    progress = driver.read(todo, workers, quiet, pool)
    driver.journal.compact(order)
    return _summary(driver, progress, quiet)


def _summary(driver: Driver, progress: Progress, quiet: bool) -> bool:
    entries = driver.journal.entries.values()
    counts = {status: sum(entry.count(status) for entry in entries) for status in STATES}
    told = ", ".join(f"{count} {status}" for status, count in counts.items())
    if not quiet:
        rate = f"; {progress.done} read now, {progress.rate:.2f} pages/s" if progress.done else ""
        say(f"{len(entries)} document(s), {sum(counts.values())} page(s): {told}{rate}")
    if not all(entry.complete for entry in entries):
        say("The run was stopped before its end; to read the other pages, run hyocr batch again as then.")
    if counts["failed"]:
        say(f'To read the failed pages once more: hyocr retry "{driver.folder}"')
    return not counts["failed"]


@contextmanager
def _opened(folder: Path, header: dict[str, Any], reading: Reading) -> Iterator[Driver]:
    with _locked(folder), _stopped_by_sigterm():
        _check_same(read_header(folder / NAME), header, folder)
        for part in (PART, JOURNAL_PART):  # of a run that was killed
            (folder / part).unlink(missing_ok=True)
        with closing(Journal(folder / NAME, header)) as journal:
            yield Driver(folder, journal, reading)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """One run at a time; the lock goes with the process, however that ends."""
    try:
        file = os.open(folder / LOCK, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise HyocrError(f'Cannot write to "{folder}" ({error.strerror}); name another output folder.') from error
    try:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            sentence = f"Another run is at work in {folder}; wait for it or name another output folder."
            raise HyocrError(sentence) from error
        yield
    finally:
        os.close(file)


@contextmanager
def _stopped_by_sigterm() -> Iterator[None]:
    """SIGTERM, with which schedulers stop a run, does what Ctrl-C does. Signals reach the main thread alone."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _check_same(old: Mapping[str, Any] | None, new: Mapping[str, Any], folder: Path) -> None:
    """Raises HyocrError where the folder holds a run that differs; only the address of a server may."""
    if old is None:
        return
    before, now = _compared(old), _compared(new)
    if other := [f"{key} {before.get(key)}" for key in now if before.get(key) != now[key]]:
        raise HyocrError(
            f"{folder} holds a run with other settings ({', '.join(other)}); give the same or name another folder."
        )


def _compared(header: Mapping[str, Any]) -> dict[str, Any]:
    compared = {**header, **header["run"], "strategy as read": header.get("strategy")}
    if is_server(compared["engine"]):
        compared["engine"] = "server"
    return {key: value for key, value in compared.items() if key not in ("run", "version")}
