"""One geometry for every line of text the model sees, in training and in use: 32 pixels high, few widths."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

HEIGHT = 32
"""Pixels: one row of visual tokens (patch 16, merge 2)."""

STEP = 64
"""Widths are multiples of this, so that lines of similar length share one batch."""

MAX_WIDTH = 1024
"""Longer lines are squeezed to this width."""


def canvas_width(width: float) -> int:
    """The canvas for text that is `width` pixels wide at height 32."""
    return int(min(MAX_WIDTH, max(STEP, -(-width // STEP) * STEP)))


def canvas(crop: Image.Image) -> Image.Image:
    """Scales an upright line crop to 32 pixels in height, keeping its shape, and pads it on the right with its
    background.

    Returns an RGB image of 32 x (a multiple of 64, at most 1024). The background is the median colour of the crop's
    border.
    """
    crop = crop.convert("RGB")
    wanted = max(1, round(crop.width * HEIGHT / crop.height))
    width = canvas_width(wanted)
    # Area averaging keeps thin strokes when shrinking; bicubic is for enlarging.
    method = Image.Resampling.BOX if crop.height > 2 * HEIGHT else Image.Resampling.BICUBIC
    scaled = crop.resize((min(wanted, width), HEIGHT), method)
    if scaled.width == width:
        return scaled
    page = Image.new("RGB", (width, HEIGHT), border_colour(np.asarray(scaled)))
    page.paste(scaled, (0, 0))
    return page


def stretched(page: Image.Image, factor: float) -> Image.Image:
    """A canvas made wider: fewer letters share a visual token, which is what a language model needs to tell them apart.

    The width stays a multiple of 64, and may be up to `factor` times 1024.
    """
    if factor == 1:
        return page
    return page.resize((STEP * max(1, round(page.width * factor / STEP)), page.height), Image.Resampling.BICUBIC)


def border_colour(pixels: NDArray[np.uint8]) -> tuple[int, int, int]:
    """The median colour of an image's border (height, width, 3), its left side aside, which letters may touch."""
    border = np.concatenate([pixels[0], pixels[-1], pixels[:, -1]])
    red, green, blue = np.median(border, axis=0).astype(int)
    return int(red), int(green), int(blue)
