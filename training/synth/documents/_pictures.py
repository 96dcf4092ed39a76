"""Pictures without any text, to fill figures with: scenery, blurred shapes, plots and diagrams."""

from __future__ import annotations

import itertools
import random

import cv2
import numpy as np
from PIL import Image, ImageDraw

from training.synth.degrade import noise_generator
from training.synth.sheet import Colour


def picture(rng: random.Random, width: int, height: int) -> Image.Image:
    """A picture of any kind, RGB, in colours or grey."""
    kind = rng.choice([_scenery, _shapes, _plot, _plot, _diagram])
    image = kind(rng, width, height)
    return image.convert("L").convert("RGB") if rng.random() < 0.4 else image


def drawing(rng: random.Random, width: int, height: int) -> Image.Image:
    """A plot or diagram, as technical texts have them."""
    return rng.choice([_plot, _plot, _diagram])(rng, width, height)


def _colour(rng: random.Random, low: int = 0, high: int = 255) -> Colour:
    return rng.randint(low, high), rng.randint(low, high), rng.randint(low, high)


def _scenery(rng: random.Random, width: int, height: int) -> Image.Image:
    """Sky, hills behind hills and some grain: a photograph from afar."""
    steps = np.linspace(0, 1, height, dtype=np.float32)[:, None, None]
    sky = (
        np.array(_colour(rng, 90, 220), np.float32) * (1 - steps) + np.array(_colour(rng, 170, 255), np.float32) * steps
    )
    page = np.broadcast_to(sky, (height, width, 3)).copy()
    across = np.arange(width)
    down = np.arange(height)[:, None]
    for i in range(rng.randint(2, 4)):
        waves = sum(
            rng.uniform(0.02, 0.12) / n * np.sin(across / width * n * rng.uniform(2, 7) + rng.uniform(0, 6))
            for n in (1, 2, 3)
        )
        ridge = height * (0.35 + 0.17 * i + waves)
        page[down > ridge] = _colour(rng, 20, 150)
    noise = noise_generator(rng).normal(0, rng.uniform(2, 12), ((height + 1) // 2, (width + 1) // 2)).astype(np.float32)
    page += cv2.resize(noise, (width, height))[..., None]
    return Image.fromarray(page.clip(0, 255).astype(np.uint8))


def _shapes(rng: random.Random, width: int, height: int) -> Image.Image:
    """Blots of colour, sharp or out of focus."""
    image = Image.new("RGB", (width, height), _colour(rng, 120, 245))
    pen = ImageDraw.Draw(image)
    for _ in range(rng.randint(5, 16)):
        x, y, size = rng.uniform(-0.1, 1) * width, rng.uniform(-0.1, 1) * height, rng.uniform(0.08, 0.45) * height
        box = (x, y, x + size * rng.uniform(0.5, 1.6), y + size)
        rng.choice([pen.ellipse, pen.rectangle])(box, fill=_colour(rng))
    blur = rng.choice([0.0, rng.uniform(1, 8)])
    return Image.fromarray(cv2.GaussianBlur(np.asarray(image), (0, 0), blur).astype(np.uint8)) if blur else image


def _plot(rng: random.Random, width: int, height: int) -> Image.Image:
    """Curves, dots or bars between axes."""
    image = Image.new("RGB", (width, height), rng.choice([(255, 255, 255), (255, 255, 255), _colour(rng, 225, 250)]))
    pen = ImageDraw.Draw(image)
    left, right, top, bottom = 0.06 * width, 0.96 * width, 0.06 * height, 0.92 * height
    if rng.random() < 0.5:
        for i in range(1, 6):
            y = bottom - (bottom - top) * i / 6
            pen.line((left, y, right, y), fill=(215, 215, 215))
    kind = rng.choice(["curves", "curves", "dots", "bars"])
    for _ in range(1 if kind == "bars" else rng.randint(1, 4)):
        colour, count = _colour(rng, 0, 190), rng.randint(5, 14) if kind == "bars" else rng.randint(12, 50)
        level, trend, value = rng.random(), rng.uniform(-0.6, 0.6), []
        for i in range(count):
            level += rng.gauss(0, 0.06)
            value.append(min(1.0, max(0.03, level + trend * i / count)))
        step = (right - left) / count
        points = [(left + (i + 0.5) * step, bottom - v * (bottom - top)) for i, v in enumerate(value)]
        if kind == "curves":
            pen.line(points, fill=colour, width=rng.choice([1, 2, 2, 3]))
        for x, y in points if kind != "curves" else []:
            box = (x - 0.35 * step, y, x + 0.35 * step, bottom) if kind == "bars" else (x - 3, y - 3, x + 3, y + 3)
            (pen.rectangle if kind == "bars" else pen.ellipse)(box, fill=colour)
    frame = [(left, top), (left, bottom), (right, bottom)]
    pen.line(
        [*frame, (right, top), (left, top)] if rng.random() < 0.5 else frame,
        fill=(30, 30, 30),
        width=rng.choice([1, 2]),
    )
    return image


def _diagram(rng: random.Random, width: int, height: int) -> Image.Image:
    """Boxes in a grid, joined by lines."""
    image = Image.new("RGB", (width, height), (255, 255, 255))
    pen = ImageDraw.Draw(image)
    across, down = rng.randint(2, 5), rng.randint(1, 3)
    line, colours = _colour(rng, 0, 110), [_colour(rng, 170, 255) for _ in range(3)]
    centres = [((i + 0.5) * width / across, (j + 0.5) * height / down) for j in range(down) for i in range(across)]
    for a, b in itertools.pairwise(centres):
        pen.line((*a, *b), fill=line, width=2)
    half = (0.3 * width / across, 0.28 * height / down)
    for x, y in centres:
        box = (x - half[0], y - half[1], x + half[0], y + half[1])
        rng.choice([pen.rectangle, pen.ellipse, pen.rectangle])(box, fill=rng.choice(colours), outline=line, width=2)
    return image
