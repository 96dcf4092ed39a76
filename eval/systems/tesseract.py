"""Tesseract, the classical engine everyone has: one process per image, as its users start it.

Settings: English, `--psm 4` (a column of text of varying sizes) for pages, `--psm 7` (a single line) for crops, both
LSTM with the installed model. The image goes in as uncompressed PPM, so that no time is spent on compressing it; the
answer comes as TSV, one row per word with its box and confidence, from which the text is put together as Tesseract's
own text output has it: words by spaces, lines by line breaks, paragraphs by an empty line. Nothing is filtered: asked
for a single line, Tesseract finds one on an empty crop too, with a confidence near 0.

Memory is that of the child processes, `resource.getrusage(resource.RUSAGE_CHILDREN)`; Linux counts in it what this
process held when it started them, so that it is an upper bound.
"""

from __future__ import annotations

import io
import os
import statistics
import subprocess
from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from PIL import Image

from eval.benchmarks.base import Item
from eval.predictions import FAILED, Prediction
from hyocr.document import Box, Line
from hyocr.errors import HyocrError

PAGE_MODES = {"read": 4, "spotting": 4, "line": 7}
LANGUAGE = "eng"
TIMEOUT = 300.0  # seconds per image
INSTALL = "on Debian and Ubuntu: apt-get install tesseract-ocr tesseract-ocr-eng"


class TesseractError(Exception):
    """One image that Tesseract could not read, or an answer that is not its TSV."""


class Word(NamedTuple):
    """One word of the TSV; `paragraph` is (block, paragraph), `line` is (block, paragraph, line)."""

    text: str
    box: Box
    confidence: float
    paragraph: tuple[int, int]
    line: tuple[int, int, int]


class TesseractSystem:
    """The program `tesseract` from PATH, held to `threads` OpenMP threads."""

    name = "tesseract"
    tasks = frozenset(PAGE_MODES)

    def __init__(self, threads: int) -> None:
        """Raises HyocrError if the program or its English model is not installed, or does not start."""
        self._environment = {**os.environ, "OMP_THREAD_LIMIT": str(threads)}
        version = _ask("--version").split("\n")[0].removeprefix("tesseract").strip()
        if LANGUAGE not in _ask("--list-langs").split():
            raise HyocrError(f'Tesseract has no model of the language "{LANGUAGE}" ({INSTALL}).')
        self.settings = {
            "version": version,
            "psm": "4 for pages, 7 for lines",
            "language": LANGUAGE,
            "threads": str(threads),
        }

    def batch(self, task: str) -> int:
        """One: each image is a process of its own."""
        return 1

    def answer(self, task: str, pages: Sequence[tuple[Item, Image.Image]]) -> list[Prediction]:
        """Text in Tesseract's reading order, lines with boxes, and the mean of the words' confidences."""
        return [self._answer(PAGE_MODES[task], item.id, image) for item, image in pages]

    def _answer(self, page_mode: int, name: str, image: Image.Image) -> Prediction:
        try:
            words = parse_tsv(self._run(page_mode, image))
        except TesseractError as error:
            return Prediction(name, "", status=FAILED, error=str(error))
        confidence = statistics.fmean(word.confidence for word in words) if words else None
        return Prediction(name, text(words), lines=lines(words), confidence=confidence)

    def _run(self, page_mode: int, image: Image.Image) -> str:
        pixels = io.BytesIO()
        image.convert("RGB").save(pixels, "PPM")
        command = ["tesseract", "stdin", "stdout", "--psm", str(page_mode), "-l", LANGUAGE]
        try:
            done = subprocess.run(
                [*command, "-c", "tessedit_create_tsv=1"],
                input=pixels.getvalue(),
                capture_output=True,
                timeout=TIMEOUT,
                env=self._environment,
            )
        except subprocess.TimeoutExpired:
            raise TesseractError(f"Tesseract took longer than {TIMEOUT:.0f} s.") from None
        except OSError as error:
            raise TesseractError(f"Tesseract did not start: {error}.") from error
        if done.returncode:
            message = done.stderr.decode("utf-8", "replace").strip().split("\n")[-1]
            raise TesseractError(f"Tesseract ended with status {done.returncode}: {message}")
        return done.stdout.decode("utf-8", "replace")


def _ask(option: str) -> str:
    """What `tesseract option` prints."""
    try:
        done = subprocess.run(["tesseract", option], capture_output=True, text=True, timeout=60)
    except FileNotFoundError:
        raise HyocrError(f"The program tesseract is not installed ({INSTALL}).") from None
    except (OSError, subprocess.TimeoutExpired) as error:
        raise HyocrError(f"The program tesseract does not start: {error}.") from error
    if done.returncode:
        raise HyocrError(f"The program tesseract does not work: it ended with status {done.returncode} ({INSTALL}).")
    return done.stdout


def parse_tsv(tsv: str) -> list[Word]:
    """The words of Tesseract's TSV that have any ink, in its order; boxes in pixels, confidences in 0..1.

    Columns: level, page, block, paragraph, line, word, left, top, width, height, confidence (percent), text; words are
    the rows of level 5. Quotation marks mean themselves. Raises TesseractError for a word's row that has other columns.
    """
    words = []
    for row in tsv.split("\n"):  # not splitlines: a word may hold characters that it takes for line breaks
        level, *cells = row.rstrip("\r").split("\t")
        if level != "5":
            continue
        try:
            _, block, paragraph, line, _, left, top, width, height = map(int, cells[:9])
            percent, content = float(cells[9]), cells[10]
        except (ValueError, IndexError):
            raise TesseractError(f"Tesseract's answer has a row that is not a word: {row[:100]!r}.") from None
        if content.strip():
            box = Box(left, top, left + width, top + height)
            confidence = min(max(percent / 100, 0.0), 1.0)
            words.append(Word(content, box, confidence, (block, paragraph), (block, paragraph, line)))
    return words


def lines(words: Sequence[Word]) -> list[Line]:
    """Words joined by spaces into their lines, with the box around them and their mean confidence."""
    groups: defaultdict[tuple[int, int, int], list[Word]] = defaultdict(list)
    for word in words:
        groups[word.line].append(word)
    return [
        Line(
            " ".join(word.text for word in group),
            Box(
                min(word.box.x1 for word in group),
                min(word.box.y1 for word in group),
                max(word.box.x2 for word in group),
                max(word.box.y2 for word in group),
            ),
            confidence=statistics.fmean(word.confidence for word in group),
        )
        for group in groups.values()
    ]


def text(words: Sequence[Word]) -> str:
    """The page's text, paragraphs parted by an empty line as in Tesseract's text output; "" without words."""
    paragraphs: defaultdict[tuple[int, int], list[Word]] = defaultdict(list)
    for word in words:
        paragraphs[word.paragraph].append(word)
    return "\n\n".join("\n".join(line.text for line in lines(group)) for group in paragraphs.values())
