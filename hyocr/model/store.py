"""Where `small` lies on this machine: its fetched base, and the checkpoint made of it.

The user's cache folder holds, under `small/`, the base as it was fetched (a GGUF file, or a folder from the hub),
`base.json`, which says what it is and is written last, and one checkpoint folder. The name of that has a hash of all
that it is made of. So after an update of hyocr it is made anew from the base, and nothing is fetched again.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hyocr.errors import CheckpointError
from hyocr.model.folder import BUNDLED, METADATA, find, first_line, read_json, read_metadata, whole

BASE = "base.json"
GGUF_FILE = "SmolLM2-135M-Instruct.Q4_1.gguf"
HUB_FOLDER = "hub"
CONVERSION = 1
"""Counted up when `hyocr.model.smollm2` writes other files for the same base."""
NOT_FETCHED = '"small" is not on this machine yet: run hyocr fetch small'


def cache_folder() -> Path:
    """HYOCR_CACHE, or hyocr's folder in the user's cache."""
    if named := os.environ.get("HYOCR_CACHE"):
        return Path(named).expanduser()
    caches = os.environ.get("XDG_CACHE_HOME")
    return (Path(caches) if caches else Path.home() / ".cache") / "hyocr"


def small_folder() -> Path:
    """Where `small` is kept, whether it is there or not."""
    return cache_folder() / "small"


def is_fetched() -> bool:
    """Whether the base of `small` is on this machine, whole."""
    return (small_folder() / BASE).exists()


def find_small() -> Path:
    """The checkpoint folder of `small`, which is made first if need be: some seconds. Raises CheckpointError."""
    if not is_fetched():
        raise CheckpointError(NOT_FETCHED)
    base = read_json(small_folder() / BASE)
    folder = small_folder() / f"small-{_hash(base['sha256'])}"
    if folder.is_dir():
        return folder
    try:
        with locked():
            if not folder.is_dir():
                _make(small_folder() / base["file"], folder)
    except OSError as error:
        raise CheckpointError(
            f'Cannot write "small" to {small_folder()} ({error.strerror or first_line(error)[:-1]}); '
            "free some space there, or name another folder in HYOCR_CACHE."
        ) from error
    return folder


def write_base_json(file: str, sha256: str) -> None:
    """Makes a fetched file or folder in `small_folder` the base from now on. Raises OSError."""
    partial = small_folder() / f"{BASE}.partial"
    partial.write_text(json.dumps({"file": file, "sha256": sha256}) + "\n", encoding="utf-8")
    os.replace(partial, small_folder() / BASE)


@contextmanager
def locked() -> Iterator[None]:
    """Waits until no other process fetches or makes `small`. What a killed one left half-done goes. Raises OSError."""
    small_folder().mkdir(parents=True, exist_ok=True)
    with (small_folder() / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        for left in small_folder().glob("*.partial*"):
            shutil.rmtree(left) if left.is_dir() else left.unlink()
        yield


@contextmanager
def workplace() -> Iterator[Path]:
    """A folder beside the fetched files for what is on its way. Raises OSError."""
    with tempfile.TemporaryDirectory(prefix="fetch.partial.", dir=small_folder()) as folder:
        yield Path(folder)


def _make(base: Path, folder: Path) -> None:
    """Converts the base, adds what hyocr's own training learned, and removes the checkpoint of another version."""
    from hyocr.model.llama import read_folder, read_gguf
    from hyocr.model.merging import write_merged
    from hyocr.model.smollm2 import write_base

    adapter = BUNDLED / "small"
    with workplace() as place:
        plain = place / "small"
        plain.mkdir()
        try:
            write_base(read_folder(base) if base.is_dir() else read_gguf(base), plain)
        except (KeyError, ValueError, IndexError) as error:
            raise CheckpointError(
                f"{base} is not SmolLM2 ({first_line(error)}): run hyocr fetch small once more."
            ) from error
        if adapter.is_dir():
            with whole(place / "merged") as merged:
                write_merged(find(str(plain), adapter), adapter, merged)
            plain = place / "merged"
            (plain / METADATA).write_text(json.dumps(read_metadata(plain) | {"name": "small"}) + "\n", encoding="utf-8")
        plain.chmod(0o755)
        plain.rename(folder)
    for old in small_folder().glob("small-*"):
        if old != folder:
            shutil.rmtree(old, ignore_errors=True)


def _hash(base: str) -> str:
    """Twelve letters for the base, nano's eye, the bundled adapter and the conversion."""
    digest = hashlib.sha256(f"{base} {CONVERSION}".encode())
    nano = BUNDLED / "nano"
    parts = [nano / "config.json", nano / "model.safetensors", nano / "ctc/head.safetensors"]
    for path in [*parts, *sorted((BUNDLED / "small").rglob("*"))]:
        if path.is_file():
            digest.update(path.name.encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
