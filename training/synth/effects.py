"""What spoils the looks of a page, one function each: light, paper, lens, sensor, copier, and worn ink.

Every effect is a function (rng, image, severity, line) -> image of the same shape. Severity 1 leaves text that is
`line` pixels high barely legible, 0.3 is noticeable. Images are RGB (h, w, 3), ink is (h, w).
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from training.synth import degrade

Pixels = NDArray[np.uint8]
Floats = NDArray[np.float32]
Effect = Callable[[random.Random, Pixels, float, float], Pixels]


# Ink


def thermal_fading(rng: random.Random, ink: Pixels, severity: float, line: float) -> Pixels:
    """Bands of weak ink (h, w) along or across the paper: a cold head, an old receipt."""
    bands = degrade.noise_generator(rng).random(rng.randint(4, 12), dtype=np.float32)
    profile = 1 - 0.9 * severity * bands
    across = rng.random() < 0.5
    coarse = profile[None] if across else profile[:, None]
    strength = cv2.resize(coarse, (ink.shape[1], ink.shape[0]), interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.multiply(ink, (255 * strength).astype(np.uint8), scale=1 / 255), np.uint8)


def dropped_rows(rng: random.Random, ink: Pixels, severity: float, line: float) -> Pixels:
    """Thin gaps in all ink (h, w) where pins or dots of a print head fail, in the direction in which it moves."""
    down = rng.random() < 0.5
    length = ink.shape[1 if down else 0]
    thick = max(1, round(0.14 * line * severity))
    worn = ink.copy()
    gaps = worn.T if down else worn
    pitch = line * rng.uniform(0.6, 2)
    for place in range(rng.randrange(max(1, int(pitch))), length, max(2 * thick, round(pitch))):
        if rng.random() < 0.3 + 0.6 * severity:
            gaps[place : place + thick] //= 8
    return worn


# Paper


def yellowed(rng: random.Random, image: Pixels, severity: float, line: float) -> Pixels:
    """Old paper: less blue, somewhat less green, with darker parts."""
    age = severity * (0.8 + 0.2 * field(rng, _quarter(image), 3).clip(-1, 1))
    return _lit(image, 1 - age[..., None] * np.array([0.08, 0.22, 0.6]))


def paper_texture(rng: random.Random, image: Pixels, severity: float, line: float) -> Pixels:
    """Fibres: grain of about three pixels."""
    grain = degrade.noise_generator(rng).normal(0, 18 * severity, (128, 128)).astype(np.float32)
    grain = cv2.resize(grain, None, fx=3, fy=3, interpolation=cv2.INTER_LINEAR)
    return _added(rng, image, grain.astype(np.int16)[..., None])


def show_through(rng: random.Random, image: Pixels, severity: float, line: float) -> Pixels:
    """The other side's print, here this side's own mirrored and shifted, faintly."""
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    back = cv2.subtract(np.full_like(grey, int(np.median(grey[::8, ::8]))), grey)
    back = np.roll(back[:, ::-1], (rng.randrange(image.shape[0]), rng.randint(-40, 40)), (0, 1))
    back = cv2.GaussianBlur(back, (0, 0), max(0.5, 0.04 * line))
    ghost = cv2.convertScaleAbs(back, alpha=0.55 * severity)
    return np.asarray(cv2.subtract(image, cv2.merge([ghost] * 3)), np.uint8)


def stain(rng: random.Random, image: Pixels, severity: float, line: float) -> Pixels:
    """A ring of coffee or a few drops of something."""
    height, width = _quarter(image)
    mask = np.zeros((height, width), np.float32)
    x, y = rng.uniform(0.1, 0.9) * width, rng.uniform(0.1, 0.9) * height
    size = min(height, width) * rng.uniform(0.06, 0.2)
    if rng.random() < 0.5:
        axes = (round(size), round(size * rng.uniform(0.85, 1)))
        cv2.ellipse(mask, (round(x), round(y)), axes, 0, 0, 360, 0.25, -1)
        cv2.ellipse(mask, (round(x), round(y)), axes, 0, 0, rng.uniform(200, 360), 1, max(1, round(size / 9)))
    else:
        for _ in range(rng.randint(3, 8)):
            place = (round(x + rng.gauss(0, size / 2)), round(y + rng.gauss(0, size / 2)))
            cv2.circle(mask, place, max(1, round(size * rng.uniform(0.05, 0.6))), rng.uniform(0.4, 1), -1)
    mask = cv2.GaussianBlur(mask, (0, 0), 1.2) * (1 + 0.25 * field(rng, (height, width), 9)).clip(0.3, 1)
    colour = rng.choice([(0.45, 0.65, 0.85), (0.3, 0.45, 0.75), (0.75, 0.6, 0.35)])
    return _lit(image, 1 - severity * mask[..., None] * np.array(colour, np.float32))


# Light


def uneven_light(rng: random.Random, image: Pixels, severity: float, line: float) -> Pixels:
    """Brighter here, darker there."""
    return _lit(image, 1 - severity * 0.7 * (0.5 + 0.5 * field(rng, _quarter(image), 3)).clip(0, 1))


def cast_shadow(rng: random.Random, image: Pixels, severity: float, line: float) -> Pixels:
    """The shadow of a hand, a head or a phone: a polygon with soft edges, mostly at the side."""
    height, width = _quarter(image)
    centre = np.array([rng.choice([0.0, 1.0, rng.random()]) * width, rng.choice([0.0, 1.0, rng.random()]) * height])
    reach = [rng.uniform(0.2, 0.7) * min(width, height) for _ in range(rng.randint(4, 9))]
    angles = np.arange(len(reach)) * (2 * math.pi / len(reach)) + rng.random()
    corners = centre + np.stack([np.cos(angles), np.sin(angles)], 1) * np.array(reach)[:, None]
    mask = np.zeros((height, width), np.float32)
    cv2.fillPoly(mask, [corners.round().astype(np.int32)], 1)
    mask = cv2.GaussianBlur(mask, (0, 0), rng.uniform(0.005, 0.04) * min(height, width) + 0.8)
    return _lit(image, 1 - 0.75 * severity * mask)


def glare(rng: random.Random, image: Pixels, severity: float, line: float) -> Pixels:
    """A lamp mirrored in glossy paper: a white spot that pales the ink."""
    height, width = _quarter(image)
    mask = np.zeros((height, width), np.float32)
    axes = [max(2, round(rng.uniform(0.08, 0.3) * min(height, width))) for _ in range(2)]
    place = (rng.randrange(width), rng.randrange(height))
    cv2.ellipse(mask, place, axes, rng.uniform(0, 180), 0, 360, 1, -1)
    mask = cv2.GaussianBlur(mask, (0, 0), 0.3 * min(axes))
    return np.asarray(cv2.bitwise_not(_lit(cv2.bitwise_not(image), 1 - 0.9 * severity * mask)), np.uint8)


def colour_cast(rng: random.Random, image: Pixels, severity: float, line: float) -> Pixels:
    """Lamps that are not white."""
    weak = rng.choice([(0, 0.15, 0.5), (0.4, 0.15, 0), (0.35, 0, 0.35), (0.1, 0.4, 0.1)])
    return _lit(image, np.array([[[1 - severity * part for part in weak]]]))


def moire(rng: random.Random, image: Pixels, severity: float, line: float) -> Pixels:
    """A photographed screen: waves between its grid and the sensor's, of other phase in each colour, and fringes."""
    height, width = _quarter(image)
    y, x = np.ogrid[:height, :width]
    period, angle = rng.uniform(4, 16), rng.uniform(0, 2 * math.pi)  # in quarters of the image, so 16 to 64 pixels
    phase = (2 * math.pi / period) * (x * math.cos(angle) + y * math.sin(angle))
    phase = phase + rng.uniform(1, 4) * field(rng, (height, width), 3)
    apart = rng.uniform(0.3, 1.2)
    waves = np.sin(phase[..., None].astype(np.float32) + np.array([0, apart, 2 * apart], np.float32))
    lit = _lit(image, 1 - 0.45 * severity * (0.5 + 0.5 * waves))
    fringe = round(0.05 * line * severity)
    if fringe:
        lit[:, fringe:, 0] = lit[:, :-fringe, 0].copy()
    lit[::3] = cv2.convertScaleAbs(lit[::3], alpha=1 - 0.3 * severity)
    return lit


# Lens and sensor


def gaussian_blur(rng: random.Random, image: Pixels, severity: float, line: float) -> Pixels:
    """A lens that is a little soft."""
    return np.asarray(cv2.GaussianBlur(image, (0, 0), max(0.3, 0.1 * line * severity)), np.uint8)


def motion_blur(rng: random.Random, image: Pixels, severity: float, line: float) -> Pixels:
    """A hand that moved while the shutter was open."""
    angle = rng.uniform(0, math.pi)

    def path(reach: float) -> Floats:
        centre = math.ceil(reach) + 1
        kernel = np.zeros((2 * centre + 1, 2 * centre + 1), np.float32)
        for step in np.linspace(-reach, reach, 8 * centre):  # spread bilinearly: length and angle are continuous
            x, y = centre + step * math.cos(angle), centre + step * math.sin(angle)
            across, down = x - int(x), y - int(y)
            kernel[int(y) : int(y) + 2, int(x) : int(x) + 2] += np.outer([1 - down, down], [1 - across, across])
        return kernel

    return _spread(image, 0.21 * line * severity, path)


def defocus(rng: random.Random, image: Pixels, severity: float, line: float) -> Pixels:
    """Out of focus: every point becomes a disc."""

    def disc(radius: float) -> Floats:
        reach = math.ceil(radius + 0.5)
        y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1]
        kernel: Floats = (radius + 0.5 - np.hypot(x, y)).clip(0, 1).astype(np.float32)
        return kernel

    return _spread(image, 0.19 * line * severity, disc)


def low_resolution(rng: random.Random, image: Pixels, severity: float, line: float) -> Pixels:
    """Made small, at worst until lines are nine pixels high, and large again."""
    factor = min(1.0, 9 / line) ** severity
    height, width = image.shape[:2]
    small = cv2.resize(
        image, (max(2, round(width * factor)), max(2, round(height * factor))), interpolation=cv2.INTER_AREA
    )
    way = rng.choice([cv2.INTER_LINEAR, cv2.INTER_CUBIC, cv2.INTER_NEAREST])
    return np.asarray(cv2.resize(small, (width, height), interpolation=way), np.uint8)


def low_contrast(rng: random.Random, image: Pixels, severity: float, line: float) -> Pixels:
    """All tones drawn towards one grey."""
    grey = rng.uniform(120, 220)
    return _graded(image, lambda tone: grey + (tone - grey) * (1 - 0.85 * severity))


def underexposure(rng: random.Random, image: Pixels, severity: float, line: float) -> Pixels:
    """Too little light."""
    return _graded(image, lambda tone: tone * (1 - 0.8 * severity))


def overexposure(rng: random.Random, image: Pixels, severity: float, line: float) -> Pixels:
    """Too much light: paper is blown out and ink grey."""
    return _graded(image, lambda tone: tone * (1 + 0.5 * severity) + 130 * severity)


def sensor_noise(rng: random.Random, image: Pixels, severity: float, line: float) -> Pixels:
    """Gaussian noise, of one or of three channels."""
    return noisy(rng, image, 60 * severity, rng.choice([1, 3]))


def jpeg(rng: random.Random, image: Pixels, severity: float, line: float) -> Pixels:
    """Compression; small text needs a better quality to stay legible."""
    worst = min(40.0, max(5.0, 220 / line))
    quality = round(worst * (90 / worst) ** (1 - severity))
    _, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)


# Scanner and fax


def dirt(rng: random.Random, image: Pixels, severity: float, line: float) -> Pixels:
    """Specks of dust on glass or paper."""
    dirty = image.copy()
    for _ in range(round(5 + severity * 150)):
        place = (rng.randrange(image.shape[1]), rng.randrange(image.shape[0]))
        axes = (round(rng.uniform(0.2, 0.08 * line)), round(rng.uniform(0.2, 0.05 * line)))
        cv2.ellipse(dirty, place, axes, rng.uniform(0, 180), 0, 360, [rng.uniform(20, 130)] * 3, -1)
    return dirty


def streaks(rng: random.Random, image: Pixels, severity: float, line: float) -> Pixels:
    """Columns one pixel wide where a scanner's glass is dirty."""
    streaked = image.copy()
    for _ in range(1 + round(12 * severity)):
        tone, part = rng.choice([0, 60, 255]), rng.uniform(0.3, 0.9)
        column = streaked[:, (x := rng.randrange(image.shape[1])) : x + 1]
        column[:] = cv2.addWeighted(column, 1 - part, np.full_like(column, tone), part, 0)
    return streaked


def salt_and_pepper(rng: random.Random, image: Pixels, severity: float, line: float) -> Pixels:
    """Single pixels black or white, up to 6 % of them."""
    draw = degrade.noise_generator(rng).random((256, 256), dtype=np.float32)
    noise = np.where(draw < 0.03 * severity, -255, np.where(draw > 1 - 0.03 * severity, 255, 0)).astype(np.int16)
    return _added(rng, image, noise[..., None])


def binarisation(rng: random.Random, image: Pixels, severity: float, line: float) -> Pixels:
    """Black or white at a fax's resolution, at worst that of lines twelve pixels high, with the sensor's noise."""
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    height, width = grey.shape
    factor = min(1.0, 12 / line) ** severity
    small = cv2.resize(
        grey, (max(2, round(width * factor)), max(2, round(height * factor))), interpolation=cv2.INTER_AREA
    )
    level, _ = cv2.threshold(small, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    small = noisy(rng, small[..., None], 16 * severity)
    _, black = cv2.threshold(small, level, 255, cv2.THRESH_BINARY)
    black = cv2.resize(black, (width, height), interpolation=cv2.INTER_NEAREST)
    return np.asarray(cv2.merge([black] * 3), np.uint8)


# Tools


def _quarter(image: Pixels) -> tuple[int, int]:
    """The size (height, width) at which smooth masks are drawn: a quarter of the image's."""
    return max(4, image.shape[0] // 4), max(4, image.shape[1] // 4)


def field(rng: random.Random, shape: tuple[int, int], rows: int, columns: int | None = None) -> Floats:
    """Smooth random values, mostly in -1..1, that change over a few cells (rows by columns)."""
    coarse = degrade.noise_generator(rng).normal(0, 0.6, (rows, columns or rows)).astype(np.float32)
    values: Floats = cv2.resize(coarse, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC)
    return values


def _lit(image: Pixels, light: NDArray[np.floating]) -> Pixels:
    """The image times a light of 0..1, (h, w) or (h, w, 3), that may be smaller than the image."""
    small = (light.clip(0, 1) * 255).astype(np.uint8)
    full = cv2.resize(small, (image.shape[1], image.shape[0]), interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.multiply(image, full if full.ndim == 3 else cv2.merge([full] * 3), scale=1 / 255), np.uint8)


def _graded(image: Pixels, curve: Callable[[Floats], Floats]) -> Pixels:
    table = curve(np.arange(256, dtype=np.float32)).clip(0, 255).astype(np.uint8)
    return np.asarray(cv2.LUT(image, table), np.uint8)


def _spread(image: Pixels, reach: float, kernel: Callable[[float], Floats]) -> Pixels:
    """The image under a kernel of some reach; a wide one works on a smaller image, for a fraction of the cost."""
    size = (image.shape[1], image.shape[0])
    scale = min(1.0, 4 / reach)
    weights = kernel(reach * scale)
    if scale < 1:
        image = np.asarray(cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
    image = np.asarray(cv2.filter2D(image, -1, weights / weights.sum()), np.uint8)
    return image if scale == 1 else np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_LINEAR), np.uint8)


def noisy(rng: random.Random, image: Pixels, spread: float, channels: int = 1) -> Pixels:
    noise = degrade.noise_generator(rng).standard_normal((256, 256, channels), dtype=np.float32)
    return _added(rng, image, (noise * spread).astype(np.int16))


def _added(rng: random.Random, image: Pixels, tile: NDArray[np.int16]) -> Pixels:
    """The image plus a noise tile (h, w, 1 or 3), laid next to itself from a random start: noise is costly to draw."""
    height, width, channels = image.shape
    side = tile.shape[0]
    tile = np.roll(tile, (rng.randrange(side), rng.randrange(side)), (0, 1))
    tile = np.broadcast_to(tile, (side, side, channels))
    tiled = np.tile(tile, (height // side + 1, width // side + 1, 1))[:height, :width]
    noisy: Pixels = cv2.add(image, tiled, dtype=cv2.CV_8U).reshape(image.shape)
    return noisy
