"""The vision tower over many images of one size at once: the stock modules, batched.

The stock forward loops over images in Python (position table, attention, merger). Images of one size need no loop:
their patches form a regular (images, patches, hidden) batch. The numbers are the stock ones; a test compares them.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from types import MethodType, SimpleNamespace
from typing import Any, cast

import torch
import torch.nn.functional as F
from torch import Tensor

MEAN = (0.48145466, 0.4578275, 0.40821073)
STD = (0.26862954, 0.26130258, 0.27577711)


@cache
def _on(device: torch.device, values: tuple[float, ...]) -> Tensor:
    return torch.tensor(values, device=device)


def normalised_patches(images: Tensor, patch: int) -> Tensor:
    """(n, h, w, 3) uint8 -> (n, patches, 3 * patch * patch), scaled by the image processor's mean and deviation."""
    count, height, width, _ = images.shape
    mean, std = (_on(images.device, values) for values in (MEAN, STD))
    pixels = (images.float() / 255 - mean) / std
    pixels = pixels.view(count, height // patch, patch, width // patch, patch, 3)
    return pixels.permute(0, 1, 3, 5, 2, 4).reshape(count, -1, 3 * patch * patch)


def encode(tower: Any, patches: Tensor, grid: tuple[int, int]) -> Tensor:
    """Hidden states of n images of one size, before the connector.

    `patches`: (n, rows * columns, 3 * patch * patch) normalised pixels, patches in row-major order; `grid`: (rows,
    columns). Returns (n, rows * columns, hidden).
    """
    embeddings = tower.embeddings
    projection = embeddings.patch_embedding
    hidden = F.linear(patches.to(projection.weight.dtype), projection.weight.flatten(1), projection.bias)
    hidden = hidden + embeddings.interpolate_pos_encoding(hidden, *grid)
    whole = torch.tensor([0, grid[0] * grid[1]])  # each image is one sequence; on the CPU, where it is read
    for layer in tower.layers:
        hidden = layer(hidden, attention_mask=None, cu_seqlens=whole)
    return cast(Tensor, hidden)


def connect(tower: Any, hidden: Tensor, grid: tuple[int, int]) -> Tensor:
    """The connector's output for `encode`'s hidden states: (n, rows/2 * (columns/2 + 1) + 2, text hidden)."""
    return cast(Tensor, tower.patch_merger(hidden, size=grid))


def image_features(tower: Any, pixel_values: Tensor, grid_thw: Sequence[Sequence[int]] | Tensor) -> tuple[Tensor, ...]:
    """Connector output per image, in order, for images of mixed sizes: those of one size go through in one batch.

    `pixel_values` and `grid_thw` are the image processor's: (all patches, patch dim) and one (1, rows, columns) per
    image.
    """
    grids = [(int(rows), int(columns)) for _, rows, columns in grid_thw]
    pieces = pixel_values.split([rows * columns for rows, columns in grids])
    features: list[Tensor] = [pixel_values] * len(grids)
    for grid in set(grids):
        members = [i for i, other in enumerate(grids) if other == grid]
        hidden = encode(tower, torch.stack([pieces[i] for i in members]), grid)
        for i, feature in zip(members, connect(tower, hidden, grid), strict=True):
            features[i] = feature
    return tuple(features)


def batch_images(model: Any) -> None:
    """Binds `image_features` on a loaded HunYuanVLForConditionalGeneration in place of the stock loop. Idempotent."""
    model.model.get_image_features = MethodType(_features, model.model)


def _features(self: Any, pixel_values: Tensor, image_grid_thw: Tensor, **kwargs: Any) -> SimpleNamespace:
    return SimpleNamespace(pooler_output=image_features(self.vision_tower, pixel_values, image_grid_thw))
