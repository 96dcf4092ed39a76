"""SRCC and PLCC: how far predicted qualities follow given ones, as in image quality assessment.

SRCC is Spearman's correlation of ranks (ties share their mean rank), PLCC Pearson's linear correlation, without the
logistic fit that some papers put before it. Both run from -1 to 1. Neither is made of counts that add: a bootstrap
resamples the pairs.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.stats import pearsonr, spearmanr


def srcc(predictions: Sequence[float], truths: Sequence[float]) -> float:
    """Spearman's rank correlation. Raises ValueError as `plcc`."""
    return float(spearmanr(*_checked(predictions, truths)).statistic)


def plcc(predictions: Sequence[float], truths: Sequence[float]) -> float:
    """Pearson's linear correlation.

    Raises ValueError if the lists differ in length, hold fewer than two numbers or one that is not finite, or if
    one of them is constant.
    """
    return float(pearsonr(*_checked(predictions, truths)).statistic)


def _checked(predictions: Sequence[float], truths: Sequence[float]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    a, b = np.asarray(predictions, dtype=np.float64), np.asarray(truths, dtype=np.float64)
    if a.ndim != 1 or a.shape != b.shape or len(a) < 2 or not (np.isfinite(a).all() and np.isfinite(b).all()):
        raise ValueError("A correlation needs two lists of the same length with at least two finite numbers each")
    if a.min() == a.max() or b.min() == b.max():
        raise ValueError("A correlation is undefined where all predictions or all truths are the same number")
    return a, b
