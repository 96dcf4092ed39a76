"""What is trained: low-rank adapters (LoRA, Hu et al. 2021) through peft, or the parameters themselves."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from peft import LoraConfig, PeftModel, get_peft_model
from peft.utils import set_peft_model_state_dict
from safetensors.torch import load_file
from torch import nn

from hyocr.model.folder import ADAPTER_WEIGHTS, METADATA
from hyocr.model.smollm2 import value_scale
from training.checkpoint import Weights, replacing, save_head
from training.finetune.settings import Part

LANGUAGE = r".*language_model\.layers\.\d+\.(self_attn\.[qkvo]_proj|mlp\.(gate|up|down)_proj)"
CONNECTOR = r".*patch_merger\.(proj_conv|proj_out|mlp)"
VISION = r".*vision_tower\.layers\.\d+\.(self_attn\.[qkvo]_proj|mlp\.fc[12])"
LAYERS: dict[Part, str] = {
    "language": LANGUAGE,
    "connector": CONNECTOR,
    "vision": VISION,
    "all": f"{LANGUAGE}|{CONNECTOR}|{VISION}",
}
"""Layers that get an adapter, by the part that is trained."""

WITHIN: dict[Part, tuple[str, ...]] = {
    "language": ("language_model.", "lm_head."),
    "connector": ("patch_merger.",),
    "vision": ("vision_tower.",),
    "all": ("",),
}
"""What the names of parameters contain that full fine-tuning of a part trains."""
UNUSED = "patch_merger.image_sep"  # the network has it and never reads it


def attach(model: Any, part: Part, rank: int, name: str, first: int = 0) -> PeftModel:
    """Puts adapters of that rank, alpha twice it, into the model's layers, in place; all else stops learning.

    Of the language model's layers, those before the `first` get none. Where values are kept larger than usual
    (`hyocr.model.smollm2`), so is the alpha of their layers: what is learned is then the same as without that.
    """
    above = "|".join(map(str, range(first, model.config.text_config.num_hidden_layers)))
    larger = value_scale(model)
    config = LoraConfig(
        r=rank,
        lora_alpha=2 * rank,
        alpha_pattern={} if larger == 1 else {"v_proj": 2 * rank * larger},
        target_modules=LAYERS[part].replace(r"language_model\.layers\.\d+", rf"language_model\.layers\.({above})"),
        lora_dropout=0.0,
        bias="none",
    )
    model.config.name_or_path = name
    return get_peft_model(model, config)


def go_on_from(adapted: PeftModel, folder: Path) -> None:
    """Gives the adapter the values of the one in `folder`. Raises ValueError where that has what this one lacks."""
    result: Any = set_peft_model_state_dict(adapted, load_file(folder / ADAPTER_WEIGHTS))
    if result.unexpected_keys:
        raise ValueError(f"the adapter {folder} has {result.unexpected_keys[0]}, for which there is no place here.")


def thaw(model: nn.Module, part: Part) -> None:
    """Lets a part's own parameters learn, and nothing else."""
    for name, parameter in model.named_parameters():
        in_part = any(place in name for place in WITHIN[part]) and not (part == "vision" and "patch_merger" in name)
        parameter.requires_grad_(in_part and UNUSED not in name)


def save_adapter(adapted: PeftModel, weights: Weights, metadata: Mapping[str, Any], folder: Path) -> None:
    """Writes the adapter folder that `--adapter` takes: peft's files, what the checkpoint is called now, and the CTC
    head where it has learned too. In place of an older one, never half of it. Raises OSError."""
    with replacing(folder) as partial:
        adapted.save_pretrained(str(partial), safe_serialization=True, save_embedding_layers=False)
        (partial / "README.md").unlink(missing_ok=True)  # a model card to be filled in
        (partial / METADATA).write_text(json.dumps(metadata), encoding="utf-8")
        if any(parameter.requires_grad for parameter in weights.head.parameters()):
            save_head(weights.head, partial)
