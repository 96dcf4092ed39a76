"""The shape every system under test has: ours or a peer's, asked in the same words about the same pixels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from PIL import Image

from eval.benchmarks.base import Item
from eval.predictions import Prediction


class System(Protocol):
    """A loaded system. `tasks` is what it can be asked, `settings` what a reader of its scores needs to know."""

    name: str
    tasks: frozenset[str]
    settings: dict[str, str]

    def batch(self, task: str) -> int:
        """How many images `answer` takes at a time."""
        ...

    def answer(self, task: str, pages: Sequence[tuple[Item, Image.Image]]) -> list[Prediction]:
        """One prediction per page, in order, without times. A page that fails is a prediction with its error."""
        ...
