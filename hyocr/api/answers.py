"""A job's pages as an answer, streamed from the store: no document is in memory as a whole."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Literal

from fastapi.responses import StreamingResponse
from starlette.concurrency import iterate_in_threadpool

from hyocr import exports
from hyocr.api import ocr
from hyocr.api.service import Service
from hyocr.api.store import Job
from hyocr.document import PageResult, Status
from hyocr.errors import HyocrError
from hyocr.exports import Outline

Format = Literal["json", "markdown", "text", "ocr"]

MEDIA_TYPES: dict[Format, str] = {
    "json": "application/json",
    "markdown": "text/markdown; charset=utf-8",
    "text": "text/plain; charset=utf-8",
    "ocr": "application/json",
}

PIECES_TOGETHER = 64 * 1024
"""Characters sent at once: each sending costs a change of threads."""


def answer(
    service: Service,
    job: Job,
    format: Format,
    pictures: ocr.Pictures | None = None,
    then: Callable[[], Awaitable[None]] | None = None,
) -> StreamingResponse:
    """The pages of a job that has ended. `then` is awaited when they are sent, or the client has gone away."""
    # Lazily, in the thread that sends them: the first piece may need all pages.
    pieces = _pieces(service, job, format, pictures or ocr.Pictures())
    return StreamingResponse(_sent(_encoded(pieces), then), media_type=MEDIA_TYPES[format])


def _pieces(service: Service, job: Job, format: Format, pictures: ocr.Pictures) -> Iterator[str]:
    store, task = service.store, job.asked.task
    model = ", ".join(store.models(job.id)) or service.engine.name
    if format == "ocr":
        limits = service.runner.limits
        yield from ocr.pieces(_all(service, job), model, store.path(job.id), job.size, pictures, limits)
    else:
        outline = Outline(job.asked.name, task, model, service.strategy_for(task), _status(service, job), job.total)
        yield from exports.pieces(outline, _all(service, job), format)


def _all(service: Service, job: Job) -> Iterator[PageResult]:
    """The job's pages. Raises HyocrError where it is deleted meanwhile: what was sent shall not look complete."""
    sent = 0
    for page in service.store.pages(job.id):
        yield page
        sent += 1
    if sent < job.done:
        raise HyocrError(f"job {job.id} was deleted while it was sent")


def _status(service: Service, job: Job) -> Status:
    """As `Document.status`, for a document that may not have been read to its end."""
    if job.done == job.failed:
        return "failed"
    complete = job.done == job.total and all(page.status == "ok" for page in service.store.pages(job.id))
    return "ok" if complete else "partial"


def _encoded(pieces: Iterator[str]) -> Iterator[bytes]:
    held: list[str] = []
    length = 0
    for piece in pieces:
        held.append(piece)
        length += len(piece)
        if length >= PIECES_TOGETHER:
            yield "".join(held).encode("utf-8", "backslashreplace")
            held, length = [], 0
    yield "".join(held).encode("utf-8", "backslashreplace")


async def _sent(pieces: Iterator[bytes], then: Callable[[], Awaitable[None]] | None) -> AsyncIterator[bytes]:
    try:
        async for piece in iterate_in_threadpool(pieces):
            yield piece
    finally:
        if then:
            await then()
