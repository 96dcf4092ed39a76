"""Single text lines and small regions, drawn, worn, warped and cropped as a reader meets them."""

from __future__ import annotations

import random
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from training.synth import degrade
from training.synth.fonts import can_draw, load
from training.synth.text import TextSource


@dataclass(frozen=True)
class Sample:
    """A drawn image, its text (one line per row) and each line's corners in pixels, clockwise from the top left."""

    image: Image.Image
    text: str
    quads: tuple[NDArray[np.float32], ...]


def draw_sample(
    rng: random.Random, fonts: dict[str, list[str]], source: TextSource, length: int, rows: int = 1
) -> Sample:
    """`rows` lines of about `length` characters in one font, cropped around them with a random margin."""
    path = rng.choice(fonts[rng.choice(list(fonts))])
    size = rng.randint(18, 44)
    texts = [_drawable(path, source.line(rng, length)) for _ in range(rows)]
    texts = [text for text in texts if text]
    if not texts:
        return draw_sample(rng, fonts, source, length, rows)
    return draw_lines(rng, path, size, texts)


def draw_lines(rng: random.Random, path: str, size: int, texts: list[str]) -> Sample:
    """These lines in the font at `path`, `size` pixels high, cropped around them with a random margin."""
    mask, quads = _draw(rng, path, size, texts)
    mask, points = degrade.warp(rng, degrade.wear(rng, mask), quads.reshape(-1, 2), strength=1.0)
    quads = points.reshape(-1, 4, 2)
    left, top, right, bottom = _crop_box(rng, quads, mask.shape)
    mask = np.ascontiguousarray(mask[top:bottom, left:right])
    image = degrade.photograph(rng, degrade.print_on(rng, degrade.paper(rng, *mask.shape), mask))
    corner = np.array([left, top], np.float32)
    return Sample(Image.fromarray(image), "\n".join(texts), tuple(quad - corner for quad in quads))


def _drawable(path: str, text: str) -> str:
    return " ".join("".join(c for c in text if can_draw(path, c)).split())


def _draw(rng: random.Random, path: str, size: int, texts: list[str]) -> tuple[degrade.Pixels, NDArray[np.float32]]:
    """An ink mask with the lines under one another, sometimes strangers above and below, and the quads (n, 4, 2)."""
    font = load(path, size)
    pitch = round(size * rng.uniform(1.0, 1.5))
    tracking = rng.choice([0.0, 0.0, 0.0, 0.0, rng.uniform(-0.03, 0.2)]) * size
    border = size + pitch
    widths = [_width(font, text, tracking) for text in texts]
    image = Image.new("L", (int(max(widths)) + 2 * size, pitch * len(texts) + 2 * border))
    pen = ImageDraw.Draw(image)
    align = rng.choice([0.0, 0.0, 0.5, 1.0])
    quads = []
    for row, (text, width) in enumerate(zip(texts, widths, strict=True)):
        x, y = size + align * (max(widths) - width), border + row * pitch
        _write(pen, (x, y), text, font, tracking)
        _, top, _, bottom = pen.textbbox((x, y), text, font=font)
        quads.append([[x, top], [x + width, top], [x + width, bottom], [x, bottom]])
    if rng.random() < 0.35:
        _neighbours(rng, pen, texts, font, border, pitch)
    if rng.random() < 0.05:
        y = int(quads[-1][2][1]) + rng.randint(1, 4)
        pen.line([(0, y), (image.width, y)], fill=255, width=rng.randint(1, 3))
    return np.asarray(image), np.asarray(quads, np.float32)


def _neighbours(
    rng: random.Random, pen: ImageDraw.ImageDraw, texts: list[str], font: object, border: int, pitch: int
) -> None:
    """Parts of other lines above and below, as in a crop from a dense page."""
    for row in (-1, len(texts)):
        if rng.random() < 0.7:
            letters = list(rng.choice(texts))
            rng.shuffle(letters)
            pen.text((rng.uniform(0, border), border + row * pitch), "".join(letters), font=font, fill=255)  # type: ignore[arg-type]


def _width(font: object, text: str, tracking: float) -> float:
    return float(font.getlength(text)) + tracking * (len(text) - 1)  # type: ignore[attr-defined]


def _write(pen: ImageDraw.ImageDraw, at: tuple[float, float], text: str, font: object, tracking: float) -> None:
    if not tracking:
        pen.text(at, text, font=font, fill=255)  # type: ignore[arg-type]
        return
    x, y = at
    for character in text:
        pen.text((x, y), character, font=font, fill=255)  # type: ignore[arg-type]
        x += _width(font, character, 0) + tracking


def _crop_box(rng: random.Random, quads: NDArray[np.float32], shape: tuple[int, ...]) -> tuple[int, int, int, int]:
    """The box around all quads, with margins from slightly too tight to generous, as line finders leave them."""
    low, high = quads.min((0, 1)), quads.max((0, 1))
    line = float((quads[:, 2, 1] - quads[:, 1, 1]).mean())
    left, right = (rng.uniform(0, 0.5) * line for _ in range(2))
    above, below = (rng.uniform(-0.06, 0.28) * line for _ in range(2))
    x1, y1 = max(0, int(low[0] - left)), max(0, int(low[1] - above))
    x2, y2 = min(shape[1], round(high[0] + right)), min(shape[0], round(high[1] + below))
    return x1, y1, max(x2, x1 + 4), max(y2, y1 + 4)
