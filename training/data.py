"""Batches for training: step k is always the same batch, so that a run resumes exactly, with any number of workers."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.utils.data import Dataset

from eval.receipts_data import receipts
from hyocr.canvas import HEIGHT, MAX_WIDTH, canvas
from training.synth.fonts import FONT_FOLDERS, families
from training.synth.lines import draw_sample
from training.synth.text import TextSource

PIXELS_PER_CHARACTER = 14
"""At height 32, a typical character's width."""

PROMPT_COLUMNS = 128
"""What an image's prompt costs, in pixel columns, when batches are cut to size."""


@dataclass(frozen=True)
class Batch:
    """Images of one size, (n, height, width, 3) uint8, with the text of each and how many of its rows it has."""

    images: Tensor
    texts: list[str]
    rows: int = 1


@dataclass(frozen=True)
class Crop:
    """One text line of a real receipt: the file, its box in pixels, its text."""

    path: Path
    box: tuple[int, int, int, int]
    text: str


def receipt_crops(folder: Path, split: str) -> list[Crop]:
    """Every line of a split ("train" or "dev") of a receipts folder (see `eval.receipts_data`)."""
    return [Crop(receipt.path, box, text) for receipt in receipts(folder, split) for text, box in receipt.lines()]


def relabelled(crops: list[Crop], labels: str) -> list[Crop]:
    """The crops with labels from a JSON list of the same length (see `training.relabel`); null there drops a crop."""
    if not labels:
        return crops
    texts: list[str | None] = json.loads(Path(labels).read_text(encoding="utf-8"))
    return [Crop(crop.path, crop.box, text) for crop, text in zip(crops, texts, strict=True) if text]


def cut(image: Image.Image, box: tuple[int, int, int, int], margin: float) -> Image.Image:
    """The box grown by `margin` box heights on all sides, clipped to the image."""
    x1, y1, x2, y2 = box
    grown = round(margin * (y2 - y1))
    return image.crop(
        (max(0, x1 - grown), max(0, y1 - grown), min(image.width, x2 + grown), min(image.height, y2 + grown))
    )


class LineBatches(Dataset[Batch]):
    """Line canvases; item k is the batch of step k.

    `widths` weighs the canvas widths (pixels) drawn from; each batch holds about `pixels` pixels, prompts counted as
    PROMPT_COLUMNS. A share `real` of the images come from `crops` if given (with random margins), a share `regions`
    of the batches hold small multi-line regions.
    """

    def __init__(
        self,
        seed: int,
        widths: dict[int, float],
        pixels: int,
        text: Path | None = None,
        fonts: Path | None = None,
        crops: list[tuple[Image.Image, str]] | None = None,
        real: float = 0.0,
        regions: float = 0.0,
        testing: bool = False,
    ) -> None:
        self.seed, self.widths, self.pixels, self.real, self.regions = seed, widths, pixels, real, regions
        self.fonts = families(testing, FONT_FOLDERS if fonts is None else (fonts,))
        self.source = TextSource.from_folder(text, testing)
        self.crops_by_width: dict[int, list[tuple[Image.Image, str]]] = {}
        for crop, label in crops or []:
            self.crops_by_width.setdefault(_nearest(widths, _line_width(crop)), []).append((crop, label))

    def __getitem__(self, step: int) -> Batch:
        cv2.setNumThreads(1)
        rng = random.Random(f"{self.seed}/{step}")
        width = rng.choices(list(self.widths), list(self.widths.values()))[0]
        rows = rng.randint(2, 4) if rng.random() < self.regions else 1
        count = max(2, self.pixels // (rows * HEIGHT * (width + PROMPT_COLUMNS)))
        samples = [self._sample(rng, width, rows) for _ in range(count)]
        images = torch.from_numpy(np.stack([np.asarray(image) for image, _ in samples]))
        return Batch(images, [label for _, label in samples], rows)

    def _sample(self, rng: random.Random, width: int, rows: int) -> tuple[Image.Image, str]:
        real = self.crops_by_width.get(width)
        if real and rows == 1 and rng.random() < self.real:
            crop, label = rng.choice(real)
            return fit(augment(rng, crop), width), label
        length = max(1, round(rng.uniform(0.45, 1.0) * width / PIXELS_PER_CHARACTER))
        while True:
            sample = draw_sample(rng, self.fonts, self.source, length, rows)
            if rows > 1:
                return sample.image.resize((width, rows * HEIGHT), Image.Resampling.BICUBIC), sample.text
            if sample.image.width * HEIGHT <= 1.15 * width * sample.image.height:
                return fit(sample.image, width), sample.text
            length = max(1, int(length * 0.8))


def _line_width(crop: Image.Image) -> float:
    """The width that a stored crop's line itself, without the margins, has at height 32."""
    line = crop.height / (1 + 2 * CROP_MARGIN)
    return HEIGHT * (crop.width - 2 * CROP_MARGIN * line) / line


def _nearest(widths: dict[int, float], wanted: float) -> int:
    """The smallest canvas that holds `wanted` pixels, else the largest there is."""
    return min((width for width in widths if width >= min(wanted, MAX_WIDTH)), default=max(widths))


def fit(image: Image.Image, width: int) -> Image.Image:
    """A line canvas of exactly `width` pixels: padded like `canvas` does, or squeezed."""
    drawn = canvas(image)
    if drawn.width > width:
        return image.convert("RGB").resize((width, HEIGHT), Image.Resampling.BICUBIC)
    page = Image.new("RGB", (width, HEIGHT), drawn.getpixel((drawn.width - 1, 0)))
    page.paste(drawn, (0, 0))
    return page


def augment(rng: random.Random, crop: Image.Image) -> Image.Image:
    """A real crop (with the generous margins of `load_crops`) cut again at random, its light and focus changed."""
    line = crop.height / (1 + 2 * CROP_MARGIN)
    cut_off = [rng.uniform(0, CROP_MARGIN) * line for _ in range(4)]
    crop = crop.crop(
        (round(cut_off[0]), round(cut_off[1]), round(crop.width - cut_off[2]), round(crop.height - cut_off[3]))
    )
    pixels = np.asarray(crop, np.float32)
    pixels = 128 + (pixels - 128) * rng.uniform(0.6, 1.2) + rng.uniform(-25, 25)
    if rng.random() < 0.2:
        pixels = cv2.GaussianBlur(pixels, (0, 0), rng.uniform(0.3, 0.9))
    if rng.random() < 0.03:
        pixels = 255 - pixels
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8))


CROP_MARGIN = 0.25
"""Margin around stored real crops, in line heights; augmentation takes a random part of it off again."""


def load_crops(crops: list[Crop]) -> list[tuple[Image.Image, str]]:
    """Cuts the crops out of their files (each opened once), scaled to at most 64 pixels in height to save memory."""
    loaded: list[tuple[Image.Image, str]] = []
    pages: dict[Path, Image.Image] = {}
    for crop in crops:
        if crop.path not in pages:
            pages = {crop.path: Image.open(crop.path).convert("RGB")}
        piece = cut(pages[crop.path], crop.box, CROP_MARGIN)
        if piece.height > 2 * HEIGHT:
            piece = piece.resize((max(1, piece.width * 2 * HEIGHT // piece.height), 2 * HEIGHT), Image.Resampling.BOX)
        loaded.append((piece, crop.text))
    return loaded
