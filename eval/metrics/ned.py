"""Normalised edit distance, averaged over samples.

    NED = mean over samples of Levenshtein(reading, truth) / max(|reading|, |truth|)

As in ICDAR 2019 RRC-ArT (arXiv 1909.07145, which ranks by 1 - NED). 0 is perfect, 1 the worst; two empty texts are 0
apart.
"""

from __future__ import annotations

from collections.abc import Sequence

from rapidfuzz.distance import Levenshtein


def normalised_distance(reading: str, truth: str) -> float:
    """NED of one sample, 0..1."""
    return float(Levenshtein.normalized_distance(reading, truth))


def ned(readings: Sequence[str], truths: Sequence[str]) -> float:
    """Mean NED. Raises ValueError if the lists differ in length or are empty."""
    if len(readings) != len(truths) or not truths:
        raise ValueError("NED needs as many readings as truths, and at least one")
    return sum(map(normalised_distance, readings, truths)) / len(truths)
