"""A read document in the shape of Mistral's OCR API, page by page.

The shape: https://docs.mistral.ai/api/endpoint/ocr. Mistral's client refuses a page without `dpi`, hence DEFAULT_DPI.
"""

from __future__ import annotations

import base64
import io
import json
import math
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from PIL import Image

from hyocr.document import Box, PageResult
from hyocr.errors import InputError
from hyocr.exports.markdown import escape
from hyocr.isolated import DecodeLimits, open_isolated

DEFAULT_DPI = 200
JPEG_QUALITY = 90

_CUTS = threading.Semaphore(4)
"""Pages decoded again at the same time: each is a process with its memory."""

OURS = (
    "status", "finish_reason", "text", "lines", "confidence", "min_confidence", "error", "strategy", "attempts",
    "seconds", "fields", "contradictions",
)  # fmt: skip
"""Fields of `PageResult` that stand beside Mistral's."""


@dataclass(frozen=True)
class Pictures:
    """Which of the figures are wanted: the first `limit` of at least `min_size` pixels in both directions, `inline` as
    base64 too."""

    inline: bool = False
    limit: int | None = None
    min_size: int = 0


def pieces(
    pages: Iterable[PageResult], model: str, document: Path, size: int, wanted: Pictures, limits: DecodeLimits
) -> Iterator[str]:
    """JSON, a page at a time; `document` (of `size` bytes) is opened again if pictures are to be cut out of it."""
    yield '{"pages":['
    images, count = 0, 0
    for result in pages:
        left = None if wanted.limit is None else wanted.limit - images
        figures = [box for box in result.figures if min(box.width, box.height) >= max(1, wanted.min_size)][:left]
        cut = _cut(document, result.number, figures, limits) if wanted.inline and figures else [None] * len(figures)
        yield ("," if count else "") + json.dumps(page(result, figures, cut, images))
        images, count = images + len(figures), count + 1
    usage = {"pages_processed": count, "doc_size_bytes": size}
    yield f'],"model":{json.dumps(model)},"document_annotation":null,"usage_info":{json.dumps(usage)}}}'


def page(result: PageResult, figures: Sequence[Box], cut: Sequence[str | None], first: int) -> dict[str, Any]:
    """One page. Pictures are numbered through the document, those of this page from `first` on."""
    names = [f"img-{first + i}.jpeg" for i in range(len(figures))]
    scores = None
    if result.confidence is not None and result.min_confidence is not None:
        scores = {
            "average_page_confidence_score": result.confidence,
            "minimum_page_confidence_score": result.min_confidence,
        }
    known = result.to_dict()
    return {
        "index": result.number - 1,
        "markdown": markdown(result, figures, names),
        "images": [_image(*given) for given in zip(names, figures, cut, strict=True)],
        "dimensions": {"dpi": round(result.dpi or DEFAULT_DPI), "height": result.height, "width": result.width},
        "confidence_scores": scores,
        **{name: known[name] for name in OURS},
    }


def markdown(result: PageResult, figures: Sequence[Box], names: Sequence[str]) -> str:
    """The text with a link for each figure, where it stands: after the last line above it, else at the end."""
    rows = result.text.split("\n")
    places = sorted((_place(result, len(rows), box), name) for box, name in zip(figures, names, strict=True))
    parts: list[str] = []
    for (start, name), (end, _) in pairwise([(0, ""), *places, (len(rows), "")]):
        parts += [f"![{name}]({name})"] if name else []
        parts += [escape("\n".join(rows[start:end])).strip("\n")]
    return "\n\n".join(part for part in parts if part)


def _place(result: PageResult, rows: int, figure: Box) -> int:
    """How many rows of the text come before the figure. Lines of its own column count, where there are any."""
    lines = _rows_of_lines(result)
    if not lines:
        return rows
    column = [(row, box) for row, box in lines if box.x1 < figure.x2 and figure.x1 < box.x2] or lines
    return max((row + 1 for row, box in column if (box.y1 + box.y2) / 2 < figure.y1), default=column[0][0])


def _rows_of_lines(result: PageResult) -> list[tuple[int, Box]]:
    """The lines with boxes, and in which row of the text each is found: a row may hold several."""
    found, start = [], 0
    for line in result.lines:
        at = result.text.find(line.text, start)
        if at >= 0 and line.box:
            found.append((result.text.count("\n", 0, at), line.box))
            start = at + len(line.text)
    return found


def _image(name: str, box: Box, data: str | None) -> dict[str, Any]:
    return {
        "id": name,
        **dict(zip(("top_left_x", "top_left_y", "bottom_right_x", "bottom_right_y"), _pixels(box), strict=True)),
        "image_base64": data,
    }


def _cut(document: Path, number: int, figures: Sequence[Box], limits: DecodeLimits) -> list[str | None]:
    """The figures as data: URLs, None for all of them if the page cannot be decoded this time."""
    try:
        with _CUTS, closing(open_isolated(document, limits)) as pages:
            pages.select([number])
            image = next(pages).image
    except InputError:
        return [None] * len(figures)
    return [_jpeg(image.crop(_pixels(box))) for box in figures]


def _pixels(box: Box) -> tuple[int, int, int, int]:
    """The whole pixels that the box touches."""
    return math.floor(box.x1), math.floor(box.y1), math.ceil(box.x2), math.ceil(box.y2)


def _jpeg(image: Image.Image) -> str:
    written = io.BytesIO()
    image.save(written, "JPEG", quality=JPEG_QUALITY)
    return "data:image/jpeg;base64," + base64.b64encode(written.getvalue()).decode()
