"""Downloads a document from a URL that a stranger gave, without becoming the stranger's way into the network here.

Only public addresses are connected to (`hyocr.api.public`), and no proxy of the environment. Redirects are followed
here, each target checked like the first. What a server may send is bounded in bytes and in time. (Threats: OWASP,
Server-Side Request Forgery Prevention Cheat Sheet.)
"""

from __future__ import annotations

import asyncio
import os
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import TracebackType
from urllib.parse import quote, urljoin, urlsplit

import httpcore2

from hyocr import __version__
from hyocr.api.public import PublicNetwork
from hyocr.errors import HyocrError, InputError

MAX_URL = 4096
_PORTS = {"http": 80, "https": 443}
_LABEL = r"(?!-)[A-Za-z0-9_-]{1,63}"
_NETLOC = re.compile(rf"(?P<host>{_LABEL}(?:\.{_LABEL})*\.?|\[[0-9A-Fa-f:.]+\])(?::(?P<port>[0-9]{{1,5}}))?")
_NO_HOST = (
    "The document's URL has no valid host; write it like https://example.com/document.pdf, "
    "a host of other letters than ASCII in its xn-- form."
)
_IN_TARGET = "%/:?@!$&'()*+,;=~[]"
"""What stands for itself in a path and a query; % because what is escaped already stays so."""
_REDIRECTS = (301, 302, 303, 307, 308)
_BROKEN = (httpcore2.NetworkError, httpcore2.ProtocolError, httpcore2.TimeoutException, OSError)
"""What a server or the way to it can do wrong; a broken TLS record is an OSError."""


@dataclass(frozen=True)
class FetchLimits:
    """`max_bytes` of body; `seconds` for all of it, name look-ups and redirects too."""

    max_bytes: int
    seconds: float = 30.0
    redirects: int = 5


async def fetch(
    url: str,
    target: Path,
    limits: FetchLimits,
    network: PublicNetwork | None = None,
    tls: ssl.SSLContext | None = None,
) -> None:
    """Writes what is at the URL to `target`, whole or not at all; the folder must exist.

    `network` None is a PublicNetwork and `tls` None trusts what the machine trusts. Raises InputError, a sentence for
    whoever gave the URL, and HyocrError when the file cannot be written.
    """
    network = network or PublicNetwork()
    pool = httpcore2.AsyncConnectionPool(tls or _trusted(), max_keepalive_connections=0, network_backend=network)
    try:
        async with asyncio.timeout(limits.seconds), pool:
            await _follow(pool, url, target, limits)
    except TimeoutError as error:
        sentence = f"The document did not arrive within {limits.seconds:g} seconds; send the document itself."
        raise InputError(sentence) from error
    finally:
        await network.aclose()


@cache
def _trusted() -> ssl.SSLContext:
    return httpcore2.default_ssl_context()  # 40 ms of reading certificates


async def _follow(pool: httpcore2.AsyncConnectionPool, url: str, target: Path, limits: FetchLimits) -> None:
    """Asks at `url` and wherever the servers send it on to. Raises InputError and HyocrError."""
    for _ in range(limits.redirects + 1):
        place, headers = _place(url)
        host = place.host.decode()
        try:
            async with pool.stream("GET", place, headers=headers) as response:
                if response.status not in _REDIRECTS:
                    return await _keep(response, host, target, limits.max_bytes)
                location = _header(response, b"location")
        except _BROKEN as error:
            raise InputError(
                f'"{host[:100]}" cannot be reached, has no valid certificate or broke off; send the document itself.'
            ) from error
        url = _redirected(url, location)
    raise InputError(f"The document's URL leads to more than {limits.redirects} redirects; send the last URL.")


def _redirected(url: str, location: str) -> str:
    """Raises InputError for a redirect to nowhere, or out of https. `_place` checks the rest."""
    _check_characters(location)  # before urljoin, which leaves some out
    try:
        joined = urljoin(url, location)
    except ValueError as error:
        raise InputError("The document's URL redirects to something that is no URL; send the last URL.") from error
    if not location:
        raise InputError("The document's URL redirects without saying where to; send the last URL.")
    if url.lower().startswith("https:") and joined.lower().startswith("http:"):
        raise InputError("The document's URL redirects from https to http; send a URL that stays with https.")
    return joined


def _check_characters(url: str) -> None:
    if len(url) > MAX_URL:
        raise InputError(f"The document's URL is longer than {MAX_URL} characters; send the document itself.")
    if not url.isprintable() or " " in url:
        raise InputError("The document's URL holds a space or a control character; write it as %20 or the like.")


def _place(url: str) -> tuple[httpcore2.URL, list[tuple[str, str]]]:
    """Where to ask and with which headers. The URL is not told back: secrets may be in it. Raises InputError."""
    _check_characters(url)
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise InputError(_NO_HOST) from error
    if parts.scheme not in _PORTS:
        raise InputError("The document's URL must begin with http:// or https://; send a file of yours as an upload.")
    if "@" in parts.netloc:
        raise InputError("The document's URL holds a user name or password; send one that needs neither.")
    match = _NETLOC.fullmatch(parts.netloc)
    port = int(match["port"] or _PORTS[parts.scheme]) if match else 0
    if not match or not 0 < port < 65536 or len(match["host"]) > 253:
        raise InputError(_NO_HOST)
    # A name may end in the root's dot; certificates name hosts without.
    host = match["host"].lower().removesuffix(".")
    target = quote(parts.path or "/", safe=_IN_TARGET)
    if parts.query:
        target += "?" + quote(parts.query, safe=_IN_TARGET)
    headers = [
        ("Host", host if port == _PORTS[parts.scheme] else f"{host}:{port}"),
        ("User-Agent", f"hyocr/{__version__}"),
        ("Accept", "*/*"),
        ("Accept-Encoding", "identity"),  # nothing is unpacked here, so nothing small can become large
        ("Connection", "close"),
    ]
    return httpcore2.URL(scheme=parts.scheme, host=host.strip("[]"), port=port, target=target), headers


async def _keep(response: httpcore2.Response, host: str, target: Path, max_bytes: int) -> None:
    """Writes the body. Raises InputError for one that is not a document within the limit, and what the pool raises."""
    too_large = f"The document at the URL is larger than {max_bytes / 1_000_000:g} MB; send a smaller one."
    if response.status != 200:
        raise InputError(f'"{host[:100]}" answered {response.status} instead of a document; check the URL.')
    if _header(response, b"content-encoding").lower() not in ("", "identity"):
        raise InputError(f'"{host[:100]}" sends the document packed, against its order; send the document itself.')
    length = _header(response, b"content-length")
    if length and int(length) > max_bytes:  # h11 has checked that it is a number of at most 20 digits
        raise InputError(too_large)
    written = 0
    with _Part(target) as part:
        async for chunk in response.aiter_stream():
            written += len(chunk)
            if written > max_bytes:
                raise InputError(too_large)
            part.write(chunk)


def _header(response: httpcore2.Response, name: bytes) -> str:
    """The header's values; "" where there is none."""
    values = [value.decode("utf-8", "replace").strip() for key, value in response.headers if key.lower() == name]
    return ", ".join(values)


class _Part:
    """A file next to the target that takes its place when everything is written, and else goes. Raises HyocrError."""

    def __init__(self, target: Path) -> None:
        self._target = target
        self._path = target.with_name(f".{target.name}.part")

    def __enter__(self) -> _Part:
        with _storing():
            self._file = self._path.open("wb")
        return self

    def write(self, data: bytes) -> None:
        """In the event loop: a piece is at most 4 KB and goes to the page cache."""
        with _storing():
            self._file.write(data)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            with _storing():
                self._file.close()
                if kind is None:
                    os.replace(self._path, self._target)
        finally:
            self._path.unlink(missing_ok=True)


@contextmanager
def _storing() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise HyocrError(f"The document cannot be stored ({error.strerror}); free some space on the server.") from error
