"""An HTTP client for one request at a time that can also misbehave: trickle, send without end, go away in the middle.

HTTP/1.1 (RFC 9112) over plain sockets, because well-mannered libraries do none of this.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from hyocr.errors import EngineError

Manner = Literal["whole", "trickled", "declared", "endless", "leaves sending", "leaves reading"]
"""How a body is sent: at once; a byte at a time; far larger than any limit, with its length told or in chunks; or by a
client that goes away half-way through the body or at the first piece of the answer."""

TRICKLE_SECONDS = 0.2
"""Between two bytes of a trickled body."""

HUGE = 100_000_000
"""Bytes of a body that is too large whatever the server's limit."""

PIECE = bytes(65_536)


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes


class Address:
    """Where the server is, from the URL of its API. Raises EngineError for anything but http://HOST[:PORT]/v1."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme != "http" or not parts.hostname or parts.path.rstrip("/") != "/v1":
            raise EngineError(f'"{url}" is not the URL of a server; write it like http://127.0.0.1:8000/v1.')
        self.host, self.port = parts.hostname, parts.port or 80
        key = os.environ.get("HYOCR_API_KEY")
        self._common = f"Host: {parts.netloc}\r\n" + (f"Authorization: Bearer {key}\r\n" if key else "")

    def head(self, method: str, path: str, framing: str = "") -> bytes:
        """The request line and headers; `framing` tells the length of the body."""
        return f"{method} {path} HTTP/1.1\r\n{self._common}{framing}\r\n".encode()


async def get(address: Address, path: str) -> Answer:
    """Raises OSError or asyncio.IncompleteReadError where the server does not answer."""
    reader, writer = await asyncio.open_connection(address.host, address.port)
    try:
        writer.write(address.head("GET", path))
        return await _answer(reader)
    finally:
        writer.transport.abort()


async def chat(address: Address, body: bytes, manner: Manner = "whole") -> Answer | None:
    """The answer to a chat request, None for a client that left. Raises as `get`."""
    framing = "Transfer-Encoding: chunked" if manner == "endless" else f"Content-Length: {_length(body, manner)}"
    head = address.head("POST", "/v1/chat/completions", f"Content-Type: application/json\r\n{framing}\r\n")
    reader, writer = await asyncio.open_connection(address.host, address.port)
    sending = asyncio.create_task(_send(writer, head, body, manner))
    try:
        if manner == "leaves sending":
            await sending
            return None
        if manner == "leaves reading":
            await reader.readuntil(b"data: ")
            return None
        return await _answer(reader)  # which may come before all is sent
    finally:
        sending.cancel()
        with suppress(asyncio.CancelledError, OSError):
            await sending
        writer.transport.abort()


def _length(body: bytes, manner: Manner) -> int:
    return HUGE if manner == "declared" else len(body)


async def _send(writer: asyncio.StreamWriter, head: bytes, body: bytes, manner: Manner) -> None:
    writer.write(head)
    async for piece in _pieces(body, manner):
        writer.write(piece)
        await writer.drain()


async def _pieces(body: bytes, manner: Manner) -> AsyncIterator[bytes]:
    if manner == "trickled":
        for byte in body:
            yield bytes([byte])
            await asyncio.sleep(TRICKLE_SECONDS)
    elif manner in ("declared", "endless"):
        framed = PIECE if manner == "declared" else b"%x\r\n%b\r\n" % (len(PIECE), PIECE)
        for _ in range(HUGE // len(PIECE)):
            yield framed
    else:
        yield body[: len(body) // 2] if manner == "leaves sending" else body


async def _answer(reader: asyncio.StreamReader) -> Answer:
    lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
    if headers.get("transfer-encoding", "").lower() == "chunked":
        body = b"".join([chunk async for chunk in _chunks(reader)])
    else:
        body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Answer(int(lines[0].split()[1]), body)


async def _chunks(reader: asyncio.StreamReader) -> AsyncIterator[bytes]:
    while size := int(await reader.readuntil(b"\r\n"), 16):
        yield await reader.readexactly(size)
        await reader.readexactly(2)
    await reader.readuntil(b"\r\n")
