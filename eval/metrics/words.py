"""Word precision, recall and F1 of a page as a bag of words, after the protocol of SROIE task 2 (ICDAR 2019)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

_WORD = re.compile(r"[A-Z0-9]+")


class WordScores(NamedTuple):
    """Shares in 0..1."""

    precision: float
    recall: float
    f1: float


def alphanumeric_words(text: str) -> Counter[str]:
    """The multiset of maximal runs of A-Z and 0-9 in the upper-cased text: "RM12.50" counts as RM12 and 50."""
    return Counter(_WORD.findall(text.upper()))


def word_scores(readings: Sequence[str], truths: Sequence[str]) -> WordScores:
    """Pooled over pages: matched words (multiset intersection per page) over words read, over words there, and their
    F1.

    F1 = 2 P R / (P + R); 0 where nothing matches. Raises ValueError if the lists differ in length.
    """
    matched = read = there = 0
    for reading, truth in zip(readings, truths, strict=True):
        a, b = alphanumeric_words(reading), alphanumeric_words(truth)
        matched, read, there = matched + (a & b).total(), read + a.total(), there + b.total()
    precision, recall = matched / max(1, read), matched / max(1, there)
    return WordScores(precision, recall, 2 * precision * recall / (precision + recall) if matched else 0.0)
