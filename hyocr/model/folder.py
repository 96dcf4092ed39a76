"""The folders of checkpoints and adapters: where they lie, whether they are such, what they say of themselves.

Loads no heavy library.
"""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from huggingface_hub import snapshot_download

from hyocr.errors import CheckpointError

BUNDLED = Path(__file__).resolve().parent.parent / "weights"
METADATA = "hyocr.json"
"""Optional file of a checkpoint folder, such as {"name": "nano", "default_strategy": "lines"}.

That of an adapter folder wins over the checkpoint's, key by key.
"""
HEAD = "ctc/head.safetensors"
"""Optional CTC head of either folder; not beside the weights, as vLLM loads all that lie there."""
ADAPTER_CONFIG, ADAPTER_WEIGHTS = "adapter_config.json", "adapter_model.safetensors"
"""The files of an adapter, as peft names them."""

_HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*/[\w.-]+")
_CLASS = "HunYuanVLForConditionalGeneration"


@dataclass(frozen=True)
class Folder:
    """A checkpoint's folder and how the checkpoint wants to be used.

    `default_strategy` is the reading strategy that the model was trained for, `line_reader` what reads single lines
    best: "language" (the language model) or "ctc" (the head in `ctc/head.safetensors`). `line_stretch`, 1 to 4, is how
    much wider the language model wants line canvases (`hyocr.canvas.stretched`). `adapter` is the folder of the LoRA
    adapter that goes on it. `observes` names the tasks that the language model answers from the lines read before, not
    from the picture.
    """

    folder: Path
    name: str
    default_strategy: str
    line_reader: str
    line_stretch: float
    adapter: Path | None
    observes: tuple[str, ...]

    @property
    def head_folder(self) -> Path:
        """Where the CTC head lies, if there is one: an adapter's wins."""
        return self.adapter if self.adapter and (self.adapter / HEAD).exists() else self.folder


def locate(name: str) -> str | Path:
    """Where the checkpoint `name` lies: a folder for nano, small and paths, else the hub id itself. Uses no network.

    Raises CheckpointError, also where `small` is not fetched yet.
    """
    if name == "nano":
        return BUNDLED / "nano"
    if name == "small":
        from hyocr.model.store import find_small  # which stands on this module

        return find_small()
    if Path(name).is_dir():
        return Path(name)
    if _HUB_ID.fullmatch(name) and not Path(name).exists():
        return name
    raise CheckpointError(
        f"No checkpoint folder at {name}, and {name} is not a hub id; use 'nano', 'small', a folder or org/name."
    )


def find(name: str, adapter: str | Path | None = None) -> Folder:
    """The checkpoint `name`, downloaded if that is a hub id; all files it needs are there. Raises CheckpointError.

    With the folder of an `adapter`, that is checked too. It may rename the checkpoint and say how it is to be used.
    """
    place = locate(name)
    folder = _download(place) if isinstance(place, str) else place
    _check_files(name, folder)
    metadata = {"name": name if isinstance(place, str) else folder.resolve().name} | read_metadata(folder)
    if adapter is not None:
        adapter = find_adapter(adapter)
        metadata |= {"name": f"{metadata['name']}+{adapter.resolve().name}"} | read_metadata(adapter)
    return Folder(
        folder,
        metadata["name"],
        metadata.get("default_strategy", "page"),
        metadata.get("line_reader", "language"),
        float(metadata.get("line_stretch", 1.0)),
        adapter,
        tuple(metadata.get("observes", ())),
    )


def find_adapter(name: str | Path) -> Path:
    """The folder of a LoRA adapter in peft's layout; all files it needs are there. Raises CheckpointError."""
    folder = Path(name)
    if not folder.is_dir():
        raise CheckpointError(f"No adapter folder at {name}; adapters are folders on this machine.")
    if not (folder / ADAPTER_CONFIG).exists():
        raise CheckpointError(f"{folder} has no {ADAPTER_CONFIG}, so it is not an adapter folder.")
    kind = read_json(folder / ADAPTER_CONFIG).get("peft_type")
    if kind != "LORA":
        raise CheckpointError(f"{folder} is an adapter of the kind {kind}; hyocr takes LoRA adapters (peft_type LORA).")
    if not (folder / ADAPTER_WEIGHTS).exists():
        found = "only pickled weights, which can run code when opened" if _pickles(folder) else "no weights"
        raise CheckpointError(f"The adapter {folder} has {found}; hyocr reads {ADAPTER_WEIGHTS}.")
    return folder


def read_json(path: Path) -> dict[str, Any]:
    """One JSON object from a file. Raises CheckpointError."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise CheckpointError(f"{path} is not valid JSON: {error}") from error
    if not isinstance(content, dict):
        raise CheckpointError(f"{path} should hold one JSON object.")
    return content


def read_metadata(folder: Path) -> dict[str, Any]:
    """What a checkpoint's or adapter's folder says of itself; empty if nothing. Raises CheckpointError."""
    if not (folder / METADATA).exists():
        return {}
    metadata = read_json(folder / METADATA)
    factor = metadata.get("line_stretch", 1.0)
    if type(factor) not in (int, float) or not 1 <= factor <= 4:
        raise CheckpointError(f"{folder / METADATA}: line_stretch should be a number from 1 to 4, not {factor!r}.")
    return metadata


def _pickles(folder: Path) -> bool:
    return any(any(folder.glob(pattern)) for pattern in ("*.bin", "*.pt", "*.pth"))


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
        found = "only pickled weights, which can run code when opened" if _pickles(folder) else "no weights"
        raise CheckpointError(f"{name} has {found}; hyocr reads safetensors. Save the model with save_pretrained.")
    if not (folder / "tokenizer.json").exists():
        raise CheckpointError(f"{name} has no tokenizer.json; copy the tokenizer files next to the weights.")


@contextmanager
def whole(folder: Path) -> Iterator[Path]:
    """A folder to fill, which stands at `folder` in the end: there whole or not at all. Raises OSError."""
    partial = Path(tempfile.mkdtemp(prefix=f"{folder.name}.", dir=folder.parent))
    try:
        yield partial
        partial.chmod(0o755)
        partial.rename(folder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def first_line(error: Exception) -> str:
    """What a library's error says first, as a sentence."""
    line = (str(error).strip() or type(error).__name__).splitlines()[0].strip()
    return line if line.endswith(".") else line + "."
