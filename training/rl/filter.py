"""Which prompts teach a policy something: those that it answers now well, now badly.

    python -m training.rl.filter training/rl/runs/nano_cpu_lines.yaml --output runs/rl_lines

asks every prompt of a run once for each rollout and writes `pass_rates.jsonl` to its folder: mean and standard
deviation of each prompt's rewards. A run with `--pass_rates` of that file leaves out what is solved, what is out of
reach, and what scores the same whatever is written (HunyuanOCR's report, section 5.2: trivial and unsolvable samples
and those without variance are dropped). Stopped at any time, the same command goes on.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import torch
from tqdm import tqdm

from eval.runner import alone, mended
from hyocr import output
from hyocr.errors import HyocrError
from training.config import check_same, read_settings
from training.mixture import NothingToDraw
from training.rl.config import Run
from training.rl.prompts import asked
from training.rl.setup import make_trainer

FILE = "pass_rates.jsonl"


class Rate(NamedTuple):
    """How a prompt's rollouts scored: mean and standard deviation of their rewards, as a share of the most to get."""

    item: int
    mean: float
    deviation: float


def read_rates(run: Run, path: Path) -> list[Rate]:
    """The run's pass rates in a file; a last row that was cut short is left out.

    Raises ValueError for a file of another kind, and for one of a run that asks otherwise.
    """
    head, *lines = path.read_text(encoding="utf-8").split("\n")[:-1] or [""]
    try:
        rates = [Rate(**json.loads(line)) for line in lines]
        before = json.loads(head)["asked"]
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{path} holds no pass rates: measure them with training.rl.filter.") from error
    check_same(path, before, asked(run))
    return rates


def teaching(rates: Iterable[Rate], least: float, most: float) -> list[int]:
    """The prompts whose rewards differ and whose mean lies within the bounds."""
    return [rate.item for rate in rates if rate.deviation > 0 and least <= rate.mean <= most]


def kept(run: Run) -> list[int]:
    """The prompts of a run. Raises ValueError if they are not all measured, or the filter leaves none."""
    if not run.pass_rates:
        return list(range(run.prompts))
    rates = read_rates(run, Path(run.pass_rates))
    if len(rates) < run.prompts:
        raise ValueError(f"pass_rates: {run.pass_rates} has {len(rates)} of {run.prompts} prompts: go on measuring.")
    found = teaching(rates, run.least, run.most)
    if not found:
        raise ValueError(f"pass_rates: {run.pass_rates} leaves no prompt to learn from.")
    return found


def measure(run: Run) -> list[Rate]:
    """Measures the prompts that have no pass rate yet, and returns all."""
    if int(os.environ.get("WORLD_SIZE", "1")) > 1:
        raise ValueError("Pass rates are measured by one process.")
    path = Path(run.output) / FILE
    output.prepare(path.parent)
    with alone(path.parent):
        if not mended(path):
            output.write(path, (json.dumps({"asked": asked(run)}) + "\n").encode())
        done = {rate.item for rate in read_rates(run, path)}
        if left := [item for item in range(run.prompts) if item not in done]:
            _measure(run, left, path)
        return read_rates(run, path)


def _measure(run: Run, left: list[int], path: Path) -> None:
    trainer, _ = make_trainer(run, left)
    trainer.model.train()
    rows = trainer.train_dataset
    size = max(1, run.micro // run.rollouts)
    done = run.prompts - len(left)
    with path.open("a", encoding="utf-8") as file, tqdm(total=run.prompts, initial=done, unit="prompt") as bar:
        for start in range(0, len(left), size):
            questions = [rows[index] for index in range(start, min(start + size, len(left)))]
            for rate in _rates(trainer, questions, run.rollouts):
                file.write(json.dumps(rate._asdict()) + "\n")
                bar.update()
            file.flush()


@torch.no_grad()
def _rates(trainer: Any, questions: list[dict[str, Any]], rollouts: int) -> list[Rate]:
    rewards = trainer.score([row for row in questions for _ in range(rollouts)])
    weights = trainer.reward_weights.to(rewards.device)
    most = (weights * ~rewards.isnan()).sum(dim=1).clamp(min=1e-9)
    totals = ((rewards * weights).nansum(dim=1) / most).view(len(questions), rollouts)
    return [
        Rate(row["item"], round(float(total.mean()), 5), round(float(total.std()), 5))
        for row, total in zip(questions, totals, strict=True)
    ]


def main() -> int:
    """Command line: see the module's docstring."""
    try:
        run = read_settings(Run, sys.argv[1:], "Measures how a policy's rollouts score on a run's prompts.")
        rates = measure(run)
    except (OSError, ValueError, HyocrError, NothingToDraw) as error:
        print(str(error).strip().splitlines()[-1], file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stopped; the same command goes on", file=sys.stderr)
        return 130
    mean = sum(rate.mean for rate in rates) / len(rates)
    count = len(teaching(rates, run.least, run.most))
    print(f"{len(rates)} prompts, mean reward {mean:.4f}; {count} of them to learn from")
    return 0


if __name__ == "__main__":
    sys.exit(main())
