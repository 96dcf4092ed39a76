"""Floating-point operations of a training step, for the utilisation of a GPU (MFU).

Counted is what the model needs, as in PaLM's appendix B (Chowdhery et al. 2022, arXiv 2204.02311): matrix products
alone, attention as full squares but within each sample only, no recomputation by checkpointing, no padding. The CTC
head, some per cent of nano's tower, is left out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

import torch

PEAKS = {
    "H200 NVL": 835e12,
    "H200": 989e12,
    "H100 NVL": 835e12,
    "H100 PCIe": 756e12,
    "H100": 989e12,
    "A100": 312e12,
    "RTX 4090": 165e12,
}
"""bfloat16 FLOP/s, dense, float32 sums, by a part of the device's name, narrower names first. Source: NVIDIA's data
sheets of H100, H200 and A100 (where they state sparse figures, half of them) and its Ada GPU architecture paper."""


def peak(device: torch.device) -> float | None:
    """The device's bfloat16 FLOP/s; None for a CPU or a GPU that PEAKS lacks."""
    if device.type != "cuda":
        return None
    name = torch.cuda.get_device_name(device)
    return next((value for part, value in PEAKS.items() if part in name), None)


def model_flops(
    config: Any,
    grids: Iterable[tuple[int, int]],
    segments: Sequence[int],
    labelled: int,
    freeze: Collection[str] = (),
) -> float:
    """FLOPs of forward and backward pass.

    `grids`: (rows, columns) of patches of each image; `segments`: tokens of each sample, none where the language model
    does not run (then the connector does not either); `labelled`: tokens with a loss, the only ones that see the output
    layer; `freeze`: a stage's, parameters whose name contains one of these get no gradient.
    """
    embedding = not _frozen("model.vision_tower.embeddings.patch_embedding", freeze)
    layers = not _frozen("model.vision_tower.layers", freeze)
    connector = not _frozen("model.vision_tower.patch_merger", freeze)
    language = not _frozen("model.language_model", freeze)
    total = 0.0
    for rows, columns in grids:
        patches, linear, square = _tower(config.vision_config, rows * columns)
        total += patches * (1 + embedding)  # pixels need no gradient
        total += _passes(linear, square, trained=layers, below=embedding)
        if segments:
            merged = _connector(config.vision_config, rows, columns)
            total += _passes(merged, 0, trained=connector, below=embedding or layers)
    for tokens in segments:
        linear, square = _language(config.text_config, tokens)
        total += _passes(linear, square, trained=language, below=embedding or layers or connector)
    output = 2.0 * labelled * config.text_config.hidden_size * config.text_config.vocab_size
    return total + _passes(output, 0, trained=language, below=embedding or layers or connector)


def _frozen(name: str, freeze: Collection[str]) -> bool:
    return any(part in name for part in freeze)


def _passes(linear: float, square: float, *, trained: bool, below: bool) -> float:
    """A product with weights has one more for its input's gradient and one for the weights'; attention has two."""
    gradient = trained or below
    return linear * (1 + gradient + trained) + square * (1 + 2 * gradient)


def _tower(config: Any, patches: int) -> tuple[float, float, float]:
    """Patch embedding, linear layers, and attention of one image: the forward pass."""
    width, inner, depth = config.hidden_size, config.intermediate_size, config.num_hidden_layers
    embedding = 2.0 * patches * config.num_channels * config.patch_size**2 * width
    return embedding, 2.0 * depth * patches * (4 * width**2 + 2 * width * inner), 4.0 * depth * patches**2 * width


def _connector(config: Any, rows: int, columns: int) -> float:
    """Both convolutions and the projection, which sees a newline after each row."""
    width, merge = config.hidden_size, config.spatial_merge_size
    rows, columns = rows // merge, columns // merge
    convolutions = rows * columns * (merge**2 * width * 2 * width + 2 * width * 4 * width)
    projection = rows * (columns + 1) * 4 * width * config.text_hidden_size
    return 2.0 * float(convolutions + projection)


def _language(config: Any, tokens: int) -> tuple[float, float]:
    """Linear layers and attention of one sample: the forward pass."""
    width, heads = config.hidden_size, config.num_attention_heads
    attention = width * config.head_dim * (2 * heads + 2 * config.num_key_value_heads)
    linear = attention + 3 * width * config.intermediate_size
    square = 4.0 * tokens**2 * heads * config.head_dim
    return 2.0 * config.num_hidden_layers * tokens * linear, config.num_hidden_layers * square
