"""From a page image to its ink: mask of the marks on the paper, skew angle, rules removed, connected components."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.uint8]  # H x W, 0 or 255
Boxes = NDArray[np.float64]  # N x 4: x1, y1, x2, y2 in pixels of the mask

BACKGROUND_STEP = 4  # the paper changes slowly: its colour is estimated on every fourth pixel
BACKGROUND_WINDOW = 21  # median over 21 * 4 = 84 px: wider than the strokes of most text, narrower than coloured panels
MIN_CONTRAST = 28  # grey levels between ink and paper: fainter is paper texture, JPEG ringing, print from the back
RELATIVE_CONTRAST = 0.2  # and a fifth of what clear print has: where print is black, grey smudges are not ink
MAX_SKEW = 15.0  # degrees
MIN_SKEW = 0.15  # degrees: below it even a line as wide as a page drifts by less than a fifth of its height
RULE_LENGTH = 10  # characters: a straight run of ink longer than this many character heights is no letter
MIN_RULE = 40  # pixels: and for tiny print at least this


def heights(boxes: Boxes) -> NDArray[np.float64]:
    return np.asarray(boxes[:, 3] - boxes[:, 1])


def widths(boxes: Boxes) -> NDArray[np.float64]:
    return np.asarray(boxes[:, 2] - boxes[:, 0])


def ink(rgb: NDArray[np.uint8]) -> Mask:
    """Mask of the pixels of `rgb` (H x W x 3) that differ from the local paper colour in any channel.

    The paper is a wide median, so dark on light, light on dark and colour on colour are all the same thing.
    """
    height, width = rgb.shape[:2]
    small = np.ascontiguousarray(rgb[::BACKGROUND_STEP, ::BACKGROUND_STEP])
    paper = cv2.resize(cv2.medianBlur(small, BACKGROUND_WINDOW), (width, height), interpolation=cv2.INTER_LINEAR)
    return marks_on(rgb, np.asarray(paper, dtype=np.uint8))


def marks_on(rgb: NDArray[np.uint8], paper: NDArray[np.uint8]) -> Mask:
    """Mask of the pixels of `rgb` that differ clearly in any channel from `paper`, an image of the same shape."""
    red, green, blue = cv2.split(cv2.absdiff(rgb, paper))
    strength = cv2.max(cv2.max(red, green), blue)
    marks = strength[::2, ::2]
    marks = marks[marks > MIN_CONTRAST]
    clear = float(np.percentile(marks, 90)) if len(marks) else 0.0
    return as_mask(strength > max(MIN_CONTRAST, RELATIVE_CONTRAST * clear))


def as_mask(flags: NDArray[np.bool_]) -> Mask:
    return np.asarray(flags, dtype=np.uint8) * np.uint8(255)


def components(mask: Mask) -> tuple[Boxes, NDArray[np.float64]]:
    """Boxes of the connected components of at least four pixels, and the share of each box that is ink."""
    stats = cv2.connectedComponentsWithStats(mask, connectivity=8)[2][1:].astype(np.float64)
    x, y, width, height, area = stats[stats[:, 4] >= 4].T
    return np.stack([x, y, x + width, y + height], axis=1), area / (width * height)


def character_height(chars: Boxes) -> float:
    """Median height of the boxes shaped like a character or a word of touching ones; 0 if there is none."""
    height, width = heights(chars), widths(chars)
    likely = height[(height >= 5) & (width < 8 * height) & (height < 8 * width)]
    return float(np.median(likely)) if len(likely) else 0.0


def skew(chars: Boxes) -> float:
    """Angle in degrees by which text lines fall to the right, 0 where there is too little text to tell.

    Turned by the right angle, the feet of the characters of a line share one y, so a histogram over y with bins of a
    quarter of a character has the largest sum of squares. Small angles win ties. Coarse search, then fine.
    """
    size = character_height(chars)
    height = heights(chars)
    plain = chars[(height > 0.5 * size) & (height < 2 * size) & (widths(chars) < 4 * size)]
    if len(plain) < 8:
        return 0.0
    x, y = (plain[:, 0] + plain[:, 2]) / 2, plain[:, 3]

    def sharpness(angle: float) -> float:
        turned = y * np.cos(np.deg2rad(angle)) - x * np.sin(np.deg2rad(angle))
        counts = np.bincount(((turned - turned.min()) / max(1.0, size / 4)).astype(np.int64))
        return float(np.square(counts + np.append(counts[1:], 0)).sum()) * (1 - abs(angle) / 200)

    coarse = max(np.arange(-MAX_SKEW, MAX_SKEW + 0.1, 0.5).tolist(), key=sharpness)
    fine = float(max(np.arange(coarse - 0.5, coarse + 0.51, 0.1).tolist(), key=sharpness))
    return fine if abs(fine) >= MIN_SKEW and sharpness(fine) > 1.05 * sharpness(0.0) else 0.0


def rotate(mask: Mask, angle: float) -> tuple[Mask, NDArray[np.float64]]:
    """`mask` turned by `angle` degrees against its skew, uncropped, and the 2 x 3 matrix that maps points back."""
    height, width = mask.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    cos, sin = abs(matrix[0, 0]), abs(matrix[0, 1])
    size = int(np.ceil(width * cos + height * sin)), int(np.ceil(width * sin + height * cos))
    matrix[:, 2] += np.array([size[0] - width, size[1] - height]) / 2
    turned = cv2.warpAffine(mask, matrix, size, flags=cv2.INTER_LINEAR)
    return as_mask(turned > 127), np.asarray(cv2.invertAffineTransform(matrix), dtype=np.float64)


def without_rules(mask: Mask, size: float) -> tuple[Mask, Mask]:
    """`mask` less the straight rules of print with characters of height `size`, and the vertical rules by themselves.

    A rough rule is long in places only, so what continues a found rule on its level goes too.
    """
    length, along = int(max(MIN_RULE, RULE_LENGTH * size)), int(2 * size) | 1
    horizontal = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((1, length), np.uint8))
    vertical = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((length, 1), np.uint8))
    rules = cv2.dilate(horizontal, np.ones((3, along), np.uint8)) | cv2.dilate(vertical, np.ones((along, 3), np.uint8))
    return np.asarray(mask & ~rules, dtype=np.uint8), np.asarray(vertical, dtype=np.uint8)
