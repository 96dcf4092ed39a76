"""The log of what a policy wrote: a line of `completions.jsonl` for each group, its picture in `images`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from hyocr import output
from training.synth.samples import encoded

FILE, IMAGES = "completions.jsonl", "images"
METRICS = "metrics.jsonl"
"""The log of rewards and the like by step, beside it."""


@dataclass(frozen=True)
class Completion:
    """One answer: its rewards by function, its advantages by segment, and whether it came to its own end."""

    text: str
    finished: bool
    rewards: dict[str, float]
    advantages: dict[str, float]


@dataclass(frozen=True)
class Group:
    """A prompt (a row of `training.rl.prompts`) and its answers at a step."""

    step: int
    row: dict[str, Any]
    completions: tuple[Completion, ...]


def add_groups(folder: Path, groups: Sequence[Group]) -> None:
    """Appends groups to the log in `folder`. Raises HyocrError or OSError where they cannot be written."""
    output.prepare(folder / IMAGES)
    lines = []
    for index, group in enumerate(groups):
        row = group.row
        picture = f"{IMAGES}/{group.step:05d}_{index:03d}.png"
        output.write(folder / picture, encoded(row["image"], "PNG"))
        about = {name: row[name] for name in ("source", "task", "answer")}
        about |= {"step": group.step, "prompt": row["prompt"][-1]["content"], "image": picture}
        about["completions"] = [asdict(completion) for completion in group.completions]
        lines.append(json.dumps(about, ensure_ascii=False) + "\n")
    with (folder / FILE).open("a", encoding="utf-8") as file:
        file.writelines(lines)


def cut_after(path: Path, step: int) -> None:
    """Drops a log's lines of steps from `step` on, and a broken last one: a resumed run writes them again."""
    if not path.exists():
        return
    kept = []
    for line in path.read_text(encoding="utf-8").split("\n"):
        try:
            if json.loads(line)["step"] < step:
                kept.append(line + "\n")
        except ValueError:  # nothing behind the last line end, or a line cut short when the run was killed
            continue
    output.write(path, "".join(kept).encode())
