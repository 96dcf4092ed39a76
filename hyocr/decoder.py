"""The child of `hyocr.isolated`: decodes the pages of one file, `python -m hyocr.decoder`.

It is told on stdin what to open (`Opening` as a line of JSON) and then the number of a page per line. It answers on
stdout with a line of JSON each: {"total": pages}, {"error": sentence}, or {"size": [width, height], "dpi": number or
null, "figures": [[x1, y1, x2, y2], ...]}, after which the page's pixels follow, three bytes each, row by row.
"""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import astuple, dataclass
from typing import IO

from hyocr.errors import InputError
from hyocr.sources import FORMATS, Page, open_source

try:
    import resource
except ImportError:  # Windows knows no such limits
    resource = None  # type: ignore[assignment]

STRIP = 1 << 20
"""Bytes of pixels that are copied at once, here and in the parent."""


@dataclass(frozen=True)
class Opening:
    """The first line. `memory_mb` bounds the address space, `seconds` the processor time of opening and each page."""

    path: str
    pages: int
    pixels: int
    seconds: float
    memory_mb: int


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent decides what ends
    lines, answers = sys.stdin.buffer, sys.stdout.buffer
    opening = Opening(**json.loads(lines.readline()))
    _limit(opening)
    _bound_time(opening.seconds)
    try:
        pages = open_source(opening.path, FORMATS, opening.pages, opening.pixels)
    except InputError as error:
        return _answer(answers, {"error": str(error)})
    _answer(answers, {"total": pages.total})
    for line in lines:
        _bound_time(opening.seconds)
        pages.select(range(int(line), pages.total + 1))  # to the end, or it would close after this one
        try:
            page = next(pages)
        except InputError as error:
            _answer(answers, {"error": str(error)})
        else:
            _send(answers, page)


def strips(width: int, height: int) -> Iterator[tuple[int, int]]:
    """Upper and lower edge of stretches of rows that hold about `STRIP` bytes."""
    rows = max(1, STRIP // (3 * width))
    return ((top, min(top + rows, height)) for top in range(0, height, rows))


def _limit(opening: Opening) -> None:
    """What decoding may never do, whatever the file makes it do: take more memory, write a file or dump its core."""
    if resource is None:
        return
    limits = {"RLIMIT_AS": opening.memory_mb << 20, "RLIMIT_CORE": 0, "RLIMIT_FSIZE": 0}
    for name, value in limits.items():
        with suppress(ValueError, OSError):  # macOS has no bound for memory; a lower one may be set already
            resource.setrlimit(getattr(resource, name), (value, value))


def _bound_time(seconds: float) -> None:
    """Processor time from now on, for a child whose parent was killed while it works; the parent watches the clock."""
    if resource is None:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime + seconds) + 2, hard))


def _send(answers: IO[bytes], page: Page) -> None:
    size, figures = page.image.size, [astuple(box) for box in page.figures]
    _answer(answers, {"size": size, "dpi": page.dpi, "figures": figures})
    for top, bottom in strips(*size):
        answers.write(page.image.crop((0, top, size[0], bottom)).tobytes())
    answers.flush()


def _answer(answers: IO[bytes], answer: dict[str, object]) -> None:
    answers.write(json.dumps(answer).encode() + b"\n")
    answers.flush()


if __name__ == "__main__":
    main()
