"""Marks without letters on printed matter: logos, bar codes, portraits and signatures, drawn on a sheet's graphics."""

from __future__ import annotations

import math
import random
from collections.abc import Callable

import cv2
import numpy as np
from PIL import Image, ImageDraw

from training.synth.degrade import noise_generator
from training.synth.sheet import Colour, Sheet

_FINE = 4  # curves are drawn so many times larger, for soft edges


def smooth(
    sheet: Sheet, x: float, y: float, size: tuple[float, float], draw: Callable[[ImageDraw.ImageDraw], None]
) -> None:
    """Lets `draw` draw on a transparent picture `_FINE` times as large as `size` and puts it at (x, y)."""
    width, height = max(1, round(size[0])), max(1, round(size[1]))
    image = Image.new("RGBA", (width * _FINE, height * _FINE), (0, 0, 0, 0))
    draw(ImageDraw.Draw(image))
    small = image.reduce(_FINE)
    sheet.graphics.paste(small, (round(x), round(y)), small)


def logo(rng: random.Random, sheet: Sheet, x: float, y: float, size: float, colours: tuple[Colour, Colour]) -> None:
    """A firm's sign within a square of `size` pixels."""
    kind = rng.choice([_ring, _bars, _polygon, _petals, _tiles, _chevrons, _waves])
    smooth(sheet, x, y, (size, size), lambda pen: kind(rng, pen, round(size) * _FINE - 1, colours))


def _ring(rng: random.Random, pen: ImageDraw.ImageDraw, size: int, colours: tuple[Colour, Colour]) -> None:
    pen.ellipse(
        (0, 0, size, size), fill=colours[0] if rng.random() < 0.5 else None, outline=colours[0], width=size // 9
    )
    inner = size * rng.uniform(0.22, 0.34)
    start = rng.randint(0, 360)
    if rng.random() < 0.5:
        pen.pieslice((inner, inner, size - inner, size - inner), start, start + rng.randint(90, 270), fill=colours[1])
    else:
        pen.ellipse((inner, inner, size - inner, size - inner), fill=colours[1])


def _bars(rng: random.Random, pen: ImageDraw.ImageDraw, size: int, colours: tuple[Colour, Colour]) -> None:
    count = rng.randint(3, 5)
    step = size / count
    for i in range(count):
        top = size * rng.uniform(0, 0.6)
        pen.rectangle((i * step, top, i * step + 0.75 * step, size), fill=colours[i % 2])


def _polygon(rng: random.Random, pen: ImageDraw.ImageDraw, size: int, colours: tuple[Colour, Colour]) -> None:
    corners, turn = rng.randint(3, 8), rng.uniform(0, math.pi)
    for share, colour in ((0.5, colours[0]), (rng.uniform(0.2, 0.35), colours[1])):
        points = [turn + 2 * math.pi * i / corners for i in range(corners)]
        pen.polygon(
            [(size * (0.5 + share * math.cos(a)), size * (0.5 + share * math.sin(a))) for a in points], fill=colour
        )


def _petals(rng: random.Random, pen: ImageDraw.ImageDraw, size: int, colours: tuple[Colour, Colour]) -> None:
    count = rng.randint(3, 7)
    radius = size * rng.uniform(0.14, 0.22)
    for i in range(count):
        angle = 2 * math.pi * i / count
        x, y = size / 2 + (size / 2 - radius) * math.cos(angle), size / 2 + (size / 2 - radius) * math.sin(angle)
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colours[i % 2])


def _tiles(rng: random.Random, pen: ImageDraw.ImageDraw, size: int, colours: tuple[Colour, Colour]) -> None:
    count = rng.choice([2, 3])
    step = size / count
    for i in range(count * count):
        if rng.random() < 0.75:
            x, y = i % count * step, i // count * step
            pen.rectangle((x, y, x + 0.86 * step, y + 0.86 * step), fill=rng.choice(colours))


def _chevrons(rng: random.Random, pen: ImageDraw.ImageDraw, size: int, colours: tuple[Colour, Colour]) -> None:
    thick = size * rng.uniform(0.18, 0.3)
    for i in range(2):
        top = i * size * 0.4
        roof = [(0, top + 0.55 * size), (size / 2, top), (size, top + 0.55 * size)]
        pen.polygon([*roof, *((x, y + thick) for x, y in reversed(roof))], fill=colours[i])


def _waves(rng: random.Random, pen: ImageDraw.ImageDraw, size: int, colours: tuple[Colour, Colour]) -> None:
    count, phase = rng.randint(2, 4), rng.uniform(0, 6)
    for i in range(count):
        middle = size * (i + 0.7) / (count + 0.4)
        points = [
            (x, middle + size * 0.08 * math.sin(6 * x / size + phase)) for x in range(0, size, max(1, size // 24))
        ]
        pen.line(points, fill=colours[i % 2], width=max(2, size // 9), joint="curve")


def bars(rng: random.Random, sheet: Sheet, box: tuple[float, float, float, float], colour: Colour) -> None:
    """A bar code without its number."""
    x, y1, right, y2 = (round(side) for side in box)
    unit = max(1, round((right - x) / 120))
    while x + 4 * unit <= right:
        wide = unit * rng.choice([1, 1, 2, 3])
        sheet.fill(x, y1, x + wide - 1, y2, colour)
        x += wide + unit * rng.choice([1, 1, 2])


def squares(rng: random.Random, sheet: Sheet, x: float, y: float, size: float, colour: Colour) -> None:
    """A two-dimensional code with a quiet zone of its own."""
    count = rng.choice([21, 25, 29])
    code = (noise_generator(rng).random((count, count)) < 0.48).astype(np.uint8)
    for top, left in ((0, 0), (0, count - 8), (count - 8, 0)):
        code[top : top + 8, left : left + 8] = 0
    for top, left in ((0, 0), (0, count - 7), (count - 7, 0)):
        code[top : top + 7, left : left + 7] = 1
        code[top + 1 : top + 6, left + 1 : left + 6] = 0
        code[top + 2 : top + 5, left + 2 : left + 5] = 1
    unit = max(1, int(size / (count + 2)))
    cells = np.kron(np.pad(code, 1), np.ones((unit, unit), np.uint8))[..., None]
    picture = np.where(cells > 0, np.array(colour, np.uint8), np.uint8(255)).astype(np.uint8)
    sheet.picture(x, y, Image.fromarray(picture))


def portrait(rng: random.Random, width: int, height: int) -> Image.Image:
    """Somebody's head and shoulders, faceless, before a plain wall: what stands for a photograph."""
    light = rng.randint(150, 240)
    wall = (light - rng.randint(0, 40), light - rng.randint(0, 20), light)
    image = Image.new("RGB", (width, height), wall)
    pen = ImageDraw.Draw(image)
    tone = rng.uniform(0.35, 1.0)
    skin = (round(235 * tone), round(190 * tone), round(160 * tone))
    hair = rng.choice([(30, 25, 20), (80, 50, 30), (150, 110, 60), (120, 120, 120), (50, 30, 20)])
    coat = (rng.randint(10, 180), rng.randint(10, 180), rng.randint(10, 180))
    x, y, half = width * rng.uniform(0.47, 0.53), height * rng.uniform(0.4, 0.46), width * rng.uniform(0.19, 0.23)
    long = rng.random() < 0.5
    if long:
        pen.ellipse((x - 1.35 * half, y - 1.6 * half, x + 1.35 * half, y + 2.0 * half), fill=hair)
    pen.ellipse((x - 2.2 * half, y + 1.6 * half, x + 2.2 * half, height * 1.5), fill=coat)
    pen.rectangle((x - 0.4 * half, y + half, x + 0.4 * half, y + 1.9 * half), fill=skin)
    pen.ellipse((x - 1.06 * half, y - 1.5 * half, x + 1.06 * half, y + 0.6 * half), fill=hair)
    pen.ellipse((x - half, y - 1.15 * half, x + half, y + 1.35 * half), fill=skin)
    shade = tuple(round(0.72 * part) for part in skin)
    for side in (-0.4, 0.4):
        pen.ellipse(
            (x + (side - 0.14) * half, y - 0.1 * half, x + (side + 0.14) * half, y + 0.08 * half), fill=(40, 35, 35)
        )
    pen.line((x - 0.3 * half, y + 0.8 * half, x + 0.3 * half, y + 0.8 * half), fill=shade, width=max(1, width // 50))
    blurred = cv2.GaussianBlur(np.asarray(image), (0, 0), max(0.8, width / 90))
    portrait = Image.fromarray(blurred.astype(np.uint8))
    return portrait.convert("L").convert("RGB") if rng.random() < 0.25 else portrait


def scribble(rng: random.Random, sheet: Sheet, box: tuple[float, float, float, float], colour: Colour) -> None:
    """A signature that nobody can read."""
    x1, y1, x2, y2 = box
    width, height = x2 - x1, y2 - y1
    count, phase = rng.randint(4, 9), rng.uniform(0, 6)
    heights = [rng.uniform(0.15, 0.5) * (0.55 if i else 1) for i in range(count + 1)]
    points = []
    for step in range(24 * count):
        at = step / 24
        reach = heights[int(at)] * (1 - at % 1) + heights[int(at) + 1] * (at % 1)
        across = 0.06 + 0.86 * at / count + 0.05 * math.sin(2 * math.pi * at + phase)
        down = 0.52 - reach * math.sin(2 * math.pi * at + 0.4 * phase) * 0.9
        points.append((across * width * _FINE, down * height * _FINE))
    thick = max(3, round(height * _FINE / rng.uniform(18, 30)))
    smooth(sheet, x1, y1, (width, height), lambda pen: pen.line(points, fill=colour, width=thick, joint="curve"))
