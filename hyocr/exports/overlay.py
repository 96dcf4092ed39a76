"""The lines of a page drawn over its image: to see at a glance what was found, in which order, and how surely."""

from __future__ import annotations

from PIL import Image, ImageColor, ImageDraw, ImageFont

from hyocr.document import PageResult


def draw(image: Image.Image, page: PageResult) -> Image.Image:
    """An RGB copy of the page image with each line outlined and numbered from 1 in reading order.

    Outlines run from red (confidence 0) over yellow to green (1), blue where it is unknown. Lines without a box are
    left out, their numbers too. Those observed come after those of the text.
    """
    picture = image.convert("RGB").copy()
    pen = ImageDraw.Draw(picture)
    font = ImageFont.load_default(max(10, min(picture.size) // 60))
    for number, line in enumerate([*page.lines, *page.observation], start=1):
        if line.box:
            box, shade = line.box, colour(line.confidence)
            corners = line.polygon or ((box.x1, box.y1), (box.x2, box.y1), (box.x2, box.y2), (box.x1, box.y2))
            pen.polygon(corners, outline=shade, width=max(1, min(picture.size) // 500))
            left = max(box.x1 - 3, pen.textlength(str(number), font))  # beside the line, or over it at the page's edge
            pen.text((left, (box.y1 + box.y2) / 2), str(number), shade, font, anchor="rm")
    return picture


def colour(confidence: float | None) -> tuple[int, ...]:
    """RGB for a confidence of 0..1 or None."""
    if confidence is None:
        return (0, 90, 255)
    return ImageColor.getrgb(f"hsl({round(120 * confidence)}, 100%, 40%)")
