"""Scores from pooled counts, numbers or arrays alike: an array holds one sum for each of the bootstrap's resamples."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Number = float | NDArray[np.float64]


def ratio(part: Number, whole: Number, nothing: float = 0.0) -> Number:
    """part / whole elementwise, and `nothing` where `whole` is 0: NaN for what cannot be known, such as the error rate
    of no text, 0 for what was not achieved, such as the precision of no answer."""
    whole = np.asarray(whole, np.float64)
    shares = np.divide(part, whole, out=np.full(np.broadcast(part, whole).shape, nothing), where=whole != 0)
    return shares if shares.ndim else float(shares)


def precision_recall_f1(matched: Number, predicted: Number, there: Number) -> tuple[Number, Number, Number]:
    """P = matched / predicted, R = matched / there, F1 = 2 matched / (predicted + there), their harmonic mean."""
    return ratio(matched, predicted), ratio(matched, there), ratio(2 * matched, predicted + there)
