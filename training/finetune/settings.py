"""What a fine-tuning run is told, and what it works out from the data where it is told nothing."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from training.config import Stage

Part = Literal["language", "connector", "vision", "all"]
LEAST_STEPS, MOST_EPOCHS = 100, 20
TOKENS = (1024, 20480)
"""Of a step, at least and at most. 20,480 is the pack of HunyuanOCR 1.5's recipe."""


@dataclass(frozen=True)
class Settings:
    """The options of `python -m training.finetune`; 0 is worked out from the data or the checkpoint."""

    data: Path
    output: Path
    model: str = "nano"
    part: Part = "language"
    full: bool = False
    rank: int = 32
    lr: float = 0.0
    epochs: float = 0.0
    tokens: int = 0
    held_out: float = 0.1
    patience: int = 4
    scored: int = 200
    seed: int = 0
    threads: int = 0


@dataclass(frozen=True)
class Plan:
    """The numbers of a run: `tokens` of a step, `length` of a packed row, `steps` in all, and when it is looked at the
    rows held out."""

    tokens: int
    length: int
    epochs: float
    lr: float
    eval_every: int
    warmup: int
    steps: int


def planned(settings: Settings, rows: int, total: int, longest: int, hidden: int) -> Plan:
    """The plan for `rows` rows of `total` tokens, the longest of `longest`, and a language model `hidden` wide.

    Small data is gone through more often: 300 / sqrt(rows) times, 1 to 20. An epoch is a hundred steps where the data
    is large enough for that. The learning rate falls with the model's width (Yang et al. 2021, muP): 1e-3 at nano's
    256 and 2.5e-4 at the 1B's 1,024 for LoRA, a tenth of it for full fine-tuning, which HunyuanOCR 1.5 does at 2e-5.
    """
    least, most = TOKENS
    tokens = settings.tokens or max(least, min(most, total // LEAST_STEPS))
    tokens = max(tokens, longest)
    epochs = settings.epochs or max(1.0, min(MOST_EPOCHS, round(300 / math.sqrt(rows))))
    steps = max(1, round(epochs * steps_of_a_round(total, tokens)))
    length = 8 * math.ceil(min(tokens, max(longest, 384)) / 8)
    lr = settings.lr or 0.256 / hidden * (0.1 if settings.full else 1.0)
    return Plan(tokens, length, epochs, lr, max(1, steps // 12), max(1, steps // 20), steps)


def steps_of_a_round(total: int, tokens: int) -> int:
    """Steps of about `tokens` tokens that going through `total` tokens takes."""
    return max(1, round(total / tokens))


def stage(settings: Settings, plan: Plan, reads_lines: bool) -> Stage:
    """The plan as a training stage, which the objective and the optimiser of pretraining go by."""
    return Stage(
        seed=settings.seed,
        mixture={"rows": 1.0},
        output=str(settings.output),
        init=settings.model,
        steps=plan.steps,
        warmup=plan.warmup,
        lr=plan.lr,
        final_lr=0.02 * plan.lr,
        language_weight=1.0,
        ctc_weight=1.0 if reads_lines else 0.0,
        guide_weight=0.0,
        length=plan.length,
        lora=0 if settings.full else settings.rank,
    )
