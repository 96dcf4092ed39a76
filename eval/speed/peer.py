"""The same pages through another system of `eval.systems`, with none of our own libraries in the process."""

from __future__ import annotations

import time
from contextlib import closing
from typing import Any

from eval.benchmarks.base import Item
from eval.speed.summary import summary
from eval.systems import load_system
from hyocr.sources import open_source


def peer(paths: list[str], engine: str, threads: int, repeat: int) -> dict[str, Any]:
    """Seconds per page of another system, from the file to its answer, as for ours."""
    started = time.perf_counter()
    system = load_system(engine, threads=threads)
    load = time.perf_counter() - started
    seconds: list[float] = []
    for round_ in range(repeat + 1):
        for path in paths if round_ else paths[:1]:
            with closing(open_source(path)) as pages:
                for _ in range(pages.total if round_ else 1):
                    started = time.perf_counter()
                    image = next(pages).image
                    [prediction] = system.answer("read", [(Item(path, image.copy, None, ""), image)])
                    if prediction.error:
                        raise ValueError(f"{system.name} failed on {path}: {prediction.error}")
                    if round_:
                        seconds.append(time.perf_counter() - started)
    return {
        "load": load,
        "samples": len(seconds),
        "seconds": summary(seconds),
        "settings": system.settings,
    }
