"""An OpenAI-compatible server that answers as a test tells it to and remembers what it was asked."""

from __future__ import annotations

import json
import select
import socket
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from socketserver import BaseServer
from typing import Any, Literal, TypeVar

SECONDS = 20
"""How long to wait for what should happen at once, before a test fails."""


@dataclass(frozen=True)
class Chunk:
    """One event of a stream: text and its tokens, each a (token, bytes or None, log-probability)."""

    content: str
    tokens: Sequence[tuple[str, bytes | None, float]] | None = None

    def choice(self) -> dict[str, Any]:
        choice: dict[str, Any] = {"index": 0, "delta": {"content": self.content}, "finish_reason": None}
        if self.tokens is not None:
            keys = ("token", "bytes", "logprob")
            content = [dict(zip(keys, (t, b if b is None else list(b), p), strict=True)) for t, b, p in self.tokens]
            choice["logprobs"] = {"content": content}
        return choice


@dataclass(frozen=True)
class Reply:
    """A stream of chunks and how it ends: as it should, broken off, with an error, or silent until the client leaves.

    Any other `status` than 200 is sent with `message` as OpenAI's error. `before` is called once the request is read.
    """

    chunks: Iterable[Chunk] = ()
    finish: str = "stop"
    then: Literal["end", "break", "error", "hang"] = "end"
    status: int = 200
    message: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    before: Callable[[], object] = lambda: None


def vllm(*tokens: str) -> list[Chunk]:
    """Chunks of one token each, token i (from 1) with the log-probability -i/100; the stop token comes without text."""
    chunks = [Chunk(token, [(token, token.encode(), -i / 100)]) for i, token in enumerate(tokens, 1)]
    return [*chunks, Chunk("", [("<｜hy_Assistant｜>", "<｜hy_Assistant｜>".encode(), -9.0)])]


def text_only(*pieces: str) -> list[Chunk]:
    return [Chunk(piece) for piece in pieces]


class FakeServer(ThreadingHTTPServer):
    """Gives `replies` one after the other, the last one for ever; or what `reply` makes of a request's body."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self.server_address[1]}/v1"
        self.models: Any = {"object": "list", "data": [{"id": "nano", "object": "model", "max_model_len": 8192}]}
        self.models_status = 200
        self.replies: list[Reply] = [Reply(vllm("ok"))]
        self.reply: Callable[[dict[str, Any]], Reply] = self._next
        self.bodies: list[dict[str, Any]] = []
        self.keys: set[str] = set()
        self.most_in_flight = 0
        self._numbers = count()
        self._in_flight = 0
        self._left = 0
        self._changed = threading.Condition()

    def wait_for_leaving(self, clients: int = 1) -> bool:
        """Whether so many clients have closed their connection before the answer's end."""
        with self._changed:
            return self._changed.wait_for(lambda: self._left >= clients, SECONDS)

    @contextmanager
    def in_flight(self, body: dict[str, Any]) -> Iterator[None]:
        with self._changed:
            self.bodies.append(body)
            self._in_flight += 1
            self.most_in_flight = max(self.most_in_flight, self._in_flight)
        try:
            yield
        except OSError:
            with self._changed:
                self._left += 1
                self._changed.notify_all()
        finally:
            with self._changed:
                self._in_flight -= 1

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that leave are part of the tests; anything else is printed."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)

    def _next(self, body: dict[str, Any]) -> Reply:
        return self.replies[min(next(self._numbers), len(self.replies) - 1)]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: FakeServer

    def log_message(self, *args: Any) -> None:
        pass

    def do_GET(self) -> None:
        self.server.keys.add(self.headers["Authorization"])
        self._whole(self.server.models_status, self.server.models)

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with self.server.in_flight(body):
            reply = self.server.reply(body)
            reply.before()
            if reply.status == 200:
                self._stream(reply)
                return
        self._whole(reply.status, {"error": {"message": reply.message, "code": reply.status}}, reply.headers)

    def _whole(self, status: int, content: Any, headers: dict[str, str] | None = None) -> None:
        data = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.send_response(status)
        kind = "text/html" if isinstance(content, bytes) else "application/json"
        for name, value in {"Content-Type": kind, "Content-Length": str(len(data)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def _stream(self, reply: Reply) -> None:
        self.close_connection = reply.then != "end"
        if reply.then != "hang" or reply.chunks:
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
        for chunk in reply.chunks:
            self._event({"choices": [chunk.choice()]})
        if reply.then == "hang":
            self._wait_for_the_client_to_leave()
        elif reply.then == "error":
            self._event({"error": {"message": reply.message, "code": 500}})
        elif reply.then == "end":
            self._event({"choices": [{"index": 0, "delta": {}, "finish_reason": reply.finish}]})
            self._event({"choices": [], "usage": {"prompt_tokens": 7, "completion_tokens": 1, "total_tokens": 8}})
            self._send(b"data: [DONE]\n\n")
            self.wfile.write(b"0\r\n\r\n")

    def _event(self, content: dict[str, Any]) -> None:
        self._send(b"data: " + json.dumps({"id": "1", "object": "chat.completion.chunk", **content}).encode() + b"\n\n")

    def _send(self, data: bytes) -> None:
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))

    def _wait_for_the_client_to_leave(self) -> None:
        readable, _, _ = select.select([self.connection], [], [], SECONDS)
        if readable and not self.connection.recv(1, socket.MSG_PEEK):
            raise ConnectionAbortedError


Server = TypeVar("Server", bound=BaseServer)


@contextmanager
def running(server: Server) -> Iterator[Server]:
    """Serves in a thread while the block runs."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def free_port() -> int:
    """A port on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
