"""The images of rows: decoded once for the rows that follow each other, cropped, and as the model sees them."""

from __future__ import annotations

import os
from collections import OrderedDict
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from transformers.models.hunyuan_vl.image_processing_pil_hunyuan_vl import smart_resize

from hyocr.bounds import check_shape
from hyocr.canvas import HEIGHT, canvas, canvas_width, stretched
from hyocr.errors import InputError
from hyocr.model.checkpoint import Prepared
from hyocr.sources import FORMATS, open_source
from training.finetune.rows import Row, RowError
from training.sources.pictures import FACTOR, fit_page

KEPT_PIXELS = 64_000_000
"""Of decoded pages that are kept, in all: 192 MB. The last one is kept whatever its size."""

Identity = tuple[str, int, int]
"""A file's path, time of change and size: where they are the same, so is what was read."""


@dataclass(frozen=True)
class Sight:
    """How a checkpoint sees: images are scaled to `min_pixels` to `max_pixels`, line canvases made `stretch` wider."""

    min_pixels: int
    max_pixels: int
    stretch: float


def sight(checkpoint: Prepared) -> Sight:
    """What the checkpoint's image processor and `hyocr.json` say."""
    size = checkpoint.processor.image_processor.size
    return Sight(int(size["shortest_edge"]), int(size["longest_edge"]), checkpoint.line_stretch)


def look(row: Row) -> Image.Image:
    """`part` of a row, as a line canvas if it is a line. Raises RowError."""
    image = part(row)
    return canvas(image) if row.line else image


def part(row: Row) -> Image.Image:
    """What the row asks about, upright and RGB: its image or the box of it.

    Raises RowError for a file that cannot be read or has several pages, and for a box outside of it.
    """
    try:
        page = _page(row.image)
        asked_size(row, page.size)
    except InputError as error:
        raise RowError(row.number, f"{row.image}: {error}") from error
    return page.crop(row.box or (0, 0, *page.size))


def pixels(row: Row, seen: Sight) -> NDArray[np.uint8]:
    """What the model sees of `look(row)`: (height, width, 3), sides multiples of 32. Raises RowError."""
    image = look(row)
    if row.line:
        image = stretched(image, seen.stretch)
    return fit_page(image, seen.min_pixels, seen.max_pixels)


def asked_size(row: Row, page: tuple[int, int]) -> tuple[int, int]:
    """Width and height of what is asked about of a page of this (width, height). Raises InputError."""
    width, height = page
    if row.box:
        x1, y1, x2, y2 = row.box
        if x2 > width or y2 > height:
            raise InputError(f"The box {list(row.box)} reaches outside of the image of {width}x{height} pixels.")
        width, height = x2 - x1, y2 - y1
    check_shape(width, height)
    return width, height


def seen_size(asked: tuple[int, int], line: bool, seen: Sight) -> tuple[int, int]:
    """Height and width of `pixels` for a part of this (width, height), without looking at it."""
    width, height = asked
    if line:
        wanted = max(1, round(width * HEIGHT / height))
        width, height = _stretched_width(canvas_width(wanted), seen.stretch), HEIGHT
    rows, columns = smart_resize(height, width, FACTOR, seen.min_pixels, seen.max_pixels)
    return int(rows), int(columns)


@lru_cache
def _stretched_width(width: int, factor: float) -> int:
    return stretched(Image.new("L", (width, HEIGHT)), factor).width


def decoded(path: Path) -> Image.Image:
    """The file's only page, upright and RGB. Raises InputError: missing, damaged, too large, several pages."""
    try:
        return next(open_source(path, FORMATS, max_pages=1)).image
    except InputError:
        raise
    except Exception as error:  # decoders meet damaged bytes with errors of every kind
        raise InputError("The image is damaged; export it again.") from error


def identity(path: Path) -> Identity | None:
    """What tells a file from others and from itself before a change; None where it cannot be had."""
    try:
        status = os.stat(path)
    except OSError:
        return None
    return str(path), status.st_mtime_ns, status.st_size


_kept: OrderedDict[Identity, Image.Image] = OrderedDict()


def _page(path: Path) -> Image.Image:
    key = identity(path)
    if key and key in _kept:
        _kept.move_to_end(key)
        return _kept[key]
    page = decoded(path)
    if key:
        _kept[key] = page
        while len(_kept) > 1 and sum(kept.width * kept.height for kept in _kept.values()) > KEPT_PIXELS:
            _kept.popitem(last=False)
    return page
