"""Jobs, their documents and their pages, on disk: what was stored is there after the process ends at any moment.

A folder holds `jobs.sqlite`, `documents/` (a file per job, named by its id), `files/` (uploads that jobs can be made
from) and `incoming/` (files on their way in). A document is in its place before its row is, so that a crash leaves at
most a file without a row, which `Store.resume` deletes. It goes before its row does: on a full disk that makes the room
in which the deletion is written down.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Literal

from hyocr.api.database import Database
from hyocr.api.folder import duplicate, formed, lock, moved, new_id, private, remove
from hyocr.api.records import Asked, Ended, Job, JobStatus, StoredFile, job_of
from hyocr.document import PageError, PageResult
from hyocr.errors import HyocrError

__all__ = ["Asked", "Ended", "Job", "JobStatus", "Store", "StoredFile"]

OPEN = "status IN ('queued', 'running')"
JOB = """SELECT *, (SELECT count(*) FROM pages WHERE job = jobs.id) AS pages_done,
    (SELECT count(*) FROM pages WHERE job = jobs.id AND failed) AS pages_failed FROM jobs"""


class Store:
    """The jobs and files in a folder, for all threads of one process. Any method raises HyocrError when the disk is
    full or fails or the database is damaged; what was stored before stays.

    Methods that take an `owner` see that owner's alone. An id that is not one is that of nothing.
    """

    def __init__(self, folder: Path) -> None:
        """Raises HyocrError for a folder that cannot be used or that another process serves from."""
        private(folder)
        self._documents, self._files = private(folder / "documents"), private(folder / "files")
        self.incoming = private(folder / "incoming")
        """Where to write what is then given to `add` or `add_file`: they move it, so it must be on the same disk."""
        self._lock = lock(folder)
        try:
            self._database = Database(folder / "jobs.sqlite")
        except BaseException:
            self._lock.close()
            raise

    def close(self) -> None:
        """Lets go of the folder. Nothing may use the store after or during this."""
        self._database.close()
        self._lock.close()

    def resume(self) -> list[Job]:
        """To be called once, before anything is added: the kept jobs that had not ended, oldest first, queued again.

        Deletes jobs that nobody waits for any more and files that belong to nothing. A job whose document is gone
        fails; its pages stay.
        """
        remove(self.incoming, os.listdir(self.incoming))
        self._delete("jobs", "NOT kept")
        documents, files = set(os.listdir(self._documents)), set(os.listdir(self._files))
        with self._database.transaction() as connection:
            connection.execute(f"UPDATE jobs SET status = 'queued' WHERE {OPEN}")
            jobs = {row["id"] for row in connection.execute("SELECT id FROM jobs")}
            stored = {row["id"] for row in connection.execute("SELECT id FROM files")}
            connection.executemany("DELETE FROM files WHERE id = ?", [(id,) for id in stored - files])
        gone = PageError("InputError", "The document of this job is no longer stored; send it again.")
        for id in jobs - documents:
            self.finish(id, "failed", gone)
        remove(self._documents, documents - jobs)
        remove(self._files, files - stored)
        return [job_of(row) for row in self._database.rows(f"{JOB} WHERE {OPEN} ORDER BY seq")]

    # Jobs, as their owners see them

    def add(self, owner: str, asked: Asked, total: int, document: Path) -> Job:
        """A queued job for a document, which is moved in; where that fails, the document stays where it was."""
        id, created = new_id(), time.time()
        with moved(document, self.path(id)) as size:
            self._database.change(
                "INSERT INTO jobs (id, owner, asked, kept, status, total, size, created)"
                " VALUES (?, ?, ?, ?, 'queued', ?, ?, ?)",
                *(id, owner, json.dumps(asdict(asked)), asked.kept, total, size, created),
            )
        return Job(id, owner, asked, "queued", total, 0, 0, created, None, None, None, size)

    def path(self, job_id: str) -> Path:
        """Where the job's document lies. Raises HyocrError for what is no id."""
        if not formed(job_id):
            raise HyocrError("That is no id of a job; use one that was given out.")
        return self._documents / job_id

    def job(self, id: str, owner: str | None = None) -> Job | None:
        """None if there is no such job, or it is not this owner's where one is given."""
        rows = self._database.rows(f"{JOB} WHERE id = ?1 AND (?2 IS NULL OR owner = ?2)", formed(id), owner)
        return job_of(rows[0]) if rows else None

    def jobs(self, owner: str, limit: int = 100, before: str | None = None) -> list[Job]:
        """Those that are kept, newest first; with `before`, an id, only older ones (none if it is not the owner's)."""
        older = "" if before is None else "AND seq < (SELECT seq FROM jobs WHERE id = ?3 AND owner = ?1)"
        values = (owner, limit) if before is None else (owner, limit, formed(before))
        rows = self._database.rows(f"{JOB} WHERE owner = ?1 AND kept {older} ORDER BY seq DESC LIMIT ?2", *values)
        return [job_of(row) for row in rows]

    def active(self, owner: str | None = None) -> int:
        """How many jobs are queued or running."""
        query = f"SELECT count(*) FROM jobs WHERE {OPEN} AND (?1 IS NULL OR owner = ?1)"
        return int(self._database.rows(query, owner)[0][0])

    def cancel(self, id: str, owner: str) -> bool:
        """Ends a job; False if there is no such job or it had ended."""
        statement = f"UPDATE jobs SET status = 'cancelled', ended = ? WHERE id = ? AND owner = ? AND {OPEN}"
        return self._database.change(statement, time.time(), formed(id), owner) == 1

    def delete(self, id: str, owner: str) -> bool:
        """Deletes a job with its document and pages, running or not; False if there is no such job."""
        return self._delete("jobs", "id = ? AND owner = ?", formed(id), owner) == 1

    def expire(self, before: float) -> int:
        """Deletes jobs that ended and files that came before a time (seconds since 1970); returns how many."""
        return self._delete("jobs", "ended < ?", before) + self._delete("files", "created < ?", before)

    # Jobs, as they are worked on. The first end counts: a job that has ended, or is gone, no longer changes.

    def start(self, id: str) -> bool:
        """False if the job is not queued (any more), and so must not be read."""
        # NORMAL here and for pages: after a power cut the job starts again and the last page is read again.
        statement = (
            "UPDATE jobs SET status = 'running', started = coalesce(started, ?) WHERE id = ? AND status = 'queued'"
        )
        return self._database.change(statement, time.time(), formed(id), lasting="NORMAL") == 1

    def add_page(self, id: str, result: PageResult, model: str) -> bool:
        """Stores a page this model read, in place of one of the same number; False if the job has ended or is gone."""
        statement = f"""INSERT INTO pages (job, number, failed, model, result)
            SELECT ?1, ?2, ?3, ?4, ?5 WHERE EXISTS (SELECT 1 FROM jobs WHERE id = ?1 AND {OPEN})
            ON CONFLICT (job, number) DO UPDATE
            SET failed = excluded.failed, model = excluded.model, result = excluded.result"""
        values = (formed(id), result.number, result.status == "failed", model, json.dumps(result.to_dict()))
        return self._database.change(statement, *values, lasting="NORMAL") == 1

    def finish(self, id: str, status: Ended, error: PageError | None = None) -> bool:
        """Ends a job; False if it had ended or is gone. After a power cut no job is done without its pages."""
        reason = json.dumps(asdict(error)) if error else None
        statement = f"UPDATE jobs SET status = ?, ended = ?, error = ? WHERE id = ? AND {OPEN}"
        return self._database.change(statement, status, time.time(), reason, formed(id)) == 1

    def finished_pages(self, id: str) -> set[int]:
        """The numbers of the pages that have a result, failed ones too."""
        return {row["number"] for row in self._database.rows("SELECT number FROM pages WHERE job = ?", formed(id))}

    def models(self, id: str) -> list[str]:
        """Which models read the pages that have a result: several if one was changed at a restart."""
        rows = self._database.rows("SELECT DISTINCT model FROM pages WHERE job = ? ORDER BY model", formed(id))
        return [row["model"] for row in rows]

    def pages(self, id: str, after: int = 0) -> Iterator[PageResult]:
        """The results there are, by number from the first above `after`, each read when it is asked for."""
        query = "SELECT number, result FROM pages WHERE job = ? AND number > ? ORDER BY number LIMIT 1"
        while rows := self._database.rows(query, formed(id), after):
            after = rows[0]["number"]
            try:
                result = PageResult.from_dict(json.loads(rows[0]["result"]))
            except (KeyError, TypeError, ValueError) as error:
                raise self._database.damaged() from error
            yield result

    # Files

    def add_file(self, owner: str, name: str, document: Path) -> StoredFile:
        """Keeps a file, which is moved in; where that fails, it stays where it was."""
        id, created = new_id(), time.time()
        with moved(document, self._files / id) as size:
            # As JSON, for a name can hold halves of characters that SQLite does not take.
            values = (id, owner, json.dumps(name), size, created)
            self._database.change("INSERT INTO files (id, owner, name, size, created) VALUES (?, ?, ?, ?, ?)", *values)
        return StoredFile(id, owner, name, size, created)

    def files(self, owner: str) -> int:
        """How many files are kept."""
        return int(self._database.rows("SELECT count(*) FROM files WHERE owner = ?", owner)[0][0])

    def file(self, id: str, owner: str) -> StoredFile | None:
        rows = self._database.rows("SELECT * FROM files WHERE id = ? AND owner = ?", formed(id), owner)
        return StoredFile(**{**rows[0], "name": json.loads(rows[0]["name"])}) if rows else None

    def copy_file(self, id: str, owner: str) -> Path | None:
        """A copy of the file in `incoming`, to be given to `add`: the job keeps it when the file is deleted."""
        if self.file(id, owner) is None:
            return None
        copy = self.incoming / new_id()
        return copy if duplicate(self._files / id, copy) else None  # None: deleted since

    def delete_file(self, id: str, owner: str) -> bool:
        return self._delete("files", "id = ? AND owner = ?", formed(id), owner) == 1

    def _delete(self, table: Literal["jobs", "files"], condition: str, *values: str | float) -> int:
        folder = self._documents if table == "jobs" else self._files
        with self._database.transaction() as connection:
            ids = [row["id"] for row in connection.execute(f"SELECT id FROM {table} WHERE {condition}", values)]
            remove(folder, ids)
            connection.executemany(f"DELETE FROM {table} WHERE id = ?", [(id,) for id in ids])
        return len(ids)
