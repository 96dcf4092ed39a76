"""How a request is refused: a status, a sentence, and the shape of OpenAI's errors around it."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from http import HTTPStatus
from typing import Any

from starlette.exceptions import HTTPException

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


class Refused(HTTPException):
    """A request that is not carried out: `status`, the message as a sentence, and the field `param` it is about."""

    def __init__(
        self, status: int, message: str, param: str | None = None, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(status, message, headers)
        self.param = param


def error(status: int, message: str, param: str | None = None) -> dict[str, Any]:
    """The body of every answer that is an error."""
    kind = "server_error" if status >= 500 else "invalid_request_error"
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        kind = "rate_limit_error"
    return {"error": {"message": message, "type": kind, "param": param, "code": int(status)}}


async def answer(send: Send, refused: Refused) -> None:
    """Answers a request outside any framework."""
    body = json.dumps(error(refused.status_code, refused.detail, refused.param)).encode()
    given = {"content-type": "application/json", "content-length": str(len(body)), **(refused.headers or {})}
    headers = [(name.encode(), value.encode()) for name, value in given.items()]
    await send({"type": "http.response.start", "status": refused.status_code, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})
