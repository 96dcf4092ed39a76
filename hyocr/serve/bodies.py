"""Bodies of requests, held to a size and a time while they arrive."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

from hyocr.serve.refusals import Message, Receive, Refused, Scope

SMALL = 64 * 1024
"""Bytes of a body that are taken whatever else is held: who asks for little is not kept out by the large ones."""

RETRY_SECONDS = 5


class Room:
    """The memory for bodies of all requests together."""

    def __init__(self, megabytes: int) -> None:
        self._left = megabytes * 1_000_000

    @contextmanager
    def held(self, receive: Receive) -> Iterator[Receive]:
        """A `receive` whose bodies count until the block ends. It raises Refused where there is no room for more."""
        taken = 0

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            size = len(message.get("body", b""))
            if size > self._left and taken + size > SMALL:
                sentence = "The service holds as many bodies as it has room for; ask again in a moment."
                raise Refused(HTTPStatus.SERVICE_UNAVAILABLE, sentence, headers={"retry-after": str(RETRY_SECONDS)})
            taken += size
            self._left -= size
            return message

        try:
            yield counted
        finally:
            self._left += taken


def bounded(scope: Scope, receive: Receive, megabytes: int, seconds: int, advice: str) -> Receive:
    """A `receive` that raises Refused once the body is larger or slower than that; what comes after it is not bounded.

    Raises Refused itself for a Content-Length that says so, or is none. `advice` is the second half of the sentence.
    """
    left, more = megabytes * 1_000_000, True
    end = asyncio.get_running_loop().time() + seconds
    # Not closing the connection: a client that is still sending would not see the answer.
    too_large = Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"The body is larger than {megabytes} MB; {advice}.")
    if _length(scope) > left:
        raise too_large

    async def next_message() -> Message:
        nonlocal left, more
        if not more:
            return await receive()
        try:
            async with asyncio.timeout_at(end):
                message = await receive()
        except TimeoutError as error:
            sentence = f"The body took longer than {seconds} seconds; {advice}."
            raise Refused(HTTPStatus.REQUEST_TIMEOUT, sentence, headers={"connection": "close"}) from error
        left -= len(message.get("body", b""))
        if left < 0:
            raise too_large
        more = message["type"] == "http.request" and message.get("more_body", False)
        return message

    return next_message


async def whole(receive: Receive) -> bytes | None:
    """All of the body; None when the client went away before it was sent."""
    body = bytearray()
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return bytes(body)


def replay(body: bytes, receive: Receive) -> Receive:
    """A `receive` that gives the body once more and then what the client does next, such as going away."""
    first: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return first.pop() if first else await receive()

    return again


def with_length(scope: Scope, length: int) -> Scope:
    """The scope for a body that is whole and has so many bytes."""
    framing = (b"content-length", b"transfer-encoding")
    headers = [(name, value) for name, value in scope["headers"] if name not in framing]
    return {**scope, "headers": [*headers, (b"content-length", str(length).encode())]}


def _length(scope: Scope) -> int:
    length = dict(scope["headers"]).get(b"content-length", b"0")
    if not length.isdigit() or len(length) > 18:  # so many digits are an exabyte
        raise Refused(HTTPStatus.BAD_REQUEST, "The Content-Length is no number of bytes; correct it.")
    return int(length)
