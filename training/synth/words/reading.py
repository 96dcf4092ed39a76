"""Reads the kinds of file there are in a text folder; whatever is wrong with one is a sentence that names it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any


def read(path: Path) -> str:
    """The file's text, "" if there is none. Raises ValueError for one that cannot be read as UTF-8."""
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
    except UnicodeDecodeError as error:
        raise ValueError(f"{path} is not UTF-8 text: save it as UTF-8 or take it away") from error
    except OSError as error:
        raise ValueError(f"{path} cannot be read ({error.strerror}): put it right or take it away") from error


def read_rows(path: Path, columns: int) -> Iterator[list[str]]:
    """The rows of a tab-separated file. Raises ValueError for one with fewer than `columns` columns."""
    for number, line in enumerate(read(path).split("\n"), start=1):
        if not line:
            continue
        row = line.split("\t")
        if len(row) < columns:
            raise ValueError(f"{path}, line {number}: expected {columns} columns separated by tabs, found {len(row)}")
        yield row


def read_json(path: Path) -> dict[str, Any]:
    """A JSON object, empty if there is no such file. Raises ValueError for anything else."""
    text = read(path)
    try:
        value = json.loads(text) if text else {}
    except json.JSONDecodeError as error:
        raise ValueError(f"{path}, line {error.lineno}: this is not JSON ({error.msg})") from error
    if not isinstance(value, dict):
        raise ValueError(f"{path}: expected a JSON object")
    return value


def read_blocks(path: Path) -> list[tuple[str, ...]]:
    """Blocks between blank lines, each a tuple of its lines (not cleaned yet)."""
    return [tuple(block.split("\n")) for block in read(path).split("\n\n") if block.strip()]


def read_tables(path: Path) -> Iterator[dict[str, Any]]:
    """One {header, rows, ...} per line. Raises ValueError for a line that is no such table."""
    for number, line in enumerate(read(path).split("\n"), start=1):
        if not line:
            continue
        try:
            table = json.loads(line)
            rows = [table["header"], *table["rows"]]
        except (json.JSONDecodeError, KeyError, TypeError) as error:
            raise ValueError(f'{path}, line {number}: expected JSON with "header" and "rows"') from error
        if not all(isinstance(row, list) and all(isinstance(cell, str) for cell in row) for row in rows):
            raise ValueError(f"{path}, line {number}: expected lists of text cells")
        yield table
