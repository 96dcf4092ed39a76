"""What the job store gives out: a job, what it was asked to do, and a stored file."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from typing import Any, Literal

from hyocr.document import PageError

JobStatus = Literal["queued", "running", "done", "failed", "cancelled"]
Ended = Literal["done", "failed", "cancelled"]


@dataclass(frozen=True)
class Asked:
    """What a job is to do. `numbers` are the pages wanted, counted from 1, None for all. A job that is not `kept`
    belongs to a request that waits for it, and goes at a restart. `name` is shown as the document's source."""

    task: str
    question: str | None
    language: str
    numbers: tuple[int, ...] | None
    kept: bool
    name: str


@dataclass(frozen=True)
class Job:
    """`total` pages are to be read, `done` have a result, and `failed` of these have one with status "failed".

    `created`, `started` (first) and `ended` are seconds since 1970; `size` is that of the document in bytes.
    """

    id: str
    owner: str
    asked: Asked
    status: JobStatus
    total: int
    done: int
    failed: int
    created: float
    started: float | None
    ended: float | None
    error: PageError | None
    size: int


@dataclass(frozen=True)
class StoredFile:
    """An uploaded file: `name` is what its owner calls it, `size` is in bytes, `created` in seconds since 1970."""

    id: str
    owner: str
    name: str
    size: int
    created: float


def job_of(row: sqlite3.Row) -> Job:
    """A row of the table `jobs` with its counters `pages_done` and `pages_failed`."""
    asked: dict[str, Any] = json.loads(row["asked"])
    numbers = None if asked["numbers"] is None else tuple(asked["numbers"])
    return Job(
        id=row["id"],
        owner=row["owner"],
        asked=Asked(**{**asked, "numbers": numbers}),
        status=row["status"],
        total=row["total"],
        done=row["pages_done"],
        failed=row["pages_failed"],
        created=row["created"],
        started=row["started"],
        ended=row["ended"],
        error=PageError(**json.loads(row["error"])) if row["error"] else None,
        size=row["size"],
    )
