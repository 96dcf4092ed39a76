"""The one process that writes: it plans, takes results from the pool, journals them and puts documents together."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hyocr.batch import say
from hyocr.corpus.journal import Entry, Journal, Stamp, writing
from hyocr.corpus.names import PART
from hyocr.corpus.plan import PageCounter, Source
from hyocr.corpus.progress import Progress
from hyocr.corpus.work import PIECE_PAGES, Piece, Reading, failed
from hyocr.document import PageError, PageResult
from hyocr.errors import HyocrError
from hyocr.exports import FORMATS, Outline, pieces
from hyocr.output import replacing

Pool = Callable[[Reading, Iterator[Piece], int], Generator[tuple[Piece, PageResult], None, None]]

CHANGED = PageError("InputError", "The file was changed while it was read; run hyocr batch again to read it anew.")


@dataclass(frozen=True)
class Todo:
    """What is left of a document: these pages of what the journal knows, or, without an `entry`, all of it."""

    source: Source
    entry: Entry | None = None
    numbers: Sequence[int] = ()


@dataclass
class _AtWork:
    entry: Entry
    left: int
    begun: bool = False


class Driver:
    """One run in its folder, whose journal is open."""

    def __init__(self, folder: Path, journal: Journal, reading: Reading) -> None:
        self.folder = folder
        self.journal = journal
        self.reading = reading
        self._header: dict[str, Any] = journal.header
        self._format: str = journal.header["run"]["format"]
        self._suffix: str = FORMATS[self._format].SUFFIX
        self._at_work: dict[str, _AtWork] = {}

    def read(self, todo: Sequence[Todo], workers: int, quiet: bool, pool: Pool) -> Progress:
        """Reads all that is to do. When stopped by an exception, what is journaled is kept and the workers are gone."""
        self._progress = Progress(len(todo), quiet)
        with (
            closing(self._progress.bar),
            closing(PageCounter()) as counter,
            closing(pool(self.reading, self._plan(todo, counter), workers)) as results,
        ):
            for piece, result in results:
                self._take(piece, result)
        return self._progress

    def output(self, document: str) -> Path:
        return self.folder / (document + self._suffix)

    def lacks_output(self, document: str) -> bool:
        """Whether all pages are there but not the result: a run was stopped in between."""
        entry = self.journal.entries[document]
        wanted = self._format == "json" or entry.status != "failed"  # an empty text would look like a blank page
        return entry.complete and wanted and not self.output(document).exists()

    def write(self, document: str) -> None:
        """Puts the result together, page by page, under another name and then renames it."""
        entry, head = self.journal.entries[document], self._header
        names = entry.source, head["run"]["task"], head["checkpoint"], head["strategy"]
        outline = Outline(*names, entry.status, entry.pages, timed=False)
        path = self.output(document)
        with writing(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            with replacing(path, self.folder / PART) as file:
                for piece in pieces(outline, self.journal.results(document), self._format):
                    file.write(piece.encode("utf-8", "backslashreplace"))

    def _plan(self, todo: Iterable[Todo], counter: PageCounter) -> Iterator[Piece]:
        for item in todo:
            name, path = item.source.id, item.source.path
            entry, numbers = item.entry, item.numbers
            if entry is None:
                stamp, total = Stamp.of(path), counter.count(path)
                entry = Entry(path, 0 if isinstance(total, PageError) else total, stamp)
                numbers = range(1, entry.pages + 1)
            self._at_work[name] = _AtWork(entry, len(numbers))
            self._progress.open(len(numbers))
            if entry.total:
                for start in range(0, len(numbers), PIECE_PAGES):
                    yield Piece(name, path, entry.total, tuple(numbers[start : start + PIECE_PAGES]))
            elif isinstance(total, PageError):
                self._take(Piece(name, path, 0, (1,)), failed(1, total.type, total.message))

    def _take(self, piece: Piece, result: PageResult) -> None:
        name = piece.document
        state = self._at_work[name]
        if Stamp.of(piece.path) != state.entry.stamp:
            result = failed(result.number, CHANGED.type, CHANGED.message)
        if not state.begun:  # what was written before does not hold any more, should this run end before the document
            state.begun = True
            with writing(self.output(name)):
                self.output(name).unlink(missing_ok=True)
        self.journal.add(name, state.entry, result)
        self._progress.page(piece, result)
        state.left -= 1
        if not state.left:
            del self._at_work[name]
            if self.lacks_output(name):
                self.write(name)
            self._progress.document(name, state.entry.status, state.entry.pages)


def resumed(driver: Driver, found: Iterable[Source]) -> list[Todo]:
    """What a run still has to do; results that are missing are put together on the way.

    Raises HyocrError where a file that is not of this run, such as the true text of a page, has a result's name.
    """
    todo = []
    for source in found:
        entry = driver.journal.entries.get(source.id)
        if entry is None and (path := driver.output(source.id)).exists():
            raise HyocrError(f'"{path}" is no result of this run; move it away or name another output folder.')
        if entry and (entry.source, entry.stamp) != (source.path, Stamp.of(source.path)):
            say(f"warning: {source.path}: The file was changed since it was read; it is read anew.")
            entry = None
        if entry is None:
            todo.append(Todo(source))
        elif missing := entry.numbers(None):
            todo.append(Todo(source, entry, missing))
        elif driver.lacks_output(source.id):
            driver.write(source.id)
    return todo


def retried(driver: Driver) -> list[Todo]:
    """The failed pages of a run. A file that was changed is read anew where nothing of it was read, else left alone."""
    todo = []
    for name, entry in driver.journal.entries.items():
        numbers = entry.numbers("failed")
        if numbers and (len(numbers) == entry.pages or entry.stamp == Stamp.of(entry.source)):
            again = entry if entry.total and entry.stamp == Stamp.of(entry.source) else None
            todo.append(Todo(Source(name, entry.source), again, numbers))
        elif numbers:
            say(f"warning: {entry.source}: The file was changed since it was read; run hyocr batch again.")
        elif driver.lacks_output(name):
            driver.write(name)
    return todo
