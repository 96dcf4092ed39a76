"""The shape every task module has, and what its parser returns."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from hyocr.document import Line, Unparsed
from hyocr.engines.base import Generation


@dataclass(frozen=True)
class Parsed:
    """What a generation says: text, lines in the order written (boxes in pixels), and what no rule understood.

    `observation` holds the lines that the text was concluded from, where the model gave them apart.
    """

    text: str
    lines: list[Line]
    unparsed: list[Unparsed]
    observation: list[Line] = field(default_factory=list)


class Task(Protocol):
    """A task module. `NAME` is its file in `prompts/`, `MAX_TOKENS` the longest answer it may need, in tokens."""

    NAME: str
    MAX_TOKENS: int

    def prompt(self, language: str = "en", **values: str) -> str:
        """The text to send with the image, in "en" or "zh". Raises HyocrError when a value is missing."""
        ...

    def parse(self, generation: Generation, width: int, height: int) -> Parsed:
        """Any generation as typed items for an image of `width` x `height` pixels; never raises."""
        ...
