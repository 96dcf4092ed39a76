"""What a GRPO run is: one dataclass, read from YAML, overridden by `--key value` on the command line."""

from __future__ import annotations

from dataclasses import dataclass, field

from training.config import Data

COUNTS = (
    *("prompts", "steps", "max_tokens", "iterations", "groups", "micro"),
    *("log_every", "show_every", "save_every", "threads"),
)
"""Settings that count something there has to be."""


@dataclass
class Run(Data):
    """Settings of one run. How rollouts are drawn, how many there are, the learning rate and its schedule and `beta`
    are by default those of HunyuanOCR's report (arXiv 2511.19575, table 9).

    A step is one update from `groups` prompts with `rollouts` completions each.
    """

    CHOICES = Data.CHOICES | {
        "engine": ("transformers", "vllm"),
        "loss": ("grpo", "dapo", "dr_grpo", "bnpo"),
        "schedule": ("constant", "linear", "cosine"),
    }

    output: str = "runs/rl"
    """Folder for checkpoints, `metrics.jsonl`, `completions.jsonl` with its images, and the last weights."""
    init: str = "nano"
    """A checkpoint as every reader takes it."""
    prompts: int = 4096
    """So many samples of the mixture are asked, again and again in another order."""
    steps: int = 400

    # Rewards
    rewards: dict[str, float] = field(default_factory=dict)
    """Weights by name (see `training.rl.rewards`), 1 where not named."""
    process_aware: bool = False
    """What was read and what was concluded get advantages of their own (see `training.rl.process_aware`)."""
    pass_rates: str = ""
    """A file of `training.rl.filter`: prompts are left out whose rollouts all score the same, or whose mean reward, as
    a share of the most there is to get, lies outside the next two."""
    least: float = 0.02
    most: float = 0.98

    # Rollouts
    engine: str = "transformers"
    """"vllm" runs them in the same process on the same GPU (TRL's colocate mode)."""
    rollouts: int = 8
    max_tokens: int = 512
    temperature: float = 0.85
    top_p: float = 0.95
    top_k: int = 50

    # Objective
    beta: float = 0.0
    """Weight of the KL divergence from the starting weights."""
    loss: str = "grpo"
    """One of TRL's `loss_type`."""
    epsilon: float = 0.2
    epsilon_high: float = 0.2
    iterations: int = 1
    """Updates from the same rollouts."""
    freeze: list[str] = field(default_factory=list)
    """Parameters whose name contains one of these are not trained."""

    # Optimiser: AdamW
    lr: float = 8e-7
    schedule: str = "constant"
    warmup: int = 0
    weight_decay: float = 0.0
    clip: float = 1.0
    ema: float = 0.0
    """Decay of the exponential moving average of the weights that is written in the end; 0 writes the last ones."""
    groups: int = 64
    """Prompts per step; 64 x 8 rollouts are the report's batch of 512."""
    micro: int = 32
    """Completions that go forward and backward at once, in each process."""

    # Running
    threads: int = 1
    checkpointing: bool = False
    """Layers are computed again for the backward pass instead of kept."""
    log_every: int = 5
    show_every: int = 25
    """Steps between two whose completions are kept to look at."""
    save_every: int = 50

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in COUNTS:
            if getattr(self, name) < 1:
                raise ValueError(f"{name} should be at least 1, not {getattr(self, name)}.")
        if self.temperature <= 0:
            raise ValueError(f"temperature should be above 0, not {self.temperature}: rollouts have to differ.")
        for name in ("steps", "save_every"):
            if getattr(self, name) % self.iterations:
                raise ValueError(f"{name} should be a multiple of iterations ({self.iterations}).")
        if self.rollouts < 2:
            raise ValueError("rollouts: a group needs at least two completions to compare.")
        if self.groups * self.rollouts % self.micro:
            raise ValueError(
                f"micro: {self.groups} groups of {self.rollouts} do not fall into parts of {self.micro}; "
                "choose a divisor of their product."
            )
