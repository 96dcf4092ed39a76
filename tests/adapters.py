"""Adapters of random values, large enough to change what a model writes, in the folders that peft makes."""

from __future__ import annotations

from pathlib import Path

import torch
from peft import LoraConfig, get_peft_model

from hyocr.model.checkpoint import load

LANGUAGE = r".*language_model\.layers\.\d+\.(self_attn\.[qkvo]_proj|mlp\.(gate|up|down)_proj)"
CONNECTOR = r".*patch_merger\.(proj_conv|proj_out|mlp)"
VISION = r".*vision_tower\.layers\.\d+\.(self_attn\.[qkvo]_proj|mlp\.fc[12])"
EVERYWHERE = f"{LANGUAGE}|{CONNECTOR}|{VISION}"


def random_adapter(folder: Path, layers: str = LANGUAGE, model: str = "nano", deviation: float = 0.02) -> Path:
    """An adapter of rank 4 for the layers with such names; B, which training starts at 0, is random too."""
    torch.manual_seed(0)
    adapted = get_peft_model(load(model, "cpu").model, LoraConfig(r=4, lora_alpha=8, target_modules=layers))
    for name, parameter in adapted.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(parameter, 0, deviation)
    adapted.save_pretrained(str(folder), save_embedding_layers=False)
    return folder
