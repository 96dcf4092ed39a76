"""A checkpoint's folder: where it lies, whether it is one, what it says of itself. Loads no heavy library."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from huggingface_hub import snapshot_download

from hyocr.errors import CheckpointError

BUNDLED = Path(__file__).resolve().parent.parent / "weights"
METADATA = "hyocr.json"
"""Optional file of a checkpoint folder, such as {"name": "nano", "default_strategy": "lines"}."""

_HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*/[\w.-]+")
_CLASS = "HunYuanVLForConditionalGeneration"


@dataclass(frozen=True)
class Folder:
    """A checkpoint's folder and how the checkpoint wants to be used.

    `default_strategy` is the reading strategy that the model was trained for, `line_reader` what reads single lines
    best: "language" (the language model) or "ctc" (the head in `ctc/head.safetensors`). `line_stretch`, 1 to 4, is how
    much wider the language model wants line canvases (`hyocr.canvas.stretched`).
    """

    folder: Path
    name: str
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


def find(name: str) -> Folder:
    """The checkpoint `name`, downloaded if that is a hub id; all files it needs are there. Raises CheckpointError."""
    place = locate(name)
    folder = _download(place) if isinstance(place, str) else place
    _check_files(name, folder)
    metadata = read_json(folder / METADATA) if (folder / METADATA).exists() else {}
    return Folder(
        folder,
        metadata.get("name", name if isinstance(place, str) else folder.resolve().name),
        metadata.get("default_strategy", "page"),
        metadata.get("line_reader", "language"),
        _line_stretch(folder, metadata),
    )


def read_json(path: Path) -> dict[str, Any]:
    """One JSON object from a file. Raises CheckpointError."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise CheckpointError(f"{path} is not valid JSON: {error}") from error
    if not isinstance(content, dict):
        raise CheckpointError(f"{path} should hold one JSON object.")
    return content


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
            f"No folder {hub_id} here, and the hub does not give {hub_id}: {first_line(error)} "
            "Check the spelling and the network, or download it and pass the folder."
        ) from error


def _check_files(name: str, folder: Path) -> None:
    if not (folder / "config.json").exists():
        hint = " Reinstall hyocr: its weights are missing." if name == "nano" else ""
        raise CheckpointError(f"{folder} has no config.json, so it is not a checkpoint folder.{hint}")
    config = read_json(folder / "config.json")
    architectures = config.get("architectures") or [config.get("model_type")]
    if config.get("model_type") != "hunyuan_vl" or architectures[0] not in (_CLASS, "hunyuan_vl"):
        raise CheckpointError(f"{name} is a {architectures[0]} model; hyocr runs checkpoints of the class {_CLASS}.")
    if not any(folder.glob("*.safetensors")):
        pickles = any(folder.glob("*.bin")) or any(folder.glob("*.pt")) or any(folder.glob("*.pth"))
        found = "only pickled weights, which can run code when opened" if pickles else "no weights"
        raise CheckpointError(f"{name} has {found}; hyocr reads safetensors. Save the model with save_pretrained.")
    if not (folder / "tokenizer.json").exists():
        raise CheckpointError(f"{name} has no tokenizer.json; copy the tokenizer files next to the weights.")


def first_line(error: Exception) -> str:
    """What a library's error says first, as a sentence."""
    line = (str(error).strip() or type(error).__name__).splitlines()[0].strip()
    return line if line.endswith(".") else line + "."
