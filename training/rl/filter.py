"""Which prompts teach a policy something: those that it answers now well, now badly.

    python -m training.rl.filter training/rl/runs/nano_cpu_lines.yaml --output runs/rl_lines

asks every prompt of a run once for each rollout and writes `pass_rates.jsonl` to its folder: mean and standard
deviation of each prompt's rewards. A run with `--pass_rates` of that file leaves out what is solved, what is out of
reach, and what scores the same whatever is written (HunyuanOCR's report, section 5.2: trivial and unsolvable samples
and those without variance are dropped). Stopped at any time, the same command goes on.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import torch
from tqdm import tqdm

from hyocr.errors import HyocrError
from training.config import read_settings
from training.mixture import NothingToDraw
from training.rl.config import Run
from training.rl.setup import make_trainer

FILE = "pass_rates.jsonl"


class Rate(NamedTuple):
    """How a prompt's rollouts scored: mean and standard deviation of their weighted rewards."""

    item: int
    mean: float
    deviation: float


def read_rates(path: Path) -> list[Rate]:
    """The rows of a file of pass rates; a last one that was cut short is left out. Raises ValueError for another."""
    rates = []
    lines = path.read_text(encoding="utf-8").split("\n")
    for number, line in enumerate(lines[:-1], start=1):
        try:
            rates.append(Rate(**json.loads(line)))
        except (TypeError, ValueError) as error:
            raise ValueError(f"{path}, line {number}: this is no row of pass rates.") from error
    return rates


def teaching(rates: Iterable[Rate], least: float, most: float) -> list[int]:
    """The prompts whose rewards differ and whose mean lies within the bounds."""
    return [rate.item for rate in rates if rate.deviation > 0 and least <= rate.mean <= most]


def kept(run: Run) -> list[int]:
    """The prompts of a run. Raises ValueError if the filter leaves none."""
    if not run.pass_rates:
        return list(range(run.prompts))
    found = [item for item in teaching(read_rates(Path(run.pass_rates)), run.least, run.most) if item < run.prompts]
    if not found:
        raise ValueError(f"pass_rates: {run.pass_rates} leaves no prompt to learn from.")
    return found


def measure(run: Run) -> None:
    """Writes the pass rates of the prompts that have none yet."""
    path = Path(run.output) / FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    done = _mended(path)
    left = [item for item in range(run.prompts) if item not in done]
    trainer, _ = make_trainer(run, left or [0])
    trainer.model.train()
    rows = trainer.train_dataset
    size = max(1, run.micro // run.rollouts)
    with path.open("a", encoding="utf-8") as file, tqdm(total=run.prompts, initial=len(done), unit="prompt") as bar:
        for start in range(0, len(left), size):
            asked = [rows[index] for index in range(start, min(start + size, len(left)))]
            for rate in _rates(trainer, asked, run.rollouts):
                file.write(json.dumps(rate._asdict()) + "\n")
                bar.update()
            file.flush()


@torch.no_grad()
def _rates(trainer: Any, asked: list[dict[str, Any]], rollouts: int) -> list[Rate]:
    rewards = trainer.score([row for row in asked for _ in range(rollouts)])
    totals = (rewards * trainer.reward_weights.to(rewards.device)).nansum(dim=1).view(len(asked), rollouts)
    return [
        Rate(row["item"], round(float(total.mean()), 5), round(float(total.std()), 5))
        for row, total in zip(asked, totals, strict=True)
    ]


def _mended(path: Path) -> set[int]:
    """The prompts that have a row already; a last one that a crash cut short is taken off first."""
    if not path.exists():
        return set()
    with path.open("rb+") as file:
        content = file.read()
        file.truncate(content.rfind(b"\n") + 1)
    return {rate.item for rate in read_rates(path)}


def main() -> int:
    """Command line: see the module's docstring."""
    try:
        run = read_settings(Run, sys.argv[1:], "Measures how a policy's rollouts score on a run's prompts.")
        measure(run)
        rates = read_rates(Path(run.output) / FILE)
    except (OSError, ValueError, HyocrError, NothingToDraw) as error:
        print(str(error).strip().splitlines()[-1], file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stopped; the same command goes on", file=sys.stderr)
        return 130
    mean = sum(rate.mean for rate in rates) / len(rates) if rates else math.nan
    count = len(teaching(rates, run.least, run.most))
    print(f"{len(rates)} prompts, mean reward {mean:.4f}; {count} of them to learn from")
    return 0


if __name__ == "__main__":
    sys.exit(main())
