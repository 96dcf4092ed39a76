"""Several systems on several benchmarks, each pair in a process of its own, as one Markdown table."""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from eval.runner import read_run
from eval.systems import ENGINES
from hyocr import output

UNABLE = 3
"""Exit code of a run whose system cannot do the task."""
FAILED = "failed"

Result = dict[str, Any] | str
"""One system's scores on one benchmark, or why there are none."""


def command(options: argparse.Namespace) -> int:
    """Runs what has not been run, then prints the table: a dash where a system cannot do the task, "failed" where its
    run ended with an error, which also makes the exit code 1."""
    root = options.output or Path("runs/table")
    lines = ["| | " + " | ".join(options.systems) + " |", "|---" * (len(options.systems) + 1) + "|"]
    failed = False
    for bench in options.bench:
        results = [_run(options, root / bench / _plain(system), bench, system) for system in options.systems]
        lines += _rows(bench, results)
        failed |= FAILED in results
    text = "\n".join(lines) + "\n"
    print(text, end="")
    output.prepare(root)
    output.write(root / "table.md", text.encode())
    return int(failed)


def _plain(name: str) -> str:
    """A system's name, which may be a path, as the name of a folder."""
    return re.sub(r"[^\w.-]+", "_", name).strip("._")


def _run(options: argparse.Namespace, folder: Path, bench: str, system: str) -> Result:
    """scores.json with the peak memory of one system on one benchmark."""
    engine = ["--engine", system] if system in ENGINES else ["--engine", "transformers", "--model", system]
    arguments = ["--bench", bench, *engine, "--threads", str(options.threads), "--output", str(folder)]
    for name in ("data", "count"):
        if getattr(options, name) is not None:
            arguments += [f"--{name}", str(getattr(options, name))]
    code = subprocess.run([sys.executable, "-m", "eval", "run", *arguments], stdout=sys.stderr).returncode
    if code:
        return "–" if code == UNABLE else FAILED
    scores = json.loads((folder / "scores.json").read_text(encoding="utf-8"))
    return {**scores, "peak_mib": read_run(folder)["peak_mib"]}


def _rows(bench: str, results: list[Result]) -> list[str]:
    """One row per score, in per cent with its interval, then failed pages, seconds per page and peak memory."""
    done = [result for result in results if isinstance(result, dict)]
    lower = {name for result in done for name in result["lower_is_better"]}
    rows: list[tuple[str, Callable[[dict[str, Any]], str]]] = [
        (name + (" ↓" if name in lower else ""), partial(_score, name))
        for name in dict.fromkeys(name for result in done for name in result["scores"])
    ]
    rows.append(("failed pages", lambda result: str(result["failed"])))
    rows.append(("s/page, mean (95th percentile)", _seconds))
    rows.append(("peak memory, MiB", lambda result: str(result["peak_mib"])))
    return [
        "| " + " | ".join([f"{bench}: {label}", *(r if isinstance(r, str) else cell(r) for r in results)]) + " |"
        for label, cell in rows
    ]


def _score(name: str, result: dict[str, Any]) -> str:
    score = result["scores"][name]
    if score["value"] is None:
        return "–"
    return "{value:.1f} [{low:.1f}, {high:.1f}]".format(**{key: 100 * number for key, number in score.items()})


def _seconds(result: dict[str, Any]) -> str:
    return f"{result['seconds']['mean']:.2f} ({result['seconds']['p95']:.2f})"
