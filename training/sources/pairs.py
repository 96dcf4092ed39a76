"""Drawn lines of labelled values, of which one is asked for (`training.synth.pairs`)."""

from __future__ import annotations

import random
from collections.abc import Sequence

import numpy as np

from hyocr.canvas import canvas
from training.example import Example
from training.sources.lines import PIXELS_PER_CHARACTER
from training.synth import pairs

TASKS = ("key", "evidence")


class DrawnPairs:
    """One of TASKS asked of drawn lines; `fonts` by family."""

    def __init__(self, task: str, fonts: dict[str, list[str]], languages: Sequence[str]) -> None:
        self.task, self.fonts, self.languages = task, fonts, languages

    def draw(self, rng: random.Random, width: int) -> Example:
        """A question about a line that is about as long as those on canvases of this width; never fails."""
        language = rng.choice(self.languages)
        sample = pairs.draw(rng, self.task, self.fonts, width // PIXELS_PER_CHARACTER, language)
        page = np.array(canvas(sample.image))
        return Example(f"pairs/{self.task}", sample.prompt, sample.answer, page, canvas=True, asked=self.task)
