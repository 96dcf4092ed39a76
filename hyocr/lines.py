"""Text lines of a page, proposed by plain OpenCV morphology: upright crops with their boxes, in reading order."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from hyocr.document import Box
from hyocr.ink import Mask, character_height, components, ink, rotate, skew
from hyocr.linking import find_lines
from hyocr.pixels import to_rgb
from hyocr.strips import HEIGHT, MIDDLE, SLOPE, X1, X2, Strips

MAX_PIXELS = 3_000_000  # lines are looked for on a copy of at most this size (A4 at 180 dpi), cropped from the original
MAX_SIDE = 30_000  # pixels: OpenCV's warps take sides below 32768
SIDE_MARGIN, MARGIN = 0.25, 0.12  # line heights left and right, above and below, so that no stroke is cut
SIDE_PIXELS, PIXELS = 2, 1  # and this many pixels of the searched copy: blur is as wide around small print as large
MIN_COLUMN_ASPECT = 8  # lines of a text column are this much wider than high; those of a column of prices are not
MIN_COLUMN_LINES = 4
MAX_SPANNING = 0.2  # share of the lines that may run across a gutter: titles, captions


@dataclass(frozen=True)
class LineCrop:
    """One proposed line. `box` and `polygon` (clockwise from the top left, None where the line is level) are pixels of
    the page and enclose the text with a small margin; `image` is that area, upright, RGB, at full resolution."""

    box: Box
    polygon: tuple[tuple[float, float], ...] | None
    image: Image.Image


def propose(image: Image.Image) -> list[LineCrop]:
    """The text lines of `image` in reading order: columns left to right, rows top to bottom, pieces left to right.

    Any mode and size; an empty list where there is no text. Horizontal scripts only, turned by up to 15 degrees.
    """
    rgb = np.asarray(to_rgb(image))
    height, width = rgb.shape[:2]
    scale = min(1.0, (MAX_PIXELS / (height * width)) ** 0.5, MAX_SIDE / max(height, width))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    mask = ink(rgb if scale == 1 else np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), dtype=np.uint8))
    chars, _ = components(mask)
    char_height = character_height(chars)
    if not char_height:
        return []
    mask, back = upright(mask, skew(chars))
    back = np.diag([width / size[0], height / size[1]]) @ back
    lines = find_lines(mask, char_height)
    return [crop(rgb, corners(lines[i]) @ back[:, :2].T + back[:, 2]) for i in reading_order(lines)]


def rows(crops: list[LineCrop]) -> list[list[LineCrop]]:
    """Consecutive crops on the same text row, grouped: join texts with spaces within a group and newlines between."""
    groups: list[list[LineCrop]] = []
    for crop in crops:
        if groups and continues(quad(groups[-1][-1]), quad(crop)):
            groups[-1].append(crop)
        else:
            groups.append([crop])
    return groups


def upright(mask: Mask, angle: float) -> tuple[Mask, NDArray[np.float64]]:
    """`mask` without its skew and the 2 x 3 matrix back; untouched where turning a long strip would need a huge one."""
    height, width = mask.shape
    sin = abs(np.sin(np.deg2rad(angle)))
    if angle and (width + height * sin) * (height + width * sin) <= 3 * MAX_PIXELS:
        return rotate(mask, angle)
    return mask, np.eye(2, 3)


def corners(line: NDArray[np.float64]) -> NDArray[np.float64]:
    """The 4 x 2 corners of one strip with its margin, clockwise from the top left."""
    half = (line[X2] - line[X1]) / 2 + SIDE_MARGIN * line[HEIGHT] + SIDE_PIXELS
    rise = line[HEIGHT] * (0.5 + MARGIN) + PIXELS
    along, down = half * np.array([1, line[SLOPE]]), np.array([0, rise])
    centre = np.array([(line[X1] + line[X2]) / 2, line[MIDDLE]])
    return np.stack([centre - along - down, centre + along - down, centre + along + down, centre - along + down])


def crop(rgb: NDArray[np.uint8], points: NDArray[np.float64]) -> LineCrop:
    """Cut the parallelogram `points` (4 x 2) out of `rgb`; what lies beyond the page repeats its edge."""
    height, width = rgb.shape[:2]
    inside = points.clip(0, [width, height])
    (x1, y1), (x2, y2) = (float(v) for v in inside.min(0)), (float(v) for v in inside.max(0))
    box = Box(x1, y1, x2, y2)
    left, top = min(int(x1), width - 1), min(int(y1), height - 1)
    area = rgb[top : max(top + 1, int(np.ceil(y2))), left : max(left + 1, int(np.ceil(x2)))]
    if abs(points[0, 1] - points[1, 1]) < 1 and abs(points[0, 0] - points[3, 0]) < 1:
        return LineCrop(box, None, Image.fromarray(area.copy()))
    size = [max(1, round(float(np.linalg.norm(points[i] - points[0])))) for i in (1, 3)]
    target = np.array([[0, 0], [size[0], 0], [0, size[1]]], dtype=np.float32)
    matrix = cv2.getAffineTransform((points[[0, 1, 3]] - [left, top]).astype(np.float32), target)
    turned = cv2.warpAffine(area, matrix, (size[0], size[1]), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    polygon = tuple((x, y) for x, y in inside.tolist())
    return LineCrop(box, polygon, Image.fromarray(np.asarray(turned, dtype=np.uint8)))


def quad(crop: LineCrop) -> NDArray[np.float64]:
    box = crop.box
    return np.array(crop.polygon or ((box.x1, box.y1), (box.x2, box.y1), (box.x2, box.y2), (box.x1, box.y2)))


def continues(last: NDArray[np.float64], new: NDArray[np.float64]) -> bool:
    """Whether `new` starts right of `last` and no more than half a line off its level, seen along `last`."""
    along = (last[1] - last[0]) / max(1e-6, float(np.linalg.norm(last[1] - last[0])))
    tall = min(float(np.linalg.norm(points[3] - points[0])) for points in (last, new))
    step = (new[0] + new[3]) / 2 - (last[1] + last[2]) / 2
    return bool(step @ along > -tall and abs(step @ np.array([-along[1], along[0]])) < 0.5 * tall)


def reading_order(lines: Strips) -> list[int]:
    """Indices of `lines` in reading order. Side-by-side text columns are read one after the other, between the lines
    that span them (a recursive XY-cut); everything else row by row."""
    return ordered(lines, np.arange(len(lines)))


def ordered(lines: Strips, some: NDArray[np.int64]) -> list[int]:
    x = gutter(lines[some])
    if x is None:
        return by_rows(lines, some)
    order: list[int] = []
    band: list[int] = []
    for i in [*some[np.argsort(lines[some, MIDDLE])].tolist(), -1]:
        spans = i == -1 or lines[i, X1] < x < lines[i, X2]
        if not spans:
            band.append(i)
            continue
        members = np.array(band, dtype=np.int64)
        left = lines[members, X2] <= x
        order += ordered(lines, members[left]) + ordered(lines, members[~left])
        order += [] if i == -1 else [i]
        band = []
    return order


def gutter(lines: Strips) -> float | None:
    """The x that best parts `lines` into two columns of running text, None if there is none."""
    text = lines[lines[:, X2] - lines[:, X1] > MIN_COLUMN_ASPECT / 2 * lines[:, HEIGHT]]  # not list marks, page numbers
    best, found = 0.0, None
    for x in np.unique(text[:, X2]) + 1:
        left, right = text[text[:, X2] <= x], text[text[:, X1] >= x]
        spanning = len(text) - len(left) - len(right)
        score = min(len(left), len(right)) - 2.0 * spanning
        if score <= best or min(len(left), len(right)) < MIN_COLUMN_LINES or spanning > MAX_SPANNING * len(text):
            continue
        aspects = [float(np.median((part[:, X2] - part[:, X1]) / part[:, HEIGHT])) for part in (left, right)]
        if min(aspects) >= MIN_COLUMN_ASPECT:
            best, found = score, float(x)
    return found


def by_rows(lines: Strips, some: NDArray[np.int64]) -> list[int]:
    """Rows from top to bottom, each from left to right."""
    found: list[list[int]] = []
    for i in some[np.argsort(lines[some, MIDDLE])].tolist():
        last = lines[found[-1]] if found else lines[:0]
        low = min(lines[i, HEIGHT], last[:, HEIGHT].min(initial=np.inf))
        if len(last) and lines[i, MIDDLE] - last[:, MIDDLE].mean() < 0.5 * low:
            found[-1].append(i)
        else:
            found.append([i])
    return [i for row in found for i in sorted(row, key=lambda i: float(lines[i, X1]))]
