"""One module per benchmark, all with the same shape (`eval.benchmarks.base.Benchmark`)."""

from __future__ import annotations

import importlib
from typing import cast

from eval.benchmarks.base import Benchmark

BENCHMARKS = (
    "receipts",
    "receipts_spotting",
    "receipts_fields",
    "receipts_lines",
    "omnidocbench",
    "olmocr_bench",
    "formulas",
    "tables",
    "invoices",
    "subtitles",
    "words",
    "ocrbench",
    "docvqa",
    "synth_lines",
    "synth_read",
    "synth_spotting",
)


def benchmark(name: str) -> Benchmark:
    """The benchmark's module. Each is imported when asked for: some need libraries that others do without."""
    return cast(Benchmark, importlib.import_module(f"eval.benchmarks.{name}"))
