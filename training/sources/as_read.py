"""Values as a page was read: what the answer to a question about an observation should be.

A language model that sees no picture can know that SON BHD means SDN BHD; it cannot know that 9.80 means 9.00. So
letters are taught as they are, digits as they were read, and what was not read at all is taught to be left out.
"""

from __future__ import annotations

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

LEAST = 72.0
"""A value stands in a text if it fits some stretch of it this well, in per cent, without spaces and case."""
SHORT = 4
"""A value of so many characters must stand there letter for letter."""


def as_read(value: str, text: str) -> str | None:
    """`value` in the case in which `text` has it and with its digits; None where it does not stand there."""
    wanted = [character for character in value if not character.isspace()]
    there = [character for character in text if not character.isspace()]
    if not wanted or len(wanted) > len(there) + 4:
        return None
    plain = "".join(wanted).casefold()
    found = "".join(there).casefold()
    if len(found) != len(there) or len(plain) != len(wanted):  # letters that fold to two
        return value if value in text else None
    at = found.find(plain)
    if at < 0 and len(plain) <= SHORT:
        return None
    if at >= 0:
        place = slice(at, at + len(plain))
    else:
        fit = fuzz.partial_ratio_alignment(plain, found, score_cutoff=LEAST)
        if fit is None:
            return None
        place = slice(fit.dest_start, fit.dest_end)
    read = _matched(wanted, there[place])
    return _spaced(value, read) or None


def _matched(wanted: list[str], there: list[str]) -> list[str]:
    """Each wanted character as it was read: letters in the case read, digits as read, "" for digits not read."""
    read = list(wanted)
    old, new = "".join(wanted).casefold(), "".join(there).casefold()
    for edit in Levenshtein.opcodes(old, new):
        for i, j in zip(range(edit.src_start, edit.src_end), range(edit.dest_start, edit.dest_end), strict=False):
            if edit.tag == "equal" or wanted[i].isdigit():
                read[i] = there[j]
        if edit.tag == "delete":
            for i in range(edit.src_start, edit.src_end):
                read[i] = "" if wanted[i].isdigit() else wanted[i]
    return read


def _spaced(value: str, read: list[str]) -> str:
    """The read characters with the value's own spaces."""
    characters = iter(read)
    return " ".join("".join(" " if c.isspace() else next(characters) for c in value).split())
