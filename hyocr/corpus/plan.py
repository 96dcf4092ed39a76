"""From what the user names to documents: a folder, a glob, one file, or a list of files as JSON lines."""

from __future__ import annotations

import glob
import json
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from hyocr.corpus.child import Child
from hyocr.corpus.names import check, check_folders, distinct, fold
from hyocr.document import PageError
from hyocr.errors import InputError
from hyocr.sources import SUFFIXES

SHOWN = 5
"""Bad lines of a list that are described; of the others there is the number."""

OPEN_SECONDS = 60.0
"""How long a document may take to be opened, and its pages to be counted."""


@dataclass(frozen=True, slots=True)
class Source:
    """A document: its id, which is the name of its result in the output folder, and its absolute path."""

    id: str
    path: str


def sources(given: str, suffix: str) -> list[Source]:
    """The documents, sorted or in the order of the list; `suffix` is that of the results.

    Of folders and globs these are the images and PDFs, those in subfolders too, hidden ones left out. Raises InputError
    where there is none, and for a list with bad lines, before anything is opened.
    """
    if os.path.isdir(given):
        found = _relative(_walk(given), given)
    elif given.endswith(".jsonl") and os.path.isfile(given):
        found = _listed(Path(given))
    elif os.path.isfile(given):
        found = _relative([given], os.path.dirname(given))
    elif not os.path.lexists(given) and glob.has_magic(given):
        matches = sorted(path for path in glob.iglob(given, recursive=True) if _wanted(path))
        found = _relative(matches, _fixed(given))
    else:
        raise InputError(f'There is no "{given}"; name a folder, a file, a glob in quotes or a .jsonl list.')
    if not found:
        raise InputError(f'"{given}" holds no image and no PDF; name another.')
    check_folders([source.id for source in found], suffix)
    return found


class PageCounter:
    """Opens documents in a process of its own, which may hang or die of them."""

    def __init__(self) -> None:
        self._child: Child | None = None

    def count(self, path: str) -> int | PageError:
        """The number of pages, or why the document cannot be opened."""
        child = self._child = self._child or Child("count")
        child.send(path)
        with suppress(EOFError, OSError):
            if child.connection.poll(OPEN_SECONDS):
                answer = child.connection.recv()
                return PageError("InputError", answer) if isinstance(answer, str) else int(answer)
            self.close()
            return PageError("PageTimeout", f"Opening this file takes more than {OPEN_SECONDS:.0f} s; export it again.")
        self._child = None
        return PageError("WorkerDied", f"Opening this file ended a process ({child.kill()}); export it again.")

    def close(self) -> None:
        if self._child:
            self._child.kill()
            self._child = None


def _walk(folder: str) -> Iterator[str]:
    def refuse(error: OSError) -> None:
        raise InputError(f'The folder "{error.filename}" cannot be read ({error.strerror}); check its permissions.')

    for place, folders, files in os.walk(folder, onerror=refuse):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (path for name in sorted(files) if _wanted(path := os.path.join(place, name)))


def _wanted(path: str) -> bool:
    name = os.path.basename(path)
    return os.path.splitext(name)[1].lower() in SUFFIXES and not name.startswith(".") and os.path.isfile(path)


def _fixed(pattern: str) -> str:
    """The folder that a glob looks into: what stands before its first part with a star or the like."""
    folder = os.path.dirname(pattern)
    while glob.has_magic(folder):
        folder = os.path.dirname(folder)
    return folder


def _relative(paths: Iterator[str] | list[str], folder: str) -> list[Source]:
    found = [os.path.abspath(path) for path in paths]
    return _named(found, os.path.abspath(folder))


def _named(paths: list[str], folder: str) -> list[Source]:
    ids = distinct([os.path.relpath(path, folder) for path in paths])
    return [Source(name, path) for name, path in zip(ids, paths, strict=True)]


def _listed(file: Path) -> list[Source]:
    """Lines without an id are named by their path: as it lies in the list's folder, or else by its last part."""
    folder = os.path.abspath(file.parent)
    rows: list[tuple[str | None, str]] = []
    taken: dict[str, int] = {}
    bad: list[str] = []
    for number, line in enumerate(_lines(file), 1):
        if not line.strip():
            continue
        try:
            name, path = _row(line)
            if name is not None and (first := taken.setdefault(fold(name), number)) != number:
                raise InputError(f"the id {name!r} is that of line {first}, perhaps in other letters; change one")
            rows.append((name, os.path.normpath(os.path.join(folder, path))))
        except InputError as error:
            bad.append(f"line {number}: {error}")
    if bad:
        more = f" (and {len(bad) - SHOWN} more lines)" if len(bad) > SHOWN else ""
        raise InputError(f"{file} cannot be used: {'; '.join(bad[:SHOWN])}{more}.")
    unnamed = [os.path.relpath(path, folder) for name, path in rows if name is None]
    inside = [os.path.basename(path) if path.startswith("..") else path for path in unnamed]
    given = iter(distinct(inside, [name for name, _ in rows if name is not None]))
    return [Source(next(given) if name is None else name, path) for name, path in rows]


def _lines(file: Path) -> Iterator[bytes]:
    try:
        with file.open("rb") as lines:
            yield from lines
    except OSError as error:
        raise InputError(f'"{file}" cannot be read ({error.strerror}); check its permissions.') from error


def _row(line: bytes) -> tuple[str | None, str]:
    try:
        row = json.loads(line.decode("utf-8-sig"))
        os.fsencode(json.dumps(row, ensure_ascii=False))  # halves of characters can be escaped, but name no file
    except ValueError:
        raise InputError('this is not JSON in UTF-8; write {"path": "scan.pdf"}') from None
    path = row.get("path") if isinstance(row, dict) else None
    if not isinstance(path, str) or "\0" in path or os.path.basename(os.path.normpath(path)) in ("", ".", ".."):
        raise InputError('there is no "path" of a file; write {"path": "scan.pdf"}')
    return (check(row["id"]) if row.get("id") is not None else None), path
