"""What a training stage is: one dataclass, read from YAML, overridden by `--key value` on the command line."""

from __future__ import annotations

import argparse
import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import yaml

KINDS: dict[str, type] = {"int": int, "float": float, "str": str, "list": list, "dict": dict}


@dataclass
class Data:
    """What is drawn to train on; every run has these settings, whatever it does with the samples.

    `CHOICES` are the settings that take one of a few words.
    """

    CHOICES: ClassVar[dict[str, tuple[str, ...]]] = {"prompt_language": ("en", "zh", "both")}

    seed: int = 0
    prompt_language: str = "en"
    """"en", "zh" or "both"."""
    mixture: dict[str, float] = field(default_factory=lambda: {"lines": 1.0})
    """Share of samples by source (see `training.sources`)."""
    widths: dict[int, float] = field(default_factory=lambda: {128: 1.0})
    """Canvas widths of lines in pixels and how often each is drawn."""
    stretch: dict[float, float] = field(default_factory=lambda: {1.0: 1.0})
    """Factors that lines' canvases are widened by (see `hyocr.canvas.stretched`) and how often each is used."""
    min_pixels: int = 2048
    max_pixels: int = 1536 * 1024
    """Page images are scaled to lie between the two, as the image processor does."""
    text: str = ""
    """Folder with text to draw; empty for the built-in generator alone."""
    fonts: str = ""
    """Folder with .ttf files; empty for the fonts installed on this machine."""
    receipts: str = ""
    """Folder of real receipts (train split only), or empty."""
    readings: str = ""
    """Folder of folders with what was read on those receipts (`hyocr read --format json`), or empty."""
    formulas: str = ""
    """Folder of real formulas (train split only), or empty."""
    labels: str = ""
    """A JSON file from `training.relabel` that replaces the receipts' labels, or empty."""
    workers: int = 1

    def __post_init__(self) -> None:
        for item in dataclasses.fields(self):
            value = getattr(self, item.name)
            kind = KINDS.get(str(item.type).partition("[")[0])
            if kind is str and value is None:
                setattr(self, item.name, "")
            elif kind is float and isinstance(value, (int, str)):
                setattr(self, item.name, _number(item.name, value))  # YAML takes 1e-3 for a word
            elif kind and not isinstance(value, kind):
                raise ValueError(f"{item.name} should be of type {item.type}, not {value!r}.")
            choices = self.CHOICES.get(item.name, (value,))
            if value not in choices:
                raise ValueError(f"{item.name} should be one of {', '.join(choices)}, not {value!r}.")


@dataclass
class Stage(Data):
    """One stage of pretraining. Lengths of time are counted in steps so that a run can be repeated exactly."""

    CHOICES = Data.CHOICES | {"schedule": ("cosine", "linear")}

    output: str = "runs/stage"
    """Folder for the checkpoints, the resume state and `metrics.jsonl`."""
    init: str = "new"
    """"new" or "new:1b" for untrained weights of either size, or a checkpoint folder to start from."""
    steps: int = 1000

    # Objective
    language_weight: float = 1.0
    """0 leaves the language model out altogether: the vision tower learns by CTC alone."""
    ctc_weight: float = 1.0
    guide_weight: float = 0.0
    """Weight of guided attention on line images (see `training.guide`)."""
    characters: float = 1.0
    """Share of answers written character by character instead of by merged tokens (sample-level subword dropout)."""
    freeze: list[str] = field(default_factory=list)
    """Parameters whose name contains one of these are not trained."""

    lora: int = 0
    """Rank of a low-rank adapter (Hu et al. 2021) on the language model's layers, alpha twice it: all that is then
    trained and saved. 0 trains the parameters themselves."""
    adapter: str = ""
    """Folder of an adapter to go on from; layers that it has none for start anew. Empty starts all of them anew."""
    lora_from: int = 0
    """The first of the language model's layers that gets an adapter: those below need no backward pass."""

    # Optimiser: AdamW, linear warm-up, then down to `final_lr`
    lr: float = 1e-3
    final_lr: float = 2e-5
    schedule: str = "cosine"
    """"cosine" or "linear"."""
    tower_lr: float = 1.0
    """Factor on the learning rate of the vision tower (without its connector)."""
    warmup: int = 200
    weight_decay: float = 0.01
    beta2: float = 0.98
    clip: float = 1.0
    ema: float = 0.999
    """Decay of the exponential moving average that is evaluated and saved."""

    # Packing
    length: int = 256
    """Tokens in a packed row."""
    rows: int = 4
    """Packed rows in a micro-batch, in each process."""
    accumulate: int = 1
    """Micro-batches per step, in each process."""

    # Running
    threads: int = 1
    checkpointing: bool = False
    """Layers are computed again for the backward pass instead of kept."""
    compile: bool = False
    """`torch.compile` of each layer."""
    log_every: int = 50
    eval_every: int = 1000
    eval_samples: int = 128
    """Held-out lines that are read for the character error rate."""
    save_every: int = 500


def _number(name: str, value: Any) -> float:
    try:
        return float(value)
    except ValueError as error:
        raise ValueError(f"{name} should be a number, not {value!r}.") from error


Kind = TypeVar("Kind", bound=Data)


def read_settings(kind: type[Kind], arguments: list[str], about: str) -> Kind:
    """`[FILE.yaml] [--key value ...]` -> settings of that kind; values are YAML. Raises ValueError for unknown ones."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("file", nargs="?", type=Path, help="YAML file of settings")
    for item in dataclasses.fields(kind):
        parser.add_argument(f"--{item.name}", type=_value, default=argparse.SUPPRESS)
    given: dict[str, Any] = vars(parser.parse_args(arguments))
    file = given.pop("file")
    values = _read(file) if file else {}
    unknown = set(values) - {item.name for item in dataclasses.fields(kind)}
    if unknown:
        raise ValueError(f"{file}: unknown settings {sorted(unknown)}.")
    return kind(**{**values, **given})


def _value(text: str) -> Any:
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no YAML") from error


def _read(file: Path) -> dict[str, Any]:
    try:
        values = yaml.safe_load(file.read_text(encoding="utf-8")) or {}
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ValueError(f"{file} is no YAML: {' '.join(str(error).split())}.") from error
    if not isinstance(values, dict):
        raise ValueError(f"{file} should hold settings by name.")
    return values


def check_same(where: Path, before: Mapping[str, Any], now: Mapping[str, Any]) -> None:
    """Raises ValueError naming a setting that was another when the run at `where` began."""
    for name, value in now.items():
        if before.get(name) != value:
            raise ValueError(
                f"{where} is of a run whose {name} was {before.get(name)}, not {value}: choose another output."
            )


def read_stage(arguments: list[str]) -> Stage:
    """The settings of a pretraining stage (see `read_settings`)."""
    return read_settings(Stage, arguments, "Runs one training stage.")
