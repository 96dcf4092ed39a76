"""API keys: who may ask, and as which tenant."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from pathlib import Path

from hyocr.errors import EngineError

SHORTEST = 16
"""Characters of a key: 16 random ones cannot be guessed over a network."""

DEFAULT_TENANT = "default"


class Keys:
    """Keys of tenants; none at all lets everyone in as DEFAULT_TENANT, which is for loopback only."""

    def __init__(self, tenants: Mapping[str, str]) -> None:
        """`tenants` by key. Raises EngineError for a key that is too short or cannot be sent in a header."""
        for key, tenant in tenants.items():
            if len(key) < SHORTEST or not (key.isascii() and key.isprintable() and " " not in key):
                raise EngineError(
                    f'A key of the tenant "{tenant}" is no {SHORTEST} or more printable ASCII characters; '
                    "make one with: openssl rand -hex 24"
                )
        self._tenants = [(_digest(key.encode()), tenant) for key, tenant in tenants.items()]

    def __bool__(self) -> bool:
        return bool(self._tenants)

    def tenant(self, authorization: bytes) -> str | None:
        """Whose key the header's value `Bearer KEY` holds. It takes the same time whatever is sent.

        Every key is compared, by digests of one length, so that neither length nor place of a key shows.
        """
        if not self._tenants:
            return DEFAULT_TENANT
        scheme, _, key = authorization.partition(b" ")
        given = _digest(key.strip())
        found: str | None = None
        for digest, tenant in self._tenants:
            if hmac.compare_digest(given, digest):
                found = tenant
        return found if scheme.lower() == b"bearer" else None


def load_keys(file: Path | None, api_key: str | None) -> Keys:
    """The keys of a file with a line "tenant key" for each ("#" begins a comment), or the one key, or none.

    Raises EngineError for a file that cannot be read, has no key, or gives one twice.
    """
    if file is None:
        return Keys({api_key: DEFAULT_TENANT} if api_key else {})
    if api_key:
        raise EngineError("Give a file of keys or one API key, not both; put the key into the file.")
    try:
        lines = file.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise EngineError(
            f'The file of keys "{file}" cannot be read ({error}); check its name and permissions.'
        ) from None
    tenants: dict[str, str] = {}
    for number, line in enumerate(lines, 1):
        words = line.partition("#")[0].split()
        if not words:
            continue
        if len(words) != 2:
            raise EngineError(f'Line {number} of "{file}" is not "tenant key"; write the two with a space between.')
        tenant, key = words
        if key in tenants:
            raise EngineError(f'Line {number} of "{file}" gives a key for the second time; make another.')
        tenants[key] = tenant
    if not tenants:
        raise EngineError(f'The file of keys "{file}" holds no key; add a line "tenant key".')
    return Keys(tenants)


def _digest(key: bytes) -> bytes:
    return hashlib.sha256(key).digest()
