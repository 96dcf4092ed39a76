"""Which server is asked, which of its models, and what is known of that one here."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from hyocr.errors import EngineError
from hyocr.model.folder import METADATA, Folder, find
from hyocr.model.store import is_fetched


class Served(NamedTuple):
    """A model's name at the server and, where the server tells it as vLLM does, the folder that it lies in there."""

    name: str
    root: str = ""


def check_url(url: str) -> None:
    """Raises EngineError for what is not the URL of an HTTP server."""
    try:
        parts = urlsplit(url)
        valid = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        valid = False
    if not valid:
        raise EngineError(f'"{url}" is not the URL of a server; write it like http://127.0.0.1:8000/v1.')


def choose(served: list[Served], model: str, url: str) -> Served:
    """The one called `model` of those `served` at `url`, or the only one that is. Raises EngineError."""
    if named := [one for one in served if one.name == model]:
        return named[0]
    if len(served) == 1:
        return served[0]
    if not served:
        raise EngineError(f"The server at {url} has no model; start it with one.")
    raise EngineError(
        f'The server at {url} does not have "{model}"; choose one of {", ".join(one.name for one in served)}.'
    )


def local_folder(served: Served, model: str) -> Folder | None:
    """What is known here of the served checkpoint, without a download; `model` may be the folder it was loaded from.

    Raises CheckpointError where that is `small` and it is not here: its lines are read on this side.
    """
    for name in served:
        if name == "nano" or (name == "small" and is_fetched()) or (name and (Path(name) / METADATA).is_file()):
            return find(name)
    if model != "nano" and Path(model).is_dir():
        return find(model)
    return find("small") if served.name == "small" else None
