"""From a page image to its ink: which pixels are marks on the paper, whatever the colours, and how far the page is turned."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.uint8]

BACKGROUND_SCALE = 4  # the paper changes slowly: its colour is estimated on every fourth pixel
BACKGROUND_WINDOW = 21  # median over 21 * 4 = 84 px: wider than a stroke of any text, narrower than a coloured panel
MIN_CONTRAST = 24  # grey levels between ink and paper: fainter is paper texture, JPEG ringing and print from the back
MAX_SKEW = 15.0  # degrees
MIN_SKEW = 0.15  # degrees: below it a line as wide as a page drifts by less than a fifth of its height


def ink(rgb: NDArray[np.uint8]) -> Mask:
    """Mask (H x W, 0 or 255) of the pixels that differ from the local paper colour in any channel of `rgb` (H x W x 3).

    The paper is a wide median, so dark on light, light on dark and colour on colour are all the same thing.
    """
    height, width = rgb.shape[:2]
    small = np.ascontiguousarray(rgb[::BACKGROUND_SCALE, ::BACKGROUND_SCALE])
    paper = cv2.resize(cv2.medianBlur(small, BACKGROUND_WINDOW), (width, height), interpolation=cv2.INTER_LINEAR)
    red, green, blue = cv2.split(cv2.absdiff(rgb, paper))
    strength = cv2.max(cv2.max(red, green), blue)
    sample = strength[::2, ::2]
    sample = sample[sample > MIN_CONTRAST]
    import os
    t = max(MIN_CONTRAST, float(os.environ.get('F', .3)) * float(np.percentile(sample, 90))) if len(sample) else MIN_CONTRAST
    return np.asarray(cv2.threshold(strength, t, 255, cv2.THRESH_BINARY)[1], dtype=np.uint8)


def skew(feet: NDArray[np.float64], height: float) -> float:
    """Angle in degrees by which text lines fall to the right (y down), from the bottom centres of characters (N x 2).

    Turned by the right angle, the feet of a line share one y, so a histogram over y with bins of a quarter of the
    character `height` has the largest sum of squares. Coarse search, then fine.
    """
    if len(feet) < 8:
        return 0.0

    def sharpness(angle: float) -> float:
        radians = np.deg2rad(angle)
        y = feet[:, 1] * np.cos(radians) - feet[:, 0] * np.sin(radians)
        bins = np.bincount(((y - y.min()) / max(1.0, height / 4)).astype(np.int64))
        return float(np.square(bins + np.append(bins[1:], 0)).sum()) * (1 - abs(angle) / 200)

    coarse = max(np.arange(-MAX_SKEW, MAX_SKEW + 0.1, 0.5), key=sharpness)
    fine = max(np.arange(coarse - 0.5, coarse + 0.51, 0.1), key=sharpness)
    return float(fine) if abs(fine) >= MIN_SKEW and sharpness(fine) > 1.05 * sharpness(0.0) else 0.0
