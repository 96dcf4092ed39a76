"""What a run reports: one JSON line per so many steps, to a file and to standard output."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from torch import Tensor

from training.distributed import World
from training.flops import peak
from training.packing import Pack


class Meter:
    """Sums since the last line of `metrics.jsonl`. Only the first process writes; rates are its own times all."""

    def __init__(self, path: Path, tasks: Sequence[str], world: World) -> None:
        self.path, self.tasks, self.world, self.started = path, tasks, world, time.time()
        self.peak = peak(world.device)
        self._clear()

    def _clear(self) -> None:
        self.sums: Tensor | float = 0.0
        self.samples, self.tokens, self.room, self.flops = 0, 0, 0, 0.0
        self.skipped: list[str] = []
        self.since = time.time()

    def add(self, packs: Sequence[Pack], sums: Tensor, flops: float) -> None:
        """Adds one step: sums over all processes of each task's language loss and tokens, the losses of CTC and guide,
        their lines and tokens. (On a GPU this does not wait for them.)"""
        self.sums = self.sums + sums
        self.flops += flops
        for pack in packs:
            self.samples += pack.samples
            self.tokens += pack.tokens
            self.room += pack.ids.numel()
            self.skipped += pack.skipped

    def log(self, step: int, **facts: float) -> None:
        """Writes means and rates, names what was skipped, and starts anew."""
        seconds, size = time.time() - self.since, self.world.size
        assert isinstance(self.sums, Tensor)
        *by_task, ctc, guide, lines, pointed = self.sums.tolist()
        tasks = {task: by_task[2 * i] / by_task[2 * i + 1] for i, task in enumerate(self.tasks) if by_task[2 * i + 1]}
        line: dict[str, Any] = {"step": step, **facts}
        line |= {f"loss/{task}": loss for task, loss in tasks.items()}
        line |= {"ctc": ctc / lines} if ctc else {}
        line |= {"guide": guide / pointed} if guide else {}
        line |= {
            "samples_per_second": self.samples * size / seconds,
            "tokens_per_second": self.tokens * size / seconds,
            "padding": 1 - self.tokens / self.room,
        }
        if self.peak:
            line["mfu"] = self.flops / seconds / self.peak
        if self.skipped:
            line |= {"skipped": len(self.skipped), "skipped_names": sorted(set(self.skipped))[:10]}
        self.write(line)
        self._clear()

    def write(self, line: dict[str, Any]) -> None:
        """One JSON line to the file and to standard output."""
        if self.world.rank:
            return
        rounded = {key: float(f"{value:.4g}") if isinstance(value, float) else value for key, value in line.items()}
        rounded["minutes"] = round((time.time() - self.started) / 60, 2)
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(rounded, ensure_ascii=False) + "\n")
        print(json.dumps(rounded, ensure_ascii=False), flush=True)
