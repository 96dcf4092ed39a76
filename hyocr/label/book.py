"""The folder of labels: `labels.jsonl` with the rows, `pages.jsonl` with the settings and the finished pages.

A page's rows are written before the page counts as finished, so that a run that was stopped reads it again, and what
it left of it is dropped. Rows may be edited, removed and added by hand between two runs.
"""

from __future__ import annotations

import json
import unicodedata
import uuid
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from hyocr import output
from hyocr.errors import HyocrError
from hyocr.label.rows import Row

LABELS, PAGES, IMAGES = "labels.jsonl", "pages.jsonl", "images"

MAX_BYTES = 200
"""Of the name of an image: file systems take 255, and a page number and a suffix follow."""


class Book:
    """The labels in `folder`, which need not exist yet. Nothing is written before the first page.

    `rows` are all rows so far, `key` tells these labels from all others. Raises HyocrError for a folder with other
    settings, a file that hyocr did not write, or a damaged one.
    """

    def __init__(self, folder: Path, settings: Mapping[str, Any]) -> None:
        self.folder = folder
        self.key = uuid.uuid4().hex
        self.rows: list[Row] = []
        self._settings = dict(settings)
        self._begun = False
        self._done: dict[tuple[str, int], str] = {}
        self._names: dict[str, tuple[str, int]] = {}
        self._stale: set[str] = set()
        self._load()

    def left(self, source: str, total: int) -> list[int]:
        """The pages of a file that are not finished."""
        return [number for number in range(1, total + 1) if (source, number) not in self._done]

    def name(self, source: str, number: int, wanted: str) -> str:
        """A name like `wanted` for the image of a page, without suffix, that no other page has on any file system."""
        base = _clean(wanted)
        name, copy = base, 1
        while self._names.setdefault(_fold(name), (source, number)) != (source, number):
            copy += 1
            name = f"{base}-{copy}"
        return name

    def save_image(self, name: str, data: bytes) -> str:
        """Writes an image; its path as rows give it."""
        output.prepare(self.folder / IMAGES)
        output.write(self.folder / IMAGES / name, data)
        return f"{IMAGES}/{name}"

    def drop_image(self, image: str) -> None:
        """Removes the image of a page that failed."""
        (self.folder / image).unlink(missing_ok=True)

    def add(self, source: str, number: int, image: str, rows: Sequence[Row]) -> None:
        """Appends the rows of a finished page."""
        if not self._begun:
            self._rewrite(PAGES, [{"settings": self._settings, "key": self.key}])
            self._begun = True
        if image in self._stale:
            self._stale.remove(image)
            self.rows = [row for row in self.rows if row["image"] != image]
            self._rewrite(LABELS, self.rows)
        self._append(LABELS, rows)
        self._append(PAGES, [{"source": source, "page": number, "image": image}])
        self._done[source, number] = image
        self.rows += rows

    def _load(self) -> None:
        pages, torn = _read(self.folder / PAGES)
        rows, torn_row = _read(self.folder / LABELS)
        if not pages:
            if rows:
                raise HyocrError(f"{self.folder / LABELS} was not begun by hyocr label; name another output folder.")
            return
        self._begun = True
        self._check_settings(pages[0])
        for page in pages[1:]:
            self._note(page)
        for number, row in enumerate(rows, 1):
            if not _valid(row):
                raise HyocrError(
                    f'{self.folder / LABELS}, row {number}: a row needs an "image", and an "answer" that is a text or '
                    "an object of texts; correct that row, or delete it."
                )
        self.rows = rows
        self._stale = {row["image"] for row in rows} - set(self._done.values())
        for name, lines, broken in ((PAGES, pages, torn), (LABELS, rows, torn_row)):
            if broken:
                self._rewrite(name, lines)

    def _check_settings(self, head: Mapping[str, Any]) -> None:
        try:
            old, self.key = dict(head["settings"]), str(head["key"])
        except (KeyError, TypeError, ValueError) as error:
            raise HyocrError(f"{self.folder / PAGES} is not of hyocr label; name another output folder.") from error
        differing = [name for name in {**old, **self._settings} if old.get(name) != self._settings.get(name)]
        if differing:
            were = ", ".join(f"{name} {old.get(name)}" for name in differing)
            raise HyocrError(
                f"{self.folder} holds labels made with other settings ({were}); give the same or name another folder."
            )

    def _note(self, page: Mapping[str, Any]) -> None:
        try:
            place, image = (str(page["source"]), int(page["page"])), str(page["image"])
        except (KeyError, TypeError, ValueError) as error:
            raise HyocrError(f"{self.folder / PAGES} is damaged; name another output folder.") from error
        self._done[place] = image
        self._names[_fold(Path(image).stem)] = place

    def _append(self, name: str, rows: Iterable[Mapping[str, Any]]) -> None:
        path = self.folder / name
        try:
            with path.open("ab") as file:
                file.write(b"".join(map(_line, rows)))
        except OSError as error:
            sentence = f'Cannot write "{path}" ({error.strerror}); free some space, then run the same command again.'
            raise HyocrError(sentence) from error

    def _rewrite(self, name: str, rows: Iterable[Mapping[str, Any]]) -> None:
        output.write(self.folder / name, b"".join(map(_line, rows)))


def _read(path: Path) -> tuple[list[Any], bool]:
    """The values of a file's lines, none where it is missing, and whether its last line does not end as it should.

    That line is left out if it was cut off: no beginning of an object is JSON. An editor may just have left out its
    line end.
    """
    try:
        *lines, last = path.read_bytes().split(b"\n")
    except (FileNotFoundError, NotADirectoryError):
        return [], False
    except OSError as error:
        raise HyocrError(f"{path} cannot be read ({error.strerror}); check its permissions.") from error
    values = []
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                values.append(json.loads(line))
            except ValueError as error:
                raise HyocrError(f"{path}, line {number} is no JSON; correct that line, or delete it.") from error
    if last.strip():
        with suppress(ValueError):
            values.append(json.loads(last))
    return values, bool(last)


def _line(row: Mapping[str, Any]) -> bytes:
    # A file name that is not valid Unicode becomes an escape.
    return json.dumps(row, ensure_ascii=False, allow_nan=False).encode("utf-8", "backslashreplace") + b"\n"


def _valid(row: Any) -> bool:
    if not isinstance(row, dict) or not isinstance(row.get("image"), str):
        return False
    answer, confidence = row.get("answer"), row.get("confidence")
    if not (confidence is None or isinstance(confidence, int | float)):
        return False
    if isinstance(answer, dict):
        return all(isinstance(value, str) for value in answer.values())
    return isinstance(answer, str)


def _clean(name: str) -> str:
    """A name that every file system and address takes."""
    letters = "".join(letter if letter.isprintable() and letter not in '\\/:*?"<>|' else "_" for letter in name)
    return letters.encode()[:MAX_BYTES].decode(errors="ignore")


def _fold(name: str) -> str:
    return unicodedata.normalize("NFC", name.casefold())
