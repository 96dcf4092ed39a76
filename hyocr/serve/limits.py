"""What may reach vLLM's server: a middleware that bounds and checks every request before vLLM sees it.

vLLM loads the class by name (`--middleware hyocr.serve.limits.Limits`) and puts it around its whole application. As
vLLM's own check of the API key comes after it, it checks the key itself before it reads a body. Only a few of vLLM's
routes stay; a chat may hold text and inline images, nothing that vLLM would fetch, unpickle or decode without a bound.
Messages are those of ASGI, https://asgi.readthedocs.io.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import os
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass, fields
from http import HTTPStatus
from typing import Any

from hyocr.errors import EngineError, InputError
from hyocr.serve.body import checked
from hyocr.sources import MAX_PIXELS

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

CHAT = "/v1/chat/completions"
ROUTES = {CHAT: "POST"} | dict.fromkeys(("/health", "/metrics", "/ping", "/v1/models", "/version"), "GET")

CHECKS_AT_ONCE = 4
"""Requests whose images are decoded at the same time: each may take 1 GB for that at the default limit."""


class Refused(Exception):
    """A request that is answered here: `status`, and the message as a sentence."""

    def __init__(self, status: HTTPStatus, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class Settings:
    """Each is the environment variable HYOCR_<NAME>. A body is text and base64, so 32 MB hold 24 MB of image files."""

    max_body_mb: int = 32
    body_seconds: int = 30
    max_pixels: int = MAX_PIXELS

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Settings:
        """Raises EngineError for a value that is not a whole number above 0."""
        given = {f.name: env[key] for f in fields(cls) if (key := f"HYOCR_{f.name.upper()}") in env}
        for name, text in given.items():
            if not (text.isascii() and text.isdigit() and int(text) > 0):
                raise EngineError(f'HYOCR_{name.upper()} is "{text}"; set a whole number above 0.')
        return cls(**{name: int(text) for name, text in given.items()})


class Limits:
    """The middleware. Refusals are JSON in the shape of OpenAI's errors."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.settings = Settings.from_env(os.environ)
        self._authorization = f"Bearer {key}".encode() if (key := os.environ.get("VLLM_API_KEY")) else None
        self._checks = asyncio.Semaphore(CHECKS_AT_ONCE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
        elif scope["type"] == "http":
            await self._http(scope, receive, send)
        else:  # websocket: closed before it is accepted, which the client sees as a 403
            await send({"type": "websocket.close", "code": 1008})

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        method = "GET" if scope["method"] == "HEAD" else scope["method"]
        try:
            if ROUTES.get(scope["path"]) != method:
                raise Refused(HTTPStatus.NOT_FOUND, f"This server has no such route; ask at POST {CHAT}.")
            self._check_key(scope)
            if method == "GET":  # FastAPI knows no HEAD; the server in front of it leaves the body out
                return await self.app({**scope, "method": "GET"}, receive, send)
            body = await self._body(scope, receive)
            if body is None:
                return
            async with self._checks:
                body = await asyncio.to_thread(checked, body, self.settings.max_pixels)
        except Refused as refused:
            return await _answer(send, refused.status, str(refused))
        except InputError as error:
            return await _answer(send, HTTPStatus.BAD_REQUEST, str(error))
        await self.app(_with_length(scope, len(body)), _replay(body, receive), send)

    def _check_key(self, scope: Scope) -> None:
        """As vLLM does, for the API's routes alone: health and metrics are for those who watch. Raises Refused."""
        given = dict(scope["headers"]).get(b"authorization", b"")
        guarded = self._authorization if scope["path"].startswith("/v1/") else None
        if guarded and not hmac.compare_digest(given, guarded):
            raise Refused(HTTPStatus.UNAUTHORIZED, "Send this server's API key as Authorization: Bearer KEY.")

    async def _body(self, scope: Scope, receive: Receive) -> bytes | None:
        """The whole body; None when the client went away before it was sent. Raises Refused."""
        limit = self.settings.max_body_mb * 1_000_000
        too_large = f"The body is larger than {self.settings.max_body_mb} MB; send smaller or fewer images."
        length = dict(scope["headers"]).get(b"content-length", b"0")
        if not length.isdigit() or len(length) > 18:  # so many digits are an exabyte
            raise Refused(HTTPStatus.BAD_REQUEST, "The Content-Length is no number of bytes; correct it.")
        if int(length) > limit:
            raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, too_large)
        body = bytearray()
        try:
            async with asyncio.timeout(self.settings.body_seconds):
                more = True
                while more:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        return None
                    body += message.get("body", b"")
                    more = message.get("more_body", False)
                    if len(body) > limit:
                        raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, too_large)
        except TimeoutError as error:
            sentence = f"The body took longer than {self.settings.body_seconds} seconds; send smaller images."
            raise Refused(HTTPStatus.REQUEST_TIMEOUT, sentence) from error
        return bytes(body)


def _with_length(scope: Scope, length: int) -> Scope:
    """The scope for a body that is whole and has so many bytes."""
    framing = (b"content-length", b"transfer-encoding")
    headers = [(name, value) for name, value in scope["headers"] if name not in framing]
    return {**scope, "headers": [*headers, (b"content-length", str(length).encode())]}


def _replay(body: bytes, receive: Receive) -> Receive:
    """A `receive` that gives the body once more and then what the client does next, such as going away."""
    first: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return first.pop() if first else await receive()

    return replay


async def _answer(send: Send, status: HTTPStatus, sentence: str) -> None:
    error = {"message": sentence, "type": "invalid_request_error", "param": None, "code": int(status)}
    body = json.dumps({"error": error}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    if status == HTTPStatus.REQUEST_TIMEOUT:  # not after 413: a client that is still sending would not see the answer
        headers.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": int(status), "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})
