"""Line proposals on rendered pages: how many, where, in which order; and on real receipts where they are at hand."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from eval.line_finder import covered
from hyocr.document import Box
from hyocr.lines import LineCrop, propose, rows

RECEIPTS = Path(__file__).parents[2] / "shared/data/receipts"
SENTENCES = [
    "The quick brown fox jumps over",
    "a lazy dog and looks for a meal",
    "while the judge vexes my quartz",
    "and packs five dozen jugs again",
    "before anybody can say goodbye",
    "to the bright vixens of Dublin",
]
Truth = list[tuple[float, float, float, float]]


def page(
    texts: list[tuple[int, int, str]],
    size: tuple[int, int] = (800, 600),
    font: int = 24,
    ink: object = "black",
    paper: object = "white",
) -> tuple[Image.Image, Truth]:
    """A page with each text's top left at (x, y), and the boxes of their ink."""
    image = Image.new("RGB", size, paper)  # type: ignore[arg-type]
    draw = ImageDraw.Draw(image)
    face = ImageFont.load_default(size=font)
    for x, y, text in texts:
        draw.text((x, y), text, fill=ink, font=face)  # type: ignore[arg-type]
    return image, [draw.textbbox((x, y), text, font=face) for x, y, text in texts]


def paragraph(x: int, y: int, step: int, count: int = 6) -> list[tuple[int, int, str]]:
    return [(x, y + step * i, SENTENCES[i % len(SENTENCES)]) for i in range(count)]


def inside(truth: tuple[float, float, float, float], box: Box, slack: float = 2) -> bool:
    x1, y1, x2, y2 = truth
    return box.x1 <= x1 + slack and box.y1 <= y1 + slack and box.x2 >= x2 - slack and box.y2 >= y2 - slack


def check(crops: list[LineCrop], truth: Truth) -> None:
    """One crop per true line, in the same order, around it and not around its neighbours."""
    assert len(crops) == len(truth)
    for crop, box in zip(crops, truth, strict=True):
        assert inside(box, crop.box)
        assert crop.box.height <= 1.7 * (box[3] - box[1])
        assert crop.image.mode == "RGB"


def test_plain_page() -> None:
    image, truth = page(paragraph(60, 50, 60))
    crops = propose(image)
    check(crops, truth)
    assert all(crop.polygon is None for crop in crops)
    assert all(abs(crop.image.width - crop.box.width) <= 2 for crop in crops)
    assert [len(row) for row in rows(crops)] == [1] * 6


def test_pieces_of_a_row_are_grouped_left_to_right() -> None:
    items = [("Bread", "2.50"), ("Milk", "1.20"), ("Coffee beans", "11.90"), ("TOTAL", "15.60")]
    texts = [(x, 50 + 50 * i, item[k]) for i, item in enumerate(items) for k, x in enumerate((60, 600))]
    image, truth = page(texts)
    crops = propose(image)
    check(crops, truth)
    assert [len(row) for row in rows(crops)] == [2, 2, 2, 2]


def test_two_columns_are_read_one_after_the_other() -> None:
    left, right = paragraph(40, 100, 36, 12), paragraph(520, 100, 36, 12)
    heading = (200, 30, "A heading that runs across both of the columns of text")
    image, truth = page([heading, *left, *right], size=(1000, 620))
    crops = propose(image)
    check(crops, truth)
    assert [len(row) for row in rows(crops)] == [1] * 25


@pytest.mark.parametrize("angle", [5, -8])
def test_skewed_page_maps_back_to_original_pixels(angle: float) -> None:
    image, truth = page(paragraph(150, 150, 60))
    turned = image.rotate(-angle, resample=Image.Resampling.BICUBIC, fillcolor="white")
    crops = propose(turned)
    assert len(crops) == len(truth)
    cos, sin = np.cos(np.deg2rad(angle)), np.sin(np.deg2rad(angle))
    centre = np.array([400, 300])
    for crop, (x1, y1, x2, y2) in zip(crops, truth, strict=True):
        corners = np.array([[x1, y1], [x2, y1], [x2, y2], [x1, y2]]) - centre
        corners = corners @ np.array([[cos, sin], [-sin, cos]]) + centre
        assert crop.polygon is not None
        assert np.abs(np.array(crop.polygon) - corners).max() < 20
        assert inside((*corners.min(0), *corners.max(0)), crop.box, slack=3)
        assert crop.image.height < 1.7 * (y2 - y1)  # upright: a level crop would be far higher
    assert [len(row) for row in rows(crops)] == [1] * 6


@pytest.mark.parametrize(("ink", "paper"), [("white", "black"), ("yellow", "white"), ((200, 60, 60), (60, 120, 60))])
def test_inverse_and_coloured_text(ink: object, paper: object) -> None:
    image, truth = page(paragraph(60, 50, 60), ink=ink, paper=paper)
    check(propose(image), truth)


def test_inverse_band_in_a_plain_page() -> None:
    image, truth = page(paragraph(60, 50, 60))
    draw = ImageDraw.Draw(image)
    draw.rectangle((20, 160, 780, 215), fill="black")
    draw.text((60, 170), SENTENCES[2], fill="white", font=ImageFont.load_default(size=24))
    crops = propose(image)
    assert all(any(inside(box, crop.box) for crop in crops) for box in truth)


def test_rules_and_separators_are_no_lines() -> None:
    texts = [(80 + 220 * k, 60 + 50 * i, f"Cell {i}{k} text") for i in range(6) for k in range(3)]
    image, truth = page(texts, size=(760, 460))
    draw = ImageDraw.Draw(image)
    for y in range(50, 360, 50):
        draw.line((60, y, 720, y), fill="black", width=2)
    for x in range(60, 721, 220):
        draw.line((x, 50, x, 350), fill="black", width=2)
    draw.text((60, 380), "- " * 50, fill="black", font=ImageFont.load_default(size=24))
    crops = propose(image)
    check(crops, truth)
    assert [len(row) for row in rows(crops)] == [3] * 6


def test_dense_lines_that_touch() -> None:
    image, truth = page(paragraph(60, 40, 22, 20), font=24)
    crops = propose(image)
    assert len(crops) == 20
    for crop, box in zip(crops, truth, strict=True):
        assert abs((crop.box.y1 + crop.box.y2) / 2 - (box[1] + box[3]) / 2) < 6
        assert crop.box.height <= 1.7 * (box[3] - box[1])


def test_image_that_is_one_line() -> None:
    image, _ = page([(8, 3, "Invoice no. 20394-B")], size=(320, 32), font=22)
    (crop,) = propose(image)
    assert crop.box.width > 180
    assert crop.box.height > 18


@pytest.mark.parametrize("size", [(1, 1), (300, 2), (2, 300), (5, 5), (800, 600), (20000, 100)])
@pytest.mark.parametrize("paper", ["white", "black"])
def test_blank_image_has_no_lines(size: tuple[int, int], paper: str) -> None:
    assert propose(Image.new("RGB", size, paper)) == []


def test_very_long_strip() -> None:
    texts = [(x, 35, "One of many words") for x in range(50, 19000, 1000)]
    image, truth = page(texts, size=(20000, 100), font=30)
    crops = propose(image)
    check(crops, truth)
    assert len(rows(crops)) == 1


def test_huge_page_is_cropped_at_full_resolution() -> None:
    image, truth = page(paragraph(300, 300, 320), size=(4000, 3000), font=110)
    crops = propose(image)
    assert len(crops) == 6
    for crop, box in zip(crops, truth, strict=True):
        assert inside(box, crop.box, slack=6)
        assert crop.image.height >= box[3] - box[1]


@pytest.mark.parametrize("mode", ["L", "1", "P", "RGBA", "LA", "CMYK", "I", "F", "I;16"])
def test_every_image_mode(mode: str) -> None:
    image, truth = page(paragraph(60, 50, 60))
    if mode == "I;16":
        grey = np.asarray(image.convert("L")).astype(np.uint16) * 257
        check(propose(Image.fromarray(grey)), truth)
    else:
        check(propose(image.convert(mode)), truth)


def test_transparent_paper_is_white() -> None:
    image, truth = page(paragraph(60, 50, 60))
    clear = Image.new("RGBA", image.size, (0, 0, 0, 0))
    clear.paste((0, 0, 0, 255), mask=image.convert("L").point(lambda value: 255 - value))
    check(propose(clear), truth)


def test_a_photo_sized_blob_is_dropped() -> None:
    image, truth = page(paragraph(60, 50, 40))
    ImageDraw.Draw(image).ellipse((500, 330, 740, 570), fill="black")
    check(propose(image), truth)


@pytest.mark.skipif(not RECEIPTS.is_dir(), reason=f"no receipts at {RECEIPTS}")
def test_coverage_of_real_receipts() -> None:
    """At least 92 % of true boxes are covered by one proposal that is not much higher (20 train receipts)."""
    entries = [json.loads(text) for text in (RECEIPTS / "manifest.jsonl").read_text(encoding="utf-8").splitlines()]
    found: list[bool] = []
    for entry in [entry for entry in entries if entry["split"] == "train"][::18][:20]:
        boxes = [crop.box for crop in propose(Image.open(RECEIPTS / entry["image"]))]
        found += [covered(tuple(truth), boxes) for truth in entry["boxes"]]
    assert np.mean(found) >= 0.92
