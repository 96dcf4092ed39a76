"""What a command line asks for, done file by file: read, save, report, go on. No file's failure stops the others."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence
from contextlib import ExitStack, closing
from functools import cached_property
from pathlib import Path

from tqdm import tqdm

from hyocr import output
from hyocr.document import Document, PageError, PageResult
from hyocr.engines.base import Engine
from hyocr.errors import EngineError, InputError
from hyocr.exports import FORMATS, export, overlay
from hyocr.job import Job, is_server
from hyocr.observing import Question, find_places, needs_places
from hyocr.reader import Reader
from hyocr.sources import expand, open_source

HEADERS = {"text": "==> {} <==\n", "markdown": "<!-- {} -->\n\n", "json": ""}
"""What precedes each of several results on stdout. JSON names its source itself."""


class Batch:
    """One job over its inputs. Errors and warnings go to stderr as they come, and on a terminal a bar counts pages."""

    def __init__(self, job: Job, inputs: Sequence[str]) -> None:
        self.job = job
        self.succeeded = True
        self._open = ExitStack()
        self.files = self._expand(inputs)
        hidden = job.quiet or not sys.stderr.isatty()
        self.bar = tqdm(desc="loading the model", total=0, unit=" page", leave=False, file=sys.stderr, disable=hidden)

    @cached_property
    def reader(self) -> Reader:
        """Loaded for the first file that can be opened. Raises CheckpointError."""
        strategy = None if self.job.strategy == "auto" else self.job.strategy
        engine = self._open.enter_context(closing(load_engine(self.job.model, self.job.engine, self.job.adapter)))
        return Reader(engine, strategy, self.job.language, verbatim=self.job.verbatim)

    def run(self) -> bool:
        """Reads everything; False if any file or page failed.

        Raises HyocrError where going on makes no sense: no model, no place for the results. When stopped by that or by
        Ctrl-C, the finished files are kept and so are the finished pages of the one at work.
        """
        with closing(self.bar), self._open:
            if self.job.folder:
                output.prepare(self.job.folder)
            for file, name in zip(self.files, output.names(self.files), strict=True):
                try:
                    self._read(file, name)
                except InputError as error:
                    self._fail(f"{file}: {error}")
        return self.succeeded

    def _expand(self, inputs: Sequence[str]) -> list[Path]:
        files: list[Path] = []
        for given in inputs:
            try:
                files += expand([given])
            except InputError as error:
                self._fail(str(error))
        return list(dict.fromkeys(files))

    def _read(self, file: Path, name: str) -> None:
        with closing(open_source(file)) as pages:
            reader = self.reader
            document = Document(str(file), self.job.task, reader.engine.name, reader.strategy_for(self.job.task))
            self.bar.total += pages.total
            self.bar.set_description(file.name)
            try:
                for page in reader.pages(pages, self.job.task, self.job.question):
                    document.pages.append(page)
                    self.bar.update()
                if self.job.overlay:
                    self._find_places(document, file)
            except BaseException:
                if document.pages:
                    document.pages += _cancelled(len(document.pages) + 1, pages.total)
                    self._save(document, name)
                raise
        self._save(document, name)
        self._report(document, file)
        if self.job.overlay and self.job.folder:
            _save_overlays(document, file, self.job.folder / name)

    def _find_places(self, document: Document, file: Path) -> None:
        """Boxes for answers and their evidence, where the model gave none: their pages are read once more, for all
        lines and where they stand."""
        asked = Question(document.task, "", self.job.question or "")
        missing = {
            page.number: page for page in document.pages if page.strategy == "page" and needs_places(page, asked)
        }
        if missing:
            pages = open_source(file)
            pages.select(missing)
            for found in self.reader.pages(pages, "spotting"):
                find_places(missing[found.number], asked, found.lines)

    def _save(self, document: Document, name: str) -> None:
        text = export(document, self.job.format)
        if self.job.folder is None:
            several = len(self.files) > 1
            header = HEADERS[self.job.format].format(document.source) if several else ""
            tqdm.write(header + text, file=sys.stdout, end="\n" if several else "")
            sys.stdout.flush()
        elif document.status != "failed" or self.job.format == "json":  # an empty text would look like a blank page
            suffix = FORMATS[self.job.format].SUFFIX
            # A file name that is not valid Unicode reaches the JSON as an escape.
            output.write(self.job.folder / (name + suffix), text.encode("utf-8", "backslashreplace"))

    def _report(self, document: Document, file: Path) -> None:
        for page in document.pages:
            where = f"{file}: page {page.number}" if len(document.pages) > 1 else str(file)
            complain(where, page)
        self.succeeded &= all(page.status != "failed" for page in document.pages)
        if self.bar.disable and not self.job.quiet:
            seconds = sum(page.seconds for page in document.pages)
            place = f"[{self.files.index(file) + 1}/{len(self.files)}]"
            say(f"{place} {file}: {document.status}, {len(document.pages)} page(s), {seconds:.1f} s")

    def _fail(self, message: str) -> None:
        self.succeeded = False
        say(f"error: {message}")


def load_engine(model: str, engine: str, adapter: str | None = None) -> Engine:
    """The engine called `engine` ("transformers", "vllm" or a server's address) with the checkpoint `model`.

    `adapter` is the folder of a LoRA adapter that goes on it; a server has its own.

    Raises CheckpointError and EngineError. Each engine's libraries are loaded when it is asked for.
    """
    silence()
    if is_server(engine):
        if adapter:
            raise EngineError(
                f"{engine} runs what it was started with: hyocr serve --lora {adapter}; ask it without --adapter."
            )
        from hyocr.engines.server import ServerEngine

        return ServerEngine(engine, model)
    if engine == "vllm":
        from hyocr.engines.vllm import VllmEngine

        return VllmEngine(model, adapter=adapter)
    from hyocr.engines.transformers import TransformersEngine

    return TransformersEngine(model, adapter=adapter)


def silence() -> None:
    """Keeps the libraries' notices and bars out of the way, unless these variables say otherwise."""
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")


def say(message: str) -> None:
    """A line on stderr, above the bar. File names may hold line breaks and what terminals obey: it is escaped."""
    shown = (letter if letter.isprintable() else ascii(letter)[1:-1] for letter in message)
    tqdm.write("".join(shown), file=sys.stderr)


def complain(where: str, page: PageResult) -> None:
    """Says what is wrong with a page, if anything."""
    if page.status == "failed" and page.error:
        say(f"error: {where}: {page.error.message}")
    elif page.status == "partial":
        said = [f"These amounts contradict each other: {sentence}" for sentence in page.contradictions]
        if page.finish_reason != "stop" or page.unparsed:
            reason = "unparsed output" if page.finish_reason == "stop" else f"finish reason {page.finish_reason}"
            said.insert(0, f"The text may be incomplete ({reason}).")
        if page.error:
            said.append(f"Another attempt met an error: {page.error.message}" if said else page.error.message)
        say(f"warning: {where}: {' '.join(said) or 'The text may be incomplete.'}")


def _cancelled(first: int, last: int) -> list[PageResult]:
    error = PageError("Cancelled", "The run was stopped before this page was read; read it again.")
    return [
        PageResult(number, 0, 0, status="failed", finish_reason="cancelled", error=error)
        for number in range(first, last + 1)
    ]


def _save_overlays(document: Document, file: Path, stem: Path) -> None:
    """PNGs of the pages with their lines drawn in. The pages are decoded again rather than kept in memory."""
    with closing(open_source(file)) as pages:
        for result in document.pages:
            try:
                image = next(pages).image
            except InputError:
                continue  # reported when it was read
            number = f"-{result.number:04}" if pages.total > 1 else ""
            data = io.BytesIO()
            overlay.draw(image, result).save(data, "PNG")
            output.write(stem.with_name(f"{stem.name}{number}.overlay.png"), data.getvalue())
