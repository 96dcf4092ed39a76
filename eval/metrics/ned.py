"""Normalised edit distance, averaged over samples.

    NED = mean over samples of Levenshtein(reading, truth) / max(|reading|, |truth|)

As in ICDAR 2019 RRC-ArT (arXiv 1909.07145, which ranks by 1 - NED). 0 is perfect, 1 the worst; two empty texts are 0
apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rapidfuzz.distance import Levenshtein


class NedSum(NamedTuple):
    """Sums that add over samples; the mean NED is `distance / samples`."""

    distance: float
    samples: int


def normalised_distance(reading: str, truth: str) -> float:
    """NED of one sample, 0..1."""
    return float(Levenshtein.normalized_distance(reading, truth))


def ned_sum(readings: Sequence[str], truths: Sequence[str]) -> NedSum:
    """NED summed over samples, as the lines of a page. Raises ValueError if the lists differ in length."""
    if len(readings) != len(truths):
        raise ValueError("NED needs as many readings as truths")
    return NedSum(sum(map(normalised_distance, readings, truths)), len(truths))


def ned(readings: Sequence[str], truths: Sequence[str]) -> float:
    """Mean NED. Raises ValueError if the lists differ in length or are empty."""
    total = ned_sum(readings, truths)
    if not total.samples:
        raise ValueError("NED needs at least one sample")
    return total.distance / total.samples
