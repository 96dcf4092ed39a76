"""A run's model, rewards, prompts and settings put together as a trainer."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from functools import partial
from types import MethodType
from typing import Any

import torch
import trl.trainer.utils
from transformers import PrinterCallback, TrainerCallback
from trl import GRPOConfig

from hyocr.model.checkpoint import prepare
from hyocr.model.positions import fix_rope_index
from hyocr.model.tower import batch_images
from training.checkpoint import Weights, load_weights
from training.pretrain import freeze
from training.rl.config import Run
from training.rl.process_aware import ProcessAwareTrainer
from training.rl.prompts import prompts
from training.rl.rewards import REWARDS, Reward
from training.rl.trainer import OcrGrpoTrainer

PERCEPTION = ("perception",)
"""The rewards of what was read, where that is apart from what was concluded."""


def settings(run: Run, names: Sequence[str]) -> GRPOConfig:
    """The run as TRL's settings; `names` are those of the rewards."""
    cuda = torch.cuda.is_available()
    warms_up = run.schedule == "constant" and run.warmup
    return GRPOConfig(
        output_dir=run.output,
        max_steps=run.steps,
        seed=run.seed,
        # Rollouts
        num_generations=run.rollouts,
        max_completion_length=run.max_tokens,
        temperature=run.temperature,
        top_p=run.top_p,
        top_k=run.top_k,
        use_vllm=run.engine == "vllm",
        vllm_mode="colocate",
        shuffle_dataset=False,  # `order` has shuffled
        dataloader_num_workers=run.workers,
        remove_unused_columns=False,
        # Objective
        beta=run.beta,
        loss_type=run.loss,
        epsilon=run.epsilon,
        epsilon_high=run.epsilon_high,
        num_iterations=run.iterations,
        reward_weights=[run.rewards.get(name, 1.0) for name in names],
        # Optimiser
        learning_rate=run.lr,
        lr_scheduler_type="constant_with_warmup" if warms_up else run.schedule,
        warmup_steps=run.warmup,
        weight_decay=run.weight_decay,
        max_grad_norm=run.clip,
        per_device_train_batch_size=run.micro,
        gradient_accumulation_steps=accumulation(run, int(os.environ.get("WORLD_SIZE", "1"))),
        gradient_checkpointing=run.checkpointing,
        bf16=cuda,
        use_cpu=not cuda,
        # Saving and logging
        save_steps=run.save_every,
        save_total_limit=2,
        logging_steps=run.log_every,
        logging_nan_inf_filter=False,
        report_to="none",
        disable_tqdm=True,
    )


def accumulation(run: Run, processes: int) -> int:
    """Micro-batches of a step in each process. Raises ValueError if they cannot all be full."""
    if run.groups * run.rollouts % (run.micro * processes):
        raise ValueError(
            f"micro: {run.groups} groups of {run.rollouts} do not fall into {processes} x {run.micro} at a time."
        )
    return run.groups * run.rollouts // (run.micro * processes)


def ask_as_in_use(processor: Any) -> None:
    """Prompts are written as `hyocr` writes them, whatever TRL and the processor would make of them.

    On their way the empty system message becomes a list of parts, which the published template writes out as it stands
    ("[]"), and prompts get padding, which TRL takes for part of them.
    """
    processor.tokenizer.padding_side = "left"  # where the trainer pads prompts itself
    processor.apply_chat_template = MethodType(_apply_chat_template, processor)


def _apply_chat_template(self: Any, conversation: Any, tokenize: bool = False, **options: Any) -> Any:
    chats = conversation if isinstance(conversation[0], list) else [conversation]
    options.pop("return_dict", None)
    write = partial(type(self).apply_chat_template, self, tokenize=False, **options)
    texts = [write([_plain(message) for message in chat]) for chat in chats]
    if tokenize:
        return self(text=texts, images=[_pictures(chat) for chat in chats], padding=False)
    return texts if chats is conversation else texts[0]


def _plain(message: dict[str, Any]) -> dict[str, Any]:
    if message["role"] != "system" or isinstance(message["content"], str):
        return message
    return {**message, "content": "".join(part["text"] for part in message["content"])}


def _pictures(chat: Sequence[dict[str, Any]]) -> list[Any]:
    parts = [part for message in chat if isinstance(message["content"], list) for part in message["content"]]
    return [part["image"] for part in parts if part["type"] == "image"]


def score_answers_alone() -> None:
    """On a CPU TRL scores the prompts' tokens too and drops the result: this takes them out first, as on a GPU."""
    trl.trainer.utils._use_triton = lambda device: True  # where it asks this is no question of kernels


def make_trainer(
    run: Run,
    items: Sequence[int],
    callbacks: Sequence[TrainerCallback] = (),
    rewards: Mapping[str, Reward] = REWARDS,
) -> tuple[OcrGrpoTrainer, Weights]:
    """The trainer of a run that asks the prompts `items` in this order, and the weights that it trains.

    `rewards` may be others than ours: `REWARDS | {"vqa": vqa.judged(my_judge)}`. Raises ValueError for settings that do
    not fit, HyocrError for a checkpoint that cannot be loaded.
    """
    torch.set_num_threads(run.threads)
    score_answers_alone()
    for name in run.rewards:
        if name not in rewards:
            raise ValueError(f"rewards: there is no reward {name!r}; choose one of: {', '.join(rewards)}.")
    weights = load_weights(run.init)
    weights.model.train()
    batch_images(weights.model)
    freeze(weights.model, run.freeze)
    processor = prepare(run.init).processor
    ask_as_in_use(processor)
    names = [name for name in rewards if run.rewards.get(name, 1.0)]
    common: dict[str, Any] = {
        "model": weights.model,
        "reward_funcs": [rewards[name] for name in names],
        "args": settings(run, names),
        "train_dataset": prompts(run, items),
        "processing_class": processor,
        "show_every": run.show_every,
        "callbacks": list(callbacks),
    }
    if run.process_aware:
        trainer: OcrGrpoTrainer = ProcessAwareTrainer(perception=PERCEPTION, **common)
    else:
        trainer = OcrGrpoTrainer(**common)
    trainer.remove_callback(PrinterCallback)
    if trainer.ref_model is not None:  # TRL has loaded it anew
        fix_rope_index(trainer.ref_model)
        batch_images(trainer.ref_model)
    return trainer, weights
