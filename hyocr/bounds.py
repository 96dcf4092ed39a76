"""What a page and a document may measure, and the sentences for those that measure more."""

from __future__ import annotations

from hyocr.errors import InputError

MIN_SIDE = 4
"""Pixels: nothing smaller can hold a character."""

MAX_ASPECT = 200
"""Longer side over shorter side: the image processor of the model takes no more."""

TOO_MUCH_MEMORY = "This page needs more memory to decode than this program may take; scale it down."


def check_count(total: int, most: int | None) -> None:
    if not total:
        raise InputError("The document has no pages; export it again.")
    if most is not None and total > most:
        raise InputError(f"The document has {total} pages, more than {most}; split it.")


def check_shape(width: int, height: int) -> None:
    small, large = sorted((width, height))
    if small < MIN_SIDE:
        raise InputError(f"The image is {width}x{height} pixels, too small to hold text; scan it larger.")
    if large > MAX_ASPECT * small:
        raise InputError(
            f"The image is {width}x{height} pixels, more than {MAX_ASPECT} times as long as wide; cut it into pieces."
        )
