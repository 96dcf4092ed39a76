"""Word precision, recall and F1 of a page as a bag of words, after the protocol of SROIE task 2 (ICDAR 2019).

    P = matched / read    R = matched / there    F1 = 2 P R / (P + R)

`matched` is the size of the multiset intersection of a page's words read and there. Two forms: exact (as SROIE does:
white space separates words, case and punctuation count) and alphanumeric (upper-cased runs of A-Z and 0-9).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

_WORD = re.compile(r"[A-Z0-9]+")


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
