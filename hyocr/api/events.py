"""The pages of a job as server-sent events, https://html.spec.whatwg.org/multipage/server-sent-events.html."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from itertools import islice
from typing import Any

from hyocr.api.service import Service
from hyocr.api.store import Job
from hyocr.api.wire import JobAnswer

POLL_SECONDS = 0.25
KEEP_ALIVE_SECONDS = 15.0
"""Proxies close connections that are silent for a minute or so."""

PAGES_AT_ONCE = 16


async def events(service: Service, job: Job, after: int) -> AsyncIterator[bytes]:
    """A `page` for each page above number `after`, with the number as its id, and `done` with the job at its end.

    Ends without `done` when the service stops: clients ask again then, with the last id they have seen.
    """
    silent_since = time.monotonic()
    while not service.runner.stopping:
        now = await asyncio.to_thread(service.store.job, job.id)  # before the pages: none comes after a job's end
        pages = await asyncio.to_thread(list, islice(service.store.pages(job.id, after), PAGES_AT_ONCE))
        for page in pages:
            yield _event("page", page.to_dict(), page.number)
            after = page.number
        if not pages and (now is None or now.ended):
            last = now or replace(job, status="cancelled", ended=time.time())
            yield _event("done", JobAnswer.of(last, time.time()).model_dump(mode="json"))
            return
        if pages:
            silent_since = time.monotonic()
            continue
        if time.monotonic() - silent_since > KEEP_ALIVE_SECONDS:
            yield b": still reading\n\n"
            silent_since = time.monotonic()
        await asyncio.sleep(POLL_SECONDS)


def _event(kind: str, content: dict[str, Any], number: int | None = None) -> bytes:
    identity = "" if number is None else f"id: {number}\n"
    return f"event: {kind}\n{identity}data: {json.dumps(content)}\n\n".encode()
