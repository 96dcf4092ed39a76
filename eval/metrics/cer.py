"""Character error rate.

    CER = sum of Levenshtein distances / number of characters in the truths

The word error rate (Morris, Maier and Green 2004, "From WER and RIL to MER and WIL") with characters for words;
characters are Unicode code points.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rapidfuzz.distance import Levenshtein


class Errors(NamedTuple):
    """Counts that add over samples; the error rate is `edits / length`."""

    edits: int  # insertions, deletions and substitutions
    length: int  # characters (or words) in the truth


def character_errors(reading: str, truth: str) -> Errors:
    """The counts of one sample."""
    return Errors(Levenshtein.distance(reading, truth), len(truth))


def cer(readings: Sequence[str], truths: Sequence[str]) -> float:
    """CER pooled over all pairs.

    Can exceed 1. Raises ValueError if the lists differ in length or the truths hold no character.
    """
    characters = sum(map(len, truths))
    if len(readings) != len(truths) or not characters:
        raise ValueError("CER needs as many readings as truths, and truths with text in them")
    return sum(map(Levenshtein.distance, readings, truths)) / characters
