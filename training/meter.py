"""What a run reports: one JSON line per so many steps, to a file and to standard output."""

from __future__ import annotations

import json
import os
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from torch import Tensor

from training import distributed
from training.batches import TOO_LONG
from training.distributed import World
from training.flops import peak
from training.packing import Pack

MOST_NAMES = 100
"""So many broken samples are named in one line."""


def task_means(tasks: Sequence[str], sums: Sequence[float]) -> dict[str, float]:
    """`loss/TASK` of each task with a token, from each one's summed loss and number of tokens in turn."""
    return {f"loss/{task}": sums[2 * i] / sums[2 * i + 1] for i, task in enumerate(tasks) if sums[2 * i + 1]}


def passed_over(skipped: list[str]) -> dict[str, Any]:
    """What `Pack.skipped` of all processes says, if anything; all of them must call it.

    `skipped` counts the samples, `too_long` by task those among them that fit no row; `skipped_names` are the others'.
    """
    skipped = distributed.gathered(skipped)
    if not skipped:
        return {}
    too_long = Counter(name.removeprefix(TOO_LONG) for name in skipped if name.startswith(TOO_LONG))
    names = sorted({name for name in skipped if not name.startswith(TOO_LONG)})[:MOST_NAMES]
    found = {"skipped": len(skipped), "skipped_names": names, "too_long": dict(sorted(too_long.items()))}
    return {key: value for key, value in found.items() if value}


class Meter:
    """Sums since the last line of `metrics.jsonl`. Only the first process writes; rates are its own times all.

    What was skipped is all processes': they must call `log` together.
    """

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
        line: dict[str, Any] = {"step": step, **facts, **task_means(self.tasks, by_task)}
        line |= {"ctc": ctc / lines} if ctc else {}
        line |= {"guide": guide / pointed} if guide else {}
        line |= {
            "samples_per_second": self.samples * size / seconds,
            "tokens_per_second": self.tokens * size / seconds,
            "padding": 1 - self.tokens / self.room,
        }
        if self.peak:
            line["mfu"] = self.flops / seconds / self.peak
        self.write(line | passed_over(self.skipped))
        self._clear()

    def write(self, line: dict[str, Any]) -> None:
        """One JSON line to the file and to standard output. Half a line that a killed run left stays one of its own."""
        if self.world.rank:
            return
        rounded = {key: float(f"{value:.4g}") if isinstance(value, float) else value for key, value in line.items()}
        rounded["minutes"] = round((time.time() - self.started) / 60, 2)
        text = json.dumps(rounded, ensure_ascii=False)
        with self.path.open("ab+") as file:
            if file.tell():
                file.seek(-1, os.SEEK_END)
                if file.read() != b"\n":
                    file.write(b"\n")
            file.write(f"{text}\n".encode())
        print(text, flush=True)
