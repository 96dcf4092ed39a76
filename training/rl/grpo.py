"""GRPO on task rewards, with TRL's trainer.

    python -m training.rl.grpo training/rl/runs/nano_cpu_lines.yaml --output runs/rl_lines
    accelerate launch -m training.rl.grpo ...

Stopped at any time, the same command goes on from the last checkpoint with the same prompts in the same order. The last
weights are a checkpoint folder in `checkpoint`; `python -m training.rl.view` shows what was written.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from transformers import TrainerCallback
from transformers.utils.logging import disable_progress_bar

from eval.runner import alone
from hyocr import output
from hyocr.errors import HyocrError
from training.checkpoint import save_weights
from training.config import check_same, read_settings
from training.mixture import NothingToDraw
from training.rl import completions
from training.rl.average import Average
from training.rl.completions import METRICS
from training.rl.config import Run
from training.rl.filter import kept
from training.rl.prompts import asked
from training.rl.rewards import REWARDS, Reward
from training.rl.setup import make_trainer

STATE = "trainer_state.json"
"""What the trainer writes last of a checkpoint: one without it is half of one."""


def order(run: Run, items: Sequence[int]) -> list[int]:
    """Which prompt is asked when: `items` again and again, shuffled each time, `groups` of them for each rollout."""
    wanted, found = run.steps // run.iterations * run.groups, list[int]()
    while len(found) < wanted:
        found += random.Random(f"{run.seed}/{len(found) // len(items)}").sample(items, len(items))
    return found[:wanted]


class Log(TrainerCallback):  # type: ignore[misc]  # transformers is not typed for mypy
    """Writes each log to `metrics.jsonl` and a line with the time left to standard output."""

    def __init__(self, folder: Path, steps: int) -> None:
        self.folder, self.steps = folder, steps
        self.started, self.first = time.monotonic(), 0

    def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """The clock starts."""
        self.started, self.first = time.monotonic(), state.global_step

    def on_log(self, args: Any, state: Any, control: Any, logs: dict[str, Any] | None = None, **kwargs: Any) -> None:
        """A row of metrics; the trainer's summary at the end is one only if it has steps that were not logged yet."""
        if not state.is_world_process_zero or not logs or "reward" not in logs:
            return
        row = {"step": state.global_step} | {name: value for name, value in logs.items() if value is not None}
        with (self.folder / METRICS).open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")
        done = max(1, state.global_step - self.first)
        left = (time.monotonic() - self.started) / done * (self.steps - state.global_step)
        print(
            f"step {state.global_step}/{self.steps}  reward {logs['reward']:.4f}  length "
            f"{logs['completions/mean_length']:.1f}  {left / 60:.1f} minutes left",
            flush=True,
        )


def train(run: Run, rewards: Mapping[str, Reward] = REWARDS) -> None:
    """Runs to the last step from where it was stopped, and writes the weights."""
    folder = Path(run.output)
    output.prepare(folder)
    main = int(os.environ.get("RANK", "0")) == 0  # of several processes one looks after the folder
    with alone(folder) if main else nullcontext():
        _train(run, rewards, folder, main)


def _train(run: Run, rewards: Mapping[str, Reward], folder: Path, main: bool) -> None:
    items = kept(run)
    about, path = _about(run, items), folder / "run.json"
    if path.exists():
        check_same(folder, json.loads(path.read_text(encoding="utf-8")), about)
    average = Average(run.ema)
    trainer, weights = make_trainer(run, order(run, items), [Log(folder, run.steps), average], rewards)
    last = last_checkpoint(folder)
    if main:
        output.write(path, json.dumps(about, indent=1).encode())
        step = _step(last) if last else 0
        for name in (METRICS, completions.FILE):
            completions.cut_after(folder / name, step + (name == METRICS))
        if last:
            print(f"goes on from {last}", flush=True)
    trainer.train(resume_from_checkpoint=str(last) if last else None)
    if main:
        weights.model = trainer.accelerator.unwrap_model(trainer.model)
        average.put_into(weights.model)
        save_weights(weights, folder / "checkpoint")


def _about(run: Run, items: Sequence[int]) -> dict[str, Any]:
    """What decides which prompts are asked in which order."""
    digest = hashlib.sha256(json.dumps(items).encode()).hexdigest()
    return asked(run) | {"groups": run.groups, "iterations": run.iterations, "kept prompts": digest[:16]}


def last_checkpoint(folder: Path) -> Path | None:
    """The newest whole checkpoint of a run."""
    return max(filter(_whole, folder.glob("checkpoint-*")), key=_step, default=None)


def _step(checkpoint: Path) -> int:
    return int(checkpoint.name.rpartition("-")[2])


def _whole(checkpoint: Path) -> bool:
    try:
        json.loads((checkpoint / STATE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return True


def main() -> int:
    """Command line: see the module's docstring."""
    disable_progress_bar()
    try:
        train(read_settings(Run, sys.argv[1:], "Trains a policy by GRPO on task rewards."))
    except (OSError, ValueError, HyocrError, NothingToDraw) as error:
        reason = str(error).strip().splitlines()[-1]  # one from a worker process brings its traceback along
        print(f"{reason} (What was saved stays; the same command goes on from there.)", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stopped; the same command goes on from the last checkpoint", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
