"""The service as a process of its own, in front of another server: killed, started again, left by clients, stopped."""

from __future__ import annotations

import base64
import http.client
import io
import json
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PIL import Image

from tests.api_client import SECONDS, inline
from tests.fake_server import FakeServer, Reply, free_port, running, vllm

PAGES = 12
FREE = 4
"""Pages that are answered before the first process dies."""

START = "import sys; from pathlib import Path; from hyocr.api.app import serve; " + (
    "serve('nano', sys.argv[1], 'page', '127.0.0.1', int(sys.argv[2]), Path(sys.argv[3]), None, None)"
)


class Model:
    """Answers every page with its number, which its grey tells; those above `free` when `go` is set."""

    def __init__(self, server: FakeServer) -> None:
        self.free, self.go = FREE, threading.Event()
        self.asked: Counter[int] = Counter()
        server.reply = self._reply

    def _reply(self, body: dict[str, Any]) -> Reply:
        [_, url] = sorted(
            (part for part in body["messages"][1]["content"]), key=lambda part: part["type"], reverse=True
        )
        data = url["image_url"]["url"].partition(",")[2]
        image = Image.open(io.BytesIO(base64.b64decode(data))).convert("L")
        page = round(int(image.getpixel((50, 50))) / 20)
        self.asked[page] += 1
        if page > self.free and not self.go.is_set():
            return Reply(then="hang")
        return Reply(vllm(f"page {page}"))


def document() -> dict[str, Any]:
    first, *rest = [Image.new("L", (200, 100), 20 * page) for page in range(1, PAGES + 1)]
    written = io.BytesIO()
    first.save(written, "PDF", save_all=True, append_images=rest)
    return inline(written.getvalue())


class Process:
    def __init__(self, engine: str, folder: Path) -> None:
        self.port = free_port()
        self.child = subprocess.Popen([sys.executable, "-c", START, engine, str(self.port), str(folder)])

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=SECONDS)
        connection.request(method, path, body and json.dumps(body), {"Content-Type": "application/json"})
        response = connection.getresponse()
        found = response.status, json.loads(response.read())
        connection.close()
        return found

    def wait(self, path: str, ready: Any) -> Any:
        """What the path answers once `ready` says so."""
        until = time.monotonic() + SECONDS
        while time.monotonic() < until and self.child.poll() is None:
            try:
                status, found = self.ask("GET", path)
            except OSError:
                status = 0
            if status == 200 and ready(found):
                return found
            time.sleep(0.05)
        raise AssertionError(f"{path} does not come to what it should")


@contextmanager
def process(engine: str, folder: Path) -> Iterator[Process]:
    started = Process(engine, folder)
    try:
        started.wait("/health", lambda _: True)
        yield started
    finally:
        started.child.kill()
        started.child.wait()


def test_killed_started_again_left_and_stopped(tmp_path: Path) -> None:
    asked = {"task": "read", "document": document()}
    with running(FakeServer()) as server:
        model = Model(server)
        with process(server.url, tmp_path / "data") as first:
            status, job = first.ask("POST", "/v1/jobs", asked)
            assert status == 202
            place = f"/v1/jobs/{job['id']}"
            first.wait(place, lambda found: found["progress"]["done"] == FREE)
            first.child.send_signal(signal.SIGKILL)
            first.child.wait()
        model.go.set()
        with process(server.url, tmp_path / "data") as second:
            assert second.wait(place, lambda found: found["ended_at"])["status"] == "done"
            _, found = second.ask("GET", f"{place}/result")
            assert [page["text"] for page in found["pages"]] == [f"page {n}" for n in range(1, PAGES + 1)]
            assert [model.asked[page] for page in range(1, FREE + 1)] == [1] * FREE  # those that were done

            # A client that goes away takes its request with it.
            model.go.clear()
            model.free = 0
            left = http.client.HTTPConnection("127.0.0.1", second.port)
            body = json.dumps({"document": asked["document"], "pages": [0]})
            model.asked.clear()
            left.request("POST", "/v1/ocr", body, {"Content-Type": "application/json"})
            until = time.monotonic() + SECONDS
            while not model.asked and time.monotonic() < until:
                time.sleep(0.05)
            left.close()
            second.wait("/health", lambda found: found["jobs"] == 0)

            # A stop does not wait for the pages in work.
            status, job = second.ask("POST", "/v1/jobs", asked)
            place = f"/v1/jobs/{job['id']}"
            second.wait(place, lambda found: found["status"] == "running")
            second.child.send_signal(signal.SIGTERM)
            assert second.child.wait(SECONDS) == 128 + signal.SIGTERM
        model.go.set()
        with process(server.url, tmp_path / "data") as third:
            assert third.wait(place, lambda found: found["ended_at"])["progress"]["done"] == PAGES
