"""How fast documents are made: pages per second and core by type, and what a pool of workers reaches.

python -m training.synth speed --n 40
python -m training.synth speed --types receipts --profile
python -m training.synth speed --workers 2
"""

from __future__ import annotations

import cProfile
import os
import pstats
import time
from collections.abc import Sequence

import numpy as np

from training.synth.annotation import Document
from training.synth.engine import Engine
from training.synth.pool import Failure, made

HEAD = f"{'type':<14}{'pages/s':>9}{'mean ms':>9}{'p95 ms':>9}{'megapixels':>12}{'lines':>8}"


def by_type(engine: Engine, kinds: Sequence[str], count: int, seed: int) -> None:
    """Prints a row per document type: processor time of one core, so that a busy machine does not count."""
    engine.warm_up("train")
    print(HEAD)
    for kind in kinds:
        engine.document(f"{kind}/train/{seed}/0")
        times, pixels, lines = [], 0, 0
        for index in range(1, count + 1):
            start = _busy()
            document = engine.document(f"{kind}/train/{seed}/{index}")
            times.append(1000 * (_busy() - start))
            pixels += document.image.width * document.image.height
            lines += len(document.lines)
        mean = float(np.mean(times))
        print(
            f"{kind:<14}{1000 / mean:9.1f}{mean:9.0f}{np.percentile(times, 95):9.0f}"
            f"{pixels / count / 1e6:12.2f}{lines / count:8.1f}",
            flush=True,
        )


def _busy() -> float:
    """Seconds of processor time so far, of this process and of those that it has waited for."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def profiled(engine: Engine, kinds: Sequence[str], count: int, seed: int, rows: int = 25) -> None:
    """Prints the functions that most of the time is spent in."""
    engine.warm_up("train")
    for kind in kinds:
        engine.document(f"{kind}/train/{seed}/0")
        profile = cProfile.Profile()
        profile.enable()
        for index in range(1, count + 1):
            engine.document(f"{kind}/train/{seed}/{index}")
        profile.disable()
        print(f"## {kind}, {count} documents")
        pstats.Stats(profile).sort_stats("tottime").print_stats(rows)


def pooled(engine: Engine, kinds: Sequence[str], count: int, seed: int, workers: int) -> None:
    """Prints what a pool makes per second, the types taking turns."""
    ids = [f"{kind}/train/{seed}/{index}" for index in range(count) for kind in kinds]
    engine.warm_up("train")
    start = time.perf_counter()
    results = list(made(engine, ids, _pixels, workers))
    seconds = time.perf_counter() - start
    failures = [result for result in results if isinstance(result, Failure)]
    pixels = sum(result for result in results if not isinstance(result, Failure))
    print(f"{workers} workers: {len(ids) / seconds:.1f} documents/s, {pixels / seconds / 1e6:.1f} megapixels/s")
    print(f"{len(failures)} could not be made", *failures[:5])


def _pixels(document: Document) -> int:
    return document.image.width * document.image.height
