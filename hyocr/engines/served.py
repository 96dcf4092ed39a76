"""Which server is asked, which of its models, and what is known of that one here."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from hyocr.errors import EngineError
from hyocr.model.folder import METADATA, Folder, find


def check_url(url: str) -> None:
    """Raises EngineError for what is not the URL of an HTTP server."""
    try:
        parts = urlsplit(url)
        valid = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        valid = False
    if not valid:
        raise EngineError(f'"{url}" is not the URL of a server; write it like http://127.0.0.1:8000/v1.')


def choose(served: list[str], model: str, url: str) -> str:
    """`model` if it is among those `served` at `url`, or the only one that is. Raises EngineError."""
    if model in served:
        return model
    if len(served) == 1:
        return served[0]
    if not served:
        raise EngineError(f"The server at {url} has no model; start it with one.")
    raise EngineError(f'The server at {url} does not have "{model}"; choose one of {", ".join(served)}.')


def local_folder(served: str, model: str) -> Folder | None:
    """What is known here of the served checkpoint, without a download; `model` may be the folder it was loaded from."""
    if served == "nano" or (Path(served) / METADATA).is_file():
        return find(served)
    return find(model) if model != "nano" and Path(model).is_dir() else None
