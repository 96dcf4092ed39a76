"""Runs one training stage, from the first word to the last anneal, on a CPU, a GPU, or many.

    python -m training.pretrain training/stages/nano_cpu_1a_words.yaml --output runs/words
    accelerate launch --config_file training/runs/fsdp.yaml -m training.pretrain training/stages/1b_1_align.yaml

Stopped at any time, the same command resumes where the last saved state left off, with the same samples (and on a CPU
the same losses), also with another number of processes if micro-batches per step are the same in all.
"""

from __future__ import annotations

import contextlib
import math
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader
from transformers.utils.logging import disable_progress_bar

from hyocr.errors import HyocrError
from hyocr.model.checkpoint import cast_weights, fast_in_bfloat16
from training import distributed
from training.batches import Batches
from training.checkpoint import Weights, load_weights, save_state, save_weights, with_values
from training.config import Stage, check_same, read_stage
from training.flops import model_flops
from training.lora import attach, go_on_from, save_adapter
from training.meter import Meter
from training.mixture import NothingToDraw
from training.objective import Losses, Objective, precision
from training.packing import Pack
from training.validate import Validation


class Diverged(HyocrError):
    """The loss has left the numbers."""


class Trainer:
    """Model, optimiser, averages and data of one stage; `run` trains, validates, saves and resumes."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        torch.manual_seed(stage.seed)
        torch.set_num_threads(stage.threads)
        self.world = distributed.start()
        self.output = Path(stage.output)
        self.output.mkdir(parents=True, exist_ok=True)
        self.weights = load_weights(stage.init, stage.seed)
        self.adapted = adapted(self.weights, stage, self.world.device) if stage.lora else None
        self.objective = Objective(self.weights.model, self.weights.head, stage).to(self.world.device)
        self.objective.train()
        freeze(self.objective, frozen(stage))
        if self.adapted:
            leave_to_learn(self.objective, "lora_")
        distributed.shard(self.objective, self.weights.model.model.language_model.layers, self.world)
        self.named = {
            name: parameter
            for name, parameter in self.objective.named_parameters()
            if parameter.requires_grad or not self.adapted
        }
        self.optimiser = torch.optim.AdamW(
            parameter_groups(self.named, stage), lr=stage.lr, betas=(0.9, stage.beta2), fused=True
        )
        self.average = {name: parameter.detach().clone() for name, parameter in self.named.items()}
        self.step, self.best = 0, math.inf
        self.data = Batches(stage, self.weights.tokenizer)
        self.validation = Validation(stage, self.weights.tokenizer)
        self._resume()

    def run(self) -> None:
        """Trains from the current step to the last."""
        stage = self.stage
        meter = Meter(self.output / "metrics.jsonl", self.data.tasks, self.world)
        for packs in self._steps():
            losses, norm = self.train_step(packs)
            meter.add(packs, losses, self._flops(packs) if meter.peak else 0.0)
            last = self.step == stage.steps
            if last or self.step % stage.log_every == 0:
                meter.log(self.step, lr=learning_rate(stage, self.step), norm=float(norm))
            if last or self.step % stage.eval_every == 0:
                self._validate(meter)
            if last or self.step % stage.save_every == 0:
                self.save(float(norm))

    def _steps(self) -> Iterator[list[Pack]]:
        """The micro-batches of each step to come: those of all processes take turns in the stream of packs."""
        share = self.stage.accumulate
        items = range(self.step * share * self.world.size, self.stage.steps * share * self.world.size)
        loader = DataLoader(
            self.data,
            batch_size=None,
            sampler=items[self.world.rank :: self.world.size],
            num_workers=self.stage.workers,
            prefetch_factor=4 if self.stage.workers else None,
        )
        packs: list[Pack] = []
        for pack in loader:
            packs.append(pack)
            if len(packs) == share:
                yield packs
                packs = []

    def train_step(self, packs: list[Pack]) -> tuple[Tensor, Tensor]:
        """One step of the optimiser; returns sums over all processes (see `Meter.add`) and the gradient norm.

        Each loss is a mean over the whole step: over its answers' tokens, its lines, its tokens to point at.
        """
        stage = self.stage
        for group in self.optimiser.param_groups:
            group["lr"] = learning_rate(stage, self.step) * group["factor"]
        counts = torch.tensor([[p.labelled, p.lines, p.pointed] for p in packs], dtype=torch.float32).sum(0)
        counts = distributed.summed(counts.to(self.world.device))
        language, ctc, guide = counts.clamp(min=1).unbind()
        total: list[Tensor] = []
        for index, pack in enumerate(packs):
            distributed.last_of_step(self.objective, index == len(packs) - 1)
            with precision(self.world.device):
                losses: Losses = self.objective(pack.to(self.world.device))
            (
                stage.language_weight / language * losses.language
                + stage.ctc_weight / ctc * losses.ctc
                + stage.guide_weight / guide * losses.guide
            ).backward()
            total.append(torch.cat([losses.by_task.flatten(), torch.stack([losses.ctc, losses.guide]).detach()]))
        for parameter in self.named.values():
            # A step that does not need it counts for the optimiser all the same, as it does among several processes.
            if parameter.requires_grad and parameter.grad is None:
                parameter.grad = torch.zeros_like(parameter)
        norm = distributed.clip(self.named.values(), stage.clip)
        self.optimiser.step()
        self.optimiser.zero_grad(set_to_none=True)
        self.step += 1
        decay = min(stage.ema, (1 + self.step) / (10 + self.step))
        averages, values = distributed.local(self.average.values()), distributed.local(self.named.values())
        torch._foreach_lerp_(averages, values, 1 - decay)
        return torch.cat([distributed.summed(torch.stack(total).sum(0)), counts[1:]]), norm

    def _flops(self, packs: list[Pack]) -> float:
        config, stage = self.weights.model.config, self.stage
        grids = [images.grid for pack in packs for images in pack.images for _ in images.pixels]
        lengths = [length for pack in packs for length in pack.lengths()] if stage.language_weight else []
        labelled = sum(pack.labelled for pack in packs) if stage.language_weight else 0
        return model_flops(config, grids, lengths, labelled, frozen(stage))

    def _validate(self, meter: Meter) -> None:
        with self.averaged():
            scores = self.validation.scores(self.objective, self.world)
            meter.write({"step": self.step, **scores})
            error = scores.get("error", self.best)  # nothing held out: the last is the best
            if error <= self.best:
                self.best = error
                self._save_weights("best")

    @contextlib.contextmanager
    def averaged(self) -> Iterator[None]:
        """Within, the model holds the averaged weights."""
        kept = {name: parameter.detach().clone() for name, parameter in self.named.items()}
        self._assign(self.average)
        self.objective.eval()
        try:
            yield
        finally:
            self._assign(kept)
            self.objective.train()

    @torch.no_grad()
    def _assign(self, values: dict[str, Tensor]) -> None:
        torch._foreach_copy_(distributed.local(self.named.values()), distributed.local(values.values()))

    def save(self, norm: float = 0.0) -> None:
        """The averaged weights as a checkpoint folder, then everything that a resumed run needs.

        Raises Diverged if the gradient's `norm` is no number: what was saved before is then worth more.
        """
        if not math.isfinite(norm):
            raise Diverged(f"The gradient's norm is {norm} at step {self.step}: try a lower learning rate.")
        with self.averaged():
            self._save_weights("checkpoint")
        parameters, average = (distributed.whole(values, self.world) for values in (self.named, self.average))
        optimiser = distributed.optimiser_state(self.optimiser, self.named, self.world)
        if self.world.rank:
            return
        state = {
            "data": self._data(),
            "step": self.step,
            "best": self.best,
            "parameters": parameters,
            "average": average,
            "optimiser": optimiser,
            "random": torch.get_rng_state(),
        }
        save_state(state, self.output / "resume.pt")

    def _save_weights(self, name: str) -> None:
        if self.adapted:
            if self.world.rank == 0:
                save_adapter(self.adapted, self.weights, {}, self.output / name)
            return
        values = distributed.whole(self.objective.state_dict(), self.world)
        if self.world.rank == 0:
            save_weights(with_values(self.weights, values), self.output / name)

    def _resume(self) -> None:
        path = self.output / "resume.pt"
        if not path.exists():
            return
        state = torch.load(path, map_location="cpu", weights_only=True, mmap=True)
        check_same(path, state["data"], self._data())
        distributed.assign(self.named, state["parameters"])
        distributed.assign(self.average, state["average"])
        distributed.restore_optimiser(self.optimiser, self.named, state["optimiser"])
        torch.set_rng_state(state["random"])
        self.step, self.best = state["step"], state["best"]
        print(f"resumed from {path} at step {self.step}", flush=True)

    def _data(self) -> dict[str, Any]:
        """What decides which samples each step sees."""
        names = ("seed", "mixture", "widths", "stretch", "length", "rows", "characters", "prompt_language")
        return {"micro-batches per step": self.stage.accumulate * self.world.size} | {
            name: getattr(self.stage, name) for name in names
        }


def learning_rate(stage: Stage, step: int) -> float:
    """Linear warm-up from 0, then down to `final_lr` in a straight line or half a cosine."""
    if step < stage.warmup:
        return stage.lr * (step + 1) / stage.warmup
    left = 1 - (step - stage.warmup) / max(1, stage.steps - stage.warmup)
    if stage.schedule == "cosine":
        left = 0.5 * (1 - math.cos(math.pi * left))
    return stage.final_lr + (stage.lr - stage.final_lr) * left


def freeze(objective: nn.Module, parts: Sequence[str]) -> None:
    """Stops parameters from learning whose name contains one of `parts`; ValueError for a part that is in none."""
    named = dict(objective.named_parameters())
    for part in parts:
        if not any(part in name for name in named):
            raise ValueError(f"freeze: no parameter's name contains {part!r}.")
    for name, parameter in named.items():
        parameter.requires_grad_(not any(part in name for part in parts))


def frozen(stage: Stage) -> list[str]:
    """Parts of the names of parameters that are not trained: the stage's, and those without a say in its losses."""
    unused = ["patch_merger.image_sep"]  # the network has it and never reads it
    if not stage.language_weight:
        unused += ["language_model", "patch_merger"]
    if not stage.ctc_weight:
        unused.append("head.project")
    return [*stage.freeze, *unused]


def adapted(weights: Weights, stage: Stage, device: torch.device) -> Any:
    """Puts a low-rank adapter on the language model's layers, whose own weights are in bfloat16 where that is fast."""
    if fast_in_bfloat16(device):
        cast_weights(weights.model.model.language_model, torch.bfloat16)
    weights.head.requires_grad_(False)
    model = attach(weights.model, "language", stage.lora, stage.init, stage.lora_from)
    if stage.adapter:
        go_on_from(model, Path(stage.adapter))
    return model


def leave_to_learn(objective: nn.Module, part: str) -> None:
    """Stops all parameters from learning whose name does not contain `part`."""
    for name, parameter in objective.named_parameters():
        parameter.requires_grad_(parameter.requires_grad and part in name)


def parameter_groups(named: dict[str, nn.Parameter], stage: Stage) -> list[dict[str, Any]]:
    """Matrices decay; vectors (norms, biases) and tables do not. The tower has a learning rate of its own."""
    groups: dict[tuple[bool, bool], list[nn.Parameter]] = {}
    for name, parameter in named.items():
        if parameter.requires_grad:
            in_tower = "vision_tower" in name and "patch_merger" not in name
            decays = parameter.ndim > 1 and not name.endswith(("embed_tokens.weight", "position_embedding.weight"))
            groups.setdefault((in_tower, decays), []).append(parameter)
    return [
        {
            "params": parameters,
            "weight_decay": stage.weight_decay if decays else 0.0,
            "factor": stage.tower_lr if in_tower else 1.0,
        }
        for (in_tower, decays), parameters in groups.items()
    ]


def main() -> int:
    """Command line: see the module's docstring."""
    disable_progress_bar()  # of the library's weight reader and writer
    try:
        stage = read_stage(sys.argv[1:])
        trainer = Trainer(stage)
        sizes = {name: sum(p.numel() for p in part.parameters()) for name, part in trainer.objective.named_children()}
        print(f"{sizes} parameters on {trainer.world.size} x {trainer.world.device}", flush=True)
        trainer.run()
    except (OSError, ValueError, HyocrError, NothingToDraw, Diverged) as error:
        reason = str(error).strip().splitlines()[-1]  # one from a worker process brings its traceback along
        print(f"{reason} (What was saved stays; the same command goes on from there.)", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stopped; the same command goes on from what was saved", file=sys.stderr)
        return 130
    finally:
        distributed.finish()
    return 0


if __name__ == "__main__":
    sys.exit(main())
