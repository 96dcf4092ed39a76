"""The lines of a page drawn over its image: to see at a glance what was found, in which order, and how surely."""

from __future__ import annotations

from PIL import Image, ImageColor, ImageDraw, ImageFont

from hyocr.document import PageResult

LONGEST_NAME = 60
"""Letters of a field's name, or of a question, that are drawn."""


def draw(image: Image.Image, page: PageResult) -> Image.Image:
    """An RGB copy of the page image with each line outlined and numbered from 1 in reading order.

    Of an answered page, one with fields, the fields are drawn with their names, and the lines observed. Outlines run
    from red (confidence 0) over yellow to green (1), blue where it is unknown. Lines without a box are left out, their
    numbers too. Lines observed come after those of the text.
    """
    picture = image.convert("RGB").copy()
    pen = ImageDraw.Draw(picture)
    size = max(10, min(picture.size) // 60)
    font = ImageFont.load_default(size)
    width = max(1, min(picture.size) // 500)
    read = [] if page.fields else page.lines
    for number, line in enumerate([*read, *page.observation], start=1):
        if line.box:
            box, shade = line.box, colour(line.confidence)
            corners = line.polygon or ((box.x1, box.y1), (box.x2, box.y1), (box.x2, box.y2), (box.x1, box.y2))
            pen.polygon(corners, outline=shade, width=width)
            left = max(box.x1 - 3, pen.textlength(str(number), font))  # beside the line, or over it at the page's edge
            pen.text((left, (box.y1 + box.y2) / 2), str(number), shade, font, anchor="rm")
    for field in page.fields:
        shade = colour(field.confidence)
        for box in field.boxes:
            pen.rectangle((box.x1, box.y1, box.x2, box.y2), outline=shade, width=width)
        if field.boxes:
            first = field.boxes[0]
            pen.text((first.x1, max(first.y1 - width, size)), _one_line(field.name), shade, font, anchor="lb")
    return picture


def _one_line(name: str) -> str:
    return " ".join(name.split())[:LONGEST_NAME]


def colour(confidence: float | None) -> tuple[int, ...]:
    """RGB for a confidence of 0..1 or None."""
    if confidence is None:
        return (0, 90, 255)
    return ImageColor.getrgb(f"hsl({round(120 * confidence)}, 100%, 40%)")
