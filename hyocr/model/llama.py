"""Weights and vocabulary of a Llama model, from a GGUF file or from a folder as the hub has it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file
from torch import Tensor

from hyocr.model.folder import read_json

GGUF_PARTS = {
    "attn_norm": "input_layernorm",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "ffn_norm": "post_attention_layernorm",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}
"""What a layer's tensors are called in GGUF files, and in transformers."""


@dataclass(frozen=True)
class Llama:
    """A Llama model with tied embeddings: float32 tensors under transformers' names, without their prefix `model.`."""

    state: dict[str, Tensor]
    layers: int
    heads: int
    key_value_heads: int
    head_dim: int
    eps: float
    theta: float
    context: int
    tokens: list[str]
    merges: list[tuple[str, str]]


def read_gguf(path: Path) -> Llama:
    """A GGUF file of the architecture llama, dequantised. Raises ValueError, KeyError or OSError if it is not one."""
    from gguf import GGUFReader, dequantize

    reader = GGUFReader(path)

    def field(name: str) -> Any:
        return reader.fields[name].contents()

    if field("general.architecture") != "llama":
        raise ValueError(f"{path} is a {field('general.architecture')} model, not llama")
    heads, key_value_heads = field("llama.attention.head_count"), field("llama.attention.head_count_kv")
    state = {}
    for tensor in reader.tensors:
        value = dequantize(tensor.data, tensor.tensor_type)
        if ".attn_q." in tensor.name:
            value = _unpaired(value, heads)
        elif ".attn_k." in tensor.name:
            value = _unpaired(value, key_value_heads)
        state[_name(tensor.name)] = torch.from_numpy(np.array(value, np.float32))
    return Llama(
        state,
        field("llama.block_count"),
        heads,
        key_value_heads,
        len(state["layers.0.self_attn.q_proj.weight"]) // heads,
        field("llama.attention.layer_norm_rms_epsilon"),
        field("llama.rope.freq_base"),
        field("llama.context_length"),
        field("tokenizer.ggml.tokens"),
        [_pair(merge) for merge in field("tokenizer.ggml.merges")],
    )


def read_folder(folder: Path) -> Llama:
    """A folder of the hub: config.json, safetensors and tokenizer.json. Raises CheckpointError, OSError or KeyError."""
    config, vocabulary = read_json(folder / "config.json"), read_json(folder / "tokenizer.json")["model"]
    state: dict[str, Tensor] = {}
    for path in sorted(folder.glob("*.safetensors")):
        state |= {name.removeprefix("model."): value.float() for name, value in load_file(path).items()}
    state.pop("lm_head.weight", None)
    rope = config.get("rope_parameters") or {}
    return Llama(
        state,
        config["num_hidden_layers"],
        config["num_attention_heads"],
        config["num_key_value_heads"],
        config.get("head_dim") or config["hidden_size"] // config["num_attention_heads"],
        config["rms_norm_eps"],
        config.get("rope_theta") or rope["rope_theta"],
        config["max_position_embeddings"],
        sorted(vocabulary["vocab"], key=vocabulary["vocab"].__getitem__),
        [_pair(merge) for merge in vocabulary["merges"]],
    )


def _name(gguf: str) -> str:
    known = {"token_embd.weight": "embed_tokens.weight", "output_norm.weight": "norm.weight"}
    if gguf in known:
        return known[gguf]
    _, layer, part, kind = gguf.split(".")
    return f"layers.{layer}.{GGUF_PARTS[part]}.{kind}"


def _unpaired(value: Any, heads: int) -> Any:
    """GGUF keeps the two numbers that a rotation turns side by side, transformers half a head apart."""
    return value.reshape(heads, -1, 2, value.shape[-1]).swapaxes(1, 2).reshape(value.shape)


def _pair(merge: Any) -> tuple[str, str]:
    left, right = merge.split(" ") if isinstance(merge, str) else merge
    return left, right
