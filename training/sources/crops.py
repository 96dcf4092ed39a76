"""Lines of real receipts, cut out and kept in memory; each drawn with other margins, light and focus."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

import numpy as np
from PIL import Image

from eval.receipts_data import receipts
from hyocr import wording
from hyocr.canvas import HEIGHT, MAX_WIDTH
from training.example import Example, SampleError
from training.sources.lines import fit_line
from training.sources.pictures import read_image, reason, relit

MARGIN = 0.25
"""Margin around crops in memory, in line heights; `augment` takes a random part of it off again."""

NEGATIVE = 0.03
"""Share of crops that are shown light on dark."""


@dataclass(frozen=True)
class Crop:
    """One text line of a real receipt: the file, its box in pixels, its text."""

    path: Path
    box: tuple[int, int, int, int]
    text: str

    @property
    def width(self) -> float:
        """Of the line at height 32."""
        x1, y1, x2, y2 = self.box
        return HEIGHT * (x2 - x1) / (y2 - y1)


def receipt_crops(folder: Path, split: str) -> list[Crop]:
    """Every line of a split ("train" or "dev") of a receipts folder (see `eval.receipts_data`)."""
    return [Crop(receipt.path, box, text) for receipt in receipts(folder, split) for text, box in receipt.lines()]


def read_labels(file: str, count: int) -> list[str | None]:
    """What `training.relabel` wrote of `count` lines, in the order of `receipt_crops`; null is a line without a label.

    Without a file ("") there is no label at all. Raises ValueError for labels of other lines.
    """
    if not file:
        return [None] * count
    labels: list[str | None] = json.loads(Path(file).read_text(encoding="utf-8"))
    if len(labels) != count:
        raise ValueError(
            f"{file} labels {len(labels)} lines, but the receipts have {count}: run training.relabel anew."
        )
    return labels


def relabelled(crops: Sequence[Crop], labels: str) -> list[Crop]:
    """The crops with labels from a file (see `read_labels`), as they are without one; null there drops a crop."""
    if not labels:
        return list(crops)
    texts = read_labels(labels, len(crops))
    return [replace(crop, text=text) for crop, text in zip(crops, texts, strict=True) if text]


def cut(image: Image.Image, box: tuple[int, int, int, int], margin: float) -> Image.Image:
    """The box grown by `margin` box heights on all sides, clipped to the image."""
    x1, y1, x2, y2 = box
    grown = round(margin * (y2 - y1))
    return image.crop(
        (max(0, x1 - grown), max(0, y1 - grown), min(image.width, x2 + grown), min(image.height, y2 + grown))
    )


def load_crops(crops: Sequence[Crop]) -> list[Image.Image | SampleError]:
    """Cuts the crops out of their files, with MARGIN, at most 64 pixels high to save memory.

    Each file is opened once, where its crops follow each other. One that cannot be read gives its error for each crop;
    a box outside its page gives one for that crop.
    """
    loaded: list[Image.Image | SampleError] = []
    for path, group in groupby(crops, lambda crop: crop.path):
        boxes = [crop.box for crop in group]
        try:
            page = read_image(path)
        except SampleError as error:
            loaded += [error] * len(boxes)
        else:
            loaded += [_loaded(page, path, box) for box in boxes]
    return loaded


def _loaded(page: Image.Image, path: Path, box: tuple[int, int, int, int]) -> Image.Image | SampleError:
    try:
        return _low(cut(page, box, MARGIN))
    except ValueError as error:
        return SampleError(f"{path}, box {box}", reason(error))


def _low(crop: Image.Image) -> Image.Image:
    if crop.height <= 2 * HEIGHT:
        return crop
    return crop.resize((max(1, crop.width * 2 * HEIGHT // crop.height), 2 * HEIGHT), Image.Resampling.BOX)


def augment(rng: random.Random, crop: Image.Image) -> Image.Image:
    """A crop of `load_crops` cut again at random, its light and focus changed."""
    line = crop.height / (1 + 2 * MARGIN)
    left, top, right, bottom = (rng.uniform(0, MARGIN) * line for _ in range(4))
    crop = relit(rng, crop.crop((round(left), round(top), round(crop.width - right), round(crop.height - bottom))))
    return crop.point(lambda value: 255 - value) if rng.random() < NEGATIVE else crop


def nearest_canvas(widths: Sequence[int], wanted: float) -> int:
    """The smallest canvas that holds `wanted` pixels, else the largest there is."""
    return min((width for width in widths if width >= min(wanted, MAX_WIDTH)), default=max(widths))


class RealLines:
    """Lines of real receipts, each on the narrowest of the stage's canvases that holds it."""

    def __init__(self, crops: Sequence[Crop], widths: Sequence[int], languages: Sequence[str]) -> None:
        self.languages = languages
        self.by_width: dict[int, list[tuple[Image.Image | SampleError, str]]] = {}
        for crop, picture in zip(crops, load_crops(crops), strict=True):
            self.by_width.setdefault(nearest_canvas(widths, crop.width), []).append((picture, crop.text))

    def draw(self, rng: random.Random, width: int) -> Example:
        """A line for this canvas; where no line is of its width, one of the nearest width on a canvas of that width."""
        width = min(self.by_width, key=lambda known: (abs(known - width), known))
        question = wording.prompt("read", rng.choice(self.languages))
        picture, text = rng.choice(self.by_width[width])
        if isinstance(picture, SampleError):
            raise picture
        page = np.array(fit_line(augment(rng, picture), width))
        return Example("crops", question, text, page, line=True, asked="read")
