"""Where a service may listen."""

from __future__ import annotations

import ipaddress
import socket

from hyocr.errors import EngineError


def check_address(host: str, port: int, guarded: bool) -> None:
    """Raises EngineError where nothing can listen, and for an address others can reach unless `guarded` by a key."""
    if not guarded and not is_loopback(host):
        raise EngineError(
            f"{host} can be reached by others: give an --api-key (or HYOCR_API_KEY), or serve on 127.0.0.1."
        )
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind(address)
    except OSError as error:
        raise EngineError(
            f"Nothing can be served on {host}:{port}: {error.strerror}; choose another --port."
        ) from error


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach the address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
