"""From a name to a model that can run: the bundled nano weights, a folder, or a Hugging Face hub id."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from huggingface_hub import snapshot_download
from transformers import HunYuanVLConfig, HunYuanVLForConditionalGeneration, HunYuanVLProcessor, PreTrainedTokenizerFast
from transformers.models.hunyuan_vl.image_processing_pil_hunyuan_vl import HunYuanVLImageProcessorPil
from transformers.utils import logging

from hyocr.errors import CheckpointError
from hyocr.model.positions import fix_rope_index

BUNDLED = Path(__file__).resolve().parent.parent / "weights"
METADATA = "hyocr.json"
"""Optional file of a checkpoint folder, such as {"name": "nano", "default_strategy": "lines"}."""

_HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*/[\w.-]+")
_CLASS = "HunYuanVLForConditionalGeneration"


@dataclass(frozen=True)
class Checkpoint:
    """A loaded model in evaluation mode and its processor.

    `default_strategy` is the reading strategy that the model was trained for, `line_reader` what reads single lines
    best: "language" (the language model) or "ctc" (the head in `ctc.safetensors`). `line_stretch`, 1 to 4, is how much
    wider the language model wants line canvases (`hyocr.canvas.stretched`).
    """

    model: Any
    processor: Any
    name: str
    folder: Path
    default_strategy: str
    line_reader: str
    line_stretch: float


def locate(name: str) -> str | Path:
    """Where the checkpoint `name` lies: a folder for "nano" and for paths, else the hub id itself. Uses no network."""
    if name == "nano":
        return BUNDLED / "nano"
    if Path(name).is_dir():
        return Path(name)
    if _HUB_ID.fullmatch(name) and not Path(name).exists():
        return name
    raise CheckpointError(
        f"No checkpoint folder at {name}, and {name} is not a hub id; use 'nano', a folder or org/name."
    )


def load(name: str, device: str | None = None) -> Checkpoint:
    """Loads a checkpoint: float32 on CPU, bfloat16 on CUDA (`device` None: CUDA if there is one).

    Only safetensors are read, never pickles, and no code from the checkpoint runs. "nano" and folders need no network.
    """
    place = locate(name)
    folder = _download(place) if isinstance(place, str) else place
    _check_files(name, folder)
    metadata = _read_json(folder / METADATA) if (folder / METADATA).exists() else {}
    device = device or ("cuda" if torch.cuda.is_available() else "cpu")
    try:
        config = read_config(folder)
        processor = _load_processor(folder, config)
        with _no_progress_bar():
            model, report = HunYuanVLForConditionalGeneration.from_pretrained(
                folder,
                config=config,
                dtype=torch.bfloat16 if torch.device(device).type == "cuda" else torch.float32,
                use_safetensors=True,
                local_files_only=True,
                output_loading_info=True,
            )
        model.to(device).eval()
    except CheckpointError:
        raise
    except Exception as error:  # the library raises a dozen kinds for damaged files; all mean the same to a reader
        raise CheckpointError(f"The checkpoint {name} cannot be loaded: {_first_line(error)}") from error
    if missing := sorted(report["missing_keys"]):
        raise CheckpointError(
            f"The weights of {name} are incomplete: {len(missing)} tensors are missing, {missing[0]} among them."
        )
    fix_rope_index(model)
    own_name = name if isinstance(place, str) else folder.resolve().name
    return Checkpoint(
        model,
        processor,
        metadata.get("name", own_name),
        folder,
        metadata.get("default_strategy", "page"),
        metadata.get("line_reader", "language"),
        _line_stretch(folder, metadata),
    )


def _line_stretch(folder: Path, metadata: dict[str, Any]) -> float:
    factor = metadata.get("line_stretch", 1.0)
    if type(factor) not in (int, float) or not 1 <= factor <= 4:
        raise CheckpointError(f"{folder / METADATA}: line_stretch should be a number from 1 to 4, not {factor!r}.")
    return float(factor)


def _download(hub_id: str) -> Path:
    """The hub repository's top folder, in the ordinary cache: HF_HUB_OFFLINE, HF_TOKEN and HF_HOME work as usual."""
    try:
        # Sub-folders hold other models (older versions, draft models); pickles are left where they are.
        wanted = ["*.safetensors", "*.json", "*.txt", "*.jinja"]
        return Path(snapshot_download(hub_id, allow_patterns=wanted, ignore_patterns=["*/*"]))
    except Exception as error:  # network, spelling, gated repository: the hub has its own kind for each
        raise CheckpointError(
            f"No folder {hub_id} here, and the hub does not give {hub_id}: {_first_line(error)} "
            "Check the spelling and the network, or download it and pass the folder."
        ) from error


def _check_files(name: str, folder: Path) -> None:
    if not (folder / "config.json").exists():
        hint = " Reinstall hyocr: its weights are missing." if name == "nano" else ""
        raise CheckpointError(f"{folder} has no config.json, so it is not a checkpoint folder.{hint}")
    config = _read_json(folder / "config.json")
    architectures = config.get("architectures") or [config.get("model_type")]
    if config.get("model_type") != "hunyuan_vl" or architectures[0] not in (_CLASS, "hunyuan_vl"):
        raise CheckpointError(f"{name} is a {architectures[0]} model; hyocr runs checkpoints of the class {_CLASS}.")
    if not any(folder.glob("*.safetensors")):
        pickles = any(folder.glob("*.bin")) or any(folder.glob("*.pt")) or any(folder.glob("*.pth"))
        found = "only pickled weights, which can run code when opened" if pickles else "no weights"
        raise CheckpointError(f"{name} has {found}; hyocr reads safetensors. Save the model with save_pretrained.")
    if not (folder / "tokenizer.json").exists():
        raise CheckpointError(f"{name} has no tokenizer.json; copy the tokenizer files next to the weights.")


def read_config(folder: Path) -> HunYuanVLConfig:
    """config.json in any of its layouts: HunyuanOCR 1.0 (flat), 1.5 (nested text_config), or transformers' own."""
    content = _read_json(folder / "config.json")
    for block in (content, content.get("text_config") or {}):
        for key in ("rope_scaling", "rope_parameters"):
            if block.get(key):
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
def _no_progress_bar() -> Iterator[None]:
    """transformers draws a bar even for nano's tenth of a second, in the middle of the caller's output."""
    shown = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        if shown:
            logging.enable_progress_bar()


def _read_json(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise CheckpointError(f"{path} is not valid JSON: {error}") from error
    if not isinstance(content, dict):
        raise CheckpointError(f"{path} should hold one JSON object.")
    return content


def _first_line(error: Exception) -> str:
    line = (str(error).strip() or type(error).__name__).splitlines()[0].strip()
    return line if line.endswith(".") else line + "."
