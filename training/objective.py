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
from hyocr.model.checkpoint import fast_in_bfloat16
from hyocr.model.ctc import CtcHead
from training.config import Stage
from training.ctc import ctc_losses
from training.guide import guide_loss
from training.packing import PATCH, Images, Pack


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
        slots, features, readings = list[Tensor](), list[Tensor](), list[tuple[Images, Tensor]]()
        for images in pack.images:
            hidden, grid = see(vision, images.pixels)
            if images.lines and (self.stage.ctc_weight or self.stage.guide_weight):
                readings.append((images, self.head(hidden)))
            if self.stage.language_weight:
                slots.append(images.slots.flatten())
                features.append(tower.connect(vision, hidden, grid).flatten(0, 1).to(embeddings.dtype))
        zero = self._zero()
        ctc = sum((ctc_losses(log_probs, images.lines or []).sum() for images, log_probs in readings), zero)
        if not self.stage.language_weight:
            return Losses(zero, ctc, zero, zero.new_zeros(len(self.stage.mixture), 2))
        inputs = embeddings.flatten(0, 1)
        if slots:
            inputs = inputs.index_put((torch.cat(slots),), torch.cat(features))
        out = text(
            inputs_embeds=inputs.view_as(embeddings),
            attention_mask=block_mask(
                pack.segments, pack.branches, embeddings.dtype if self.stage.guide_weight else None
            ),
            position_ids=pack.positions,
            use_cache=False,
            output_attentions=bool(self.stage.guide_weight),
        )
        language, by_task = self._language(out.last_hidden_state.flatten(0, 1), pack)
        guide = zero
        if self.stage.guide_weight:
            guide = sum((guide_loss(out.attentions, log_probs, images) for images, log_probs in readings), zero)
        return Losses(language + zero, ctc, guide, by_task)

    def _zero(self) -> Tensor:
        """Nothing, but of a parameter that learns: a pack with nothing to learn from can still go backward."""
        shared = (*self.head.parameters(), *self.model.model.vision_tower.parameters())
        learning = [parameter for parameter in shared if parameter.requires_grad]
        return 0.0 * learning[0].sum() if learning else torch.zeros((), device=next(self.head.parameters()).device)

    def _language(self, hidden: Tensor, pack: Pack) -> tuple[Tensor, Tensor]:
        logits = self.model.lm_head(hidden[pack.places])  # of the answers' tokens alone
        losses = F.cross_entropy(logits.float(), pack.labels, reduction="none")
        by_task = torch.zeros(len(self.stage.mixture), 2, device=losses.device)
        each = torch.stack([losses.detach(), torch.ones_like(losses)], dim=1)
        return losses.sum(), by_task.index_add(0, pack.tasks, each)


def see(vision: Any, pixels: Tensor) -> tuple[Tensor, tuple[int, int]]:
    """Hidden states (n, patches, hidden) of (n, height, width, 3) uint8 images from the tower, and their grid."""
    grid = (pixels.shape[1] // PATCH, pixels.shape[2] // PATCH)
    return tower.encode(vision, tower.normalised_patches(pixels, PATCH), grid), grid


def precision(device: torch.device) -> contextlib.AbstractContextManager[Any]:
    """bfloat16 on a GPU and on a processor that computes in it, twice as fast there as float32; else float32."""
    return torch.autocast(device.type, torch.bfloat16) if fast_in_bfloat16(device) else contextlib.nullcontext()


def block_mask(segments: Tensor, branches: Tensor, dtype: torch.dtype | None = None) -> Tensor:
    """Mask (rows, 1, length, length) of `segments` and `branches` (rows, length): each token sees its own sample so
    far, and of that what is common to its questions and its own question.

    True is what is seen; with a `dtype` 0 is, to be added to the scores.
    """
    length = segments.shape[1]
    seen = torch.ones(length, length, dtype=torch.bool, device=segments.device).tril()
    seen = seen & (segments[:, :, None] == segments[:, None, :])
    seen = (seen & ((branches[:, None, :] == 0) | (branches[:, :, None] == branches[:, None, :])))[:, None]
    if dtype is None:
        return seen
    return torch.zeros(seen.shape, dtype=dtype, device=seen.device).masked_fill_(~seen, torch.finfo(dtype).min)
