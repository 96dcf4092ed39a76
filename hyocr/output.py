"""Files for results: names that do not clash, written whole or not at all."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from hyocr.errors import HyocrError


def names(files: Sequence[Path]) -> list[str]:
    """A name without suffix for the result of each file, all different on any file system.

    `a` for a.jpg; `a.jpg` and `a.png` where both are given; `a.jpg` and `a.jpg-2` for files of one name in two folders.
    """
    stems = Counter(file.stem.casefold() for file in files)
    taken: set[str] = set()
    chosen = []
    for file in files:
        base = file.stem if stems[file.stem.casefold()] == 1 else file.name
        name, copy = base, 1
        while name.casefold() in taken:
            copy += 1
            name = f"{base}-{copy}"
        taken.add(name.casefold())
        chosen.append(name)
    return chosen


def prepare(folder: Path) -> None:
    """Makes the folder if need be. Raises HyocrError where it cannot be made or written to."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(folder, error.strerror) from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise _unwritable(folder, "no permission")


def write(path: Path, data: bytes) -> None:
    """Writes a whole file. Raises HyocrError when the disk is full or the folder cannot be written to."""
    try:
        with replacing(path, path.with_name(f".hyocr-{os.getpid()}.part")) as file:
            file.write(data)
    except OSError as error:
        raise _unwritable(path, error.strerror) from error


@contextmanager
def replacing(path: Path, part: Path) -> Iterator[BinaryIO]:
    """`part` to write to, which takes the place of `path` in the end: nobody sees half a file. Raises OSError."""
    try:
        with part.open("wb") as file:
            yield file
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def _unwritable(path: Path, reason: str | None) -> HyocrError:
    return HyocrError(f'Cannot write "{path}" ({reason}); free some space or name another output folder.')
