"""Paired comparison of two systems on the same pages: differences with bootstrap intervals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from eval.benchmarks.base import Benchmark
from eval.scoring import PageScore, interval, pooled, resampled


class Difference(NamedTuple):
    """One score of A and of B, and B - A with its 95 % interval."""

    name: str
    a: float
    b: float
    low: float
    high: float

    @property
    def clear(self) -> bool:
        """Whether the interval leaves 0 out."""
        return self.low > 0 or self.high < 0


def compare(benchmark: Benchmark, a: Sequence[PageScore], b: Sequence[PageScore]) -> list[Difference]:
    """Every score's difference. Both systems are resampled by the same pages, so what makes a page hard cancels out
    (paired bootstrap, Koehn 2004)."""
    values, spreads = (pooled(benchmark, a), pooled(benchmark, b)), (resampled(benchmark, a), resampled(benchmark, b))
    return [
        Difference(name, values[0][name], values[1][name], *interval(spreads[1][name] - spreads[0][name]))
        for name in values[0]
    ]


def table(differences: Sequence[Difference], errors: frozenset[str]) -> str:
    """The differences as aligned text; a star where the interval leaves 0 out, an arrow where lower is better."""
    labels = [d.name + (" ↓" if d.name in errors else "") for d in differences]
    width = max(map(len, labels))
    rows = [f"{'':{width}}  {'A':>8}  {'B':>8}  {'B - A':>8}  95 % interval"]
    for label, d in zip(labels, differences, strict=True):
        star = " *" if d.clear else ""
        values = f"{d.a:8.4f}  {d.b:8.4f}  {d.b - d.a:+8.4f}  [{d.low:+.4f}, {d.high:+.4f}]"
        rows.append(f"{label:{width}}  {values}{star}")
    return "\n".join(rows)
