"""The objective as one module: a pack goes in, sums of losses come out; what is summed is divided by who knows how much
there is, over all micro-batches and processes of a step."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from hyocr.model import tower
from hyocr.model.ctc import CtcHead
from training.config import Stage
from training.ctc import ctc_losses
from training.guide import guide_loss
from training.packing import IGNORE, PATCH, Images, Pack


@dataclass(frozen=True)
class Losses:
    """Sums over a pack: `language` and `guide` over tokens, `ctc` over lines (each the mean of its characters).

    `by_task` (tasks, 2) has each task's language loss and its number of tokens, without gradient.
    """

    language: Tensor
    ctc: Tensor
    guide: Tensor
    by_task: Tensor


class Objective(nn.Module):
    """The model with its CTC head and the losses a stage wants of them."""

    def __init__(self, model: Any, head: CtcHead, stage: Stage) -> None:
        super().__init__()
        self.model, self.head, self.stage = model, head, stage
        if stage.guide_weight:  # the only implementation that tells what it attends to
            model.model.language_model.config._attn_implementation = "eager"
        if stage.checkpointing:
            model.activation_checkpointing_enable()
        if stage.compile:
            for layer in (*model.model.vision_tower.layers, *model.model.language_model.layers):
                layer.compile()

    def forward(self, pack: Pack) -> Losses:
        """The losses of a pack on the model's device."""
        vision, text = self.model.model.vision_tower, self.model.model.language_model
        embeddings = text.embed_tokens(pack.ids)
        flat = embeddings.flatten(0, 1)
        readings: list[tuple[Images, Tensor]] = []
        for images in pack.images:
            hidden, grid = see(vision, images.pixels)
            if images.lines and (self.stage.ctc_weight or self.stage.guide_weight):
                readings.append((images, self.head(hidden)))
            if self.stage.language_weight:
                features = tower.connect(vision, hidden, grid)
                flat = flat.index_put((images.slots.flatten(),), features.flatten(0, 1).to(flat.dtype))
        zero = embeddings.new_zeros((), dtype=torch.float32)
        ctc = sum((ctc_losses(log_probs, images.lines or []).sum() for images, log_probs in readings), zero)
        if not self.stage.language_weight:
            return Losses(zero, ctc, zero, zero.new_zeros(len(self.stage.mixture), 2))
        out = text(
            inputs_embeds=flat.view_as(embeddings),
            attention_mask=block_mask(pack.segments, embeddings.dtype),
            position_ids=pack.positions,
            use_cache=False,
            output_attentions=bool(self.stage.guide_weight),
        )
        language, by_task = self._language(out.last_hidden_state, pack)
        guide = zero
        if self.stage.guide_weight:
            guide = sum((guide_loss(out.attentions, log_probs, images) for images, log_probs in readings), zero)
        return Losses(language, ctc, guide, by_task)

    def _language(self, hidden: Tensor, pack: Pack) -> tuple[Tensor, Tensor]:
        wanted = pack.labels != IGNORE
        logits = self.model.lm_head(hidden[wanted])  # of the answers' tokens alone
        losses = F.cross_entropy(logits.float(), pack.labels[wanted], reduction="none")
        by_task = torch.zeros(len(self.stage.mixture), 2, device=losses.device)
        each = torch.stack([losses.detach(), torch.ones_like(losses)], dim=1)
        return losses.sum(), by_task.index_add(0, pack.tasks[wanted], each)


def see(vision: Any, pixels: Tensor) -> tuple[Tensor, tuple[int, int]]:
    """Hidden states (n, patches, hidden) of (n, height, width, 3) uint8 images from the tower, and their grid."""
    grid = (pixels.shape[1] // PATCH, pixels.shape[2] // PATCH)
    return tower.encode(vision, tower.normalised_patches(pixels, PATCH), grid), grid


def precision(device: torch.device) -> contextlib.AbstractContextManager[Any]:
    """bfloat16 on a GPU. On an AVX2 CPU it is emulated, some hundred times slower: float32 there."""
    return torch.autocast("cuda", torch.bfloat16) if device.type == "cuda" else contextlib.nullcontext()


def block_mask(segments: Tensor, dtype: torch.dtype) -> Tensor:
    """Additive mask (rows, 1, length, length) of `segments` (rows, length): each token sees its own sample so far."""
    length = segments.shape[1]
    same = segments[:, :, None] == segments[:, None, :]
    past = torch.ones(length, length, dtype=torch.bool, device=segments.device).tril()
    mask = torch.zeros(same.shape, dtype=dtype, device=segments.device)
    return mask.masked_fill(~(same & past), torch.finfo(dtype).min)[:, None]
