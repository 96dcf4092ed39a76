"""Files from strangers: decoded page by page in a child process that may be slow, swell or die without harm.

The child (`hyocr.decoder`) is bounded in memory by itself and in time from here. Nothing that it says is trusted: a
file may have taken it over.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, TypeVar

from PIL import Image

from hyocr.decoder import Opening, strips
from hyocr.document import Box
from hyocr.errors import InputError
from hyocr.figures import MAX_FIGURES
from hyocr.sources import MAX_PIXELS, Page, Pages

MAX_ANSWER = 1 << 16
"""Bytes of a line of JSON: 64 figures take a twentieth of it."""

MAX_SENTENCE = 300
MAX_DPI = 10_000

T = TypeVar("T")

KEPT = ("SYSTEMROOT", "LD_LIBRARY_PATH")
"""Variables without which Python does not start on Windows, or with libraries in unusual places."""


@dataclass(frozen=True)
class DecodeLimits:
    """Of one document: its pages, the pixels of each, the seconds to open it and for each page, the child's memory.

    `memory_mb` are MiB of address space, of which the child needs about 150 before it opens anything, and up to 2000
    for the largest images at the default `pixels`. macOS and Windows do not bound it.
    """

    pages: int = 1000
    pixels: int = MAX_PIXELS
    seconds: float = 60.0
    memory_mb: int = 2048


class Broken(Exception):
    """The child died, or said what it should not."""


def open_isolated(path: Path, limits: DecodeLimits = DecodeLimits()) -> Pages:
    """Opens a PDF, or an image of one of `hyocr.sources.FORMATS`, as `hyocr.sources.open_source` does.

    Raises InputError for the file as a whole, also where it has too many pages or takes too long to open; `next` raises
    it for a page that is damaged, too large, or takes too much time or memory, and goes on with the one after it.
    Starting the child takes about 0.3 seconds. `close` ends it. Several threads may each have documents of their own.
    """
    document = _Document(path, limits)
    try:
        total = document.open()
    except InputError as error:
        error.add_note(f"in {path}")
        raise
    return Pages(str(path), total, document.page, document.close)


class _Document:
    """A file, and the child that decodes it as long as that lives."""

    def __init__(self, path: Path, limits: DecodeLimits) -> None:
        self._origin = str(path)
        self._limits = limits
        self._child: subprocess.Popen[bytes] | None = None
        self._total = 0

    def open(self) -> int:
        """Starts a child, which opens the file; the number of pages."""
        limits = self._limits
        opening = Opening(os.path.abspath(self._origin), limits.pages, limits.pixels, limits.seconds, limits.memory_mb)
        self._child = _start()
        try:
            total = self._ask("The document", json.dumps(asdict(opening)), self._opened)
            if self._total not in (0, total):
                raise InputError("The file changed while it was read; read it again.")
        except InputError:
            self.close()
            raise
        self._total = total
        return total

    def page(self, number: int) -> Page:
        if not self._child or self._child.poll() is not None:  # ended here, or by the system between two pages
            self.close()
            self.open()
        return self._ask("This page", str(number), lambda answers: self._decoded(answers, number))

    def close(self) -> None:
        if self._child:
            child, self._child = self._child, None
            child.kill()
            child.wait()
            for pipe in filter(None, (child.stdin, child.stdout)):
                with suppress(OSError):  # a line that the child did not live to read
                    pipe.close()

    def _ask(self, what: str, line: str, read: Callable[[IO[bytes]], T]) -> T:
        """What `read` makes of the answer to `line`. Raises InputError: the child's own, or with the child ended."""
        child, late = self._child, threading.Event()
        assert child is not None
        assert child.stdin is not None
        assert child.stdout is not None

        def end() -> None:
            late.set()
            child.kill()

        timer = threading.Timer(self._limits.seconds, end)  # a killed child ends every wait for it, on every system
        timer.daemon = True
        timer.start()
        try:
            child.stdin.write(line.encode() + b"\n")
            child.stdin.flush()
            return read(child.stdout)
        except InputError:
            raise
        except (OSError, Broken) as error:
            self.close()
            raise InputError(self._too_long(what) if late.is_set() else self._too_much(what)) from error
        except BaseException:  # Ctrl-C amid an answer: the next page would get the rest of it
            self.close()
            raise
        finally:
            timer.cancel()
            timer.join()
            if late.is_set():  # it may have answered in the last moment
                self.close()

    def _too_long(self, what: str) -> str:
        limit = f"more than {self._limits.seconds:g} seconds"
        return f"{what} takes too long to decode ({limit}); export it as plain images or at a lower resolution."

    def _too_much(self, what: str) -> str:
        limit = f"needs more memory than {self._limits.memory_mb} MB"
        return f"{what} {limit} to decode, or breaks the decoder; export it as plain images or at a lower resolution."

    def _opened(self, answers: IO[bytes]) -> int:
        match _answer(answers):
            case {"total": int(total)} if 1 <= total <= self._limits.pages:
                return total
        raise Broken

    def _decoded(self, answers: IO[bytes], number: int) -> Page:
        match _answer(answers):
            case {"size": [int(width), int(height)], "dpi": None | int() | float() as dpi, "figures": [*figures]}:
                # The sides of a PDF page are rounded up to whole pixels.
                right = min(width, height) >= 1 and (width - 1) * (height - 1) <= self._limits.pixels
                if right and (dpi is None or 0 < dpi <= MAX_DPI) and len(figures) <= MAX_FIGURES:
                    boxes = tuple(_box(figure, width, height) for figure in figures)
                    return Page(_pixels(answers, width, height), number, self._origin, dpi, boxes)
        raise Broken


def _start() -> subprocess.Popen[bytes]:
    """A child that finds what this process finds, but is told nothing else of its environment, which may hold keys."""
    environment = {name: os.environ[name] for name in KEPT if name in os.environ}
    places = [place for place in sys.path if place] + [str(Path(__file__).parents[1])]
    environment |= {"PYTHONPATH": os.pathsep.join(places), "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    command = [sys.executable, "-P", "-m", "hyocr.decoder"]
    pipe, nothing = subprocess.PIPE, subprocess.DEVNULL
    try:  # in a group of its own, where no Ctrl-C reaches it before it can ignore that
        return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=nothing, env=environment, process_group=0)
    except OSError as error:
        raise InputError(f"No process can be started to decode this ({error.strerror}); try again later.") from error


def _answer(answers: IO[bytes]) -> object:
    """The next line. Raises InputError where it is a refusal, Broken where it is none that the child would write."""
    line = answers.readline(MAX_ANSWER)
    if not line.endswith(b"\n"):
        raise Broken
    try:
        answer = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise Broken from error
    match answer:
        case {"error": str(sentence)} if len(sentence) <= MAX_SENTENCE and sentence.isprintable():
            raise InputError(sentence)
    return answer


def _pixels(answers: IO[bytes], width: int, height: int) -> Image.Image:
    """Strip by strip, so that the page is in memory once."""
    image = Image.new("RGB", (width, height))
    for top, bottom in strips(width, height):
        size = (width, bottom - top)
        data = answers.read(3 * size[0] * size[1])
        if len(data) < 3 * size[0] * size[1]:
            raise Broken
        image.paste(Image.frombytes("RGB", size, data), (0, top))
    return image


def _box(figure: object, width: int, height: int) -> Box:
    match figure:
        case [int() | float() as x1, int() | float() as y1, int() | float() as x2, int() | float() as y2]:
            if 0 <= x1 <= x2 <= width and 0 <= y1 <= y2 <= height:
                return Box(x1, y1, x2, y2)
    raise Broken
