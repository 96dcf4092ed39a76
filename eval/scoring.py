"""From predictions to scores: pages are measured, sums pooled, and intervals found by resampling pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eval.benchmarks.base import Benchmark, Item
from eval.metrics.calibration import aurc, bin_counts, expected_calibration_error
from eval.predictions import FAILED, MISSING, Prediction

RESAMPLES = 1000
DIGITS = 6
"""Decimals that are written: what lies beyond them depends on the order of additions."""


@dataclass(frozen=True)
class PageScore:
    """One page's sums and its own scores. `prediction` is None where the page was never answered."""

    item: Item
    prediction: Prediction | None
    sums: dict[str, float]
    scores: dict[str, float]


def score_pages(benchmark: Benchmark, items: Sequence[Item], predictions: Mapping[str, Prediction]) -> list[PageScore]:
    """Every item measured, a missing prediction as an empty answer."""
    pages = []
    for item in items:
        prediction = predictions.get(item.id)
        sums = benchmark.measure(item, prediction or Prediction(item.id, "", status=MISSING))
        pages.append(PageScore(item, prediction, sums, _floats(benchmark.scores(sums))))
    return pages


def resamples(pages: int, seed: int = 0) -> NDArray[np.float64]:
    """Bootstrap weights (RESAMPLES, pages): how often each page is drawn when as many are drawn with replacement
    (Efron & Tibshirani 1993, chapter 13)."""
    rng = np.random.default_rng(seed)
    return rng.multinomial(pages, np.full(pages, 1 / pages), size=RESAMPLES).astype(np.float64)


def pooled(benchmark: Benchmark, pages: Sequence[PageScore]) -> dict[str, float]:
    """Scores of all pages together."""
    names = pages[0].sums
    return _floats(benchmark.scores({name: sum(page.sums[name] for page in pages) for name in names}))


def resampled(benchmark: Benchmark, pages: Sequence[PageScore]) -> dict[str, NDArray[np.float64]]:
    """Scores of every bootstrap resample, (RESAMPLES,) each. The same pages in the same order are drawn alike, so that
    two systems' arrays can be subtracted."""
    weights = resamples(len(pages))
    sums = {name: weights @ np.array([page.sums[name] for page in pages], np.float64) for name in pages[0].sums}
    return {name: np.asarray(values, np.float64) for name, values in benchmark.scores(sums).items()}


def interval(values: NDArray[np.float64]) -> tuple[float, float]:
    """The 95 % percentile interval."""
    low, high = np.quantile(values, [0.025, 0.975])
    return float(low), float(high)


def summary(benchmark: Benchmark, pages: Sequence[PageScore]) -> dict[str, Any]:
    """What scores.json holds: pooled scores with intervals, how many pages are missing or failed, seconds per page."""
    spread = resampled(benchmark, pages)
    scores = {}
    for name, value in pooled(benchmark, pages).items():
        low, high = interval(spread[name])
        scores[name] = {"value": round(value, DIGITS), "low": round(low, DIGITS), "high": round(high, DIGITS)}
    answered = [page.prediction for page in pages if page.prediction]
    return {
        "benchmark": benchmark.NAME,
        "items": len(pages),
        "missing": len(pages) - len(answered),
        "failed": sum(prediction.status == FAILED for prediction in answered),
        "scores": scores,
        "lower_is_better": sorted(benchmark.ERRORS & scores.keys()),
        "confidence": _confidence(benchmark, pages),
        "seconds": _seconds([prediction.seconds for prediction in answered if prediction.seconds is not None]),
    }


def _confidence(benchmark: Benchmark, pages: Sequence[PageScore]) -> dict[str, float] | None:
    """Whether sure pages are good pages, by the main score as the share of a page that is right: ECE, the area under
    the risk-coverage curve, and the mean risk, which is the area that confidences without any meaning would have."""
    known = [(page.prediction.confidence, page.scores[benchmark.MAIN]) for page in pages if page.prediction]
    sure = np.array([confidence for confidence, _ in known if confidence is not None])
    right = np.array([score for confidence, score in known if confidence is not None]).clip(0, 1)
    if not len(sure):
        return None
    if benchmark.MAIN in benchmark.ERRORS:
        right = 1 - right
    ece = float(expected_calibration_error(bin_counts(sure, right)))
    found = {"ece": ece, "aurc": aurc(sure, 1 - right), "risk": float((1 - right).mean())}
    return {"pages": float(len(sure))} | {name: round(value, DIGITS) for name, value in found.items()}


def _seconds(values: list[float]) -> dict[str, float] | None:
    if not values:
        return None
    found = {"mean": np.mean(values), "median": np.median(values), "p95": np.quantile(values, 0.95)}
    return {name: round(float(value), DIGITS) for name, value in found.items()}


def _floats(scores: Mapping[str, Any]) -> dict[str, float]:
    return {name: float(value) for name, value in scores.items()}
