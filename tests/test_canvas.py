"""The geometry of a line: 32 pixels high, a multiple of 64 wide, padded with its own background."""

import numpy as np
import pytest
from PIL import Image

from hyocr.canvas import HEIGHT, MAX_WIDTH, canvas, canvas_width


@pytest.mark.parametrize(
    ("size", "width"),
    [
        ((200, 32), 256),
        ((64, 32), 64),
        ((65, 32), 128),
        ((400, 64), 256),  # twice as large: the same text at height 32
        ((10, 40), 64),  # taller than wide
        ((1, 1), 64),
        ((20000, 100), MAX_WIDTH),  # squeezed
    ],
)
def test_size(size, width):
    assert canvas(Image.new("RGB", size, "white")).size == (width, HEIGHT)


def test_widths_are_multiples_of_the_step():
    assert [canvas_width(w) for w in (1, 64, 64.5, 640, 5000)] == [64, 64, 128, 640, 1024]


@pytest.mark.parametrize("colour", [(255, 255, 255), (20, 30, 60)])  # the second is inverse video
def test_padding_is_the_background(colour):
    crop = Image.new("RGB", (100, 32), colour)
    crop.paste((128, 0, 0), (10, 8, 90, 24))
    padding = np.asarray(canvas(crop))[:, 100:]
    assert (padding == colour).all()


def test_any_mode_becomes_rgb():
    assert canvas(Image.new("L", (50, 20), 200)).mode == "RGB"
