"""The options of a command line, apart from what carries them out: `hyocr --help` should load nothing heavy."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


def is_server(engine: str) -> bool:
    """Whether an engine is named by the address of a server."""
    return engine.startswith(("http://", "https://"))


@dataclass(frozen=True)
class Job:
    """The options of the command line. `folder` None writes to stdout; `overlay` needs a folder.

    `verbatim` is the reader's (`hyocr.reader.Reader`).
    """

    task: str
    model: str = "nano"
    engine: str = "transformers"
    strategy: str = "auto"
    format: str = "text"
    folder: Path | None = None
    language: str = "en"
    quiet: bool = False
    overlay: bool = False
    question: str | None = None
    adapter: str | None = None
    verbatim: bool = False
