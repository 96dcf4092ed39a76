"""Small GRPO runs: a checkpoint is asked for the lines of four drawn receipts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.receipts_folder import make_receipts
from training.rl.config import Run

LEARNING = {
    "init": "nano",
    "max_tokens": 40,
    "temperature": 3.0,
    "top_p": 1.0,
    "stretch": {2.0: 1.0},
    "prompt_language": "en",
}
"""Settings of a run whose answers end and differ, so that there is something to learn from."""


def tiny_run(folder: Path, checkpoint: Path, **settings: Any) -> Run:
    """Two groups of four short answers a step, from crops: no fonts needed."""
    if not (folder / "receipts").exists():
        make_receipts(folder / "receipts", "train")
    known: dict[str, Any] = {
        "output": str(folder / "run"),
        "init": str(checkpoint),
        "mixture": {"crops": 1.0},
        "prompt_language": "both",
        "stretch": {1.0: 1.0, 2.0: 1.0},
        "widths": {64: 1.0, 256: 1.0, 512: 1.0},
        "receipts": str(folder / "receipts"),
        "prompts": 5,
        "steps": 6,
        "groups": 2,
        "rollouts": 4,
        "micro": 4,
        "max_tokens": 6,
        "lr": 1e-3,
        "log_every": 1,
        "show_every": 1,
        "save_every": 2,
        "workers": 0,
    }
    return Run(**(known | settings))
