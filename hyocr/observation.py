"""What was read on a page as one text: a row of text for a row of the page, its pieces apart as they stand there.

It is what a language model answers from that sees no picture (strategy `observe`), so training writes it the same way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np
from numpy.typing import NDArray

from hyocr.document import Line
from hyocr.lines import continues

MOST_SPACES = 24
"""Between two pieces of a row, or before its first: what stands further apart says no more."""

APART = 1.6
"""Characters. A gap that is wider is more than one space."""


@dataclass(frozen=True)
class Observation:
    """`text` with a newline between rows; `lines[i]` stands in it at `starts[i]`, with its whitespace collapsed."""

    text: str
    lines: tuple[Line, ...]
    starts: tuple[int, ...]

    @property
    def ends(self) -> tuple[int, ...]:
        """Where each line ends in `text`."""
        return tuple(start + len(_text(line)) for start, line in zip(self.starts, self.lines, strict=True))


def observe(lines: Sequence[Line]) -> Observation:
    """Lay out lines in reading order as text. Lines without text are left out; those without a box begin a row."""
    kept = [line for line in lines if line.text.strip()]
    boxed = [line for line in kept if line.box]
    left = min((line.box.x1 for line in boxed if line.box), default=0.0)
    unit = median(line.box.width / len(_text(line)) for line in boxed if line.box) if boxed else 1.0
    text, starts = "", list[int]()
    row_start, last = 0, None
    for line in kept:
        goes_on = last is not None and beside(last, line)
        if text and not goes_on:
            text += "\n"
        if not goes_on:
            row_start = len(text)
        text += " " * _spaces(line, last if goes_on else None, left, max(unit, 1e-6), len(text) - row_start)
        starts.append(len(text))
        text += _text(line)
        last = line
    return Observation(text, tuple(kept), tuple(starts))


def observed_prompt(text: str, prompt: str) -> str:
    """A question about a page that is known by its observation's text alone: that text, then the task's prompt."""
    return f"{text}\n\n{prompt}"


def _text(line: Line) -> str:
    return " ".join(line.text.split())


def beside(last: Line, line: Line) -> bool:
    """Whether `line` goes on the row of `last`, the line read before it."""
    return bool(last.box and line.box) and continues(_quad(last), _quad(line))


def _quad(line: Line) -> NDArray[np.float64]:
    box = line.box
    assert box
    return np.array(line.polygon or ((box.x1, box.y1), (box.x2, box.y1), (box.x2, box.y2), (box.x1, box.y2)))


def _spaces(line: Line, last: Line | None, left: float, unit: float, written: int) -> int:
    """How many spaces stand before a line: up to its column, but as many as the gap before it is wide at the least."""
    if line.box is None:
        return 0
    column = round((line.box.x1 - left) / unit)
    if last is None:
        return max(0, min(MOST_SPACES, column))
    gap = (line.box.x1 - last.box.x2) / unit if last.box else 0.0
    if gap < APART:
        return 1
    return max(2, min(MOST_SPACES, column - written))
