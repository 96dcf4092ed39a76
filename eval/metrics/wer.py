"""Word error rate.

    WER = sum of Levenshtein distances between word sequences / number of words in the truths

Morris, Maier and Green 2004, "From WER and RIL to MER and WIL". Words are separated by white space.
"""

from __future__ import annotations

from collections.abc import Sequence

from rapidfuzz.distance import Levenshtein

from eval.metrics.cer import Errors


def word_errors(reading: str, truth: str) -> Errors:
    """The counts of one sample, in words."""
    words = truth.split()
    return Errors(Levenshtein.distance(reading.split(), words), len(words))


def wer(readings: Sequence[str], truths: Sequence[str]) -> float:
    """WER pooled over all pairs.

    Can exceed 1. Raises ValueError if the lists differ in length or the truths hold no word.
    """
    errors = list(map(word_errors, readings, truths))
    words = sum(error.length for error in errors)
    if len(readings) != len(truths) or not words:
        raise ValueError("WER needs as many readings as truths, and truths with words in them")
    return sum(error.edits for error in errors) / words
