"""Weights in and out: a checkpoint folder any engine loads, with the CTC head beside it."""

from __future__ import annotations

import copy
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import Tensor
from transformers import AutoTokenizer, HunYuanVLForConditionalGeneration

from hyocr.model.ctc import FILE as HEAD_FILE
from hyocr.model.ctc import CtcHead, load_head
from hyocr.model.presets import new_1b, new_nano
from training.synth.text import ALPHABET

READER_FILES = ("tokenizer.json", "tokenizer_config.json", "chat_template.jinja", "processor_config.json", "hyocr.json")
"""What a checkpoint needs beside its weights; the same for every nano."""
NANO = Path(__file__).parents[1] / "hyocr/weights/nano"
"""The bundled checkpoint; new weights borrow its tokenizer."""
NEW = {"new": new_nano, "new:1b": new_1b}


@dataclass
class Weights:
    """What a stage starts from and leaves behind, in float32."""

    tokenizer: Any
    model: Any
    head: CtcHead


def load_weights(source: str, seed: int = 0) -> Weights:
    """ "new" and "new:1b" give untrained weights in nano's and the 1B's shape, with nano's tokenizer.

    Anything else is a checkpoint folder. A missing CTC head starts fresh.
    """
    fresh = source in NEW
    folder = NANO if fresh else Path(source)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    if fresh:
        model = NEW[source](tokenizer, seed)
    else:
        model = HunYuanVLForConditionalGeneration.from_pretrained(folder, dtype=torch.float32, use_safetensors=True)
    has_head = not fresh and (folder / HEAD_FILE).exists()
    head = load_head(folder) if has_head else CtcHead(model.config.vision_config.hidden_size, ALPHABET)
    return Weights(tokenizer, model, head)


def with_values(weights: Weights, values: Mapping[str, Tensor]) -> Weights:
    """New weights of the same kind from the parameters of `training.objective.Objective`, by name."""
    model = HunYuanVLForConditionalGeneration(weights.model.config)
    head = CtcHead(weights.model.config.vision_config.hidden_size, weights.head.alphabet)
    for part, prefix in ((model, "model."), (head, "head.")):
        part.load_state_dict({n.removeprefix(prefix): value for n, value in values.items() if n.startswith(prefix)})
    return Weights(weights.tokenizer, model, head)


def save_weights(weights: Weights, folder: Path, dtype: torch.dtype = torch.float32) -> None:
    """Writes a checkpoint folder (model, tokenizer, processor, CTC head) in place of an older one, never half of it."""
    partial = folder.with_name(folder.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    # The library's own writer gives tensors their published names, which other runtimes look for.
    copy.deepcopy(weights.model).to(dtype).save_pretrained(partial)
    for name in READER_FILES:
        shutil.copy(NANO / name, partial)
    head = {name: value.to(dtype).contiguous() for name, value in weights.head.state_dict().items()}
    save_file(head, partial / HEAD_FILE, metadata={"alphabet": weights.head.alphabet})
    for path in partial.glob("*.safetensors"):
        path.chmod(0o644)  # the writer leaves them to their owner alone
    shutil.rmtree(folder, ignore_errors=True)
    os.replace(partial, folder)
