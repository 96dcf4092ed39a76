"""The training itself: packed rows through the objective of pretraining, looked at and kept where it is best."""

from __future__ import annotations

import json
import math
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from torch import Tensor
from torch.utils.data import DataLoader

from training.checkpoint import Weights, save_state
from training.config import Stage
from training.finetune.dataset import Packs
from training.finetune.settings import Plan
from training.objective import Objective, precision
from training.packing import Pack
from training.pretrain import Diverged, learning_rate, parameter_groups


class Tuner:
    """Trains what `requires_grad` in `weights`; a state in the output folder is gone on from."""

    def __init__(self, weights: Weights, stage: Stage, plan: Plan, patience: int) -> None:
        self.stage, self.plan, self.patience = stage, plan, patience
        self.device = weights.model.device
        self.objective = Objective(weights.model, weights.head, stage).to(self.device)
        named = dict(self.objective.named_parameters())
        self.named = {name: parameter for name, parameter in named.items() if parameter.requires_grad}
        self.optimiser = torch.optim.AdamW(parameter_groups(self.named, stage), lr=stage.lr, betas=(0.9, stage.beta2))
        self.step, self.best, self.best_step = 0, math.inf, 0
        self.kept = self._values()
        self.state = Path(stage.output) / "resume.pt"
        self._resume()

    def run(self, packs: Packs, held_out: Sequence[Pack]) -> None:
        """Trains to the last step, or until `patience` looks at the held-out rows in a row were no better.

        The weights are then those of the best look; without rows held out, those of the last step.
        """
        started, first = time.monotonic(), self.step
        loader = DataLoader(packs, batch_size=None, sampler=range(self.step, self.plan.steps), num_workers=1)
        total = torch.zeros(2)
        if self.step == 0 and held_out:
            self._look(held_out, started, first, total)
        for pack in loader:
            if self._stopped():
                break
            total += self.train_step(pack)
            last = self.step == self.plan.steps
            if last or self.step % self.plan.eval_every == 0:
                self._look(held_out, started, first, total)
                total.zero_()
                self._save()
            elif sys.stderr.isatty():
                print(f"\r{self._line(started, first, total)}\033[K", end="", file=sys.stderr, flush=True)
        self._assign(self.kept)

    def train_step(self, pack: Pack) -> Tensor:
        """One step of the optimiser; returns the sum of the answers' losses and their tokens."""
        for group in self.optimiser.param_groups:
            group["lr"] = learning_rate(self.stage, self.step) * group["factor"]
        with precision(self.device):
            losses = self.objective(pack.to(self.device))
        loss = losses.language / max(1, pack.labelled) + self.stage.ctc_weight * losses.ctc / max(1, pack.lines)
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(self.named.values(), self.stage.clip)
        if not math.isfinite(float(norm)):
            raise Diverged(f"The gradient's norm is {norm} at step {self.step}: try a lower --lr in another --output.")
        self.optimiser.step()
        self.optimiser.zero_grad(set_to_none=True)
        self.step += 1
        return torch.tensor([float(losses.language.detach()), float(pack.labelled)])

    @torch.no_grad()
    def held_out_loss(self, packs: Sequence[Pack]) -> float:
        """Mean loss of a token of the held-out answers, in nats."""
        self.objective.eval()
        total = tokens = 0.0
        for pack in packs:
            with precision(self.device):
                total += float(self.objective(pack.to(self.device)).language)
            tokens += pack.labelled
        self.objective.train()
        return total / max(1.0, tokens)

    def _look(self, held_out: Sequence[Pack], started: float, first: int, total: Tensor) -> None:
        error = self.held_out_loss(held_out) if held_out else -float(self.step)
        if error < self.best:
            self.best, self.best_step, self.kept = error, self.step, self._values()
        row = {"step": self.step, "loss": float(total[0] / total[1]) if total[1] else None}
        row |= {"held_out": error if held_out else None, "lr": learning_rate(self.stage, self.step)}
        with (self.state.parent / "metrics.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")
        clear = "\r\033[K" if sys.stderr.isatty() else ""
        print(f"{clear}{self._line(started, first, total)}", file=sys.stderr, flush=True)

    def _line(self, started: float, first: int, total: Tensor) -> str:
        parts = [f"step {self.step}/{self.plan.steps}"]
        if total[1]:
            parts.append(f"loss {float(total[0] / total[1]):.3f}")
        if 0 <= self.best < math.inf:
            parts.append(f"best held-out {self.best:.3f} (step {self.best_step})")
        if self.step > first:
            left = (time.monotonic() - started) / (self.step - first) * (self.plan.steps - self.step)
            parts.append(f"{int(left // 60)}:{int(left % 60):02d} left")
        return "  ".join(parts)

    def _stopped(self) -> bool:
        """Whether the last looks were all no better."""
        return self.best_step + self.patience * self.plan.eval_every < self.step

    def _values(self) -> dict[str, Tensor]:
        return {name: parameter.detach().clone() for name, parameter in self.named.items()}

    @torch.no_grad()
    def _assign(self, values: Mapping[str, Tensor]) -> None:
        for name, parameter in self.named.items():
            parameter.copy_(values[name])

    def _save(self) -> None:
        state = {
            "step": self.step,
            "best": self.best,
            "best_step": self.best_step,
            "kept": self.kept,
            "values": self._values(),
            "optimiser": self.optimiser.state_dict(),
        }
        save_state(state, self.state)

    def _resume(self) -> None:
        if not self.state.exists():
            return
        state = torch.load(self.state, map_location=self.device, weights_only=True)
        self._assign(state["values"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.step, self.best, self.best_step, self.kept = (
            state[name] for name in ("step", "best", "best_step", "kept")
        )
        print(f"resumed from {self.state} at step {self.step}", file=sys.stderr, flush=True)
