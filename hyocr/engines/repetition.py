"""Tells a model that is stuck from a page that repeats itself.

It looks at text, not tokens, so that one rule holds for every tokenizer and every engine. The end of a text is a loop
when one unit of up to `MAX_UNIT` characters stands there over and over, at least `SPAN` characters in all, and at least

* `FILLER_COPIES` times if the unit holds no letter outside its tags: dot leaders, dashes, zeros, rows of empty or
  numeric table cells. Printed pages have many of those: a ruled line of 130 dashes, a blank form of 40 rows.
* `COPIES` times if it holds letters ("N/A N/A N/A", a row of "ditto" cells, a sheet of equal labels).
* `LONG_COPIES` times from `LONG_UNIT` characters on: whole sentences and paragraphs do not recur that often.

Line spotting is never caught by accident: its coordinates differ from line to line.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

SPAN = 300
MAX_UNIT = 1000
FILLER_COPIES = 48
COPIES = 16
LONG_COPIES = 8
LONG_UNIT = 100

_MARKUP = re.compile(r"<[^<>]*>|&#?\w+;")
_PROBE = 8


@dataclass(frozen=True)
class Loop:
    """Where a loop's first copy begins and how long one copy is, in characters."""

    start: int
    unit: int

    @property
    def keep(self) -> int:
        """Length of the text up to the end of the first copy: what is worth keeping."""
        return self.start + self.unit


def find_loop(text: str) -> Loop | None:
    """The loop at the end of `text`, or None. Linear in MAX_UNIT (under 0.4 ms), whatever the length of the text."""
    if len(text) < SPAN:
        return None
    probe = text[-_PROBE:]
    for unit in range(1, min(MAX_UNIT, len(text) // LONG_COPIES) + 1):
        # A period of `unit` repeats the last characters `unit` earlier: rejects nearly every length at once.
        if not text.endswith(probe, 0, len(text) - unit):
            continue
        piece = text[-unit:]
        if text.endswith(piece * copies_needed(piece)):
            return Loop(_first_copy(text, unit), unit)
    return None


def copies_needed(unit: str) -> int:
    """How many copies of `unit` in a row make a loop."""
    # A unit may begin inside a tag. What is left of such a tag is the same in two copies and in three.
    if _letters(unit * 3) == _letters(unit * 2):
        copies = FILLER_COPIES
    else:
        copies = LONG_COPIES if len(unit) >= LONG_UNIT else COPIES
    return max(copies, -(-SPAN // len(unit)))


def _letters(text: str) -> int:
    return sum(character.isalpha() for character in _MARKUP.sub("", text))


def _first_copy(text: str, unit: int) -> int:
    start = len(text) - unit
    while start > 0 and text[start - 1] == text[start - 1 + unit]:
        start -= 1
    return start
