"""Scores from pooled counts, numbers or arrays alike: an array holds one sum for each of the bootstrap's resamples."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Number = float | NDArray[np.float64]


def ratio(part: Number, whole: Number) -> Number:
    """part / whole elementwise, 0 where `whole` is 0."""
    whole = np.asarray(whole, np.float64)
    shares = np.divide(part, whole, out=np.zeros(np.broadcast(part, whole).shape), where=whole != 0)
    return shares if shares.ndim else float(shares)


def precision_recall_f1(matched: Number, predicted: Number, there: Number) -> tuple[Number, Number, Number]:
    """P = matched / predicted, R = matched / there, F1 = 2 matched / (predicted + there), their harmonic mean."""
    return ratio(matched, predicted), ratio(matched, there), ratio(2 * matched, predicted + there)
