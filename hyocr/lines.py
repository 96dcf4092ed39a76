"""Text lines of a page, proposed by plain OpenCV morphology: ink, characters, lines, reading order, upright crops."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image

from hyocr.document import Box
from hyocr.ink import character_height, components, ink, rotate, skew
from hyocr.linking import find_lines

MAX_PIXELS = 3_000_000  # lines are looked for on a copy of at most this size


@dataclass(frozen=True)
class LineCrop:
    box: Box
    polygon: tuple[tuple[float, float], ...] | None
    image: Image.Image


def propose(image: Image.Image) -> list[LineCrop]:
    rgb = np.asarray(image.convert("RGB"))
    scale = min(1.0, (MAX_PIXELS / (rgb.shape[0] * rgb.shape[1])) ** 0.5)
    small = rgb if scale == 1 else cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    mask = ink(small)
    import os

    if int(os.environ.get("CL", "0")):
        mask = cv2.morphologyEx(
            mask, cv2.MORPH_CLOSE, np.ones((int(os.environ["CL"]), int(os.environ.get("CLX", "1"))), np.uint8)
        )
    chars, _ = components(mask)
    angle = skew(chars)
    back = np.array([[1.0, 0, 0], [0, 1, 0]])
    if angle:
        mask, back = rotate(mask, angle)
    size = character_height(chars)
    if not size:
        return []
    lines = find_lines(mask, size)
    lines = lines[np.argsort(lines[:, 2])]
    back[:, :] /= scale
    return [crop(rgb, b, back, angle) for b in lines]


def crop(rgb, b, back, angle):
    x1, x2, y, h, slope = b
    a = 0.2 * h
    w2 = (x2 - x1) / 2 + a
    xc = (x1 + x2) / 2
    h2 = h * 0.65
    q = (
        np.array(
            [
                [xc - w2, y - w2 * slope - h2, 1],
                [xc + w2, y + w2 * slope - h2, 1],
                [xc + w2, y + w2 * slope + h2, 1],
                [xc - w2, y - w2 * slope + h2, 1],
            ]
        )
        @ back.T
    )
    H, W = rgb.shape[:2]
    q[:, 0] = q[:, 0].clip(0, W)
    q[:, 1] = q[:, 1].clip(0, H)
    box = Box(*q.min(0).tolist(), *q.max(0).tolist())
    poly = tuple((float(x), float(y)) for x, y in q) if angle or slope else None
    return LineCrop(box, poly, Image.fromarray(rgb[:1, :1]))


def rows(crops):
    return [[c] for c in crops]
