"""What is told of repeated timings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np


def summary(values: Sequence[float]) -> dict[str, float]:
    """Mean, median and 95th percentile (interpolated: of few values it is near the largest)."""
    return {
        "mean": float(np.mean(values)),
        "median": float(np.median(values)),
        "p95": float(np.percentile(values, 95)),
    }


SERVED = (
    "requests_per_second",
    "pages_per_second",
    "tokens_per_second",
    "latency_p50",
    "latency_p95",
    "wall_seconds",
    "cpu_seconds",
)
"""Figures of a row of `eval.speed.served`."""


def with_ratios(rows: Sequence[Mapping[str, Any]], base: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Each row with `ratios`: its figures divided by those of the same work in `base`, one request at a time."""
    alone = {row["work"]: row for row in base if row["concurrency"] == 1}
    return [
        {**row, "ratios": {name: row[name] / one[name] for name in SERVED if row[name] is not None and one[name]}}
        for row in rows
        for one in [alone[row["work"]]]
    ]
