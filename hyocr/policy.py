"""Content-Security-Policies of the pages that we write."""

from __future__ import annotations

import base64
import hashlib


def source_hash(source: str) -> str:
    """How a policy allows one inline style or script and no other: by its SHA-256."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()}'"
