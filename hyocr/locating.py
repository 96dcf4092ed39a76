"""Where a value stands on a page: the lines that it was concluded from, found by aligning it with what was read.

Case and whitespace do not count, so that a value may go on in the next row, or in the next line of its column. Letters
may differ a little, as the model mends what was misread; digits may not: another number is not the value. A date or an
amount that was written in another form is found by that (`hyocr.normalising`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from hyocr.document import Box, Line
from hyocr.labels import labelled, meant
from hyocr.normalising import candidates, could_be, normalised, same
from hyocr.observation import Observation

MOST_EDITS = 0.25
"""Edits per letter of the value that are still it."""

LONGEST = 2000
"""Letters: longer values are not looked for."""

LAST = ("total", "cash", "change", "rounding", "tax", "subtotal", "discount", "service_charge")
"""Fields that stand at the end: of several places that are as good the last one counts, for others the first."""

_BREAK = "\n"  # between the columns of a haystack; values have none


@dataclass(frozen=True)
class Place:
    """Where a value stands: for each line it takes, the line's index in the observation and the characters of it.

    `reading` is what was read there, `boxes` the lines' boxes cut to these characters in proportion, for lines with a
    box. `edits` counts the letters that differ.
    """

    spans: tuple[tuple[int, int, int], ...]
    reading: str
    boxes: tuple[Box, ...]
    edits: int


def locate(value: str, observation: Observation, name: str = "") -> Place | None:
    """The best place of a value on the page; None where it stands nowhere.

    Of several that are as near to the value, the one is taken whose row has a label of the field `name`, then one that
    cuts no word, then the last for totals and the first for others.
    """
    needle = _folded(value)
    if not needle or len(needle) > LONGEST:
        return None
    haystacks = [_Haystack(observation, order) for order in (range(len(observation.lines)), _columns(observation))]
    for search in (_exact, _similar):
        for haystack in haystacks:
            found = [place for place in search(needle, haystack) if _acceptable(value, place, observation)]
            if found:
                return _best(found, observation, name)
    found = list(_in_other_form(value, observation))
    return _best(found, observation, name) if found else None


def _folded(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


class _Haystack:
    """The letters of lines in an order, as they are compared, and where each stands: its line and its place there."""

    def __init__(self, observation: Observation, order: Sequence[int]) -> None:
        self.observation = observation
        letters: list[str] = []
        self.at: list[tuple[int, int]] = []
        for index in order:
            if index < 0:
                letters.append(_BREAK)
                self.at.append((-1, 0))
                continue
            text = observation.text[observation.starts[index] : observation.ends[index]]
            for place, letter in enumerate(text):
                folded = _folded(letter)
                letters += folded
                self.at += [(index, place)] * len(folded)
        self.letters = "".join(letters)

    def place(self, start: int, end: int, edits: int) -> Place:
        """The place of the letters from `start` to `end`."""
        spans: dict[int, tuple[int, int]] = {}
        for index, at in self.at[start:end]:
            if index >= 0:
                spans[index] = spans.get(index, (at, at))[0], at + 1
        return _place(self.observation, [(index, *span) for index, span in spans.items()], edits)


def _place(observation: Observation, spans: Sequence[tuple[int, int, int]], edits: int) -> Place:
    starts, text = observation.starts, observation.text
    reading = " ".join(text[starts[i] + start : starts[i] + end] for i, start, end in spans)
    lengths = [observation.ends[i] - starts[i] for i, _, _ in spans]
    boxes = [
        box
        for (i, start, end), length in zip(spans, lengths, strict=True)
        if (box := cut_box(observation.lines[i], start / length, end / length))
    ]
    return Place(tuple(spans), reading, tuple(boxes), edits)


def cut_box(line: Line, start: float, end: float) -> Box | None:
    """The box around the stretch from `start` to `end` of a line, 0 to 1 along it; None for a line without a box."""
    box = line.box
    if box is None:
        return None
    if line.polygon is None or len(line.polygon) != 4:
        return Box(box.x1 + start * box.width, box.y1, box.x1 + end * box.width, box.y2)
    top_left, top_right, bottom_right, bottom_left = line.polygon
    sides = ((top_left, top_right), (bottom_left, bottom_right))
    corners = [(x1 + at * (x2 - x1), y1 + at * (y2 - y1)) for (x1, y1), (x2, y2) in sides for at in (start, end)]
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    return Box(min(xs), min(ys), max(xs), max(ys))


def _columns(observation: Observation) -> list[int]:
    """The lines in columns: each followed by the next one below it that starts or ends where it does; -1 between them.

    Lines that stand alone are left out: they are the same in reading order.
    """
    lines, taken = observation.lines, set[int]()
    order: list[int] = []
    for first in range(len(lines)):
        chain, last = [first], first
        while first not in taken and (below := _below(lines, last)) is not None and below not in taken:
            chain.append(below)
            last = below
        if len(chain) > 1:
            taken.update(chain)
            order += [*chain, -1]
    return order


def _below(lines: Sequence[Line], index: int) -> int | None:
    box = lines[index].box
    if box is None:
        return None
    for other in range(index + 1, len(lines)):
        below = lines[other].box
        if below and below.y1 > (box.y1 + box.y2) / 2 and min(box.x2, below.x2) > max(box.x1, below.x1):
            near = below.y1 - box.y2 < 1.5 * box.height and abs(below.height - box.height) < 0.5 * box.height
            aligned = min(abs(below.x1 - box.x1), abs(below.x2 - box.x2)) < box.height
            return other if near and aligned else None
    return None


def _exact(needle: str, haystack: _Haystack) -> Iterator[Place]:
    start = haystack.letters.find(needle)
    while start >= 0:
        yield haystack.place(start, start + len(needle), 0)
        start = haystack.letters.find(needle, start + 1)


def _similar(needle: str, haystack: _Haystack) -> Iterator[Place]:
    """The places with the fewest edits, those with as few of them as any, if these are few enough."""
    limit = int(MOST_EDITS * len(needle))
    if not limit or not haystack.letters:
        return
    costs = _costs(needle, haystack.letters, anywhere=True)[1:]
    fewest = int(costs.min())
    if fewest > limit:
        return
    for end in (np.flatnonzero(costs == fewest) + 1).tolist()[:50]:
        begin = max(0, end - len(needle) - fewest)
        back = _costs(needle[::-1], haystack.letters[begin:end][::-1], anywhere=False)
        yield haystack.place(end - int(back.argmin()), end, fewest)


def _costs(needle: str, hay: str, anywhere: bool) -> NDArray[np.int64]:
    """For every end in `hay` the edits between `needle` and what stands before it (Sellers 1980): (length + 1,).

    That begins `anywhere`, or at the start of `hay`.
    """
    letters = np.array([ord(letter) for letter in hay], dtype=np.int64)
    steps = np.arange(len(hay) + 1)
    costs = np.zeros_like(steps) if anywhere else steps.copy()
    for letter in needle:
        changed = costs + 1
        changed[1:] = np.minimum(changed[1:], costs[:-1] + (letters != ord(letter)))
        costs = np.minimum.accumulate(changed - steps) + steps
    return costs


def _acceptable(value: str, place: Place, observation: Observation) -> bool:
    """Whether what stands there can be the value: the same digits, no part of a longer number, no other amount."""
    if not place.spans or re.findall(r"\d", value) != re.findall(r"\d", _plain_digits(place.reading)):
        return False
    if not any(letter.isdigit() for letter in value):
        return True
    before, after = _around(place, observation)
    if re.match(r"\s*[.,]?\d", value) and re.search(r"\d[.,]?$", before):
        return False
    if re.search(r"\d[.,]?\s*$", value) and re.match(r"[.,]?\d", after):
        return False
    if len(place.spans) > 1 and not re.search(r"\d\s+\d", value) and _joins_numbers(place, observation):
        return False
    here, there = normalised(value), normalised(place.reading)
    return here is None or there is None or same(here, there)


def _plain_digits(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


def _joins_numbers(place: Place, observation: Observation) -> bool:
    """Whether two lines of the place meet between digits."""
    texts = [observation.text[observation.starts[i] + a : observation.starts[i] + b] for i, a, b in place.spans]
    return any(one[-1].isdigit() and two[0].isdigit() for one, two in pairwise(texts))


def _around(place: Place, observation: Observation) -> tuple[str, str]:
    """What stands before and after the place in its first and last line."""
    (first, start, _), (last, _, end) = place.spans[0], place.spans[-1]
    text, starts, ends = observation.text, observation.starts, observation.ends
    return text[starts[first] : starts[first] + start], text[starts[last] + end : ends[last]]


def _in_other_form(value: str, observation: Observation) -> Iterator[Place]:
    """Dates, times and amounts of the page that are the value in another form."""
    page, digits = observation.text, sum(letter.isdigit() for letter in value)
    wanted = normalised(value, page)
    if wanted is None:
        return
    is_amount = re.fullmatch(r"-?[\d.]+", wanted)
    for index, (start, end) in enumerate(zip(observation.starts, observation.ends, strict=True)):
        for first, last in candidates(page[start:end]):
            there = page[start + first : start + last]
            # 5 is 5.00, but a 5 on the page is more often a number of pieces.
            if could_be(there, wanted) and not (is_amount and sum(letter.isdigit() for letter in there) < digits):
                yield _place(observation, [(index, first, last)], 0)


def _best(places: Sequence[Place], observation: Observation, name: str) -> Place:
    """Of several places the one to take: see `locate`."""
    ranked = [(_label(place, observation, name), _whole(place, observation)) for place in places]
    best = max(ranked)
    equal = [place for place, rank in zip(places, ranked, strict=True) if rank == best]
    return equal[-1] if meant(name) in LAST else equal[0]


def _label(place: Place, observation: Observation, name: str) -> float:
    """How surely the row says what the value is; half as surely what stands right above it."""
    if not name:
        return 0.0
    text, index = observation.text, place.spans[0][0]
    at = observation.starts[index] + place.spans[0][1]
    start, end = text.rfind("\n", 0, at) + 1, text.find("\n", at)
    row = labelled(text[start : end if end >= 0 else len(text)], name)
    box = observation.lines[index].box
    if row or not box:
        return row
    above = [line for line in observation.lines[:index] if line.box and line.box.y2 <= box.y1 + box.height / 2]
    over = [line for line in above if line.box and min(line.box.x2, box.x2) > max(line.box.x1, box.x1)]
    return labelled(over[-1].text, name) / 2 if over else 0.0


def _whole(place: Place, observation: Observation) -> bool:
    """Whether the place begins and ends where words do."""
    before, after = _around(place, observation)
    starts = not before or not (before[-1].isalnum() and place.reading[:1].isalnum())
    return starts and (not after or not (after[0].isalnum() and place.reading[-1:].isalnum()))
