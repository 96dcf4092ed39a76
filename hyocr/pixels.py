"""An image of any mode as the RGB that everything else here works on."""

from __future__ import annotations

from PIL import Image


def to_rgb(image: Image.Image) -> Image.Image:
    """Transparency is laid on white; greys of 16 or 32 bits and floats are scaled to 8 bits."""
    if image.mode.startswith(("I", "F")):
        return _eight_bit(image).convert("RGB")
    if image.has_transparency_data:
        image = image.convert("RGBA")
        paper = Image.new("RGB", image.size, "white")
        paper.paste(image, mask=image.getchannel("A"))
        return paper
    return image.convert("RGB")


def _eight_bit(image: Image.Image) -> Image.Image:
    """Greys of 16 or 32 bits to 8 bits, full scale being the first of 1, 255 and 65535 that holds them all."""
    import numpy as np  # most of the time that a process which only decodes takes to start

    grey = np.nan_to_num(np.asarray(image).astype(np.float32))
    peak = float(grey.max())
    full = next((scale for scale in (1.0, 255.0, 65535.0) if peak <= scale), peak)
    return Image.fromarray((grey.clip(0, full) * (255 / full)).round().astype(np.uint8))
