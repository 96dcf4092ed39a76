"""Do confidences mean what they say: expected calibration error, risk-coverage curve and the area below it.

    ECE = sum over M bins of |B_m| / n * |acc(B_m) - conf(B_m)|

Guo et al. 2017, "On Calibration of Modern Neural Networks", arXiv 1706.04599, eq. 3: bins of equal width, bin m holding
the confidences in ((m - 1) / M, m / M] (and the first also 0).

    risk(k) = mean error of the k most confident samples        coverage(k) = k / n        AURC = mean over k of risk(k)

El-Yaniv and Wiener 2010, "On the Foundations of Noise-free Selective Classification"; Geifman, Uziel and El-Yaniv 2019,
arXiv 1805.08206. Errors may be 0 or 1 or anything between or above, such as a line's CER.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = Sequence[float] | NDArray[np.float64]


class BinCounts(NamedTuple):
    """Sums per bin, each of shape (bins,), that add over pages; pools may be stacked on leading axes."""

    samples: NDArray[np.float64]
    confidence: NDArray[np.float64]
    correct: NDArray[np.float64]


class RiskCoverage(NamedTuple):
    """The curve at every k = 1..n, each of shape (n,)."""

    coverage: NDArray[np.float64]
    risk: NDArray[np.float64]


def bin_counts(confidences: Floats, correct: Floats, bins: int = 15) -> BinCounts:
    """The sums of one page. `correct` is 0 or 1, or a share of what is right.

    Raises ValueError if the lists differ in length or a number is not in 0..1.
    """
    confidence, right = _checked(confidences, correct)
    if not bool(((confidence >= 0) & (confidence <= 1) & (right >= 0) & (right <= 1)).all()):
        raise ValueError("Calibration needs confidences and correctness from 0 to 1")
    edges = np.arange(1, bins) / bins
    index = np.searchsorted(edges, confidence, side="left")  # left: an upper edge belongs to its bin
    samples, sums, rights = (np.bincount(index, weights, bins) for weights in (None, confidence, right))
    return BinCounts(samples.astype(np.float64), sums.astype(np.float64), rights.astype(np.float64))


def expected_calibration_error(counts: BinCounts) -> NDArray[np.float64]:
    """ECE, 0..1, from pooled counts; with leading axes (..., bins) one ECE for each pool; 0 without samples."""
    total = counts.samples.sum(axis=-1)
    # |B_m| cancels: |B_m| * |acc - conf| is the distance of the bin's two sums.
    gaps: NDArray[np.float64] = np.abs(counts.correct - counts.confidence).sum(axis=-1)
    rates: NDArray[np.float64] = gaps / (total + (total == 0))
    return rates


def risk_coverage(confidences: Floats, errors: Floats) -> RiskCoverage:
    """Risk among the most confident share, for every share.

    Samples of the same confidence have no order among themselves: each takes the mean of their errors, which is what
    all orders give on average. Raises ValueError if the lists differ in length, are empty or hold a NaN.
    """
    confidence, error = _checked(confidences, errors)
    if not len(confidence):
        raise ValueError("A risk-coverage curve needs at least one sample")
    _, group = np.unique(-confidence, return_inverse=True)
    means = np.bincount(group, error) / np.bincount(group)
    kept = np.arange(1, len(error) + 1)
    return RiskCoverage(kept / len(error), np.cumsum(means[np.sort(group)]) / kept)


def aurc(confidences: Floats, errors: Floats) -> float:
    """Area under the risk-coverage curve, from 0 up; not made of counts that add: a bootstrap resamples the pairs."""
    return float(risk_coverage(confidences, errors).risk.mean())


def _checked(confidences: Floats, values: Floats) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    a, b = np.asarray(confidences, dtype=np.float64), np.asarray(values, dtype=np.float64)
    if a.ndim != 1 or a.shape != b.shape or np.isnan(a).any() or np.isnan(b).any():
        raise ValueError("Confidences and values must be two lists of numbers of the same length")
    return a, b
