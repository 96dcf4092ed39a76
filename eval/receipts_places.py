"""Where the value of a field stands on a receipt: parts of its true lines, found by their text.

Case, Unicode form, white space and signs that are not between digits do not count, so that an address is found whose
commas the truth has left out. A value may go on in the next line. A line's box is cut to the value's characters, as if
all were equally wide. A number that is part of a longer one is not the value.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from eval.metrics.text import folded
from hyocr.document import Box

_LETTER = re.compile(r"[^\W_]|(?<=\d)[^\w\s](?=\d)")
_GAP = r"[ \n]{0,2}"

TrueLine = tuple[str, tuple[int, int, int, int]]
"""Text and box (x1, y1, x2, y2) in pixels, as `Receipt.lines` has them."""


@dataclass(frozen=True)
class _Letter:
    """A letter's line, and where it starts and ends on it, 0 to 1."""

    line: int
    start: float
    end: float


def places(value: str, lines: Sequence[TrueLine]) -> list[list[Box]]:
    """Find all places of `value`: for each one box in pixels per line that it takes; none where it stands nowhere."""
    needle = _LETTER.findall(folded(value))
    if not needle:
        return []
    before = r"(?<!\d)(?<!\d[.,])" if needle[0].isdigit() else ""
    after = r"(?![.,]?\d)" if needle[-1].isdigit() else ""
    text, at = _letters(lines)
    matches = re.finditer(before + _GAP.join(map(re.escape, needle)) + after, text)
    return [_boxes([at[i] for i in range(*match.span())], lines) for match in matches]


def _letters(lines: Sequence[TrueLine]) -> tuple[str, list[_Letter | None]]:
    """The letters that count, a space for what stands between them, a newline after each line; and where each letter
    stands, None for the others."""
    text, at = "", list[_Letter | None]()
    for index, (line, _) in enumerate(lines):
        wording, end = folded(line), 0
        for found in _LETTER.finditer(wording):
            gap = " " if found.start() > end else ""
            text += gap + found[0]
            at += [None] * len(gap) + [_Letter(index, found.start() / len(wording), found.end() / len(wording))]
            end = found.end()
        text += "\n"
        at.append(None)
    return text, at


def _boxes(letters: Sequence[_Letter | None], lines: Sequence[TrueLine]) -> list[Box]:
    """The boxes of the lines that these letters stand on, each cut to them."""
    known = [letter for letter in letters if letter]
    boxes = []
    for index in sorted({letter.line for letter in known}):
        x1, y1, x2, y2 = lines[index][1]
        start = min(letter.start for letter in known if letter.line == index)
        end = max(letter.end for letter in known if letter.line == index)
        boxes.append(Box(x1 + start * (x2 - x1), y1, x1 + end * (x2 - x1), y2))
    return boxes
