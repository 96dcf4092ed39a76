"""Which effects a page suffers on its way from a printer to a file, with a record of them; and what it is printed on.

A defect's type is the name of its effect (`training.synth.effects`). Images are RGB.
"""

from __future__ import annotations

import math
import random

import cv2
import numpy as np

from training.synth import degrade
from training.synth.annotation import Bounds, Defect
from training.synth.effects import (
    Effect,
    Pixels,
    binarisation,
    cast_shadow,
    colour_cast,
    defocus,
    dirt,
    dropped_rows,
    field,
    gaussian_blur,
    glare,
    jpeg,
    low_contrast,
    low_resolution,
    moire,
    motion_blur,
    noisy,
    overexposure,
    paper_texture,
    salt_and_pepper,
    sensor_noise,
    show_through,
    stain,
    streaks,
    thermal_fading,
    underexposure,
    uneven_light,
    yellowed,
)

PROFILES = ("clean", "scan", "photo", "thermal", "screen", "video", "fax")


def wear_ink(rng: random.Random, ink: Pixels, line: float, profile: str) -> tuple[Pixels, list[Defect]]:
    """Ink (h, w) in 0..255 as a worn printer leaves it; thermal printers often fade, others seldom."""
    defects = []
    often = 3.0 if profile == "thermal" else 0.0 if profile in ("screen", "video") else 0.5
    for effect, probability in ((thermal_fading, 0.15), (dropped_rows, 0.06)):
        if rng.random() < probability * often:
            severity = rng.betavariate(1.4, 2.2)
            worn = effect(rng, ink, severity, line)
            if not np.array_equal(worn, ink):
                defects.append(Defect(effect.__name__, severity))
            ink = worn
    if not defects and line > 28 and rng.random() < 0.2 * often:  # its one-pixel erosion breaks smaller letters
        worn = degrade.wear(rng, ink)
        lost = float(cv2.norm(ink, worn, cv2.NORM_L1)) / max(1.0, float(ink.sum()))
        if lost > 0.02:
            return worn, [Defect("worn_ink", min(1.0, lost))]
    return ink, defects


def develop(rng: random.Random, image: Pixels, line: float, profile: str) -> tuple[Pixels, list[Defect]]:
    """The image (h, w, 3) as this profile's device shows it, and what was done to it, in order.

    Raises ValueError for an unknown profile.
    """
    if profile not in PROFILES:
        raise ValueError(f"There is no profile {profile!r}; choose one of: {', '.join(PROFILES)}.")
    defects: list[Defect] = []
    if profile != "fax" and rng.random() < 0.08:  # with those that no effect falls on, about 15 % stay as they are
        return image, defects
    if profile == "screen" and rng.random() < 0.35:
        profile = "photographed screen"
    bearable = 1.5 if profile not in ("clean", "screen") and rng.random() < 0.04 else 1.0
    for effect, probability, worst in CHAINS[profile]:
        if rng.random() >= probability:
            continue
        severity = max(0.06, worst * rng.betavariate(1.4, 2.2))
        if effect in BLINDING:
            severity = min(severity, bearable)
            bearable -= severity
        if severity < 0.06:
            continue
        changed = effect(rng, image, severity, line)
        box = _changes(image, changed) if effect in LOCAL else None
        if effect not in LOCAL or box is not None:
            defects.append(Defect(effect.__name__, severity, box))
            image = changed
    return image, defects


def _changes(before: Pixels, after: Pixels) -> Bounds | None:
    """The box around what has visibly changed, None if nothing has. Looks at every fourth pixel."""
    difference = cv2.absdiff(before[::4, ::4], after[::4, ::4]).max(2)
    seen = difference > max(4, 0.15 * int(difference.max()))
    if not seen.any():
        return None
    x, y = (np.flatnonzero(seen.any(axis)) * 4 for axis in (0, 1))
    height, width = before.shape[:2]
    return float(x[0]), float(y[0]), float(min(width, x[-1] + 4)), float(min(height, y[-1] + 4))


# Backgrounds


def paper(rng: random.Random, height: int, width: int, profile: str) -> Pixels:
    """An empty sheet (height, width, 3): white, off-white or, sometimes, of another light colour, and its texture."""
    if profile in ("clean", "screen", "video"):
        shade = 255 if rng.random() < 0.7 else rng.randint(240, 255)
        return np.full((height, width, 3), shade, np.uint8)
    base = rng.uniform(225, 255)
    tint = rng.choice([(0, 0, 0), (0, 0, 0), (0, -2, -12), (-8, -3, 0), (0, -14, -8), (-14, 0, -10)])
    page = cv2.merge([np.full((height, width), max(0, round(base + part)), np.uint8) for part in tint])
    return paper_texture(rng, page, rng.uniform(0.1, 0.5), 0) if rng.random() < 0.4 else page


def surroundings(rng: random.Random, height: int, width: int) -> Pixels:
    """What a photographed page lies on (height, width, 3): a plain desk, wood, cloth, or tiles."""
    rows, columns = height // 2 + 1, width // 2 + 1
    kind = rng.choice(["plain", "wood", "wood", "cloth", "tiles"])
    light = 1 + 0.12 * field(rng, (rows, columns), 3)
    if kind == "wood":
        along = (rng.randint(2, 4), columns // rng.randint(3, 8) + 2)
        grain = field(rng, (rows, columns), *(along if rng.random() < 0.5 else (along[1] * rows // columns + 2, 3)))
        light = light + 0.12 * grain + 0.05 * np.sin(9 * grain + 14 * field(rng, (rows, columns), 2))
    elif kind == "cloth":
        y, x = np.ogrid[:rows, :columns]
        pitch = rng.uniform(2.5, 6)
        light = light + 0.1 * np.sin(x * (2 * math.pi / pitch)) * np.sin(y * (2 * math.pi / pitch))
    elif kind == "tiles":
        size, gap = rng.randint(60, 200), rng.randint(1, 3)
        y, x = np.ogrid[:rows, :columns]
        light = np.where(((x % size) < gap) | ((y % size) < gap), 0.6 * light, light)
    dark = rng.uniform(35, 200)
    colour = [dark, dark * rng.uniform(0.55, 1), dark * rng.uniform(0.35, 1)]
    if rng.random() < 0.2:
        rng.shuffle(colour)
    small = (light[..., None].astype(np.float32) * np.array(colour, np.float32)).clip(0, 255).astype(np.uint8)
    return noisy(rng, cv2.resize(small, (width, height)).astype(np.uint8), rng.uniform(2, 7))


LOCAL: tuple[Effect, ...] = (stain, cast_shadow, glare)
"""Effects whose defect has a box."""

BLINDING: tuple[Effect, ...] = (
    *(glare, moire, gaussian_blur, motion_blur, defocus, low_resolution, low_contrast, underexposure, overexposure),
    *(sensor_noise, jpeg, salt_and_pepper, binarisation, show_through),
)
"""Effects that cost legibility: the severities of one image's add up to at most 1, rarely 1.5."""

CHAINS: dict[str, tuple[tuple[Effect, float, float], ...]] = {
    "clean": ((jpeg, 0.6, 0.4),),
    "scan": (
        *((yellowed, 0.12, 0.9), (paper_texture, 0.15, 0.7), (show_through, 0.15, 0.8), (stain, 0.07, 0.8)),
        *((uneven_light, 0.1, 0.5), (colour_cast, 0.08, 0.4), (gaussian_blur, 0.25, 0.7)),
        *((low_contrast, 0.12, 0.8), (overexposure, 0.1, 0.6), (low_resolution, 0.15, 0.9), (sensor_noise, 0.25, 0.6)),
        *((dirt, 0.12, 0.8), (streaks, 0.1, 0.8), (binarisation, 0.06, 0.9), (jpeg, 0.45, 0.8)),
    ),
    "photo": (
        *((yellowed, 0.06, 0.7), (stain, 0.1, 0.9), (uneven_light, 0.45, 0.9), (cast_shadow, 0.25, 0.9)),
        *((glare, 0.12, 0.9), (colour_cast, 0.3, 0.8), (defocus, 0.2, 0.9), (motion_blur, 0.12, 0.9)),
        *((gaussian_blur, 0.12, 0.8), (underexposure, 0.15, 0.9), (overexposure, 0.08, 0.5)),
        *((low_contrast, 0.08, 0.8), (low_resolution, 0.15, 0.9), (sensor_noise, 0.35, 0.8), (jpeg, 0.5, 0.9)),
    ),
    "thermal": (
        *((stain, 0.08, 0.9), (paper_texture, 0.1, 0.5), (uneven_light, 0.4, 0.8), (cast_shadow, 0.2, 0.8)),
        *((glare, 0.15, 0.9), (colour_cast, 0.25, 0.8), (defocus, 0.15, 0.8), (motion_blur, 0.1, 0.8)),
        *((gaussian_blur, 0.1, 0.8), (low_contrast, 0.2, 0.8), (overexposure, 0.12, 0.5)),
        *((low_resolution, 0.12, 0.8), (sensor_noise, 0.3, 0.7), (jpeg, 0.45, 0.9)),
    ),
    "screen": ((jpeg, 0.35, 0.7), (low_resolution, 0.08, 0.7)),
    "photographed screen": (
        *((moire, 0.85, 1.0), (glare, 0.25, 0.8), (uneven_light, 0.3, 0.6), (colour_cast, 0.3, 0.6)),
        *((defocus, 0.15, 0.5), (gaussian_blur, 0.2, 0.5), (sensor_noise, 0.3, 0.5), (jpeg, 0.5, 0.8)),
    ),
    "video": (
        *((low_resolution, 0.4, 0.9), (gaussian_blur, 0.3, 0.7), (motion_blur, 0.12, 0.7), (sensor_noise, 0.15, 0.5)),
        *((colour_cast, 0.1, 0.5), (jpeg, 0.8, 1.0)),
    ),
    "fax": (
        *((dirt, 0.25, 0.8), (low_contrast, 0.2, 0.5), (binarisation, 1.0, 1.0)),
        *((streaks, 0.35, 0.8), (salt_and_pepper, 0.5, 0.7)),
    ),
}
"""(effect, probability, worst severity) in the order in which they happen to a page."""
