"""Runs one training stage, from the first word to the last anneal, on a CPU or one GPU.

    python -m training.pretrain training/stages/nano_cpu_1_words.yaml --output runs/words

Stopped at any time, the same command resumes where the last saved state left off and gives the same losses.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import sys
import time
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.utils.data import DataLoader

from hyocr.model import tower
from hyocr.model.ctc import ROWS
from hyocr.tasks import read
from training.checkpoint import Weights, load_weights, save_weights
from training.config import Stage, read_stage
from training.ctc import ctc_loss
from training.data import Batch, LineBatches, load_crops, receipt_crops, relabelled
from training.sequence import IGNORE, Answers, Layout, encode_batch, layout, pad_answers
from training.validate import Validation


class Trainer:
    """Model, optimiser, averages and data of one stage; `run` trains, saves and resumes."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        torch.manual_seed(stage.seed)
        torch.set_num_threads(stage.threads)
        self.output = Path(stage.output)
        self.output.mkdir(parents=True, exist_ok=True)
        self.device = torch.device(_device(stage.device))
        weights = load_weights(stage.init, stage.seed)
        self.tokenizer = weights.tokenizer
        self.model, self.head = weights.model.to(self.device), weights.head.to(self.device)
        self.named = {**dict(self.model.named_parameters()), **{f"ctc.{k}": p for k, p in self.head.named_parameters()}}
        for name, parameter in self.named.items():
            parameter.requires_grad_(not any(part in name for part in stage.freeze))
        self.optimiser = torch.optim.AdamW(
            _parameter_groups(self.named, stage), lr=stage.lr, betas=(0.9, stage.beta2), fused=True
        )
        self.average = {name: parameter.detach().clone() for name, parameter in self.named.items()}
        self.answers = Answers(self.tokenizer)
        self.layouts: dict[tuple[int, int], Layout] = {}
        self.step = 0
        crops = receipt_crops(Path(stage.receipts), "train") if stage.receipts else []
        self.data = LineBatches(
            seed=stage.seed,
            widths=stage.widths,
            pixels=stage.pixels,
            text=Path(stage.text) if stage.text else None,
            fonts=Path(stage.fonts) if stage.fonts else None,
            crops=load_crops(relabelled(crops, stage.labels) if crops else []),
            real=stage.real,
            regions=stage.regions,
        )
        self.validation = Validation(stage)
        self._resume()

    def losses(self, batch: Batch, step: int) -> tuple[Tensor, Tensor]:
        """Language loss per token and CTC loss per character; an unused one is 0."""
        hidden, grid = self.see(batch)
        language, ctc = hidden.new_zeros(()), hidden.new_zeros(())
        if self.stage.ctc_weight and grid[0] == ROWS:
            ctc = ctc_loss(self.head(hidden), batch.texts)
        if self.stage.language_weight:
            features = tower.connect(self.model.model.vision_tower, hidden, grid)
            answers = encode_batch(
                self.answers, batch.texts, self.stage.characters, f"{self.stage.seed}/{step}/answers"
            )
            language = self._language_loss(features, grid, answers)
        return language, ctc

    def see(self, batch: Batch) -> tuple[Tensor, tuple[int, int]]:
        """The tower's hidden states (n, patches, hidden) of a batch and its grid of (rows, columns) patches."""
        patch = self.model.config.vision_config.patch_size
        images = batch.images.to(self.device)
        grid = (images.shape[1] // patch, images.shape[2] // patch)
        return tower.encode(self.model.model.vision_tower, tower.normalised_patches(images, patch), grid), grid

    def plan(self, grid: tuple[int, int]) -> Layout:
        """The prompt around an image of this many patches."""
        if grid not in self.layouts:
            self.layouts[grid] = layout(self.model, self.tokenizer, read.prompt(self.stage.prompt_language), grid)
        return self.layouts[grid]

    def prompt(self, plan: Layout, features: Tensor) -> Tensor:
        """Embeddings (n, prompt, hidden) of the prompt around each of n images' features."""
        words = self.model.get_input_embeddings()(plan.ids.to(self.device)).expand(len(features), -1, -1)
        before, after = words[:, : plan.image.start], words[:, plan.image.stop :]
        return torch.cat([before, features.to(words.dtype), after], dim=1)

    def _language_loss(self, features: Tensor, grid: tuple[int, int], answers: list[list[int]]) -> Tensor:
        plan = self.plan(grid)
        ids, labels = pad_answers(answers, self.tokenizer.pad_token_id)
        rows, length = ids.shape
        written = self.model.get_input_embeddings()(ids.to(self.device))[:, :-1]
        inputs = torch.cat([self.prompt(plan, features), written], dim=1)
        # Right padding under a causal mask needs no attention mask: nothing before the padding can see it.
        positions = plan.answer_positions(length - 1).to(self.device)[:, None].expand(-1, rows, -1)
        hidden = self.model.model.language_model(
            inputs_embeds=inputs, position_ids=positions, use_cache=False
        ).last_hidden_state
        logits = self.model.lm_head(hidden[:, plan.ids.numel() - 1 :])
        return F.cross_entropy(logits.float().flatten(0, 1), labels.to(self.device).flatten(), ignore_index=IGNORE)

    def run(self) -> None:
        """Trains from the current step to the last."""
        loader = DataLoader(
            self.data,
            batch_size=None,
            sampler=range(self.step, self.stage.steps),
            num_workers=self.stage.workers,
            prefetch_factor=4 if self.stage.workers else None,
        )
        meter = Meter(self.output / "metrics.jsonl")
        for batch in loader:
            language, ctc, norm = self._train_step(batch)
            meter.add(language, ctc, len(batch.texts))
            if self.step % self.stage.log_every == 0:
                meter.log(step=self.step, lr=_learning_rate(self.stage, self.step), norm=float(norm))
            if self.step % self.stage.save_every == 0 or self.step == self.stage.steps:
                self._save()
            if self.step % self.stage.eval_every == 0 or self.step == self.stage.steps:
                with self._averaged():
                    meter.write({"step": self.step, **self.validation.scores(self)})

    def _train_step(self, batch: Batch) -> tuple[Tensor, Tensor, Tensor]:
        for group in self.optimiser.param_groups:
            group["lr"] = _learning_rate(self.stage, self.step) * group["factor"]
        with self._precision():
            language, ctc = self.losses(batch, self.step)
        (self.stage.language_weight * language + self.stage.ctc_weight * ctc).backward()
        norm = nn.utils.clip_grad_norm_(self.named.values(), self.stage.clip)
        self.optimiser.step()
        self.optimiser.zero_grad(set_to_none=True)
        self.step += 1
        decay = min(self.stage.ema, (1 + self.step) / (10 + self.step))
        torch._foreach_lerp_(list(self.average.values()), [p.detach() for p in self.named.values()], 1 - decay)
        return language.detach(), ctc.detach(), norm

    def _precision(self) -> contextlib.AbstractContextManager[Any]:
        # bfloat16 is emulated on an AVX2 CPU, some hundred times slower: float32 there.
        return torch.autocast("cuda", torch.bfloat16) if self.device.type == "cuda" else contextlib.nullcontext()

    @contextlib.contextmanager
    def _averaged(self) -> Any:
        """Within, the model holds the averaged weights."""
        kept = {name: parameter.detach().clone() for name, parameter in self.named.items()}
        self._assign(self.average)
        try:
            yield
        finally:
            self._assign(kept)

    @torch.no_grad()
    def _assign(self, values: dict[str, Tensor]) -> None:
        for name, parameter in self.named.items():
            parameter.copy_(values[name])

    def _save(self) -> None:
        state = {
            "step": self.step,
            "parameters": {name: parameter.detach() for name, parameter in self.named.items()},
            "average": self.average,
            "optimiser": self.optimiser.state_dict(),
        }
        partial = self.output / "resume.pt.partial"
        torch.save(state, partial)
        os.replace(partial, self.output / "resume.pt")
        with self._averaged():
            save_weights(Weights(self.tokenizer, self.model, self.head), self.output / "checkpoint")

    def _resume(self) -> None:
        path = self.output / "resume.pt"
        if not path.exists():
            return
        state = torch.load(path, map_location=self.device, weights_only=True)
        self._assign(state["parameters"])
        self.average = state["average"]
        self.optimiser.load_state_dict(state["optimiser"])
        self.step = state["step"]
        print(f"resumed from {path} at step {self.step}", flush=True)


class Meter:
    """Means since the last line of `metrics.jsonl`, printed as well."""

    def __init__(self, path: Path) -> None:
        self.path, self.started = path, time.time()
        self._clear()

    def _clear(self) -> None:
        self.language, self.ctc, self.images, self.count, self.since = 0.0, 0.0, 0, 0, time.time()

    def add(self, language: Tensor, ctc: Tensor, images: int) -> None:
        """Adds one step's losses (on a GPU this does not wait for them)."""
        self.language, self.ctc = self.language + language, self.ctc + ctc  # type: ignore[assignment]
        self.images, self.count = self.images + images, self.count + 1

    def log(self, **facts: float) -> None:
        """Writes the means and starts anew."""
        seconds = time.time() - self.since
        line = {"language": float(self.language) / self.count, "ctc": float(self.ctc) / self.count}
        self.write({**facts, **line, "images_per_second": self.images / seconds})
        self._clear()

    def write(self, line: dict[str, Any]) -> None:
        """One JSON line to the file and to standard output."""
        rounded = {key: float(f"{value:.4g}") if isinstance(value, float) else value for key, value in line.items()}
        rounded["minutes"] = round((time.time() - self.started) / 60, 2)
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(rounded, ensure_ascii=False) + "\n")
        print(json.dumps(rounded, ensure_ascii=False), flush=True)


def _learning_rate(stage: Stage, step: int) -> float:
    if step < stage.warmup:
        return stage.lr * (step + 1) / stage.warmup
    progress = (step - stage.warmup) / max(1, stage.steps - stage.warmup)
    return stage.final_lr + (stage.lr - stage.final_lr) * 0.5 * (1 + math.cos(math.pi * progress))


def _parameter_groups(named: dict[str, nn.Parameter], stage: Stage) -> list[dict[str, Any]]:
    """Matrices decay; vectors (norms, biases) and tables do not. The tower has a learning rate of its own."""
    groups: dict[tuple[bool, bool], list[nn.Parameter]] = {}
    for name, parameter in named.items():
        if parameter.requires_grad:
            in_tower = "vision_tower" in name and "patch_merger" not in name
            decays = parameter.ndim > 1 and "embed" not in name
            groups.setdefault((in_tower, decays), []).append(parameter)
    return [
        {
            "params": parameters,
            "weight_decay": stage.weight_decay if decays else 0.0,
            "factor": stage.tower_lr if in_tower else 1.0,
        }
        for (in_tower, decays), parameters in groups.items()
    ]


def _device(wanted: str) -> str:
    if wanted != "auto":
        return wanted
    return "cuda" if torch.cuda.is_available() else "cpu"


def main() -> None:
    """Command line: see the module's docstring."""
    trainer = Trainer(read_stage(sys.argv[1:]))
    counts = {
        name: sum(p.numel() for p in part.parameters())
        for name, part in (("model", trainer.model), ("head", trainer.head))
    }
    print(f"{counts} parameters on {trainer.device}, {len(trainer.data.fonts)} font families", flush=True)
    trainer.run()


if __name__ == "__main__":
    main()
