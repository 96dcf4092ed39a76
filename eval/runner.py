"""Runs a system over a benchmark, one row of `predictions.jsonl` per page, and goes on where it was stopped."""

from __future__ import annotations

import fcntl
import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
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
    with alone(folder):
        _predict(benchmark, items, system, path)


def _predict(benchmark: Benchmark, items: Sequence[Item], system: System, path: Path) -> None:
    done = set(read_predictions(path, {item.id for item in items})) if mended(path) else set()
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
        image = opened(item)
        if isinstance(image, str):
            broken[item.id] = Prediction(item.id, "", status=FAILED, error=image)
        else:
            pages.append((item, image))
    given = {prediction.id: prediction for prediction in system.answer(task, pages)} if pages else {}
    seconds = round((time.perf_counter() - started) / len(items), 4)
    return [replace((given | broken)[item.id], seconds=seconds) for item in items]


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Keeps a second run out of the folder. Raises ValueError if there is one."""
    with (folder / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise ValueError(f"another run is writing to {folder}; wait for it or name another --output") from error
        yield


def opened(item: Item) -> Image.Image | str:
    """The item's image, or a sentence why there is none."""
    try:
        return item.image()
    except Exception as error:  # decoders meet damage with errors of every kind
        return f"the image cannot be opened: {error}"


def mended(path: Path) -> bool:
    """Whether there are rows already; a last row that a crash cut short is taken off first."""
    if not path.exists():
        return False
    with path.open("rb+") as file:
        content = file.read()
        file.truncate(content.rfind(b"\n") + 1)
    return True


def begin(folder: Path, about: dict[str, Any]) -> None:
    """Writes what is run, how and where to run.json. Raises ValueError if `folder` holds a different run."""
    about = about | {"commit": _commit()}
    if (folder / RUN).exists():
        before = read_run(folder)
        changed = [name for name, value in about.items() if before.get(name) != value]
        if changed:
            raise ValueError(f"{folder} holds a run with another {', '.join(changed)}; name another --output")
        return
    if (folder / PREDICTIONS).exists():
        raise ValueError(f"{folder} holds predictions that no run made; name another --output")
    output.prepare(folder)
    write_json(folder / RUN, about | {"started": datetime.now(UTC).isoformat(timespec="seconds")})


def finish(folder: Path) -> None:
    """Adds the peak memory of this process, or of the largest program it started, to run.json."""
    run = read_run(folder)
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    write_json(folder / RUN, run | {"peak_mib": max(run.get("peak_mib", 0), round(mebibytes(peak)))})


def read_run(folder: Path) -> dict[str, Any]:
    """What `begin` wrote. Raises ValueError where it is not there or not whole."""
    try:
        run = json.loads((folder / RUN).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ValueError(f"{folder} is not the folder of a run: {error}") from error
    if not isinstance(run, dict) or not {"benchmark", "system", "count", "settings"} <= run.keys():
        raise ValueError(f"{folder / RUN} is not what a run writes; name another folder")
    return run


def mebibytes(maxrss: int) -> float:
    """`ru_maxrss` in MiB: kilobytes everywhere but on macOS, where it is bytes."""
    return maxrss / 1024 / (1024 if sys.platform == "darwin" else 1)


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
