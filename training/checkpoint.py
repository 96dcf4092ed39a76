"""Weights in and out: a checkpoint folder any engine loads, with the CTC head beside it."""

from __future__ import annotations

import copy
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import save_file
from torch import Tensor
from transformers import AutoTokenizer, HunYuanVLForConditionalGeneration

from hyocr.model.checkpoint import load
from hyocr.model.ctc import CtcHead, load_head
from hyocr.model.folder import HEAD
from hyocr.model.presets import new_1b, new_nano
from training.synth.text import ALPHABET

MODEL_FILES = ("config.json", "generation_config.json", "model.safetensors.index.json")
"""What the library writes with the weights; all else that readers need stays that of the checkpoint trained from."""
NANO = Path(__file__).parents[1] / "hyocr/weights/nano"
"""The bundled checkpoint; new weights borrow its tokenizer."""
NEW = {"new": new_nano, "new:1b": new_1b}


@dataclass
class Weights:
    """What a stage starts from and leaves behind, in float32."""

    tokenizer: Any
    model: Any
    head: CtcHead
    folder: Path = NANO
    """Where the files for readers come from: tokenizer, processor, `hyocr.json`."""


def load_weights(source: str, seed: int = 0) -> Weights:
    """ "new" and "new:1b" give untrained weights in nano's and the 1B's shape, with nano's tokenizer.

    Anything else is a checkpoint as `hyocr.model.checkpoint.load` takes it. A missing CTC head starts fresh.
    """
    if source in NEW:
        tokenizer = AutoTokenizer.from_pretrained(NANO)
        model = NEW[source](tokenizer, seed)
        return Weights(tokenizer, model, _new_head(model), NANO)
    loaded = load(source, "cpu")
    tokenizer = loaded.processor.tokenizer
    tokenizer.chat_template = tokenizer.chat_template or loaded.processor.chat_template
    has_head = (loaded.folder / HEAD).exists()
    head = load_head(loaded.folder) if has_head else _new_head(loaded.model)
    return Weights(tokenizer, loaded.model, head, loaded.folder)


def _new_head(model: Any) -> CtcHead:
    return CtcHead(model.config.vision_config.hidden_size, ALPHABET)


def with_values(weights: Weights, values: Mapping[str, Tensor]) -> Weights:
    """New weights of the same kind from the parameters of `training.objective.Objective`, by name."""
    with torch.device("meta"):
        model = HunYuanVLForConditionalGeneration(weights.model.config)
        head = CtcHead(weights.model.config.vision_config.hidden_size, weights.head.alphabet)
    for part, prefix in ((model, "model."), (head, "head.")):
        own = {name.removeprefix(prefix): value for name, value in values.items() if name.startswith(prefix)}
        part.load_state_dict(own, assign=True)
    model.tie_weights()
    return Weights(weights.tokenizer, model, head, weights.folder)


def save_weights(weights: Weights, folder: Path, dtype: torch.dtype = torch.float32) -> None:
    """Writes a checkpoint folder (model, tokenizer, processor, CTC head) in place of an older one, never half of it.

    Raises OSError if it cannot be written; the older one is then still there.
    """
    with replacing(folder) as partial:
        _write(weights, partial, dtype)


@contextmanager
def replacing(folder: Path) -> Iterator[Path]:
    """A folder to fill with weights, which takes the place of `folder` in the end: never half of it.

    Raises OSError if it cannot be written; the older one is then still there.
    """
    partial, old = folder.with_name(folder.name + ".partial"), folder.with_name(folder.name + ".old")
    for left in (partial, old):
        shutil.rmtree(left, ignore_errors=True)
    partial.mkdir(parents=True)
    try:
        yield partial
    except (SafetensorError, RuntimeError) as error:  # the writer's own errors say nothing of a full disk
        raise OSError(f"{partial} could not be written ({error}): is the disk full?") from error
    for path in partial.rglob("*.safetensors"):
        path.chmod(0o644)  # the writer leaves them to their owner alone
    if folder.exists():
        os.rename(folder, old)
    os.rename(partial, folder)
    shutil.rmtree(old, ignore_errors=True)


def save_head(head: CtcHead, folder: Path, dtype: torch.dtype = torch.float32) -> None:
    """Writes the CTC head to a folder of weights."""
    values = {name: value.to(dtype).contiguous() for name, value in head.state_dict().items()}
    (folder / HEAD).parent.mkdir()
    save_file(values, folder / HEAD, metadata={"alphabet": head.alphabet})


def save_state(state: Mapping[str, Any], path: Path) -> None:
    """Writes what a run is gone on from, in place of an older one, which is still there where this raises OSError."""
    partial = path.with_name(f"{path.name}.partial")
    try:
        torch.save(state, partial)
    except (OSError, RuntimeError) as error:  # the writer's own error says nothing of a full disk
        partial.unlink(missing_ok=True)
        raise OSError(f"{partial} could not be written: is the disk full?") from error
    os.replace(partial, path)


def _write(weights: Weights, folder: Path, dtype: torch.dtype) -> None:
    # The library's own writer gives tensors their published names, which other runtimes look for.
    copy.deepcopy(weights.model).to(dtype).save_pretrained(folder)
    for path in weights.folder.iterdir():  # tokenizer, processor, chat template, hyocr.json
        if path.suffix in (".json", ".jinja", ".txt") and path.name not in MODEL_FILES:
            shutil.copy(path, folder)
    save_head(weights.head, folder, dtype)
