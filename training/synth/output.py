"""Writing files so that whatever interrupts it leaves a whole file or none."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from PIL import Image


def put(path: Path, data: bytes) -> None:
    """Writes a file under another name first. Raises OSError, and then leaves nothing behind."""
    part = path.with_name(path.name + ".part")
    try:
        part.write_bytes(data)
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def encoded(image: Image.Image, format: str, **options: Any) -> bytes:
    """An image file in memory."""
    data = io.BytesIO()
    image.save(data, format, **options)
    return data.getvalue()
