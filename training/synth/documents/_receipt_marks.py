"""What is on receipts beside print: logos, barcodes, QR codes, punched holes and strokes of a pen."""

from __future__ import annotations

import math
import random

import numpy as np
from PIL import Image

from training.synth.sheet import Colour, Sheet


def logo(rng: random.Random, sheet: Sheet, x: float, y: float, size: float) -> float:
    """A mark without letters, its middle at `x` and its top at `y`; returns the y below it."""
    pen, dark = sheet.pen, (25, 25, 25)
    box = (x - size, y, x + size, y + size)
    kind = rng.randrange(4)
    if kind == 0:
        pen.ellipse(box, outline=dark, width=max(2, int(size / 10)))
        pen.ellipse((x - size / 2, y + size / 4, x + size / 2, y + size * 3 / 4), fill=dark)
    elif kind == 1:
        points = [(x + rng.uniform(-size, size), y + rng.uniform(0, size)) for _ in range(rng.randint(3, 6))]
        pen.polygon(points, fill=dark)
    elif kind == 2:
        for i in range(5):
            pen.arc(
                (x - size + i * size / 6, y + i * size / 12, x + size - i * size / 6, y + size),
                180,
                360,
                fill=dark,
                width=3,
            )
    else:
        pen.rounded_rectangle(box, size / 4, fill=dark)
        pen.ellipse((x - size / 3, y + size / 6, x + size / 3, y + size * 5 / 6), fill=(255, 255, 255))
    return y + size * 1.1


def barcode(rng: random.Random, sheet: Sheet, x: float, y: float, width: float, height: float) -> None:
    """Bars of random widths, their middle at `x` and their top at `y`."""
    unit = max(1, round(width / 110))
    at, end = x - width / 2, x + width / 2
    while at < end:
        bar = unit * rng.choice([1, 1, 2, 3])
        sheet.fill(at, y, at + bar - 1, y + height, (10, 10, 10))
        at += bar + unit * rng.choice([1, 1, 2, 3])


def qr_code(rng: random.Random, sheet: Sheet, x: float, y: float, module: int) -> float:
    """A square like a QR code, its middle at `x` and its top at `y`; returns the y below it."""
    count = rng.choice([21, 25, 29, 33])
    code = np.array([rng.random() < 0.5 for _ in range(count * count)], np.uint8).reshape(count, count)
    finder = np.pad(np.pad(np.ones((3, 3), np.uint8), 1), 1, constant_values=1)
    for top, left in ((0, 0), (0, count - 7), (count - 7, 0)):
        code[max(0, top - 1) : top + 8, max(0, left - 1) : left + 8] = 0
        code[top : top + 7, left : left + 7] = finder
    image = Image.fromarray(((1 - code) * 245 + 8).astype(np.uint8)).convert("RGB")
    sheet.picture(x - count * module / 2, y, image.resize((count * module, count * module), Image.Resampling.NEAREST))
    return y + count * module


def _ink(rng: random.Random) -> Colour:
    return rng.choice([(30, 40, 130), (30, 30, 35), (20, 20, 25), (170, 30, 40), (60, 60, 70)])


def scribble(rng: random.Random, sheet: Sheet, x: float, y: float, size: float) -> None:
    """A signature of loops from (x, y) to the right."""
    points = []
    phase, speed, slant = rng.uniform(0, 6), rng.uniform(0.5, 0.9), rng.uniform(-0.3, 0.1)
    for i in range(rng.randint(30, 70)):
        along = i * size * 0.06
        height = size * 0.5 * math.sin(phase + i * speed) * (0.4 + 0.6 * math.sin(i * 0.21 + phase) ** 2)
        points.append((x + along + size * 0.3 * math.cos(i * speed * 1.3), y + height + slant * along))
    sheet.pen.line(points, fill=_ink(rng), width=rng.randint(1, 3), joint="curve")


def tick(rng: random.Random, sheet: Sheet, x: float, y: float, size: float) -> None:
    """A tick, its low point at (x, y)."""
    points = [(x - 0.35 * size, y - 0.35 * size), (x, y), (x + 0.9 * size, y - rng.uniform(0.8, 1.4) * size)]
    sheet.pen.line(points, fill=_ink(rng), width=rng.randint(1, 3), joint="curve")


def ring(rng: random.Random, sheet: Sheet, box: tuple[float, float, float, float]) -> None:
    """A stroke around a box."""
    (x1, y1, x2, y2), turn = box, rng.uniform(0, 6)
    points = []
    for i in range(42):
        angle, wobble = turn + i * 0.16, 1 + 0.08 * math.sin(i * 0.5 + turn)
        points.append(
            (
                (x1 + x2) / 2 + (x2 - x1) * 0.68 * wobble * math.cos(angle),
                (y1 + y2) / 2 + (y2 - y1) * 0.95 * wobble * math.sin(angle),
            )
        )
    sheet.pen.line(points, fill=_ink(rng), width=rng.randint(1, 3), joint="curve")


def holes(rng: random.Random, sheet: Sheet, height: float) -> None:
    """Two holes of a punch near the left edge, black as scanners see them, where there is no text."""
    radius = sheet.width * 0.022
    for y in (height * 0.3, height * 0.3 + sheet.width * 0.4):
        box = (int(sheet.width * 0.004), int(y - radius), int(sheet.width * 0.004 + 2 * radius), int(y + radius))
        if box[3] < height and not sheet.ink.crop(box).getbbox():
            sheet.pen.ellipse(box, fill=rng.choice([(10, 10, 10), (60, 60, 60), (150, 150, 150)]))
