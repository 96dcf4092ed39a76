"""Where a PDF page places pictures: boxes in pixels of its rendering."""

from __future__ import annotations

from itertools import islice
from typing import Any

from pypdfium2.raw import FPDF_PAGEOBJ_IMAGE

from hyocr.document import Box

MAX_FIGURES = 64
MAX_OBJECTS = 20_000
"""Of a page, among which pictures are looked for: a map can have millions."""

FORM_DEPTH = 4
"""Pictures lie on the page itself or in a form (a group that is drawn as one), that in another, and so on."""

MIN_SIDE = 16
"""Pixels: a smaller picture is a bullet or a piece of a line."""

MAX_SHARE = 0.9
"""Of the page: a larger picture is the scan of the page itself."""


def figures(page: Any, position: Any, size: tuple[int, int]) -> tuple[Box, ...]:
    """The pictures on a pypdfium2 page, as its program draws them, cut at the page's edges; none twice in one place.

    `position` is the PdfPosConv of the rendering, `size` its width and height. Clipping paths are not looked at.
    """
    boxes: dict[Box, None] = {}
    for item in islice(page.get_objects(max_depth=FORM_DEPTH), MAX_OBJECTS):
        if item.type == FPDF_PAGEOBJ_IMAGE:
            box = _box(item, position, size)
            if min(box.x2 - box.x1, box.y2 - box.y1) >= MIN_SIDE and _area(box) <= MAX_SHARE * size[0] * size[1]:
                boxes[box] = None
    return tuple(boxes)[:MAX_FIGURES]


def _box(item: Any, position: Any, size: tuple[int, int]) -> Box:
    """Around the unit square, which is where every picture lies before the matrices of it and of its forms."""
    matrix, form = item.get_matrix(), item.container
    while form:
        matrix, form = matrix.multiply(form.get_matrix()), form.container
    corners = [position.to_bitmap(*matrix.on_point(x, y)) for x in (0, 1) for y in (0, 1)]
    xs = [min(max(0, x), size[0]) for x, _ in corners]
    ys = [min(max(0, y), size[1]) for _, y in corners]
    return Box(min(xs), min(ys), max(xs), max(ys))


def _area(box: Box) -> float:
    return (box.x2 - box.x1) * (box.y2 - box.y1)
