"""Normalisations of text that several benchmarks share. Metrics compare what they are given: the caller normalises."""

from __future__ import annotations

import unicodedata


def single_spaces(text: str) -> str:
    """Every run of white space, line ends included, as one space; none at the ends."""
    return " ".join(text.split())


def no_spaces(text: str) -> str:
    """Without any white space, as Chinese text and formulas are often compared."""
    return "".join(text.split())


def nfkc(text: str) -> str:
    """Unicode NFKC: full-width letters, ligatures and compatibility signs in their plain form."""
    return unicodedata.normalize("NFKC", text)


def folded(text: str) -> str:
    """NFKC, upper-case and single spaces: the wording alone."""
    return single_spaces(nfkc(text).upper())
