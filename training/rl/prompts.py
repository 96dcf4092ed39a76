"""What a policy is asked: samples of a mixture, each drawn anew whenever it is asked, always the same."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from datasets import Dataset
from PIL import Image

from hyocr.model.chat import messages
from training.mixture import Mixture
from training.rl.config import Run
from training.sources import load_sources

ASKED = (
    *(
        "init",
        "seed",
        "prompts",
        "rollouts",
        "prompt_language",
        "mixture",
        "widths",
        "stretch",
        "min_pixels",
        "max_pixels",
    ),
    *("text", "fonts", "receipts", "formulas", "labels"),
)
"""The settings that decide what is asked of whom."""


def asked(run: Run) -> dict[str, Any]:
    """Those settings as they come back from JSON."""
    found: dict[str, Any] = json.loads(json.dumps({name: getattr(run, name) for name in ASKED}))
    return found


def prompts(run: Run, items: Sequence[int]) -> Dataset:
    """The samples `items` of the run's mixture, as rows that TRL and the reward functions take (see `row`)."""
    mixture = Mixture(load_sources(run), run.mixture, run.seed, run.widths, run.stretch)

    # A group asks for the same sample `rollouts` times, a step for each of its groups once for every micro-batch.
    @lru_cache(2 * run.groups)
    def drawn(item: int) -> dict[str, Any]:
        return row(mixture, item)

    def columns(batch: dict[str, list[int]]) -> dict[str, list[Any]]:
        rows = [drawn(item) for item in batch["item"]]
        return {name: [one[name] for one in rows] for name in rows[0]}

    return Dataset.from_dict({"item": list(items)}).with_transform(columns)


def row(mixture: Mixture, item: int) -> dict[str, Any]:
    """The first sample of item `item`: chat, picture, truth, and what rewards go by.

    `task` is the file of `prompts/` that was asked, `source` the sample's source, `width` and `height` the picture's in
    pixels. Raises ValueError for a source that asks nothing (plain text).
    """
    skipped = list[str]()
    example = next(mixture.examples(item, skipped))
    for reason in skipped:
        print(f"passed over: {reason}", file=sys.stderr)
    if example.image is None:
        raise ValueError(f"mixture: the source {example.task!r} asks nothing, so there is nothing to reward.")
    image = Image.fromarray(example.image)
    return {
        "item": item,
        "prompt": question(example.prompt),
        "image": image,
        "task": example.asked,
        "source": example.task,
        "answer": example.answer,
        "width": image.width,
        "height": image.height,
    }


def question(text: str) -> list[dict[str, str]]:
    """The chat around a question as TRL wants it, which puts the picture in itself."""
    system, user = messages(text)
    return [system, {"role": user["role"], "content": text}]
