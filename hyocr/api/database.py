"""The job store's SQLite file: opened, checked, and used by all threads of one process through one connection.

One connection behind a lock is enough here: a statement takes well under a millisecond and one process writes. What
SQLite promises after a crash is at https://sqlite.org/wal.html and https://sqlite.org/pragma.html#pragma_synchronous.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from hyocr.errors import HyocrError

VERSION = 3
"""Kept in the file as SQLite's `user_version`. Count up when a table or `PageResult.to_dict` changes."""

TABLES = (
    """CREATE TABLE jobs (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        owner TEXT NOT NULL,
        asked TEXT NOT NULL,
        kept INTEGER NOT NULL,
        status TEXT NOT NULL,
        total INTEGER NOT NULL,
        size INTEGER NOT NULL,
        created REAL NOT NULL,
        started REAL,
        ended REAL,
        error TEXT
    )""",
    "CREATE INDEX jobs_of_owner ON jobs (owner, seq)",
    "CREATE INDEX jobs_by_status ON jobs (status, owner)",
    """CREATE TABLE pages (
        job TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
        number INTEGER NOT NULL,
        failed INTEGER NOT NULL,
        model TEXT NOT NULL,
        result TEXT NOT NULL,
        PRIMARY KEY (job, number)
    )""",
    "CREATE INDEX pages_failed ON pages (job, failed)",  # a job's counters are read from this index alone
    """CREATE TABLE files (
        id TEXT PRIMARY KEY,
        owner TEXT NOT NULL,
        name TEXT NOT NULL,
        size INTEGER NOT NULL,
        created REAL NOT NULL
    )""",
)

BUSY_SECONDS = 10.0
"""How long to wait while someone looks into the file with another program."""

Lasting = Literal["FULL", "NORMAL"]
"""How a transaction is written. Both survive the end of the process at any moment. After a power cut, one written as
FULL is still there and with it all before it; the last ones written as NORMAL may be missing, each as a whole."""


class Database:
    """An open store. Raises HyocrError for a file that is damaged, of a newer version or cannot be written."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.RLock()
        with self._sentences():
            path.touch(mode=0o600)  # SQLite gives its log the same permissions
            # isolation_level=None: transactions begin where this file says so, not where sqlite3 guesses.
            self._connection = sqlite3.connect(path, BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        self._connection.row_factory = sqlite3.Row
        try:
            self._prepare()
        except BaseException:
            self._connection.close()
            raise

    @contextmanager
    def transaction(self, lasting: Lasting = "FULL") -> Iterator[sqlite3.Connection]:
        """All that is done in the block, or nothing. Raises HyocrError where the disk is full or fails."""
        with self._lock, self._sentences():
            self._connection.execute(f"PRAGMA synchronous = {lasting}")
            with self._connection:
                self._connection.execute("BEGIN IMMEDIATE")
                yield self._connection

    def change(self, statement: str, *values: Any, lasting: Lasting = "FULL") -> int:
        """A transaction of one statement; returns how many rows it wrote or deleted."""
        with self.transaction(lasting) as connection:
            return connection.execute(statement, values).rowcount

    def rows(self, query: str, *values: Any) -> list[sqlite3.Row]:
        """All rows at once, so that no read stays open while others write."""
        with self._lock, self._sentences():
            return self._connection.execute(query, values).fetchall()

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    def damaged(self) -> HyocrError:
        return HyocrError(f'"{self.path}" is damaged; move it away or put back a copy of it, then start again.')

    def _prepare(self) -> None:
        with self._sentences():
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA foreign_keys = ON")
        with self.transaction() as connection:
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            if version not in (0, VERSION):
                raise HyocrError(f'"{self.path}" is of another version of hyocr; update hyocr or name another folder.')
            if version == 0:
                for statement in TABLES:
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {VERSION}")

    @contextmanager
    def _sentences(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.ProgrammingError:  # such as a use after `close`: a mistake in the program
            raise
        except sqlite3.Error as error:
            code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF  # the rest says where in SQLite
            if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
                raise self.damaged() from error
            raise HyocrError(
                f'Cannot use "{self.path}" ({error}); check the space on its disk and who owns it.'
            ) from error
        except OSError as error:
            raise HyocrError(
                f'Cannot use "{self.path}" ({error.strerror}); check the folder and who owns it.'
            ) from error
