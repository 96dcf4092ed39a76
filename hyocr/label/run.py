"""`hyocr label` over its inputs: each page is copied, read and turned into rows, and at the end the page is written."""

from __future__ import annotations

import io
import os
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

from PIL import Image

from hyocr import output
from hyocr.batch import Batch, say
from hyocr.document import Box, Document, PageResult
from hyocr.job import Job, is_server
from hyocr.label.book import Book
from hyocr.label.page import write_page
from hyocr.label.rows import Row, check, line_rows, page_row
from hyocr.lines import propose
from hyocr.sources import Page, Pages, open_source

JPEG_SUFFIXES = (".jpg", ".jpeg", ".jpe", ".jfif")
JPEG_SIDE = 65_500
"""Pixels: a JPEG cannot be longer."""

APART = ("format", "folder", "quiet", "overlay", "verbatim")
"""Options that do not change a row, or that labelling has not."""


class Labelling(Batch):
    """One job whose results become rows in `folder`; what an earlier run has done there is kept.

    At most `count` pages are read, None for all. Raises HyocrError as `Batch`, for a task whose answers cannot be
    corrected by hand, and for a folder with labels made with other settings.
    """

    def __init__(self, job: Job, folder: Path, inputs: Sequence[str], count: int | None = None) -> None:
        check(job)
        self.folder = folder
        self.book = Book(folder, _settings(job))
        self._count = count
        super().__init__(job, inputs)

    def run(self) -> bool:
        """Reads everything and writes the page, which is written too when the run is stopped."""
        output.prepare(self.folder)
        try:
            return super().run()
        finally:
            if self.book.rows:
                page = write_page(self.folder, self.book.rows, self.book.key, self.job)
                if not self.job.quiet:
                    say(f"{len(self.book.rows)} row(s) to correct: open {page} in a browser")

    def _read(self, file: Path, name: str) -> None:
        if self._count == 0:
            return
        source = os.path.abspath(file)
        with closing(open_source(file)) as pages:
            todo = self.book.left(source, pages.total)[: self._count]
            if not todo:
                return
            strategy = self.reader.strategy_for(self.job.task)
            document = Document(str(file), self.job.task, self.reader.engine.name, strategy)
            copying = _Copying(self.book, pages, name, self.job.task == "read" and strategy == "lines")
            self.bar.total += len(todo)
            self.bar.set_description(file.name)
            for result in self.reader.pages(copying.pages(todo), self.job.task, self.job.question):
                document.pages.append(result)
                self._add(source, result, copying)
                self.bar.update()
                if self._count is not None:
                    self._count -= 1
        self._report(document, file)

    def _add(self, source: str, result: PageResult, copying: _Copying) -> None:
        image, boxes = copying.of.pop(result.number, ("", None))
        if result.status == "failed":
            if image:
                self.book.drop_image(image)
            return
        group = os.fsencode(Path(source).name).decode(errors="replace")  # fine-tuning takes no half characters
        rows: list[Row] = [page_row(self.job, result, image, group)] if boxes is None else []
        rows += line_rows(self.job, result, boxes or [], image, group)
        self.book.add(source, result.number, image, rows)


class _Copying:
    """Writes the images of an open file as they are decoded.

    `of` holds, by page number, an image's path and, `by_line`, where its lines are.
    """

    def __init__(self, book: Book, opened: Pages, name: str, by_line: bool) -> None:
        self.of: dict[int, tuple[str, list[Box] | None]] = {}
        self._book = book
        self._opened = opened
        self._name = name
        self._by_line = by_line

    def pages(self, numbers: Sequence[int]) -> Pages:
        """The pages with these numbers, each copied before it is handed on."""
        self._opened.select(numbers)
        copied = Pages(self._opened.origin, self._opened.total, lambda number: self._copy(next(self._opened)))
        copied.select(numbers)
        return copied

    def _copy(self, page: Page) -> Page:
        source = os.path.abspath(page.origin)
        number = f"-{page.number:04}" if self._opened.total > 1 else ""
        name = self._book.name(source, page.number, self._name + number)
        lossy = Path(source).suffix.lower() in JPEG_SUFFIXES and max(page.image.size) <= JPEG_SIDE
        image = self._book.save_image(name + (".jpg" if lossy else ".png"), _encoded(page.image, lossy))
        boxes = [crop.box for crop in propose(page.image)] if self._by_line else None
        self.of[page.number] = image, boxes
        return page


def _encoded(image: Image.Image, lossy: bool) -> bytes:
    """As PNG, or what was a JPEG before as a JPEG that loses next to nothing more."""
    data = io.BytesIO()
    if lossy:
        image.save(data, "JPEG", quality=95, subsampling=0)
    else:
        image.save(data, "PNG")
    return data.getvalue()


def _settings(job: Job) -> dict[str, object]:
    """What makes a row: a server may have another address than when the labels were begun."""
    settings = {name: value for name, value in asdict(job).items() if name not in APART}
    settings = {name: str(value) if isinstance(value, Path) else value for name, value in settings.items()}
    return {**settings, "engine": "server" if is_server(job.engine) else job.engine}
