"""The job store's folder: private, served from by one process at a time, and files that are moved for good."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from hyocr.errors import HyocrError

if sys.platform != "win32":
    import fcntl

_ID = re.compile(r"[A-Za-z0-9_-]{22}")


def new_id() -> str:
    """128 random bits: nobody guesses another's."""
    return secrets.token_urlsafe(16)


def formed(given: str) -> str:
    """`given` if it has the form of an id, else "", which is nothing's id: so none is a path out of the folder."""
    return given if _ID.fullmatch(given) else ""


def private(folder: Path) -> Path:
    """Makes a folder that only this user can look into; one that is there stays as it is. Raises HyocrError."""
    with _sentences(folder):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def lock(folder: Path) -> IO[bytes]:
    """Takes the folder for this process and returns the open lock file: the lock goes when it is closed or with the
    process, however that ends. Raises HyocrError where another has it. Windows has no such lock and goes without."""
    with _sentences(folder):
        held = os.fdopen(os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600), "r+b")
        if sys.platform != "win32":
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                held.close()
                if not isinstance(error, BlockingIOError):
                    raise
                raise HyocrError(f'Another server works in "{folder}"; stop it or name another folder.') from error
    return held


@contextmanager
def moved(source: Path, target: Path) -> Iterator[int]:
    """Moves a file so that a power cut does not undo it, gives its size in bytes, and moves it back if the block fails.

    Raises HyocrError where it cannot be moved; both must be on one disk.
    """
    with _sentences(target.parent):
        with source.open("rb") as file:
            os.fsync(file.fileno())
            size = os.fstat(file.fileno()).st_size
        os.replace(source, target)
        try:
            _settle(target.parent)
            yield size
        except BaseException:
            with suppress(OSError):  # then it lies here without a row, and goes at the next start
                os.replace(target, source)
            raise


def duplicate(source: Path, target: Path) -> bool:
    """A second name for the same bytes, or a copy where the disk knows no hard links; False if there is no `source`.

    Raises HyocrError where the disk is full.
    """
    with _sentences(target.parent):
        try:
            os.link(source, target)
        except FileNotFoundError:
            return False
        except OSError:
            _copy(source, target)
    return True


def remove(folder: Path, names: Iterable[str]) -> None:
    """Deletes files. One that cannot be deleted now, such as an open one on Windows, goes at the next start."""
    for name in names:
        with suppress(OSError):
            (folder / name).unlink()


def _settle(folder: Path) -> None:
    """Waits until the disk has the names in the folder. Windows cannot and need not be asked to."""
    if sys.platform != "win32":
        opened = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)


def _copy(source: Path, target: Path) -> None:
    try:
        shutil.copyfile(source, target)
    except OSError:
        target.unlink(missing_ok=True)
        raise


@contextmanager
def _sentences(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        sentence = f'Cannot use "{folder}" ({error.strerror}); check the space on its disk and who owns it.'
        raise HyocrError(sentence) from error
