"""The shape every benchmark module has: where its pages are, what is asked of them, and how answers are scored.

Scores are computed in two steps, so that every one of them pools and resamples the same way: `measure` turns one page
into numbers that add (characters, edits, matches), `scores` turns their sums over pages into scores.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from PIL import Image

from eval.metrics.pooled import Number, ratio
from eval.predictions import Prediction

__all__ = ["Benchmark", "Item", "Number", "ratio", "rgb"]


@dataclass(frozen=True)
class Item:
    """One image and what is true of it.

    `image` opens it as RGB when called. `truth` is what `measure` compares with, `text` the truth as a reader would
    write it, for people to look at. `values` fill the placeholders of the task's prompt.
    """

    id: str
    image: Callable[[], Image.Image]
    truth: Any
    text: str
    values: Mapping[str, str] = field(default_factory=dict)


class Benchmark(Protocol):
    """A benchmark module.

    `TASK` is a task of `prompts/`, "line" for crops of one line to be read, or "line/" and a task asked of such a crop.
    `FOLDER` is where its data lies unless another folder is named. `MAIN` is the score that pages are ranked by; scores
    in `ERRORS` are better when lower.

    A benchmark of several values per page may also have `judged_values(item, prediction)`, a list of (confidence,
    whether it is right) of the page's single values: `eval.scoring` tells from them what the confidences are worth.
    """

    NAME: str
    TASK: str
    FOLDER: str
    LICENCE: str
    MAIN: str
    ERRORS: frozenset[str]

    def load(self, folder: Path) -> list[Item]:
        """All items in a fixed order, ids unique. Raises FileNotFoundError or ValueError with a sentence."""
        ...

    def measure(self, item: Item, prediction: Prediction) -> dict[str, float]:
        """One page's sums, the same names for every page. A page without an answer is measured with output ""
        and `answered` False, and must come out as wrong."""
        ...

    def scores(self, sums: Mapping[str, Number]) -> dict[str, Number]:
        """Scores from sums over any pages, elementwise; shares in 0..1, NaN where there was
        nothing to score. Precision counts what was answered alone: pages never answered lower recall, not precision."""
        ...


def rgb(path: Path, box: tuple[float, float, float, float] | None = None) -> Image.Image:
    """The image file as RGB, or the part of it inside `box` (x1, y1, x2, y2 in pixels)."""
    with Image.open(path) as image:
        whole = image.convert("RGB")
    return whole.crop(tuple(round(side) for side in box)) if box else whole  # type: ignore[arg-type]
