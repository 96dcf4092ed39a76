"""SmolLM2 as the language model of a HunYuanVL checkpoint, exactly: how `small` is made.

HunYuanVL normalises queries and keys after their rotation, which Llama models such as SmolLM2 do not. But RMSNorm(x) =
w x / sqrt(mean(x^2) + eps) is linear where mean(x^2) is far below eps. So the norm before each attention gets weights
SCALE = sqrt(eps) / GAIN times as large, and v_proj weights 1 / SCALE times as large, which leaves the values as they
were. Queries and keys reach their norms times SCALE, and with w = GAIN they leave them as in Llama, to a relative
mean(q^2) / (2 GAIN^2). All else keeps its own scale: eps, embeddings, residual stream and the connector's output.

Measured on SmolLM2-135M-Instruct against Llama in float32, largest difference of logits relative to the largest logit,
for 421 tokens: 3e-3 with GAIN 2^6, 2e-4 with 2^8, 1e-5 with 2^10, 2e-6 with 2^12, which is what float32 rounds away.
In bfloat16 it is 0.022 for each GAIN, and 0.030 for Llama itself. A power of two is exact in bfloat16. Storing the
weights in bfloat16 and computing in float32 makes 0.005. The weights are not for float16, whose range they leave.

A LoRA update of v_proj has to be as much larger as v_proj is: give peft alpha_pattern {"v_proj": alpha / SCALE}.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from torch import Tensor
from transformers import HunYuanVLConfig, HunYuanVLForConditionalGeneration, HunYuanVLProcessor

from hyocr.model import vocabulary as v
from hyocr.model.checkpoint import load, no_progress_bar
from hyocr.model.choice import OBSERVED
from hyocr.model.folder import BUNDLED, HEAD, METADATA
from hyocr.model.llama import Llama
from hyocr.model.smollm2_tokenizer import build_tokenizer

GAIN = 2.0**10
"""Weight of the query and key norms."""
METADATA_OF_SMALL = {
    "name": "small",
    "default_strategy": "lines",
    "line_reader": "ctc",
    "observes": list(OBSERVED),
}
SEED = 0


def scale_of(eps: float, gain: float = GAIN) -> float:
    """SCALE: what the norms before attention are multiplied by, for a model whose norms have this eps."""
    return float(eps**0.5 / gain)


def value_scale(model: Any) -> float:
    """How much larger than in Llama the v_proj of this model is: 1 unless `convert_state` made it."""
    gains = model.model.language_model.layers[0].self_attn.query_layernorm.weight
    return 1 / scale_of(model.config.text_config.rms_norm_eps) if bool((gains == GAIN).all()) else 1.0


def convert_state(llama: Llama, gain: float = GAIN) -> dict[str, Tensor]:
    """The language model's tensors under the names that `HunYuanVLForConditionalGeneration` has for them."""
    scale = scale_of(llama.eps, gain)
    state = {}
    for name, value in llama.state.items():
        if name.endswith("input_layernorm.weight"):
            value = value * scale
        elif name.endswith("v_proj.weight"):
            value = value / scale
        state["model.language_model." + name] = value
    for i in range(llama.layers):
        for part in ("query", "key"):
            norm = torch.full((llama.head_dim,), gain)
            state[f"model.language_model.layers.{i}.self_attn.{part}_layernorm.weight"] = norm
    return state


def config_small(llama: Llama, eye: HunYuanVLConfig, tokens: dict[str, int]) -> HunYuanVLConfig:
    """The language model's sizes, the vision tower of `eye` (nano's config), and SmolLM2's token ids."""
    ends = [tokens["<|im_end|>"], tokens["<|endoftext|>"]]
    ids = {"pad_token_id": tokens[v.PAD], "bos_token_id": tokens["<|im_start|>"], "eos_token_id": ends}
    width = llama.state["embed_tokens.weight"].shape[1]
    return HunYuanVLConfig(
        text_config={
            "vocab_size": len(llama.state["embed_tokens.weight"]),
            "hidden_size": width,
            "intermediate_size": len(llama.state["layers.0.mlp.up_proj.weight"]),
            "num_hidden_layers": llama.layers,
            "num_attention_heads": llama.heads,
            "num_key_value_heads": llama.key_value_heads,
            "head_dim": llama.head_dim,
            "max_position_embeddings": llama.context,
            "rms_norm_eps": llama.eps,
            # Text counts alike on all four axes, so it is rotated as in Llama, whatever the sections are.
            "rope_parameters": {
                "rope_type": "default",
                "rope_theta": llama.theta,
                "mrope_section": [llama.head_dim // 8] * 4,
            },
            "eod_token_id": tokens["<|endoftext|>"],
            "sep_token_id": tokens["<|im_end|>"],
            "tie_word_embeddings": True,
            **ids,
        },
        vision_config=eye.vision_config.to_dict() | {"out_hidden_size": width, "text_hidden_size": width},
        image_token_id=tokens[v.IMAGE],
        im_start_id=tokens[v.IMAGE_START],
        im_end_id=tokens[v.IMAGE_END],
        im_newline_id=tokens[v.IMAGE_NEWLINE],
        tie_word_embeddings=True,
        **ids,
    )


def build_model(llama: Llama, eye: HunYuanVLForConditionalGeneration, tokens: dict[str, int]) -> Any:
    """SmolLM2 behind the vision tower of `eye`, in float32. The connector is untrained, always with the same values."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(SEED)
        model: Any = HunYuanVLForConditionalGeneration(config_small(llama, eye.config, tokens)).float()
    state = convert_state(llama)
    tower = {name: value for name, value in eye.state_dict().items() if "vision_tower" in name}
    state |= {name: value for name, value in tower.items() if "patch_merger" not in name}
    lacking = model.load_state_dict(state, strict=False)
    if wrong := [name for name in lacking.missing_keys if "patch_merger" not in name and "lm_head" not in name]:
        raise ValueError(f"the language model lacks {wrong[0]}")
    if lacking.unexpected_keys:
        raise ValueError(f"the language model has {lacking.unexpected_keys[0]}, which this one has not")
    model.tie_weights()
    with torch.no_grad():  # an image's embeddings start as large as a word's
        model.model.vision_tower.patch_merger.after_rms.weight.fill_(
            llama.state["embed_tokens.weight"].square().mean().sqrt()
        )
    return model.eval()


def write_base(llama: Llama, folder: Path, dtype: torch.dtype = torch.bfloat16) -> None:
    """Fills an empty folder with `small` before its training: a checkpoint like any other.

    Raises OSError where it cannot be written, ValueError where `llama` is not a model of SmolLM2's kind.
    """
    tokenizer = build_tokenizer(llama.tokens, llama.merges)
    eye = load("nano", "cpu")
    model = build_model(llama, eye.model, tokenizer.get_vocab()).to(dtype)
    try:
        with no_progress_bar():
            model.save_pretrained(folder)
    except (SafetensorError, RuntimeError) as error:  # the writer's own errors say nothing of a full disk
        raise OSError(f"{error}: is the disk full?") from error
    images = eye.processor.image_processor
    HunYuanVLProcessor(images, tokenizer, chat_template=tokenizer.chat_template).save_pretrained(folder)
    (folder / METADATA).write_text(json.dumps(METADATA_OF_SMALL) + "\n", encoding="utf-8")
    (folder / HEAD).parent.mkdir()
    shutil.copyfile(BUNDLED / "nano" / HEAD, folder / HEAD)
    for path in folder.rglob("*.safetensors"):
        path.chmod(0o644)  # the writer leaves them to their owner alone
