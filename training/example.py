"""What training is fed with: one example, the sources that draw them, and the error of a sample that cannot be had."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Example:
    """One question about one image, or about the text in its prompt, with its answer; or a piece of plain text.

    `task` is what losses are reported by: the source's name in the mixture ("lines", "synth/fields"). `prompt` is the
    question as it is sent, "" for plain text (the loss is then on the whole text). `image` is None for plain text and
    for questions about text, else (height, width, 3), sides multiples of 32 (patch 16, merge 2). `canvas` says that the
    image is one line's canvas, 32 pixels high, `line` that the answer is moreover its text: the CTC head learns from it
    too. `asked` is the file of `prompts/` that words the question ("" for plain text): what a reward goes by.
    `more` are further questions about the same text, with their answers: each is learned as if it stood alone.
    """

    task: str
    prompt: str
    answer: str
    image: NDArray[np.uint8] | None
    line: bool = False
    canvas: bool = False
    asked: str = ""
    more: tuple[tuple[str, str], ...] = ()


class SampleError(Exception):
    """A sample that cannot be had (a corrupt file, a document that failed): it is skipped, counted and named."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name}: {reason}")
        self.name = name
        self.reason = reason


class Source(Protocol):
    """Something examples are drawn from; all randomness comes from `rng`."""

    def draw(self, rng: random.Random, width: int) -> Example:
        """The next example; `width` is the canvas width in pixels of this batch's lines (only line sources care).

        Raises SampleError where this draw has no sample; the next draw may.
        """
        ...
