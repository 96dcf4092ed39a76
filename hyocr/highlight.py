"""Where on a page the lines stand that an answer rests on: their boxes, found by their text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rapidfuzz.distance import Levenshtein

from hyocr.document import Box, Line

LEAST = 0.6
"""1 - normalised edit distance from which a line of the page can be the one that was observed."""

_WORD = r"[^\W\u2e80-\uffff]"  # what words are made of that spaces part: Chinese ones may begin and end anywhere
_STARTS = rf"(?:(?<!{_WORD})(?<!\d[.,])|(?!{_WORD}))"
_ENDS = rf"(?:(?!{_WORD})(?![.,]\d)|(?<!{_WORD}))"


def placed(observation: Sequence[Line], lines: Sequence[Line]) -> list[Line]:
    """The observed lines, each with the box and polygon of the line of the page that it was most likely read from.

    That is the most similar of `lines` (of those with a box, in reading order), the first of several; one that holds
    the observed line as a part counts as equal, unless that cuts a word or number. So do the segments of a row as one
    line. Case and the number of spaces do not matter. A line that no other resembles by `LEAST` stays as it is.
    """
    known = [(_plain(place.text), place) for row in _rows(lines) for place in _places(row)]
    return [_placed(line, known) for line in observation]


@dataclass(frozen=True)
class _Place:
    text: str
    box: Box
    polygon: tuple[tuple[float, float], ...] | None = None


def _rows(lines: Sequence[Line]) -> list[list[_Place]]:
    rows: list[list[_Place]] = []
    for line in lines:
        if line.box:
            place = _Place(line.text, line.box, line.polygon)
            if rows and _beside(rows[-1][-1].box, line.box):
                rows[-1].append(place)
            else:
                rows.append([place])
    return rows


def _beside(left: Box, right: Box) -> bool:
    """Whether `right` goes on to the right of `left`: at least half of the flatter one stands at the same height."""
    shared = min(left.y2, right.y2) - max(left.y1, right.y1)
    return left.x2 <= right.x1 and shared > 0 and 2 * shared >= min(left.height, right.height)


def _places(row: Sequence[_Place]) -> list[_Place]:
    """Its segments, and all of it if they are several."""
    if len(row) == 1:
        return list(row)
    boxes = [place.box for place in row]
    top, bottom = min(box.y1 for box in boxes), max(box.y2 for box in boxes)
    around = Box(boxes[0].x1, top, boxes[-1].x2, bottom)
    return [*row, _Place(" ".join(place.text for place in row), around)]


def _placed(observed: Line, known: Sequence[tuple[str, _Place]]) -> Line:
    text = _plain(observed.text)
    if not text or not known:
        return observed
    part = re.compile(_STARTS + re.escape(text) + _ENDS)
    scores = [_score(text, part, other) for other, _ in known]
    best = max(scores)
    if best[0] < LEAST:
        return observed
    found = known[scores.index(best)][1]
    return replace(observed, box=found.box, polygon=found.polygon)


def _score(text: str, part: re.Pattern[str], other: str) -> tuple[float, float]:
    """How surely `other` is the line, and how alike both are as a whole: among lines that hold it the closest wins."""
    similarity = Levenshtein.normalized_similarity(text, other)
    return 1.0 if part.search(other) else similarity, similarity


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()
