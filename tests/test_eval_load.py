"""`eval.load` finds what a server does wrong, on one that does it on purpose."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Any

import pytest

from eval.load import __main__ as command
from eval.load.mix import PATTERN, Mix
from eval.load.rounds import Load, load
from hyocr.errors import EngineError
from tests.fake_server import running

GOOD = sum(kind.startswith(("line", "page")) for kind in PATTERN)


class Fake(ThreadingHTTPServer):
    """Takes an image of the example receipt for good if it is whole; `spoil` may change the status and what is said."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, spoil: Callable[[int, int, str], tuple[int, str]]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_address[1]}/v1"
        self.spoil, self.numbers = spoil, count()
        self.running, self.health = 0, 200

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass  # clients that leave


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Fake

    def do_GET(self) -> None:
        pages = {
            "/v1/models": json.dumps({"data": [{"id": "nano"}]}),
            "/metrics": f'vllm:num_requests_running{{engine="0"}} {self.server.running}\n',
        }
        self.answer(self.server.health if self.path == "/health" else 200, pages.get(self.path, ""))

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", 10**9))
        if length > 4_000_000:
            self.refuse(413)
            while self.rfile.read1(65_536):  # a client that is still sending would not see the answer
                pass
            return None
        body, deadline = b"", time.monotonic() + 1
        while len(body) < length:
            piece = self.rfile.read1(length - len(body))
            if not piece:  # it left
                return None
            if time.monotonic() > deadline:
                return self.refuse(408)
            body += piece
        good = self.text(body)
        if good is None:
            return self.refuse(400)
        status, text = self.server.spoil(next(self.server.numbers), 200, good)
        if status != 200:
            return self.refuse(status)
        if not json.loads(body).get("stream"):
            return self.answer(200, json.dumps({"choices": [{"message": {"content": text}}]}))
        choice = {"delta": {"content": text}, "finish_reason": "stop"}
        return self.answer(200, f"data: {json.dumps({'choices': [choice]})}\n\ndata: [DONE]\n\n")

    def text(self, body: bytes) -> str | None:
        """What is read in the images of good requests, None for others."""
        try:
            image = json.loads(body)["messages"][0]["content"][0]["image_url"]["url"]
        except (ValueError, LookupError, TypeError):
            return None
        return hashlib.sha256(image.encode()).hexdigest() if image in IMAGES else None

    def refuse(self, status: int) -> None:
        _, said = self.server.spoil(-1, status, "This is not what I can read.")
        self.close_connection = status in (408, 413)
        self.answer(status, json.dumps({"error": {"message": said}}))

    def answer(self, status: int, text: str) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_: Any) -> None:
        pass


def image(body: bytes) -> str:
    return str(json.loads(body)["messages"][0]["content"][0]["image_url"]["url"])


ASKS = Mix("nano", 2).round(len(PATTERN), seed=0)
IMAGES = {image(ask.alone) for ask in ASKS if ask.alone}
ALONE = len(IMAGES)


def right(number: int, status: int, said: str) -> tuple[int, str]:
    return status, said


def fake(spoil: Callable[[int, int, str], tuple[int, str]] = right) -> AbstractContextManager[Fake]:
    return running(Fake(spoil))


def loaded(spoil: Callable[[int, int, str], tuple[int, str]] = right) -> Load:
    with fake(spoil) as server:
        return load(server.url, len(PATTERN), 8)


def test_a_server_without_fault_makes_no_mistake(capsys: pytest.CaptureFixture[str]) -> None:
    with fake() as server:
        assert command.main(["--url", server.url, "--requests", str(len(PATTERN)), "--concurrency", "8"]) == 0
    said = capsys.readouterr().out
    assert said.endswith("no mistakes\n")
    assert f"{3 * GOOD} good requests" in said
    assert all(kind in said for kind in PATTERN)


def test_mixes_are_the_same_for_the_same_seed() -> None:
    again, other = (Mix("nano", 2).round(len(PATTERN), seed) for seed in (0, 1))
    assert again == ASKS != other


@pytest.mark.parametrize(
    ("spoil", "said", "times"),
    [
        (lambda n, status, said: (500, said) if n == ALONE + 5 else (status, said), "HTTP 500 instead of 200", 1),
        (lambda n, status, said: (200, said[: 9 if n > ALONE else None]), "but alone", 1),
        (lambda n, status, said: (status, said if status == 200 else "No."), "no sentence but 'No.'", 10),
    ],
    ids=["a good request fails", "texts differ under load", "refusals without a sentence"],
)
def test_a_fault_is_found(spoil: Callable[[int, int, str], tuple[int, str]], said: str, times: int) -> None:
    done = loaded(spoil)
    assert sum(said in mistake for mistake in done.mistakes) >= times, done.mistakes


def test_pages_may_differ_and_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    page = hashlib.sha256(next(image(ask.alone) for ask in ASKS if ask.kind == "page" and ask.alone).encode())
    with fake(lambda n, status, said: (status, said + "!" * (n > ALONE and said == page.hexdigest()))) as server:
        assert command.main(["--url", server.url, "--requests", "40"]) == 0
    assert "not counted as a mistake" in capsys.readouterr().out


def test_a_server_that_is_not_well_or_not_at_rest_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("eval.load.rounds.IDLE_SECONDS", 1)
    with fake() as server:
        server.running = 2
        assert "2 requests are still at work" in load(server.url, 1, 1).mistakes[0]
        server.health = 503
        assert load(server.url, 1, 1).mistakes == ["/health: HTTP 503 after the load."]


def test_a_server_that_fails_alone_is_not_loaded() -> None:
    with pytest.raises(EngineError, match="sent alone already fails: line"):
        loaded(lambda n, status, said: (503, said) if status == 200 else (status, said))
