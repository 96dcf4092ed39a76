"""`run.jsonl`: a header, then one line per page as it is finished. What a run resumes from and what users grep.

Only offsets are kept in memory, 9 bytes a page; results are read back from the file when a document is put together.
"""

from __future__ import annotations

import errno
import json
import os
from array import array
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from hyocr.corpus.names import JOURNAL_PART, check
from hyocr.document import PageResult, Status
from hyocr.errors import HyocrError, InputError
from hyocr.output import replacing

STATES: tuple[Status, ...] = ("ok", "partial", "failed")
_MISSING = len(STATES)
_PAGE = [field.name for field in fields(PageResult)]


@dataclass(frozen=True)
class Stamp:
    """A file as it was when it was opened: its `size` in bytes and when it was `modified`, in ns; 0 where it is not."""

    size: int
    modified: int

    @classmethod
    def of(cls, path: str) -> Stamp:
        try:
            state = os.stat(path)
        except (OSError, ValueError):
            return cls(0, 0)
        return cls(state.st_size, state.st_mtime_ns)


class Entry:
    """What the journal holds of one document. `total` is 0 for one that could not be opened: page 1 tells why."""

    __slots__ = ("_offsets", "_states", "source", "stamp", "total")

    def __init__(self, source: str, total: int, stamp: Stamp) -> None:
        self.source = source
        self.total = total
        self.stamp = stamp
        self._offsets = array("q", bytes(8 * self.pages))
        self._states = bytearray([_MISSING]) * self.pages

    @property
    def pages(self) -> int:
        return max(1, self.total)

    def set(self, number: int, status: Status, offset: int) -> None:
        self._offsets[number - 1] = offset
        self._states[number - 1] = STATES.index(status)

    def numbers(self, status: Status | None) -> list[int]:
        """The pages with this status; None: those without a result."""
        state = _MISSING if status is None else STATES.index(status)
        return [number for number, found in enumerate(self._states, 1) if found == state]

    def offsets(self) -> list[int]:
        """Where the results stand, by page number."""
        return [at for at, state in zip(self._offsets, self._states, strict=True) if state != _MISSING]

    def count(self, status: Status) -> int:
        return self._states.count(STATES.index(status))

    @property
    def complete(self) -> bool:
        return _MISSING not in self._states

    @property
    def status(self) -> Status:
        """As `Document.status`."""
        if self.count("ok") == self.pages:
            return "ok"
        return "failed" if self.count("failed") == self.pages else "partial"


class Journal:
    """The journal at `path`, made if need be; before its first page comes `header`, which a run that reads nothing does
    not leave behind. A last line that was cut by a crash is cut off.

    `entries` are the documents by id, in the order of their first lines. Raises HyocrError for a damaged file.
    """

    def __init__(self, path: Path, header: Mapping[str, Any]) -> None:
        self.path = path
        self.header = dict(header)
        self.entries: dict[str, Entry] = {}
        self._lines = 0
        self._stored = b""
        self._end = self._load()
        self._file = path.open("ab", buffering=0)
        self._file.truncate(self._end)

    def add(self, document: str, entry: Entry, result: PageResult) -> None:
        """Appends a page's result; `entry` becomes that of the document."""
        if not self._end:
            self._stored = self._append(self.header)
        self.entries[document] = entry
        head = {"document": document, "source": entry.source, "total": entry.total}
        stamp = {"size": entry.stamp.size, "modified": entry.stamp.modified}
        entry.set(result.number, result.status, self._end)
        self._append(head | stamp | result.to_dict())
        self._lines += 1

    def results(self, document: str) -> Iterator[PageResult]:
        """The results of a document by page number, read one by one."""
        with self.path.open("rb") as file:
            for offset in self.entries[document].offsets():
                file.seek(offset)
                line = json.loads(file.readline())
                yield PageResult.from_dict({name: line[name] for name in _PAGE if name in line})

    def compact(self, order: Iterable[str]) -> None:
        """One line per page is left: by document, those of `order` first, then by number. Writes a new file at once.

        It begins with the header of now: a server may have another address than when the run was begun.
        """
        ids = list(dict.fromkeys([*(name for name in order if name in self.entries), *self.entries]))
        header = _line(self.header)
        if header == self._stored and self._sorted(ids):
            return
        part = self.path.with_name(JOURNAL_PART)
        with writing(self.path), self.path.open("rb") as old, replacing(self.path, part) as new:
            new.write(header)
            for name in ids:
                for offset in self.entries[name].offsets():
                    old.seek(offset)
                    new.write(old.readline())
            new.flush()
            os.fsync(new.fileno())  # the old one, which goes now, is all there is
        self.close()

    def close(self) -> None:
        """Nothing can be added afterwards."""
        self._file.close()

    def _sorted(self, ids: Iterable[str]) -> bool:
        last = count = 0
        for name in ids:
            for offset in self.entries[name].offsets():
                if offset < last:
                    return False
                last, count = offset, count + 1
        return count == self._lines

    def _append(self, content: Mapping[str, Any]) -> bytes:
        line = _line(content)
        with writing(self.path):
            if self._file.write(line) != len(line):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self._end += len(line)
        return line

    def _load(self) -> int:
        """Reads what is there; returns where the next line goes."""
        offset = 0
        if not self.path.exists():
            return offset
        with self.path.open("rb") as file:
            for number, line in enumerate(file, 1):
                if not line.endswith(b"\n"):
                    break
                if number > 1:
                    self._note(number, line, offset)
                else:
                    self._stored = line
                offset += len(line)
        return offset

    def _note(self, number: int, line: bytes, offset: int) -> None:
        try:
            page = json.loads(line)
            name, stamp = page["document"], Stamp(page["size"], page["modified"])
            entry = self.entries.get(name)
            if entry is None or (entry.total, entry.stamp) != (page["total"], stamp):
                check(name)
                entry = self.entries[name] = Entry(page["source"], page["total"], stamp)
            if not (1 <= page["number"] <= entry.pages and page.keys() >= set(_PAGE)):
                raise ValueError
            entry.set(page["number"], page["status"], offset)
        except (ValueError, KeyError, TypeError, IndexError, InputError) as error:
            raise HyocrError(f"{self.path}, line {number} is damaged; delete that line and start again.") from error
        self._lines += 1


def read_header(path: Path) -> dict[str, Any] | None:
    """The first line of a journal; None where there is none yet. Raises HyocrError for a file that is no journal."""
    try:
        with path.open("rb") as file:
            line = file.readline()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise HyocrError(f"{path} cannot be read ({error.strerror}); check its permissions.") from error
    if not line.endswith(b"\n"):
        return None
    try:
        header: dict[str, Any] = json.loads(line)
        known = {"format", "engine"} <= header["run"].keys() and isinstance(header["input"], str)
    except (ValueError, TypeError, KeyError, AttributeError):
        known = False
    if not known:
        raise HyocrError(f"{path} is not the journal of a run; name another output folder.")
    return header


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turns what the operating system has against writing a run's file into a HyocrError."""
    try:
        yield
    except OSError as error:
        sentence = f'Cannot write "{path}" ({error.strerror}); free some space, then run the same command again.'
        raise HyocrError(sentence) from error


def _line(content: Mapping[str, Any]) -> bytes:
    # A file name that is not valid Unicode becomes an escape.
    text = json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.encode("utf-8", "backslashreplace") + b"\n"
