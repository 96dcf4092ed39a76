"""Several systems on several benchmarks, each pair in a process of its own, as one Markdown table."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from eval.runner import RUN
from eval.systems import ENGINES

UNABLE = 3
"""Exit code of a run whose system cannot do the task."""


def command(options: argparse.Namespace) -> int:
    """Runs what has not been run, then prints the table; systems that cannot do a task get a dash."""
    root = options.output or Path("runs/table")
    lines = ["| | " + " | ".join(options.systems) + " |", "|---" * (len(options.systems) + 1) + "|"]
    for bench in options.bench:
        results = [_run(options, root / bench / system, bench, system) for system in options.systems]
        lines += _rows(bench, results)
    text = "\n".join(lines) + "\n"
    (root / "table.md").write_text(text, encoding="utf-8")
    print(text, end="")
    return 0


def _run(options: argparse.Namespace, folder: Path, bench: str, system: str) -> dict[str, Any] | None:
    """scores.json with the peak memory of one system on one benchmark, or None where it cannot do the task."""
    engine = ["--engine", system] if system in ENGINES else ["--engine", "transformers", "--model", system]
    arguments = ["--bench", bench, *engine, "--threads", str(options.threads), "--output", str(folder)]
    for name in ("data", "count"):
        if getattr(options, name) is not None:
            arguments += [f"--{name}", str(getattr(options, name))]
    code = subprocess.run([sys.executable, "-m", "eval", "run", *arguments], stdout=sys.stderr).returncode
    if code == UNABLE:
        return None
    if code:
        raise ValueError(f"{system} on {bench} ended with exit code {code}; see its message above")
    scores, run = (json.loads((folder / name).read_text(encoding="utf-8")) for name in ("scores.json", RUN))
    return {**scores, "peak_mib": run["peak_mib"]}


def _rows(bench: str, results: list[dict[str, Any] | None]) -> list[str]:
    """One row per score, in per cent with its interval, then seconds per page and peak memory."""
    names = dict.fromkeys(name for result in results if result for name in result["scores"])
    rows = [[f"{bench}: {name}", *(_score(result, name) for result in results)] for name in names]
    rows.append([f"{bench}: s/page, mean (95th percentile)", *map(_seconds, results)])
    rows.append([f"{bench}: peak memory, MiB", *(str(result["peak_mib"]) if result else "–" for result in results)])
    return ["| " + " | ".join(row) + " |" for row in rows]


def _score(result: dict[str, Any] | None, name: str) -> str:
    if result is None:
        return "–"
    value, low, high = (100 * result["scores"][name][key] for key in ("value", "low", "high"))
    return f"{value:.1f} [{low:.1f}, {high:.1f}]"


def _seconds(result: dict[str, Any] | None) -> str:
    return f"{result['seconds']['mean']:.2f} ({result['seconds']['p95']:.2f})" if result else "–"
