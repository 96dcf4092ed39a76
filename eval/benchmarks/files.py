"""What the loaders share: files of text and JSON, read with a sentence for whatever is wrong with them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from eval.benchmarks.base import Item

MANIFEST = "manifest.jsonl"

_KINDS = {str: "a string", int: "a whole number", list: "a list", dict: "an object"}


def text_file(path: Path, hint: str = "name the benchmark's folder") -> str:
    """The file's text without a byte order mark. Raises FileNotFoundError, ending in the hint, or ValueError."""
    if not path.is_file():
        raise FileNotFoundError(f"There is no {path}; {hint}.")
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"{path} is not UTF-8 text (byte {error.start}).") from error


def json_file(path: Path, hint: str = "name the benchmark's folder") -> Any:
    """The file's JSON value. Raises as `text_file` does."""
    return _json(text_file(path, hint), str(path))


def manifest(
    folder: Path, members: Mapping[str, type], hint: str = "name the benchmark's folder"
) -> list[tuple[str, dict[str, Any]]]:
    """The objects of the folder's manifest.jsonl, each with its file and line in words, for messages.

    All have the members named, of the given types. Raises as `text_file` does.
    """
    return [(where, checked(row, members, where)) for where, row in json_lines(folder / MANIFEST, hint)]


def json_lines(path: Path, hint: str = "name the benchmark's folder") -> list[tuple[str, Any]]:
    """The JSON values of a file with one per line, each with its file and line in words. Raises as `text_file` does."""
    lines = enumerate(text_file(path, hint).split("\n"), start=1)
    rows = [(f"{path}, line {number}", line) for number, line in lines if line.strip()]
    return [(where, _json(line, where)) for where, line in rows]


def checked(row: Any, members: Mapping[str, type], where: str) -> dict[str, Any]:
    """The object itself if it has all members, of the given types. Raises ValueError."""
    if not isinstance(row, dict):
        raise ValueError(f"{where}: this should be a JSON object.")
    for name, kind in members.items():
        if not isinstance(row.get(name), kind) or isinstance(row[name], bool):
            raise ValueError(f'{where}: "{name}" should be {_KINDS[kind]}.')
    return row


def unique(items: Iterable[Item], source: Path) -> list[Item]:
    """The items as a list. Raises ValueError if there is none or an id comes twice."""
    found: dict[str, Item] = {}
    for item in items:
        if item.id in found:
            raise ValueError(f'{source}: "{item.id}" comes a second time.')
        found[item.id] = item
    if not found:
        raise ValueError(f"{source} has nothing to read in it.")
    return list(found.values())


def _json(text: str, where: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        line = f", line {error.lineno}" if "\n" in text.strip() else ""
        raise ValueError(f"{where}{line}: this is not JSON ({error.msg}).") from error
    except RecursionError as error:
        raise ValueError(f"{where}: this JSON nests too deeply.") from error
