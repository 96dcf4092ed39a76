"""Connections to public addresses alone, for `hyocr.api.fetch`.

A host name is resolved once for each connection and the connection goes to the address that was checked, so that a
name server which answers differently the next time changes nothing.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any

import httpcore2

from hyocr.errors import InputError

Resolve = Callable[[str], Awaitable[list[str]]]
Connect = Callable[[str, int], Awaitable[httpcore2.AsyncNetworkStream]]

CONNECT_SECONDS = 5.0
"""How long one address of several may take: the next may answer where, say, IPv6 leads nowhere."""

READ_BYTES = 4096
"""At once, from any server: parsing 64 KB of one-byte chunks takes a second or two, 4 KB less than a tenth."""

# The special-purpose address registries of IANA, whole blocks of them: what Python calls global differs by version.
# fmt: off
_NOT_PUBLIC_4 = [IPv4Network(block) for block in (
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
    "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24",
    "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3",
    "168.63.129.16/32",  # in no registry: what Azure's machines are configured from
)]
# fmt: on
_PUBLIC_6 = IPv6Network("2000::/3")  # all that was ever given out as global unicast
_NOT_PUBLIC_6 = [IPv6Network(block) for block in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")]
_NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052: the last four bytes are an IPv4 address


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet.

    An IPv6 form of an IPv4 address is judged by that (mapped, NAT64) or refused (6to4, Teredo, compatible). A NAT64
    prefix that a network chose for itself looks like any public address and cannot be told here.
    """
    ip = ip_address(address)
    if isinstance(ip, IPv6Address):
        embedded = ip.ipv4_mapped or (IPv4Address(int(ip) & 0xFFFF_FFFF) if ip in _NAT64 else None)
        if embedded is None:
            return ip in _PUBLIC_6 and not any(ip in block for block in _NOT_PUBLIC_6)
        ip = embedded
    return not any(ip in block for block in _NOT_PUBLIC_4)


async def addresses_of(host: str) -> list[str]:
    """The addresses of a host name, or of any spelling of an address. Raises OSError when it has none."""
    found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return [str(sockaddr[0]) for *_, sockaddr in found]


async def connect(address: str, port: int) -> httpcore2.AsyncNetworkStream:
    """A TCP connection. Raises NetworkError or TimeoutException of httpcore2."""
    return await httpcore2.AnyIOBackend().connect_tcp(address, port, timeout=CONNECT_SECONDS)


class PublicNetwork(httpcore2.AsyncNetworkBackend):
    """Connections to public addresses alone, closed by `aclose` whatever state they are in."""

    def __init__(self, resolve: Resolve = addresses_of, connect: Connect = connect) -> None:
        self._resolve = resolve
        self._connect = connect
        self._streams: list[httpcore2.AsyncNetworkStream] = []

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        """Raises InputError for a host that is not public, and what `connect` raises for its last address."""
        failure: Exception = httpcore2.ConnectError()
        for address in await self._vetted(host):
            try:
                stream = await self._connect(address, port)
            except (httpcore2.NetworkError, httpcore2.TimeoutException) as error:
                failure = error
            else:
                self._streams.append(stream)
                return _Shared(stream)
        raise failure

    async def aclose(self) -> None:
        """Needed after a TLS handshake that is broken off, which leaves its connection open."""
        for stream in self._streams:
            await stream.aclose()

    async def _vetted(self, host: str) -> list[str]:
        try:
            addresses = await self._resolve(host)
        except OSError:
            addresses = []
        # One sentence for both: whether a name exists inside is nothing for strangers to know.
        if not addresses or not all(is_public(address) for address in addresses):
            raise InputError(f'"{host[:100]}" is no host on the public internet; send the document itself.')
        return addresses


class _Shared(httpcore2.AsyncNetworkStream):
    """A connection that lets others have the event loop: thousands of empty answers or chunks fit into a large read."""

    def __init__(self, stream: httpcore2.AsyncNetworkStream) -> None:
        self._stream = stream

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        await asyncio.sleep(0)  # TLS may have it at hand
        return await self._stream.read(min(max_bytes, READ_BYTES), timeout)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._stream.aclose()

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.AsyncNetworkStream:
        return _Shared(await self._stream.start_tls(ssl_context, server_hostname, timeout))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
