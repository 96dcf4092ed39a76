"""From a clean drawing to what a scanner or a thermal printer leaves of it. Boxes go through the same warp."""

from __future__ import annotations

import random

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
Points = NDArray[np.float32]


def noise_generator(rng: random.Random) -> np.random.Generator:
    """A numpy generator that follows from the sample's own random state."""
    return np.random.default_rng(rng.getrandbits(64))


def warp(rng: random.Random, mask: Pixels, points: Points, strength: float) -> tuple[Pixels, Points]:
    """Rotation, shear, stretch and slight perspective in one homography, on ink (h, w) and points (n, 2) in pixels."""
    height, width = mask.shape
    stretch = rng.choice([1.0, rng.uniform(0.7, 1.4)])
    angle = np.deg2rad(rng.gauss(0, 1.0) * strength)
    shear = rng.gauss(0, 0.05) * strength
    tilt = rng.gauss(0, 0.03) * strength / max(width, height)
    cos, sin = np.cos(angle), np.sin(angle)
    matrix = np.array([[stretch * cos, -sin + shear, 0], [stretch * sin, cos, 0], [tilt, tilt * rng.uniform(-1, 1), 1]])
    corners = _project(matrix, np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32))
    shift = np.eye(3)
    shift[:2, 2] = -corners.min(0)
    matrix = shift @ matrix
    size = np.ceil(corners.max(0) - corners.min(0)).astype(int)
    warped = cv2.warpPerspective(mask, matrix, (int(size[0]), int(size[1])), flags=cv2.INTER_LINEAR)
    return warped.astype(np.uint8), _project(matrix, points)


def _project(matrix: NDArray[np.float64], points: Points) -> Points:
    mapped = np.c_[points, np.ones(len(points))] @ matrix.T
    result: Points = (mapped[:, :2] / mapped[:, 2:]).astype(np.float32)
    return result


def wear(rng: random.Random, mask: Pixels) -> Pixels:
    """What happens to ink (0..255): thicker or thinner strokes, thermal fading, dropped dots, dot-matrix pins."""
    draw = rng.random()
    if draw < 0.08:
        mask = cv2.dilate(mask, np.ones((2, 2), np.uint8)).astype(np.uint8)
    elif draw < 0.14:
        mask = cv2.erode(mask, np.ones((2, 1) if rng.random() < 0.5 else (1, 2), np.uint8)).astype(np.uint8)
    if rng.random() < 0.2:  # thermal head: slow changes of darkness
        mask = _fade(rng, mask, low=rng.uniform(0.25, 0.8))
    if rng.random() < 0.12:  # dropped dots
        kept = noise_generator(rng).random(mask.shape, dtype=np.float32) > rng.uniform(0.03, 0.3)
        mask = (mask * kept).astype(np.uint8)
    if rng.random() < 0.06:  # pins of a dot-matrix printer
        pitch = rng.choice([2, 3, 3, 4])
        grid = np.ones_like(mask, np.float32) * rng.uniform(0.2, 0.6)
        grid[::pitch, ::pitch] = 1
        mask = cv2.GaussianBlur(mask * grid, (0, 0), 0.7).clip(0, 255).astype(np.uint8)
    return mask


def _fade(rng: random.Random, mask: Pixels, low: float) -> Pixels:
    coarse = noise_generator(rng).uniform(low, 1, (rng.randint(1, 3), rng.randint(2, 8))).astype(np.float32)
    field = cv2.resize(coarse, (mask.shape[1], mask.shape[0]), interpolation=cv2.INTER_CUBIC)
    faded: Pixels = (mask * field.clip(0, 1)).astype(np.uint8)
    return faded


def paper(rng: random.Random, height: int, width: int) -> NDArray[np.float32]:
    """A background (h, w, 3) in 0..255: mostly light, sometimes tinted, uneven or textured."""
    base = np.full(3, rng.uniform(170, 255)) + (
        np.array([rng.gauss(0, 14) for _ in range(3)]) if rng.random() < 0.3 else 0
    )
    page = np.empty((height, width, 3), np.float32)
    page[:] = base
    if rng.random() < 0.35:  # uneven light
        coarse = noise_generator(rng).normal(0, rng.uniform(4, 30), (2, 3)).astype(np.float32)
        page += cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR)[..., None]
    if rng.random() < 0.2:  # paper texture
        grain = (
            noise_generator(rng)
            .normal(0, rng.uniform(4, 20), (max(2, height // 3), max(2, width // 3)))
            .astype(np.float32)
        )
        page += cv2.resize(grain, (width, height), interpolation=cv2.INTER_LINEAR)[..., None]
    return page


def print_on(rng: random.Random, page: NDArray[np.float32], mask: Pixels) -> Pixels:
    """Ink of a random darkness (sometimes a colour) on the page; sometimes everything inverted."""
    ink = np.full(3, rng.uniform(0, 110 if rng.random() < 0.8 else 150))
    if rng.random() < 0.15:
        ink = np.array([rng.uniform(0, 170) for _ in range(3)])
    alpha = (mask.astype(np.float32) / 255)[..., None]
    image = page * (1 - alpha) + ink.astype(np.float32) * alpha
    if rng.random() < 0.07:
        image = 255 - image
    return image.clip(0, 255).astype(np.uint8)


def photograph(rng: random.Random, image: Pixels) -> Pixels:
    """Low resolution, blur, sensor noise and JPEG, each sometimes, on an (h, w, 3) image whose size is kept."""
    height, width = image.shape[:2]
    if rng.random() < 0.25:
        factor = rng.uniform(0.4, 0.85)
        small = cv2.resize(
            image, (max(2, int(width * factor)), max(2, int(height * factor))), interpolation=cv2.INTER_AREA
        )
        image = cv2.resize(
            small, (width, height), interpolation=rng.choice([cv2.INTER_LINEAR, cv2.INTER_CUBIC])
        ).astype(np.uint8)
    if rng.random() < 0.3:
        image = cv2.GaussianBlur(image, (0, 0), rng.uniform(0.3, 1.1) * height / 40).astype(np.uint8)
    if rng.random() < 0.05:  # motion
        length = rng.randint(2, 4)
        kernel = np.full((1, length) if rng.random() < 0.6 else (length, 1), 1 / length, np.float32)
        image = cv2.filter2D(image, -1, kernel).astype(np.uint8)
    if rng.random() < 0.35:
        spread = rng.uniform(1, 18)
        channels = 1 if rng.random() < 0.7 else 3
        noise = noise_generator(rng).standard_normal((height, width, channels), dtype=np.float32) * spread
        image = (image + noise).clip(0, 255).astype(np.uint8)
    if rng.random() < 0.3:
        _, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, rng.randint(20, 85)])
        image = np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)
    return image
