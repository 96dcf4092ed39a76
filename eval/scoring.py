"""From predictions to scores: pages are measured, sums pooled, and intervals found by resampling pages."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eval.benchmarks.base import Benchmark, Item
from eval.metrics.calibration import aurc, bin_counts, expected_calibration_error, risk_coverage
from eval.predictions import FAILED, MISSING, Prediction

RESAMPLES = 1000
MOST_CHARACTERS, MOST_LINES = 100_000, 5_000
"""Of one answer, its fields limited as its lines are; what a page cannot hold is not compared."""
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
    """Every item measured: a failed page whatever it says, and a missing one, as if nothing was read."""
    pages = []
    for item in items:
        prediction = predictions.get(item.id)
        sums = benchmark.measure(item, _measurable(prediction or Prediction(item.id, "", status=MISSING)))
        pages.append(PageScore(item, prediction, sums, _floats(benchmark.scores(sums))))
    return pages


def _measurable(prediction: Prediction) -> Prediction:
    """The prediction without what must not count or would take for ever to compare."""
    if not prediction.answered:
        return replace(prediction, output="", lines=(), fields=())
    return replace(
        prediction,
        output=prediction.output[:MOST_CHARACTERS],
        lines=prediction.lines[:MOST_LINES],
        fields=prediction.fields[:MOST_LINES],
    )


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
    """The 95 % percentile interval; of the resamples that have a score, where some hold nothing to score."""
    known = values[~np.isnan(values)]
    if not len(known):
        return math.nan, math.nan
    low, high = np.quantile(known, [0.025, 0.975])
    return float(low), float(high)


def summary(benchmark: Benchmark, pages: Sequence[PageScore]) -> dict[str, Any]:
    """What scores.json holds: pooled scores with intervals (null where there was nothing to score), how many pages are
    missing or failed, seconds per page."""
    spread = resampled(benchmark, pages)
    scores = {}
    for name, value in pooled(benchmark, pages).items():
        low, high = interval(spread[name])
        scores[name] = {"value": _written(value), "low": _written(low), "high": _written(high)}
    answered = [page.prediction for page in pages if page.prediction]
    return {
        "benchmark": benchmark.NAME,
        "items": len(pages),
        "missing": len(pages) - len(answered),
        "failed": sum(prediction.status == FAILED for prediction in answered),
        "scores": scores,
        "lower_is_better": sorted(benchmark.ERRORS & scores.keys()),
        "confidence": _confidence(benchmark, pages),
        **_values(benchmark, pages),
        "seconds": _seconds([prediction.seconds for prediction in answered if prediction.seconds is not None]),
    }


def _confidence(benchmark: Benchmark, pages: Sequence[PageScore]) -> dict[str, float] | None:
    """Whether sure pages are good pages, by the main score as the share of a page that is right: ECE, the area under
    the risk-coverage curve, and the mean risk, which is the area that confidences without any meaning would have."""
    known = [
        (page.prediction.confidence, page.scores[benchmark.MAIN])
        for page in pages
        if page.prediction and page.prediction.confidence is not None and not math.isnan(page.scores[benchmark.MAIN])
    ]
    sure = np.array([confidence for confidence, _ in known])
    right = np.array([score for _, score in known]).clip(0, 1)
    if not len(sure):
        return None
    if benchmark.MAIN in benchmark.ERRORS:
        right = 1 - right
    ece = float(expected_calibration_error(bin_counts(sure, right)))
    found = {"ece": ece, "aurc": aurc(sure, 1 - right), "risk": float((1 - right).mean())}
    return {"pages": float(len(sure))} | {name: round(value, DIGITS) for name, value in found.items()}


def _values(benchmark: Benchmark, pages: Sequence[PageScore]) -> dict[str, dict[str, float]]:
    """Whether sure values are right ones, for benchmarks that judge single values (`judged_values`): how many have a
    confidence, the share that is right among all and among the surer half, and the area under the risk-coverage curve.

    Empty where no value has a confidence.
    """
    judge = getattr(benchmark, "judged_values", None)
    answered = [page for page in pages if page.prediction and page.prediction.answered]
    known = [pair for page in answered for pair in judge(page.item, page.prediction)] if judge else []
    if not known:
        return {}
    sure, wrong = [confidence for confidence, _ in known], [float(not right) for _, right in known]
    risks = risk_coverage(sure, wrong).risk
    half = (len(known) + 1) // 2
    found = {"right": 1 - risks[-1], "surest_half": 1 - risks[half - 1], "aurc": aurc(sure, wrong)}
    counted = {"values": float(len(known))} | {name: round(float(value), DIGITS) for name, value in found.items()}
    return {"values": counted}


def _seconds(values: list[float]) -> dict[str, float] | None:
    if not values:
        return None
    found = {"mean": np.mean(values), "median": np.median(values), "p95": np.quantile(values, 0.95)}
    return {name: round(float(value), DIGITS) for name, value in found.items()}


def _written(value: float) -> float | None:
    return None if math.isnan(value) else round(value, DIGITS)


def _floats(scores: Mapping[str, Any]) -> dict[str, float]:
    return {name: float(value) for name, value in scores.items()}
