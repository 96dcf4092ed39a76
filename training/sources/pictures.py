"""What sources do with pictures: files read, pages scaled as the model's image processor scales them, light changed."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image
from transformers.models.hunyuan_vl.image_processing_pil_hunyuan_vl import smart_resize

from eval.benchmarks.base import rgb
from training.example import SampleError
from training.packing import MERGE, PATCH

Pixels = NDArray[np.uint8]
Fit = Callable[[Image.Image], Pixels]
"""`fit_page` with a stage's bounds."""

FACTOR = PATCH * MERGE
"""Sides are multiples of this: merged patches."""


def fit_page(image: Image.Image, min_pixels: int, max_pixels: int) -> Pixels:
    """The image as (height, width, 3), at the size that the stock HunYuanVL image processor gives it.

    Raises ValueError for an image 200 times as long as it is wide, as the processor does.
    """
    height, width = smart_resize(image.height, image.width, FACTOR, min_pixels, max_pixels)
    return np.array(image.convert("RGB").resize((width, height), Image.Resampling.BICUBIC))


def read_image(path: Path) -> Image.Image:
    """The image file as RGB. Raises SampleError naming the file if it cannot be had."""
    try:
        return rgb(path)
    except Exception as error:  # decoders raise whatever they stumble over
        raise SampleError(str(path), reason(error)) from error


def reason(error: Exception) -> str:
    """An error on one line."""
    return " ".join(f"{type(error).__name__}: {error}".split())


def relit(rng: random.Random, image: Image.Image) -> Image.Image:
    """An RGB picture in another light, with other contrast and sometimes out of focus."""
    contrast, light = rng.uniform(0.6, 1.2), rng.uniform(-25, 25)
    table = (128 + (np.arange(256) - 128) * contrast + light).clip(0, 255).astype(np.uint8)
    pixels = cv2.LUT(np.asarray(image), table)
    if rng.random() < 0.2:
        pixels = cv2.GaussianBlur(pixels, (0, 0), rng.uniform(0.3, 0.9))
    return Image.fromarray(np.asarray(pixels, np.uint8))
