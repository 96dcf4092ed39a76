"""TRL's GRPO trainer for this model: what would go wrong in it, and a log of completions.

* Markup is text here, and TRL's decoding drops it as special tokens.
* A resumed run would start from its first weights: checkpoints have the published names, which Trainer cannot read.
* Prompts would not be those of use: see `training.rl.setup.ask_as_in_use`.
* vLLM expands image tokens itself, and TRL hands it prompts that are expanded already: answers are fluent and blind.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from torch import Tensor
from trl import GRPOTrainer
from trl.data_utils import prepare_multimodal_messages
from trl.models import unwrap_model_for_generation
from trl.trainer.utils import pad

from hyocr.engines.writer import Pieces
from hyocr.model.chat import chat_tokens
from training.rl.completions import Completion, Group, add_groups
from training.rl.rollout import Sampling, rollout, unique

Row = dict[str, Any]
"""A row of `training.rl.prompts`."""


class OcrGrpoTrainer(GRPOTrainer):  # type: ignore[misc]  # trl is not typed for mypy
    """`show_every`: steps between two whose completions are logged (see `training.rl.completions`)."""

    def __init__(self, *args: Any, show_every: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.show_every = show_every
        tokenizer = self.processing_class.tokenizer
        chat, last = chat_tokens(self.processing_class, tokenizer)
        self.eos_token_ids: list[int] = sorted({*self.eos_token_ids, last})
        self.pieces = Pieces(tokenizer, chat | set(self.eos_token_ids) | {tokenizer.pad_token_id})
        self.never = [tokenizer.image_token_id]
        """Tokens that no answer may have: one with a picture's in it could not be scored."""
        self.rewards: Tensor | None = None
        """(all processes' completions, functions) of the last rollouts, NaN where a function does not apply."""

    def text(self, ids: Sequence[int]) -> str:
        """What the tokens write, markup kept, control tokens not."""
        return b"".join(self.pieces[token] for token in ids).decode(errors="replace")

    def finished(self, ids: Sequence[int]) -> bool:
        """Whether an answer came to its own end."""
        return bool(ids) and ids[-1] in self.eos_token_ids

    def score(self, rows: list[Row]) -> Tensor:
        """Rewards (rows, functions) of one rollout for each row."""
        asked = [prepare_multimodal_messages(row["prompt"], images=[row["image"]]) for row in rows]
        _, ids, _, completions, *_ = self._generate(asked)
        return self._calculate_rewards(rows, asked, completions, ids)

    def _generate(self, prompts: list[Any]) -> tuple[Any, ...]:
        prompt_ids, ids, mask, _, *rest = super()._generate(prompts)
        completions = [[{"role": "assistant", "content": self.text(one)}] for one in ids]
        return prompt_ids, ids, mask, completions, *rest

    def _generate_single_turn(
        self, prompt_ids: list[list[int]], images: Any, fields: Row, *args: Any, **kwargs: Any
    ) -> Any:
        if self.use_vllm:
            image = self.processing_class.tokenizer.image_token_id
            prompt_ids = [collapsed(ids, image) for ids in prompt_ids]
            return super()._generate_single_turn(prompt_ids, images, fields, *args, **kwargs)
        return self._rollouts(prompt_ids, fields), None

    def _rollouts(self, prompt_ids: list[list[int]], fields: Row) -> list[list[int]]:
        """One answer for each prompt, by transformers; `fields` is the processor's output for the pictures."""
        grids = torch.as_tensor(fields["image_grid_thw"])
        pixels = torch.as_tensor(fields["pixel_values"]).split(grids.prod(dim=-1).tolist())
        size = self.args.per_device_train_batch_size
        answers = []
        with unwrap_model_for_generation(self.model_wrapped, self.accelerator) as model:
            training = model.training
            model.eval()
            try:
                for start in range(0, len(prompt_ids), size):
                    part = slice(start, start + size)
                    answers += self._part(model, prompt_ids[part], pixels[part], grids[part])
            finally:
                model.train(training)
        return answers

    def _part(
        self, model: Any, prompt_ids: list[list[int]], pixels: Sequence[Tensor], grids: Tensor
    ) -> list[list[int]]:
        first, copies = unique(prompt_ids, pixels)
        rows = [torch.tensor(prompt_ids[i]) for i in first]
        ids = pad(rows, padding_value=self._tokenizer.pad_token_id, padding_side="left")
        mask = pad([torch.ones_like(row) for row in rows], padding_value=0, padding_side="left")
        inputs = {
            "input_ids": ids,
            "attention_mask": mask,
            "mm_token_type_ids": (ids == self.processing_class.tokenizer.image_token_id).long(),
            "pixel_values": torch.cat([pixels[i] for i in first]),
            "image_grid_thw": grids[first],
        }
        inputs = {name: value.to(self.accelerator.device) for name, value in inputs.items()}
        sampling = Sampling(self.temperature, self.top_p, self.top_k)
        stops, most = set(self.eos_token_ids), self.max_completion_length
        with self.accelerator.autocast():
            return rollout(model, inputs, copies, sampling, stops, most, self.never)

    def _calculate_rewards(
        self, inputs: list[Row], prompts: list[Any], completions: list[Any], completion_ids_list: list[list[int]]
    ) -> Tensor:
        rows = [row | {"finished": self.finished(ids)} for row, ids in zip(inputs, completion_ids_list, strict=True)]
        rewards: Tensor = super()._calculate_rewards(rows, prompts, completions, completion_ids_list)
        self.rewards = rewards
        return rewards

    def _generate_and_score_completions(self, inputs: list[Row]) -> dict[str, Any]:
        batch: dict[str, Any] = super()._generate_and_score_completions(inputs)
        named = self.assign(batch)
        due = self.state.global_step % self.show_every == 0
        if due and self.model.training and self.accelerator.is_main_process:
            self._show(inputs, batch, named)
        return batch

    def _load_from_checkpoint(self, resume_from_checkpoint: str, model: Any = None) -> None:
        saved = type(self.model).from_pretrained(resume_from_checkpoint, dtype=torch.float32, local_files_only=True)
        self.model.load_state_dict(saved.state_dict())

    def create_model_card(self, *args: Any, **kwargs: Any) -> None:
        """None: a run's folder is no repository."""

    def _save_checkpoint(self, model: Any, trial: Any) -> None:
        try:
            super()._save_checkpoint(model, trial)
        except (SafetensorError, RuntimeError) as error:  # the writers' own errors say nothing of a full disk
            raise OSError(f"{self.args.output_dir}: a checkpoint could not be written: is the disk full?") from error

    def assign(self, batch: dict[str, Any]) -> dict[str, Tensor]:
        """Sets the batch's advantages, where they are others than TRL's; returns them (batch,) by name for the log."""
        return {"answer": batch["advantages"]}

    def local(self, values: Tensor, batch: dict[str, Any]) -> Tensor:
        """This process's part of what is known of all processes' completions."""
        count = len(batch["completion_ids"])
        first = self.accelerator.process_index * count
        return values[first : first + count]

    def _show(self, rows: list[Row], batch: dict[str, Any], named: dict[str, Tensor]) -> None:
        assert self.rewards is not None
        rewards = self.local(self.rewards, batch)
        completions = []
        for i, ids in enumerate(written(batch)):
            given = {
                name: value
                for name, value in zip(self.reward_func_names, rewards[i].tolist(), strict=True)
                if value == value  # not NaN: the function applies
            }
            advantages = {name: float(values[i]) for name, values in named.items()}
            completions.append(Completion(self.text(ids), self.finished(ids), given, advantages))
        count = self.num_generations
        groups = [
            Group(self.state.global_step, row, tuple(completions[at : at + count]))
            for at, row in enumerate(rows)
            if at % count == 0
        ]
        add_groups(Path(self.args.output_dir), groups)


def written(batch: dict[str, Any]) -> list[list[int]]:
    """The tokens of a batch's completions without padding."""
    pairs = zip(batch["completion_ids"], batch["completion_mask"].bool(), strict=True)
    return [ids[mask].tolist() for ids, mask in pairs]


def collapsed(ids: Sequence[int], image: int) -> list[int]:
    """Prompt tokens with each run of image tokens as one, as vLLM wants them."""
    return [token for token, run in groupby(ids) for _ in range(1 if token == image else len(list(run)))]
