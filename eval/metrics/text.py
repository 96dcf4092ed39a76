"""Normalisations of text that several benchmarks share. Metrics compare what they are given: the caller normalises."""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

MOST_MARKS = 30  # that may follow one another; the Unicode Standard (UAX 15, stream-safe text) has the same limit


def single_spaces(text: str) -> str:
    """Every run of white space, line ends included, as one space; none at the ends."""
    return " ".join(text.split())


def no_spaces(text: str) -> str:
    """Without any white space, as Chinese text and formulas are often compared."""
    return "".join(text.split())


def nfkc(text: str) -> str:
    """Unicode NFKC: full-width letters, ligatures and compatibility signs in their plain form."""
    return normalized("NFKC", text)


def normalized(form: Literal["NFC", "NFKC", "NFKD"], text: str) -> str:
    """A Unicode normal form, of a run of combining marks only the first MOST_MARKS: ordering a run takes time that
    grows with the square of its length."""
    if text.isascii():
        return text
    # All that decomposes into marks alone is one, whatever its own combining class is.
    marks = [sign for sign in set(text) if all(map(unicodedata.combining, unicodedata.normalize("NFKD", sign)))]
    if marks:
        mark = f"[{re.escape(''.join(sorted(marks)))}]"
        text = re.sub(f"({mark}{{{MOST_MARKS}}}){mark}+", r"\1", text)
    return unicodedata.normalize(form, text)


def folded(text: str) -> str:
    """NFKC, upper-case and single spaces: the wording alone."""
    return single_spaces(nfkc(text).upper())
