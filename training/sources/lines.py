"""Drawn text: single lines on canvases of one height, and small regions of two to four lines as they come."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from hyocr import wording
from hyocr.canvas import HEIGHT, canvas
from training.example import Example
from training.sources.pictures import Fit
from training.synth.lines import Sample, draw_sample
from training.synth.text import TextSource

PIXELS_PER_CHARACTER = 14
"""At height 32, a typical character's width."""

SQUEEZED = 1.15
"""A drawn line at most so many times as wide as its canvas is squeezed into it, as `hyocr.canvas` does at its limit."""


@dataclass(frozen=True)
class Drawing:
    """What lines are drawn with: font files by family (`synth.fonts.families`) and text, both of one split."""

    fonts: dict[str, list[str]]
    text: TextSource

    def draw(self, rng: random.Random, width: int, rows: int = 1) -> Sample:
        """Lines that fill from under half to all of `width` pixels at height 32, most of the time."""
        return draw_sample(rng, self.fonts, self.text, characters(rng, width), rows)

    def line(self, rng: random.Random, width: int) -> Sample:
        """One line that a canvas of this width can hold."""
        length = characters(rng, width)
        while True:
            sample = draw_sample(rng, self.fonts, self.text, length)
            if sample.image.width * HEIGHT <= SQUEEZED * width * sample.image.height:
                return sample
            length = max(1, int(length * 0.8))


def characters(rng: random.Random, width: int) -> int:
    """A number of characters that fits a canvas of this width."""
    return max(1, round(rng.uniform(0.45, 1.0) * width / PIXELS_PER_CHARACTER))


def fit_line(image: Image.Image, width: int) -> Image.Image:
    """A line canvas of exactly `width` pixels: padded like `canvas` does, or squeezed."""
    drawn = canvas(image)
    if drawn.width > width:
        return image.convert("RGB").resize((width, HEIGHT), Image.Resampling.BICUBIC)
    page = Image.new("RGB", (width, HEIGHT), drawn.getpixel((drawn.width - 1, 0)))
    page.paste(drawn, (0, 0))
    return page


class DrawnLines:
    """Single lines on canvases of the wanted width."""

    def __init__(self, drawing: Drawing, languages: Sequence[str]) -> None:
        self.drawing, self.languages = drawing, languages

    def draw(self, rng: random.Random, width: int) -> Example:
        """A line; never fails."""
        question = wording.prompt("read", rng.choice(self.languages))
        sample = self.drawing.line(rng, width)
        return Example("lines", question, sample.text, np.array(fit_line(sample.image, width)), line=True, asked="read")


class DrawnRegions:
    """Two to four lines below each other, at the size the image processor gives them."""

    def __init__(self, drawing: Drawing, languages: Sequence[str], fit: Fit) -> None:
        self.drawing, self.languages, self.fit = drawing, languages, fit

    def draw(self, rng: random.Random, width: int) -> Example:
        """A region whose lines are about as long as those on canvases of this width; never fails."""
        question = wording.prompt("read", rng.choice(self.languages))
        sample = self.drawing.draw(rng, width, rows=rng.randint(2, 4))
        return Example("regions", question, sample.text, self.fit(sample.image), asked="read")
