"""Cheap pictures to set text on: skies, lights out of focus, walls, ground, leaves, hills and rooms. No photographs.

All are RGB images; textures are filtered noise, made small and enlarged.
"""

from __future__ import annotations

import colorsys
import itertools
import random
from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from training.synth.effects import Floats, Pixels, field, noisy
from training.synth.sheet import Colour

Maker = Callable[[random.Random, int, int], Pixels]


def background(rng: random.Random, width: int, height: int) -> Image.Image:
    """A view of any kind."""
    return Image.fromarray(rng.choice(_VIEWS)(rng, width, height))


def wall(rng: random.Random, width: int, height: int) -> Image.Image:
    """A surface that signs hang on."""
    return Image.fromarray(_lit(rng, rng.choice(_WALLS)(rng, width, height)))


def street(rng: random.Random, width: int, height: int) -> Image.Image:
    """What stands behind a sign outdoors."""
    return Image.fromarray(rng.choice(_STREETS)(rng, width, height))


def colour(rng: random.Random, saturation: tuple[float, float], value: tuple[float, float]) -> Colour:
    """Any hue within ranges of saturation and value (0..1)."""
    red, green, blue = colorsys.hsv_to_rgb(rng.random(), rng.uniform(*saturation), rng.uniform(*value))
    return round(255 * red), round(255 * green), round(255 * blue)


def gradient(rng: random.Random, width: int, height: int) -> Pixels:
    """Two or three colours that run into each other in some direction."""
    stops = [colour(rng, (0.1, 0.9), (0.15, 1.0)) for _ in range(rng.choice([2, 2, 3]))]
    turned = rng.uniform(-1, 1), rng.uniform(-1, 1)
    y, x = np.mgrid[:24, :32].astype(np.float32)
    along = turned[0] * x / 31 + turned[1] * y / 23
    along = (along - along.min()) / max(1e-6, float(np.ptp(along))) * (len(stops) - 1)
    places = np.arange(len(stops))
    small = np.stack([np.interp(along, places, [stop[i] for stop in stops]) for i in range(3)], -1)
    return _enlarged(small, width, height)


def _enlarged(small: NDArray[np.floating], width: int, height: int) -> Pixels:
    pixels = cv2.resize(small.clip(0, 255).astype(np.uint8), (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(pixels, np.uint8)


def _toned(values: NDArray[np.floating], dark: Colour, light: Colour) -> Floats:
    """Values of 0..1 (h, w) as colours between two, (h, w, 3)."""
    low, high = np.array(dark, np.float32), np.array(light, np.float32)
    return np.asarray(low + values.clip(0, 1)[..., None] * (high - low), np.float32)


def _lit(rng: random.Random, image: Pixels) -> Pixels:
    """Light that is stronger on one side."""
    height, width = image.shape[:2]
    light = (215 + 60 * field(rng, (12, 16), 2)).clip(120, 255).astype(np.uint8)
    full = cv2.resize(light, (width, height))
    return np.asarray(cv2.multiply(image, cv2.merge([full] * 3), scale=1 / 235), np.uint8)


# Light and air


def _sky(rng: random.Random, width: int, height: int) -> Pixels:
    """Clouds, thinner upwards."""
    rows, columns = height // 4 + 1, width // 4 + 1
    clouds = field(rng, (rows, columns), 4, 6) + 0.5 * field(rng, (rows, columns), 12, 14)
    clouds += np.linspace(-0.6, 0.4, rows, dtype=np.float32)[:, None]
    high = colour(rng, (0.3, 0.8), (0.35, 0.95)) if rng.random() < 0.4 else (rng.randint(40, 120), 140, 220)
    return _enlarged(_toned(0.5 + 0.5 * clouds, high, (250, 245, 240)), width, height)


def _bokeh(rng: random.Random, width: int, height: int) -> Pixels:
    """Lights out of focus at night."""
    small = (width // 2 + 1, height // 2 + 1)
    image = gradient(rng, *small) // rng.choice([2, 3, 5])
    glow = Image.new("RGB", small)
    pen = ImageDraw.Draw(glow)
    palette = [colour(rng, (0.1, 0.9), (0.6, 1.0)) for _ in range(4)]
    for _ in range(rng.randint(8, 40)):
        x, y, radius = rng.uniform(0, small[0]), rng.uniform(0, small[1]), rng.uniform(0.01, 0.09) * small[0]
        share = rng.uniform(0.25, 0.9)
        fill = tuple(round(share * part) for part in rng.choice(palette))
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=fill)
    soft = cv2.GaussianBlur(np.asarray(glow), (0, 0), rng.uniform(1, 6))
    return _enlarged(cv2.add(image, soft), width, height)


def _blots(rng: random.Random, width: int, height: int) -> Pixels:
    """Large soft patches of colour: something very much out of focus."""
    rows, columns = rng.randint(3, 7), rng.randint(3, 9)
    base = np.array(colour(rng, (0, 0.6), (0.2, 0.9)), np.float32)
    spread = rng.uniform(25, 90)
    patches = np.stack([field(rng, (60, 80), rows, columns) for _ in range(3)], -1)
    return _enlarged(base + spread * patches, width, height)


# Surfaces


def _plaster(rng: random.Random, width: int, height: int) -> Pixels:
    base = np.array(colour(rng, (0, 0.35), (0.35, 0.95)), np.float32)
    rough = field(rng, (height // 4 + 1, width // 4 + 1), rng.choice([5, 30, 80]))
    return noisy(rng, _enlarged(base + 14 * rough[..., None], width, height), rng.uniform(1, 9))


def _bricks(rng: random.Random, width: int, height: int) -> Pixels:
    """Courses of bricks or tiles, each in a shade of its own."""
    tall = rng.uniform(0.035, 0.12) * height
    long = tall * rng.choice([1.0, 2.0, 2.6, 3.0])
    rows, columns = int(height / tall) + 2, int(width / long) + 3
    base = colour(rng, (0.1, 0.6), (0.3, 0.9)) if rng.random() < 0.4 else (rng.randint(120, 190), 80, 60)
    shades = field(rng, (rows, columns), rows, columns)
    joint = tuple(min(255, round(part * 0.5 + rng.randint(0, 110))) for part in base)
    image = Image.new("RGB", (width, height), joint)
    pen, gap = ImageDraw.Draw(image), max(1.0, tall * rng.uniform(0.04, 0.14))
    shift = rng.choice([0.0, 0.5, 0.5, 0.5])
    for i, j in itertools.product(range(rows), range(columns)):
        x, y = (j - 1 + shift * (i % 2)) * long, i * tall
        light = 1 + 0.18 * float(shades[i, j])
        fill = tuple(max(0, min(255, round(part * light))) for part in base)
        pen.rectangle((x, y, x + long - gap, y + tall - gap), fill=fill)
    return noisy(rng, np.asarray(image), rng.uniform(3, 14))


def _wood(rng: random.Random, width: int, height: int) -> Pixels:
    """Boards with grain along them."""
    upright = rng.random() < 0.4
    rows, columns = (width, height) if upright else (height, width)
    rows, columns = rows // 2 + 1, columns // 2 + 1
    grain = field(rng, (rows, columns), rows // rng.randint(3, 9) + 2, 4)
    values = 0.5 + 0.22 * grain + 0.12 * np.sin(7 * grain + 5 * field(rng, (rows, columns), 3))
    board = rows // rng.randint(1, 7) + 1
    for i, start in enumerate(range(0, rows, board)):
        values[start : start + board] += rng.uniform(-0.12, 0.12) * (i > 0)
        values[start : start + 1] -= 0.5
    dark = (rng.randint(25, 110), rng.randint(15, 70), rng.randint(8, 45))
    light = tuple(min(255, part + rng.randint(50, 110)) for part in dark)
    pixels = _toned(values.astype(np.float32), dark, (light[0], light[1], light[2]))
    return _enlarged(pixels.transpose(1, 0, 2) if upright else pixels, width, height)


def _metal(rng: random.Random, width: int, height: int) -> Pixels:
    """Brushed sheet metal with a sheen."""
    shade = rng.uniform(90, 200)
    brushed = field(rng, (height // 2 + 1, width // 2 + 1), height // 3 + 2, 3) * 9
    sheen = 30 * field(rng, (height // 2 + 1, width // 2 + 1), 2, 5)
    tint = np.array([rng.uniform(0.9, 1), 1.0, rng.uniform(0.95, 1.1)], np.float32)
    return _enlarged((shade + brushed + sheen)[..., None] * tint, width, height)


def _asphalt(rng: random.Random, width: int, height: int) -> Pixels:
    base = np.array([1.0, rng.uniform(0.95, 1.02), rng.uniform(0.92, 1.06)], np.float32) * rng.uniform(50, 130)
    patches = 10 * field(rng, (height // 8 + 1, width // 8 + 1), 6)
    return noisy(rng, _enlarged(base + patches[..., None], width, height), rng.uniform(10, 26))


def _foliage(rng: random.Random, width: int, height: int) -> Pixels:
    """Leaves, from light green to shade."""
    rows, columns = height // 2 + 1, width // 2 + 1
    count = rng.randint(18, 60)
    values = 0.45 + 0.3 * field(rng, (rows, columns), 5) + 0.35 * field(rng, (rows, columns), count, count * 4 // 3)
    dark = (rng.randint(5, 40), rng.randint(25, 60), rng.randint(5, 35))
    light = (rng.randint(90, 190), rng.randint(140, 210), rng.randint(40, 110))
    return _enlarged(_toned(values, dark, light), width, height)


def _stripes(rng: random.Random, width: int, height: int) -> Pixels:
    """Corrugated or striped: planks, shutters, awnings."""
    pitch, upright = rng.uniform(8, 70), rng.random() < 0.5
    length = width if upright else height
    wave = np.sin(np.arange(length, dtype=np.float32) * (2 * np.pi / pitch))
    if rng.random() < 0.4:
        wave = np.sign(wave)
    first = colour(rng, (0, 0.8), (0.2, 0.9))
    second = tuple(round(part * rng.uniform(0.55, 0.95)) for part in first)
    band = _toned((wave + 1) / 2, (second[0], second[1], second[2]), first)
    pixels = np.broadcast_to(band[None] if upright else band[:, None], (height, width, 3))
    return np.ascontiguousarray(pixels.astype(np.uint8))


# Places


def _hills(rng: random.Random, width: int, height: int) -> Pixels:
    """Ridges one behind another below a sky, paler further off."""
    image = Image.fromarray(_sky(rng, width, height) if rng.random() < 0.6 else gradient(rng, width, height))
    pen = ImageDraw.Draw(image)
    near, far = colour(rng, (0.2, 0.8), (0.05, 0.4)), colour(rng, (0.1, 0.5), (0.5, 0.9))
    count = rng.randint(2, 5)
    for i in range(count):
        ridge = field(rng, (1, width // 6 + 2), 2, rng.randint(4, 14))[0]
        top = height * (0.35 + 0.5 * i / count)
        outline = [(6 * x, top + 0.09 * height * float(value)) for x, value in enumerate(ridge)]
        part = i / max(1, count - 1)
        fill = tuple(round(a * part + b * (1 - part)) for a, b in zip(near, far, strict=True))
        pen.polygon([(0, height), *outline, (width, height)], fill=fill)
    return np.asarray(image)


def _room(rng: random.Random, width: int, height: int) -> Pixels:
    """Walls, a floor, a window and furniture as boxes, mostly out of focus."""
    image = Image.new("RGB", (width, height), colour(rng, (0, 0.4), (0.3, 0.9)))
    pen = ImageDraw.Draw(image)
    floor = height * rng.uniform(0.6, 0.85)
    pen.rectangle((0, floor, width, height), fill=colour(rng, (0.1, 0.5), (0.15, 0.6)))
    for _ in range(rng.randint(0, 2)):
        x, y = rng.uniform(0, 0.8) * width, rng.uniform(0.05, 0.3) * height
        wide, tall = rng.uniform(0.1, 0.3) * width, rng.uniform(0.15, 0.4) * height
        light = colour(rng, (0, 0.3), (0.75, 1.0))
        pen.rectangle((x, y, x + wide, y + tall), fill=light, outline=(60, 50, 45), width=5)
    for _ in range(rng.randint(2, 8)):
        x, wide, tall = rng.uniform(-0.1, 1) * width, rng.uniform(0.08, 0.35) * width, rng.uniform(0.1, 0.5) * height
        foot = floor + rng.uniform(0, 0.2) * height
        fill = colour(rng, (0.1, 0.8), (0.1, 0.8))
        pen.rectangle((x, foot - tall, x + wide, foot), fill=fill)
        pen.rectangle((x, foot - tall, x + 0.2 * wide, foot), fill=(fill[0] // 2, fill[1] // 2, fill[2] // 2))
    return _blurred(rng, np.asarray(image), 0.3)


def _town(rng: random.Random, width: int, height: int) -> Pixels:
    """Fronts of houses with windows, by day or night."""
    night = rng.random() < 0.35
    image = Image.fromarray(gradient(rng, width, height) if rng.random() < 0.5 else _sky(rng, width, height))
    if night:
        image = image.point(lambda level: level // 4)
    pen, x = ImageDraw.Draw(image), -rng.uniform(0, 40)
    while x < width:
        wide, top = rng.uniform(0.08, 0.28) * width, rng.uniform(0.05, 0.6) * height
        front = colour(rng, (0, 0.5), (0.05, 0.3) if night else (0.3, 0.85))
        pen.rectangle((x, top, x + wide, height), fill=front)
        pitch, glass = max(9.0, wide / rng.randint(3, 6)), colour(rng, (0.1, 0.6), (0.6, 1.0) if night else (0.2, 0.5))
        for row in range(int((height - top) / (1.3 * pitch))):
            for column in range(int(wide / pitch)):
                if rng.random() < (0.6 if night else 0.95):
                    left, high = x + (column + 0.25) * pitch, top + (1.3 * row + 0.4) * pitch
                    pen.rectangle((left, high, left + 0.5 * pitch, high + 0.7 * pitch), fill=glass)
        x += wide
    return _blurred(rng, np.asarray(image), 0.3)


def _blurred(rng: random.Random, image: Pixels, sharp: float) -> Pixels:
    """Out of focus, but for a share of `sharp` images."""
    if rng.random() < sharp:
        return noisy(rng, image, rng.uniform(1, 6))
    height, width = image.shape[:2]
    small = cv2.resize(image, (width // 4 + 1, height // 4 + 1), interpolation=cv2.INTER_AREA)
    return _enlarged(cv2.GaussianBlur(small, (0, 0), rng.uniform(0.5, 3)), width, height)


_WALLS: tuple[Maker, ...] = (_plaster, _plaster, _bricks, _bricks, _wood, _metal, _stripes, gradient)
_STREETS: tuple[Maker, ...] = (_sky, _hills, _town, _town, _foliage, _bokeh, _blots, _bricks, _asphalt)
_VIEWS: tuple[Maker, ...] = (
    *(_sky, _bokeh, _blots, gradient, _plaster, _bricks, _wood, _metal, _asphalt, _foliage, _stripes),
    *(_hills, _hills, _room, _room, _room, _town, _town),
)
