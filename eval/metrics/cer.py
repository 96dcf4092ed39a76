"""Character error rate."""

from __future__ import annotations

from collections.abc import Sequence

from rapidfuzz.distance import Levenshtein


def cer(readings: Sequence[str], truths: Sequence[str]) -> float:
    """CER = sum of Levenshtein distances / number of characters in the truths, pooled over all pairs.

    Can exceed 1. Raises ValueError if the lists differ in length or the truths hold no character.
    """
    characters = sum(map(len, truths))
    if len(readings) != len(truths) or not characters:
        raise ValueError("CER needs as many readings as truths, and truths with text in them")
    return sum(map(Levenshtein.distance, readings, truths)) / characters
