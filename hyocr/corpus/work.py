"""What a worker does, wherever it runs: load the reader once, then read one piece of a document after the other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from hyocr.batch import load_engine
from hyocr.document import PageError, PageResult
from hyocr.errors import HyocrError, InputError
from hyocr.job import is_server
from hyocr.model.folder import find, first_line
from hyocr.reader import Reader, prompt_for, strategy_for
from hyocr.sources import open_source

PIECE_PAGES = 8
"""Pages of one document handed out together: long documents spread over all workers, files are opened seldom."""

GRACE_SECONDS = 60.0
"""How much longer than a page's own time a worker may give no page before it counts as hung."""

PIECES_AT_ONCE = 16
"""What one worker reads at once where the engine makes batches of it, so that documents of one page fill them too."""


@dataclass(frozen=True)
class Reading:
    """How every page of a run is read. `page_seconds` bounds one page; `strategy` "auto" is the checkpoint's own."""

    task: str = "read"
    model: str = "nano"
    engine: str = "transformers"
    strategy: str = "auto"
    language: str = "en"
    question: str | None = None
    page_seconds: float = 600.0
    adapter: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """A JSON-ready dictionary."""
        return asdict(self)

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> Reading:
        """The inverse of `to_dict`. Raises TypeError for a dictionary with other keys."""
        return cls(**given)


@dataclass(frozen=True)
class Piece:
    """Some pages, by number from 1, of the document that lies at `path`, has `total` pages and is called `document`."""

    document: str
    path: str
    total: int
    numbers: tuple[int, ...]


def identify(reading: Reading) -> tuple[str, str]:
    """The checkpoint's name and the strategy that its documents are read with, found without loading the model.

    Raises CheckpointError where there is no such checkpoint or adapter, EngineError where the server does not answer,
    HyocrError for a `reading` that can read nothing: an unknown task or language, a question missing or not asked for.
    """
    prompt_for(reading.task, reading.language, reading.question)
    if is_server(reading.engine):
        with closing(load_engine(reading.model, reading.engine, reading.adapter)) as engine:
            name, strategy, observes = engine.name, engine.default_strategy, getattr(engine, "observes", ())
    else:
        folder = find(reading.model, reading.adapter)
        name, strategy, observes = folder.name, folder.default_strategy, getattr(folder, "observes", ())
    wanted = None if reading.strategy == "auto" else reading.strategy
    return name, strategy_for(reading.task, wanted, strategy, observes)


def load_reader(reading: Reading) -> Reader:
    """Loads the engine: seconds and memory, so once per worker. Raises CheckpointError and EngineError."""
    strategy = None if reading.strategy == "auto" else reading.strategy
    engine = load_engine(reading.model, reading.engine, reading.adapter)
    return Reader(engine, strategy, reading.language, page_seconds=reading.page_seconds, at_once=1)


def pieces_at_once(reading: Reading) -> int:
    """How many threads of one worker call `read_piece`, each of which reads its pages one by one."""
    return 1 if reading.engine == "transformers" else PIECES_AT_ONCE


def read_piece(reader: Reader, reading: Reading, piece: Piece) -> Iterator[PageResult]:
    """One result for each number, as soon as it is there; what goes wrong is a result with status "failed".

    Raises HyocrError only for a `reading` that can read nothing, which `identify` does too.
    """
    left = list(piece.numbers)
    while left:
        try:
            for result in _results(reader, reading, piece, left):
                left.remove(result.number)
                yield result
            return
        except InputError as error:  # the file as a whole
            yield from (failed(number, type(error).__name__, str(error)) for number in left)
            return
        except HyocrError:
            raise
        except Exception as error:  # one page of millions that nobody foresaw must not end the run: on with the next
            kind = type(error).__name__
            yield failed(left.pop(0), kind, f"Reading this page met a fault ({kind}), report it: {first_line(error)}")


def engine_is_gone(result: PageResult) -> bool:
    """Whether this page failed by the end of vLLM's own process, without which a worker can only fail."""
    return result.status == "failed" and result.error is not None and result.error.message.startswith("vLLM failed")


def failed(number: int, kind: str, message: str) -> PageResult:
    """The result of a page that could not be read, with an error of this type and message."""
    return PageResult(number, 0, 0, status="failed", error=PageError(kind, message))


def _results(reader: Reader, reading: Reading, piece: Piece, numbers: list[int]) -> Iterator[PageResult]:
    with closing(open_source(Path(piece.path))) as pages:
        if pages.total != piece.total:
            raise InputError("The file was changed while it was read; run the same command again.")
        pages.select(numbers)
        yield from reader.pages(pages, reading.task, reading.question)
