"""Tesseract beside us, in the same run: the classical engine everyone has."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from PIL import Image


def available() -> bool:
    """Whether the `tesseract` program is installed."""
    return shutil.which("tesseract") is not None


def read(image: Image.Image, page_mode: int, threads: int) -> str:
    """Plain text by `tesseract --psm page_mode -l eng`. Raises subprocess.CalledProcessError if it fails."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "image.png"
        image.save(path)
        command = ["tesseract", str(path), "stdout", "--psm", str(page_mode), "-l", "eng"]
        environment = {**os.environ, "OMP_THREAD_LIMIT": str(threads)}
        done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    return done.stdout.strip()
