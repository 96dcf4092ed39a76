"""Rope positions that do not depend on what else is in the batch."""

from __future__ import annotations

from types import MethodType
from typing import Any

import torch
from torch import Tensor


def fix_rope_index(model: Any) -> None:
    """Binds `per_sample_rope_index` on a loaded HunYuanVLForConditionalGeneration, in place. Idempotent.

    The stock `HunYuanVLModel.get_rope_index` (transformers 5.23) counts images across the whole batch, so the image of
    sample k stands at k on the T axis instead of 0, and an answer depends on the sample's place in the batch. vLLM
    counts per request, as the method's own documentation says ("the ordinal of the image in the input sequence").
    """
    model.model.get_rope_index = MethodType(per_sample_rope_index, model.model)


def per_sample_rope_index(
    self: Any,
    input_ids: Tensor,
    mm_token_type_ids: Tensor,
    image_grid_thw: Tensor | None = None,
    attention_mask: Tensor | None = None,
    **kwargs: Any,
) -> tuple[Tensor, Tensor]:
    """The stock method, called on one row at a time with that row's images.

    `input_ids`, `mm_token_type_ids` (1 at image tokens) and `attention_mask`: (batch, length); `image_grid_thw`:
    (images, 3), in the order of the rows. Returns positions (axes, batch, length) and rope deltas (batch, 1).
    """
    stock = type(self).get_rope_index
    positions, deltas, first = [], [], 0
    for row in range(len(input_ids)):
        one = slice(row, row + 1)
        last = first + _count_images(mm_token_type_ids[row])
        position, delta = stock(
            self,
            input_ids[one],
            mm_token_type_ids[one],
            image_grid_thw=None if image_grid_thw is None else image_grid_thw[first:last],
            attention_mask=None if attention_mask is None else attention_mask[one],
            **kwargs,
        )
        positions.append(position)
        deltas.append(delta)
        first = last
    if image_grid_thw is not None and first != len(image_grid_thw):
        raise ValueError(f"The prompts hold {first} image spans, but {len(image_grid_thw)} images came with them.")
    return torch.cat(positions, dim=1), torch.cat(deltas, dim=0)


def _count_images(types: Tensor) -> int:
    """Runs of ones. Start and end tokens stand between two images, so each run is one image."""
    inside = (types == 1).int()
    return int((inside.diff(prepend=inside.new_zeros(1)) == 1).sum())
