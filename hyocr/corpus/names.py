"""Ids of documents: where a result lies inside the output folder. None leaves it, no two are one on any file system."""

from __future__ import annotations

import os
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath

from hyocr.errors import InputError

MAX_BYTES = 250
"""Of one part of an id: file systems take 255, and a suffix such as .json follows."""

NAME = "run.jsonl"
JOURNAL_PART = ".run.jsonl.part"
"""The compacted journal before it takes the other's place."""

PART = ".output.part"
"""Where a result is written before it gets its name."""

LOCK = ".run.lock"


def check(name: object) -> str:
    """The id itself. Raises InputError for one that is no relative path inside a folder."""
    if not isinstance(name, str) or "\0" in name or any(part in ("", ".", "..") for part in name.split("/")):
        raise InputError(f"the id {name!r} is no path inside a folder; write it like letters/1912-05-03")
    if any(len(os.fsencode(part)) > MAX_BYTES for part in name.split("/")):
        raise InputError(f"the id {name[:40]!r}... is too long for a file name; shorten it")
    return name


def fold(name: str) -> str:
    """Equal for names that some file system takes for one: it may know no case, or one form of accents."""
    return unicodedata.normalize("NFC", name.casefold())


def distinct(paths: Sequence[str], taken: Iterable[str] = ()) -> list[str]:
    """An id for each relative path: without its suffix where no other has it so, else with it, else numbered.

    As `hyocr.output.names`, with subfolders. `taken` are ids that are not free any more.
    """
    used = {fold(name) for name in taken}
    whole = [_shortened(path) for path in paths]
    bare = Counter(fold(_stem(path)) for path in whole)
    chosen = []
    for path in whole:
        base = _stem(path) if bare[fold(_stem(path))] == 1 else path
        name, copy = base, 1
        while fold(name) in used:
            copy += 1
            name = f"{base}-{copy}"
        used.add(fold(name))
        chosen.append(name)
    return chosen


def check_folders(names: Sequence[str], suffix: str) -> None:
    """Raises InputError where a result, or a file of the run itself, would lie where a folder of results should be."""
    folders = {fold(str(parent)) for parent in {PurePosixPath(name).parent for name in names}}
    folders |= {fold(str(above)) for folder in folders for above in PurePosixPath(folder).parents}
    for file in [NAME, JOURNAL_PART, PART, LOCK, *(name + suffix for name in names)]:
        if fold(file) in folders:
            raise InputError(f'"{file}" would be both a file and a folder in the output; rename the one that is yours.')


def _stem(path: str) -> str:
    return os.path.splitext(path)[0]


def _shortened(path: str) -> str:
    parts = [os.fsencode(part) for part in path.split("/")]
    return "/".join(
        os.fsdecode(part) if len(part) <= MAX_BYTES else part[: MAX_BYTES - 10].decode(errors="ignore")
        for part in parts
    )
