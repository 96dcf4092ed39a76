"""What may reach vLLM's server: a middleware that bounds and checks every request before vLLM sees it.

vLLM loads the class by name (`--middleware hyocr.serve.limits.Limits`) and puts it around its whole application. As
vLLM's own check of the API key comes after it, it checks the key itself before it reads a body. Only a few of vLLM's
routes stay; a chat may hold text and inline images, nothing that vLLM would fetch, unpickle or decode without a bound.
Messages are those of ASGI, https://asgi.readthedocs.io.
"""

from __future__ import annotations

import asyncio
import hmac
import os
from dataclasses import dataclass
from http import HTTPStatus

from hyocr.errors import InputError
from hyocr.serve.bodies import bounded, replay, whole, with_length
from hyocr.serve.body import checked
from hyocr.serve.refusals import App, Receive, Refused, Scope, Send, answer
from hyocr.serve.settings import FromEnv
from hyocr.sources import MAX_PIXELS

CHAT = "/v1/chat/completions"
ROUTES = {CHAT: "POST"} | dict.fromkeys(("/health", "/metrics", "/ping", "/v1/models", "/version"), "GET")

CHECKS_AT_ONCE = 4
"""Requests whose images are decoded at the same time: each may take 1 GB for that at the default limit."""


@dataclass(frozen=True)
class Settings(FromEnv):
    """Each is the environment variable HYOCR_<NAME>. A body is text and base64, so 32 MB hold 24 MB of image files."""

    max_body_mb: int = 32
    body_seconds: int = 30
    max_pixels: int = MAX_PIXELS


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
            return await answer(send, refused)
        except InputError as error:
            return await answer(send, Refused(HTTPStatus.BAD_REQUEST, str(error)))
        await self.app(with_length(scope, len(body)), replay(body, receive), send)

    def _check_key(self, scope: Scope) -> None:
        """As vLLM does, for the API's routes alone: health and metrics are for those who watch. Raises Refused."""
        given = dict(scope["headers"]).get(b"authorization", b"")
        guarded = self._authorization if scope["path"].startswith("/v1/") else None
        if guarded and not hmac.compare_digest(given, guarded):
            raise Refused(HTTPStatus.UNAUTHORIZED, "Send this server's API key as Authorization: Bearer KEY.")

    async def _body(self, scope: Scope, receive: Receive) -> bytes | None:
        """The whole body; None when the client went away before it was sent. Raises Refused."""
        limits = self.settings
        advice = "send smaller or fewer images"
        return await whole(bounded(scope, receive, limits.max_body_mb, limits.body_seconds, advice))
