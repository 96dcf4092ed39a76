"""Word precision, recall and F1 of a page as a bag of words, after the protocol of SROIE task 2 (ICDAR 2019).

    P = matched / read    R = matched / there    F1 = 2 P R / (P + R)

`matched` is the size of the multiset intersection of a page's words read and there. Two forms: exact (as SROIE does:
white space separates words, case and punctuation count) and alphanumeric (upper-cased runs of A-Z and 0-9).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import NamedTuple

from eval.metrics.pooled import precision_recall_f1

_WORD = re.compile(r"[A-Z0-9]+")


class WordScores(NamedTuple):
    """Shares in 0..1."""

    precision: float
    recall: float
    f1: float


class WordCounts(NamedTuple):
    """Counts that add over pages; `pooled.precision_recall_f1` scores them in this order."""

    matched: int
    read: int
    there: int


def alphanumeric_words(text: str) -> Counter[str]:
    """The multiset of maximal runs of A-Z and 0-9 in the upper-cased text: "RM12.50" counts as RM12 and 50."""
    return Counter(_WORD.findall(text.upper()))


def exact_words(text: str) -> Counter[str]:
    """The multiset of words separated by white space, as they are."""
    return Counter(text.split())


def word_counts(reading: str, truth: str, words: Callable[[str], Counter[str]] = alphanumeric_words) -> WordCounts:
    """The counts of one page."""
    read, there = words(reading), words(truth)
    return WordCounts((read & there).total(), read.total(), there.total())


def word_scores(
    readings: Sequence[str], truths: Sequence[str], words: Callable[[str], Counter[str]] = alphanumeric_words
) -> WordScores:
    """Pooled over pages; 0 where nothing was read or is there. Raises ValueError if the lists differ in length."""
    pages = [word_counts(reading, truth, words) for reading, truth in zip(readings, truths, strict=True)]
    matched, read, there = (sum(counts) for counts in zip(WordCounts(0, 0, 0), *pages, strict=True))
    return WordScores(*map(float, precision_recall_f1(matched, read, there)))
