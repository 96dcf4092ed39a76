"""LoRA adapters in peft's layout, put on a loaded model: beside its weights, or added into them.

Source: Low-Rank Adaptation, Hu et al. 2021 (arXiv 2106.09685): a layer W becomes W + scale * B A. Only safetensors are
read, and the network is never asked, whatever base model the adapter's config names.
"""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from transformers import HunYuanVLConfig, HunYuanVLForConditionalGeneration

from hyocr.errors import CheckpointError
from hyocr.model.folder import ADAPTER_CONFIG, ADAPTER_WEIGHTS, first_line

MORE = ("modules_to_save", "trainable_token_indices", "layer_replication", "target_parameters")
"""What peft can train or change beside the layers' matrices."""
PLACES = ("language_model.layers.", "vision_tower.layers.", "vision_tower.patch_merger.")
"""Where layers may be adapted: not the embeddings, whose weights are used in two places or apart from their layer."""


def attach(model: Any, folder: Path) -> None:
    """Puts the adapter in `folder` on the model's layers, in place: the model stays the class that it is.

    Raises CheckpointError where the adapter is damaged, does not fit the model, or is more than LoRA matrices.
    """
    _wrapped(model, folder)


def merge(model: Any, folder: Path) -> None:
    """Adds the adapter in `folder` into the weights of a model without one, in place. Raises as `attach`."""
    _wrapped(model, folder).merge_and_unload()


def check(config: HunYuanVLConfig, folder: Path) -> None:
    """Raises CheckpointError where `attach` would for a model of this config, without loading one."""
    with torch.device("meta"):
        model = HunYuanVLForConditionalGeneration(config)
    _wrapped(model, folder)


def _wrapped(model: Any, folder: Path) -> Any:
    from peft import LoraConfig, PeftModel  # takes a second, and most runs need none
    from peft.utils import set_peft_model_state_dict

    try:
        # On meta tensors only names and sizes count.
        state = {name: tensor.to(model.device) for name, tensor in load_file(folder / ADAPTER_WEIGHTS).items()}
    except (OSError, SafetensorError) as error:
        raise CheckpointError(f"The adapter {folder} is damaged: {first_line(error)}") from error
    try:
        config = LoraConfig.from_pretrained(folder)
    except (OSError, TypeError, ValueError) as error:
        raise CheckpointError(f"peft cannot read {folder / ADAPTER_CONFIG}: {first_line(error)}") from error
    if more := [name for name in MORE if getattr(config, name)] + ["bias"] * (config.bias != "none"):
        raise CheckpointError(f"The adapter {folder} has {more[0]}; hyocr takes LoRA matrices alone, so train without.")
    if elsewhere := [name for name in state if not any(place in name for place in PLACES)]:
        raise CheckpointError(
            f"The adapter {folder} changes {elsewhere[0]}; hyocr takes adapters of the language model's and the vision "
            "tower's layers and of the connector."
        )
    config.inference_mode = True
    try:
        with warnings.catch_warnings(action="ignore", category=FutureWarning):  # peft asks by an older name
            wrapped = PeftModel(model, config)
        result: Any = set_peft_model_state_dict(wrapped, state)
    except (KeyError, RuntimeError, TypeError, ValueError) as error:
        raise _unfit(folder, str(error).strip().splitlines()[-1].strip()) from error
    missing = [name for name in result.missing_keys if "lora_" in name]
    if wrong := sorted({*missing, *result.unexpected_keys}):
        raise _unfit(folder, f"{wrong[0]} is {'missing' if wrong[0] in missing else 'too much'}.")
    wrapped.eval()
    return wrapped


def _unfit(folder: Path, reason: str) -> CheckpointError:
    return CheckpointError(f"The adapter {folder} was made for another model and does not fit this one: {reason}")
