"""Lines of real receipts that hold a key field, which is asked for."""

from __future__ import annotations

import random
from collections.abc import Sequence

import numpy as np

from eval.benchmarks.receipts_keys import KEYS, holder
from hyocr import wording
from hyocr.canvas import canvas
from training.example import Example, SampleError
from training.sources.crops import Crop, augment, load_crops
from training.sources.receipts import LabelledReceipt


def keyed_lines(pages: Sequence[LabelledReceipt]) -> list[tuple[Crop, str, str]]:
    """Crop, key and value, in the case of the line, of every field that one line of its receipt holds."""
    found = []
    for page in pages:
        texts = [text for text, _ in page.lines]
        for key in KEYS:
            value = " ".join(page.fields.get(key, "").split())
            at = holder(texts, key, value)
            if at is not None:
                start = texts[at].lower().find(value.lower())
                if start >= 0:
                    crop = Crop(page.path, page.lines[at][1], texts[at])
                    found.append((crop, key, texts[at][start : start + len(value)]))
    return found


class RealKeys:
    """The lines of `keyed_lines`, each time with other margins, light and focus."""

    def __init__(self, lines: Sequence[tuple[Crop, str, str]], languages: Sequence[str]) -> None:
        self.lines, self.languages = lines, languages
        self.pictures = load_crops([crop for crop, _, _ in lines])

    def draw(self, rng: random.Random, width: int) -> Example:
        """A line, on the canvas that it needs. Raises SampleError for a file that cannot be read."""
        index = rng.randrange(len(self.lines))
        picture, (_, key, value) = self.pictures[index], self.lines[index]
        if isinstance(picture, SampleError):
            raise picture
        prompt = wording.prompt("key", rng.choice(self.languages), key=key)
        page = np.array(canvas(augment(rng, picture)))
        return Example("crops/key", prompt, value, page, canvas=True, asked="key")
