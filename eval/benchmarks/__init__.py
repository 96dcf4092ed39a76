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
    "receipts_keys",
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
    "synth_line_keys",
    "synth_line_evidence",
    "synth_read",
    "synth_spotting",
    "synth_pages",
    "synth_pages_spotting",
    "synth_levels",
    "synth_points",
    "synth_characters",
    "synth_parse",
    "synth_layout",
    "synth_tables",
    "synth_formulas",
    "synth_charts",
    "synth_flowcharts",
    "synth_fields",
    "synth_fields_renamed",
    "synth_keys",
    "synth_keys_renamed",
    "synth_questions",
    "synth_questions_reworded",
    "synth_evidence",
    "synth_subtitles",
    "synth_translate_en",
    "synth_translate_zh",
    "synth_quality",
    "synth_defects",
)


def benchmark(name: str) -> Benchmark:
    """The benchmark's module. Each is imported when asked for: some need libraries that others do without."""
    return cast(Benchmark, importlib.import_module(f"eval.benchmarks.{name}"))
