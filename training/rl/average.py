"""The mean of a policy's weights over its last steps: what a few groups say is mostly noise, which averages out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor
from transformers import TrainerCallback

FILE = "average.safetensors"


class Average(TrainerCallback):  # type: ignore[misc]  # transformers is not typed for mypy
    """An exponential moving average of all that is trained, with the decay `ema`; it goes along in checkpoints.

    Early it is over fewer steps: the decay is at most (1 + step) / (10 + step), as in pretraining.
    """

    def __init__(self, ema: float) -> None:
        self.ema = ema
        self.values: dict[str, Tensor] = {}

    def on_train_begin(self, args: Any, state: Any, control: Any, model: Any = None, **kwargs: Any) -> None:
        """Starts from the weights as they are, or as a checkpoint has it."""
        self.values = {name: value.detach().clone() for name, value in _trained(model)}
        saved = _folder(args, state) / FILE
        if state.global_step and saved.exists():
            for name, value in load_file(saved).items():
                self.values[name].copy_(value)

    def on_step_end(self, args: Any, state: Any, control: Any, model: Any = None, **kwargs: Any) -> None:
        """A step nearer to the weights."""
        decay = min(self.ema, (1 + state.global_step) / (10 + state.global_step))
        for name, value in _trained(model):
            self.values[name].lerp_(value.detach(), 1 - decay)

    def on_save(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Beside the weights of the checkpoint that was just written."""
        if state.is_world_process_zero:
            save_file(self.values, _folder(args, state) / FILE)

    @torch.no_grad()
    def put_into(self, model: Any) -> None:
        """The average in place of the weights."""
        for name, value in _trained(model):
            value.copy_(self.values[name])


def _trained(model: Any) -> list[tuple[str, Tensor]]:
    return [(name, value) for name, value in model.named_parameters() if value.requires_grad]


def _folder(args: Any, state: Any) -> Path:
    return Path(args.output_dir) / f"checkpoint-{state.global_step}"
