"""The document API in this process, and what tests send to it."""

from __future__ import annotations

import base64
import io
import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Event
from typing import Any

from PIL import Image
from starlette.testclient import TestClient

from hyocr.api.app import create_app
from hyocr.api.keys import Keys
from hyocr.api.settings import Settings
from hyocr.api.store import Store
from hyocr.document import FinishReason
from hyocr.engines.base import Generation, Request
from tests.fakes import FakeEngine, answer

SECONDS = 60
"""How long to wait for what takes a moment, before a test fails."""

KEYS = {"a" * 16: "anna", "b" * 16: "bert"}
ANNA, BERT = ({"Authorization": f"Bearer {key}"} for key in KEYS)


@contextmanager
def served(
    folder: Path, engine: FakeEngine | None = None, keys: dict[str, str] | None = None, **limits: int
) -> Iterator[TestClient]:
    """A client of an app on this store's folder; what `limits` do not say is as always."""
    with closing(Store(folder)) as store:
        app = create_app(engine or FakeEngine(), store, Settings(**limits), Keys(keys or {}))
        with TestClient(app, base_url="http://127.0.0.1") as client:
            yield client


def pdf(*colours: str) -> bytes:
    """A page of each colour, 200 x 100 points."""
    first, *rest = [Image.new("RGB", (200, 100), colour) for colour in colours]
    written = io.BytesIO()
    first.save(written, "PDF", save_all=True, append_images=rest)
    return written.getvalue()


def inline(data: bytes) -> dict[str, Any]:
    """A document as it stands in a request."""
    return {"type": "document_url", "document_url": "data:application/pdf;base64," + base64.b64encode(data).decode()}


def ended(client: TestClient, place: str, headers: dict[str, str] | None = None) -> dict[str, Any]:
    """The job, once it has ended."""
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        job: dict[str, Any] = client.get(place, headers=headers).json()
        if job["ended_at"]:
            return job
        time.sleep(0.02)
    raise AssertionError("the job does not end")


def sentence(response: Any, status: int) -> str:
    """The message of an answer that is an error of this status, in the shape that all have."""
    assert response.status_code == status, response.text
    error = response.json()["error"]
    assert error.keys() == {"message", "type", "param", "code"}
    assert error["code"] == status
    message = str(error["message"])
    assert message.endswith(".")
    assert "\n" not in message
    assert "Traceback" not in message
    return message


def events(text: str) -> list[tuple[str, str | None, Any]]:
    """(kind, id, data) of each server-sent event."""
    found = []
    for block in text.strip().split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.split("\n") if not line.startswith(":"))
        if fields:
            found.append((fields["event"], fields.get("id"), json.loads(fields["data"])))
    return found


class Held:
    """A reply that reads the first pages and then holds until its request's budget is over or `go` is set."""

    def __init__(self, free: int = 0) -> None:
        self.free = free
        self.reached, self.go = Event(), Event()
        self.ended: FinishReason | None = None

    def __call__(self, request: Request) -> Generation:
        self.free -= 1
        if self.free < 0:
            self.reached.set()
            until = time.monotonic() + SECONDS
            while not self.go.is_set() and not request.budget.over() and time.monotonic() < until:
                time.sleep(0.01)
            if reason := request.budget.over():
                self.ended = reason
                return answer("some", reason)
        return answer("read")


def colours(engine: FakeEngine) -> list[str]:
    """The mean colours of the pages the engine was asked about, in order."""
    names: Sequence[tuple[str, Callable[[int, int, int], bool]]] = (
        ("red", lambda r, g, b: r > g and r > b),
        ("green", lambda r, g, b: g > r and g > b),
        ("blue", lambda r, g, b: b > r and b > g),
    )
    found = []
    for [request] in engine.calls:
        pixel = request.image.resize((1, 1), Image.Resampling.BOX).getpixel((0, 0))
        found.append(next((name for name, is_it in names if is_it(*pixel)), "grey"))
    return found
