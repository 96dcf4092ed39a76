"""From a name to a model that can run: the bundled nano weights, a folder, or a Hugging Face hub id."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from transformers import HunYuanVLConfig, HunYuanVLForConditionalGeneration, HunYuanVLProcessor, PreTrainedTokenizerFast
from transformers.models.hunyuan_vl.image_processing_pil_hunyuan_vl import HunYuanVLImageProcessorPil
from transformers.utils import logging

from hyocr.errors import CheckpointError
from hyocr.model import adapter as adapters
from hyocr.model.folder import Folder, find, first_line, read_json
from hyocr.model.positions import fix_rope_index


@dataclass(frozen=True)
class Prepared(Folder):
    """All of a checkpoint but its weights."""

    config: HunYuanVLConfig
    processor: Any


@dataclass(frozen=True)
class Checkpoint(Prepared):
    """A loaded model in evaluation mode and all that goes with it."""

    model: Any


def fast_in_bfloat16(device: torch.device) -> bool:
    """Whether the device computes in bfloat16: GPUs, and processors with AVX-512 BF16 or AMX.

    Others emulate it, some hundred times slower than float32. HYOCR_FLOAT32=1 in the environment says no for any
    processor: float32 gives nearly the same digits everywhere.
    """
    if device.type != "cpu":
        return device.type == "cuda"
    if os.environ.get("HYOCR_FLOAT32") == "1":
        return False
    return bool(torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported())


def cast_weights(module: torch.nn.Module, dtype: torch.dtype) -> None:
    """Cast the parameters of a module, and leave buffers as they are.

    Rotary frequencies in bfloat16 would be off by up to a quarter of a per cent: most of a radian at position 600.
    """
    for parameter in module.parameters():
        parameter.data = parameter.data.to(dtype)


def load(name: str, device: str | None = None, adapter: str | Path | None = None) -> Checkpoint:
    """Loads a checkpoint: float32 on CPU, bfloat16 on CUDA (`device` None: CUDA if there is one).

    Only safetensors are read, never pickles, and no code from the checkpoint runs. "nano" and folders need no network.
    `adapter` is the folder of a LoRA adapter, which goes on the model's layers; the weights stay as they are.
    """
    prepared = prepare(name, adapter)
    model = _load_model(name, prepared.folder, prepared.config, device)
    if prepared.adapter:
        adapters.attach(model, prepared.adapter)
    return Checkpoint(**vars(prepared), model=model)


def load_eye(found: Folder) -> Any:
    """The model of a checkpoint without its language model, where that runs elsewhere; whole with an adapter.

    Loaded as by `load`, with next to no memory for the rest. Raises CheckpointError.
    """
    if found.adapter:
        return load(str(found.folder), adapter=found.adapter).model
    with _damage_named(found.name):
        config = read_config(found.folder)
    config.text_config.num_hidden_layers = 0
    with _no_report():
        model = _load_model(found.name, found.folder, config, None)
    model.model.language_model = model.lm_head = None
    return model


def _load_model(name: str, folder: Path, config: HunYuanVLConfig, device: str | None) -> Any:
    device = device or ("cuda" if torch.cuda.is_available() else "cpu")
    with _damage_named(name), no_progress_bar():
        model, report = HunYuanVLForConditionalGeneration.from_pretrained(
            folder,
            config=config,
            dtype=torch.bfloat16 if torch.device(device).type == "cuda" else torch.float32,
            use_safetensors=True,
            local_files_only=True,
            output_loading_info=True,
        )
        model.to(device).eval()
    if missing := sorted(report["missing_keys"]):
        raise CheckpointError(
            f"The weights of {name} are incomplete: {len(missing)} tensors are missing, {missing[0]} among them."
        )
    fix_rope_index(model)
    return model


def prepare(name: str, adapter: str | Path | None = None) -> Prepared:
    """Config and processor of a checkpoint: what an engine needs that has the weights elsewhere."""
    found = find(name, adapter)
    with _damage_named(name):
        config = read_config(found.folder)
        return Prepared(**vars(found), config=config, processor=_load_processor(found.folder, config))


def read_config(folder: Path) -> HunYuanVLConfig:
    """config.json in any of its layouts: HunyuanOCR 1.0 (flat), 1.5 (nested text_config), or transformers' own."""
    content = read_json(folder / "config.json")
    for block in (content, content.get("text_config") or {}):
        for key in ("rope_scaling", "rope_parameters"):
            if block.get(key) and block[key].get("rope_type") != "default":
                # xdrope has no factor, but transformers turns it into "dynamic", which refuses to load without one.
                block[key].setdefault("factor", 1.0)
    return HunYuanVLConfig.from_dict(content)


def _load_processor(folder: Path, config: HunYuanVLConfig) -> Any:
    """The processor with the PIL backend, which is the one the published model was trained with."""
    tokenizer = PreTrainedTokenizerFast.from_pretrained(folder, local_files_only=True)
    if getattr(tokenizer, "image_token", None) is None:
        # HunyuanOCR 1.0 folders from before transformers 5.13 do not name their image tokens; the model's config does.
        ids = {"image": config.image_token_id, "image_start": config.im_start_id, "image_end": config.im_end_id}
        named = {f"{name}_token": tokenizer.convert_ids_to_tokens(i) for name, i in ids.items()}
        tokenizer = PreTrainedTokenizerFast.from_pretrained(folder, local_files_only=True, extra_special_tokens=named)
    if tokenizer.chat_template is None:
        raise CheckpointError(f"{folder} has no chat template; add chat_template.jinja next to the tokenizer.")
    images = HunYuanVLImageProcessorPil.from_pretrained(folder, local_files_only=True)
    return HunYuanVLProcessor(image_processor=images, tokenizer=tokenizer, chat_template=tokenizer.chat_template)


@contextmanager
def _damage_named(name: str) -> Iterator[None]:
    try:
        yield
    except CheckpointError:
        raise
    except Exception as error:  # the library raises a dozen kinds for damaged files; all mean the same to a reader
        raise CheckpointError(f"The checkpoint {name} cannot be loaded: {first_line(error)}") from error


@contextmanager
def no_progress_bar() -> Iterator[None]:
    """transformers draws a bar even for nano's tenth of a second, in the middle of the caller's output."""
    shown = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        if shown:
            logging.enable_progress_bar()


@contextmanager
def _no_report() -> Iterator[None]:
    """transformers reports weights that are left over, which may be so on purpose."""
    level = logging.get_verbosity()
    logging.set_verbosity_error()
    try:
        yield
    finally:
        logging.set_verbosity(level)
