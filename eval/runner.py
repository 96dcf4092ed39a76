"""Runs a system over a benchmark, one row of `predictions.jsonl` per page, and goes on where it was stopped."""

from __future__ import annotations

import json
import resource
import subprocess
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from PIL import Image
from tqdm import tqdm

from eval.benchmarks.base import Benchmark, Item
from eval.predictions import FAILED, Prediction, read_predictions
from eval.systems.base import System
from hyocr import output

PREDICTIONS, RUN = "predictions.jsonl", "run.json"


def predict(benchmark: Benchmark, items: Sequence[Item], system: System, folder: Path) -> None:
    """Answers every item that `folder` has no row for. Each row is on disk before the next batch starts."""
    path = folder / PREDICTIONS
    done = set(read_predictions(path, {item.id for item in items})) if _mended(path) else set()
    left = [item for item in items if item.id not in done]
    size = system.batch(benchmark.TASK)
    with path.open("a", encoding="utf-8") as file, tqdm(total=len(items), initial=len(done), desc=system.name) as bar:
        for start in range(0, len(left), size):
            for prediction in answer(benchmark.TASK, left[start : start + size], system):
                file.write(prediction.to_json() + "\n")
                bar.update()
            file.flush()


def answer(task: str, items: Sequence[Item], system: System) -> list[Prediction]:
    """One prediction per item; `seconds` runs from opening the image to having the answer, shared out over a batch."""
    started = time.perf_counter()
    pages: list[tuple[Item, Image.Image]] = []
    broken: dict[str, Prediction] = {}
    for item in items:
        try:
            pages.append((item, item.image()))
        except (OSError, ValueError, Image.DecompressionBombError) as error:
            broken[item.id] = Prediction(item.id, "", status=FAILED, error=f"the image cannot be opened: {error}")
    given = {prediction.id: prediction for prediction in system.answer(task, pages)} if pages else {}
    seconds = round((time.perf_counter() - started) / len(items), 4)
    return [replace((given | broken)[item.id], seconds=seconds) for item in items]


def _mended(path: Path) -> bool:
    """Whether there are rows already; a last row that a crash cut short is taken off first."""
    if not path.exists():
        return False
    with path.open("rb+") as file:
        content = file.read()
        file.truncate(content.rfind(b"\n") + 1)
    return True


def begin(folder: Path, about: dict[str, Any]) -> None:
    """Writes what is run, how and where to run.json. Raises ValueError if `folder` holds a different run."""
    path = folder / RUN
    if path.exists():
        before = json.loads(path.read_text(encoding="utf-8"))
        changed = [name for name, value in about.items() if before.get(name) != value]
        if changed:
            raise ValueError(f"{folder} holds a run with another {', '.join(changed)}; name another --output")
        return
    output.prepare(folder)
    write_json(path, about | {"commit": _commit(), "started": datetime.now(UTC).isoformat(timespec="seconds")})


def finish(folder: Path) -> None:
    """Adds the peak memory of this process, or of the largest program it started, to run.json."""
    path = folder / RUN
    peaks = [resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    run = json.loads(path.read_text(encoding="utf-8"))
    write_json(path, run | {"peak_mib": max(run.get("peak_mib", 0), round(max(peaks)))})


def write_json(path: Path, value: Any) -> None:
    """Writes all of it or nothing. Raises HyocrError where it cannot."""
    output.write(path, (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode())


def _commit() -> str | None:
    """The checkout's commit, with "+" if files differ from it; None outside a checkout."""
    git = ["git", "-C", str(Path(__file__).parent)]
    try:
        commit = subprocess.run([*git, "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=True)
        changed = subprocess.run([*git, "status", "--porcelain", "-uno"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return commit.stdout.strip() + ("+" if changed.stdout.strip() else "")
