"""Text lines of a page, proposed by plain OpenCV morphology: ink, characters, lines, reading order, upright crops."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from hyocr.deskew import Mask, ink, skew
from hyocr.document import Box

Boxes = NDArray[np.float64]  # N x 4: x1, y1, x2, y2

MAX_PIXELS = 3_000_000  # lines are looked for on a copy of at most this size


@dataclass(frozen=True)
class LineCrop:
    box: Box
    polygon: tuple[tuple[float, float], ...] | None
    image: Image.Image


def propose(image: Image.Image) -> list[LineCrop]:
    rgb = np.asarray(image.convert("RGB"))
    scale = min(1.0, (MAX_PIXELS / (rgb.shape[0] * rgb.shape[1])) ** 0.5)
    small = rgb if scale == 1 else cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    mask = ink(small)
    chars = components(mask)
    if not len(chars):
        return []
    size = typical(chars)
    angle = turn_of(chars, size)
    back = np.array([[1.0, 0, 0], [0, 1, 0]])
    if angle:
        mask, back = rotated(mask, angle)
        chars = components(mask)
        size = typical(chars)
    boxes = find(mask, chars, size)
    boxes = boxes[reading_order(boxes)]
    back[:, :] /= scale
    return [crop(rgb, b, back, angle) for b in boxes]


def components(mask: Mask, size=1e9) -> Boxes:
    s = cv2.connectedComponentsWithStats(mask, connectivity=8)[2][1:]
    fill = s[:, 4] / (s[:, 2] * s[:, 3])
    s = s[(s[:, 4] >= 4) & ~((fill > .7) & (s[:, 3] > 2 * size) & (s[:, 2] < 3 * s[:, 3]))]
    return np.stack([s[:, 0], s[:, 1], s[:, 0] + s[:, 2], s[:, 1] + s[:, 3]], 1).astype(np.float64)


def heights(b): return b[:, 3] - b[:, 1]
def widths(b): return b[:, 2] - b[:, 0]


def typical(chars: Boxes) -> float:
    h, w = heights(chars), widths(chars)
    good = (h >= 5) & (w < 8 * h) & (h < 8 * w)
    return float(np.median(h[good])) if good.any() else float(np.median(h))


def turn_of(chars, size):
    h, w = heights(chars), widths(chars)
    good = (h > .5 * size) & (h < 2 * size) & (w < 4 * size)
    c = chars[good]
    return skew(np.stack([(c[:, 0] + c[:, 2]) / 2, c[:, 3]], 1), size)


def rotated(mask, angle):
    h, w = mask.shape
    m = cv2.getRotationMatrix2D((w / 2, h / 2), angle, 1.0)
    c, s = abs(m[0, 0]), abs(m[0, 1])
    W, H = int(np.ceil(w * c + h * s)), int(np.ceil(w * s + h * c))
    m[:, 2] += [(W - w) / 2, (H - h) / 2]
    out = cv2.warpAffine(mask, m, (W, H), flags=cv2.INTER_LINEAR)
    out = cv2.threshold(out, 127, 255, cv2.THRESH_BINARY)[1]
    return out, cv2.invertAffineTransform(m)


def without_rules(mask, size):
    n = int(max(40, 5 * size))
    hor = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((1, n), np.uint8))
    ver = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((n, 1), np.uint8))
    rules = cv2.dilate(hor | ver, np.ones((3, 3), np.uint8))
    return mask & ~rules, ver


def find(mask, chars, size) -> Boxes:
    mask, ver = without_rules(mask, size)
    chars = components(mask, size)
    if not len(chars): return chars
    size = typical(chars)
    h, w = heights(chars), widths(chars)
    bar = (h > 2.5 * size) & (h > 7 * w)
    chars = chars[~bar & (h < 8 * size)]
    h = heights(chars)
    w = widths(chars)
    flat = (h < .6 * size) & (w > 2 * size) & (w > 5 * h)
    chars = chars[~flat]
    h = heights(chars)
    first = linked(chars[(h >= .5 * size) & (h <= 3 * size)], ver, size)
    size = weighted_median(heights(first), widths(first))
    wall = gutters(mask, size) | ver
    normal = chars[(h >= SMALL * size) & (h <= TALL * size)]
    tall = chars[h > TALL * size]
    small = chars[h < SMALL * size]
    lines = linked(normal, wall, size)
    small = small[~separators(small, mask.shape, size)]
    lines = absorb(lines, small, size)
    lines, tall = cut(lines, tall)
    tl = linked(tall, wall, size)
    lines = consolidate(np.concatenate([lines, tl]), wall)
    keep = (heights(lines) > .5 * size) & (widths(lines) > 0.12*size)
    return lines[keep]

SMALL = .35
TALL = 1.35

def separators(small, shape, size):
    if not len(small): return np.zeros(0, bool)
    img = np.zeros(shape, np.uint8)
    e = .5 * size
    for x1, y1, x2, y2 in np.stack([small[:, 0] - e, small[:, 1], small[:, 2] + e, small[:, 3] - 1], 1).astype(int).tolist():
        cv2.rectangle(img, (x1, y1), (x2, y2), 255, -1)
    n, lab, st, _ = cv2.connectedComponentsWithStats(img)
    bad = (st[:, 2] > 4 * size) & (st[:, 3] < .6 * size)
    bad[0] = False
    c = ((small[:, :2] + small[:, 2:]) / 2).astype(int)
    return bad[lab[c[:, 1], c[:, 0]]]


def weighted_median(x, w):
    o = np.argsort(x)
    c = np.cumsum(w[o])
    return float(x[o][np.searchsorted(c, c[-1] / 2)])


def gaps(a, b):
    """positive = gap, negative = overlap"""
    gx = np.maximum(a[:, None, 0], b[None, :, 0]) - np.minimum(a[:, None, 2], b[None, :, 2])
    gy = np.maximum(a[:, None, 1], b[None, :, 1]) - np.minimum(a[:, None, 3], b[None, :, 3])
    return gx, gy


def cut(lines, tall):
    if not len(lines) or not len(tall): return lines, tall
    gx, gy = gaps(tall, lines)
    touch = (gx < .6 * heights(lines)) & (-gy > .6 * heights(lines))
    lines = lines.copy()
    rest = []
    for t, row in zip(tall, touch):
        hit = np.flatnonzero(row)
        lh = heights(lines)[hit]
        mid = (lines[hit, 1] + lines[hit, 3]) / 2
        if len(hit) == 0 or (np.ptp(mid) < .5 * lh.max() and (t[3] - t[1] > 2 * lh.max() or abs((t[1] + t[3]) / 2 - mid.mean()) > .35 * lh.max())):
            rest.append(t)
            continue
        lines[hit, 0] = np.minimum(lines[hit, 0], t[0])
        lines[hit, 2] = np.maximum(lines[hit, 2], t[2])
        if np.ptp(mid) < .5 * lh.max():
            lines[hit, 1] = np.minimum(lines[hit, 1], t[1])
            lines[hit, 3] = np.maximum(lines[hit, 3], t[3])
    return lines, np.array(rest).reshape(-1, 4)


def consolidate(lines, wall):
    for _ in range(4):
        n = len(lines)
        if n < 2: return lines
        h = heights(lines)
        gx, gy = gaps(lines, lines)
        low, high = np.minimum(h[:, None], h), np.maximum(h[:, None], h)
        same = (-gy > .6 * low) & (gx < REACH * low) & (high < 1.7 * low)
        for i, j in np.argwhere(same & (gx > 0)):
            y = int((max(lines[i, 1], lines[j, 1]) + min(lines[i, 3], lines[j, 3])) / 2)
            a, b = int(min(lines[i, 2], lines[j, 2])), int(max(lines[i, 0], lines[j, 0]))
            same[i, j] = not wall[y, a:b].any()
        nested = (-gy > .5 * low) & (gx < 0) & (-gx > .6 * np.minimum(widths(lines)[:, None], widths(lines)))
        ids = groups(same | nested)
        lines = hull(lines, ids, ids.max() + 1)
        if len(lines) == n: break
    return lines


def groups(near):
    ids = np.arange(len(near))
    while True:
        new = np.where(near, ids[None, :], len(near)).min(1)
        new = np.minimum(new, ids)
        new = new[new]
        if (new == ids).all(): return ids
        ids = new


def gutters(mask, size):
    h, w = mask.shape
    k = max(1, int(size // 6))
    small = cv2.resize(mask, (max(1, w // k), max(1, h // k)), interpolation=cv2.INTER_AREA)
    white = ((small < 20) * 255).astype(np.uint8)
    u = size / k
    blank = cv2.morphologyEx(white, cv2.MORPH_OPEN, np.ones((max(1, int(2 * u)), max(1, int(6 * u))), np.uint8))
    gut = cv2.morphologyEx(white & ~blank, cv2.MORPH_OPEN, np.ones((max(1, int(GUT * u)), max(1, int(.8 * u))), np.uint8))
    return cv2.resize(gut, (w, h), interpolation=cv2.INTER_NEAREST)


REACH = 1.6
import os
GUT = float(os.environ.get('GUT', 7))


def linked(chars, wall, size):
    if not len(chars): return np.zeros((0, 4))
    img = np.zeros_like(wall)
    h = heights(chars)
    e = REACH / 2 * np.maximum(h, .8 * size)
    draw = np.stack([chars[:, 0] - e, chars[:, 1] + .25 * h, chars[:, 2] + e, chars[:, 3] - .25 * h - 1], 1).round().astype(int)
    for x1, y1, x2, y2 in draw.tolist():
        cv2.rectangle(img, (x1, y1), (x2, y2), 255, -1)
    img[wall > 0] = 0
    for x1, y1, x2, y2 in chars.astype(int).tolist():
        img[(y1 + y2) // 2, x1:x2] = 255
    n, lab = cv2.connectedComponents(img, connectivity=4)
    ci = lab[((chars[:, 1] + chars[:, 3]) // 2).astype(int), chars[:, 0].astype(int)]
    return hull(chars, ci, n)


def hull(chars, ids, n):
    out = np.full((n, 4), np.inf)
    out[:, 2:] = -np.inf
    np.minimum.at(out[:, 0], ids, chars[:, 0])
    np.minimum.at(out[:, 1], ids, chars[:, 1])
    np.maximum.at(out[:, 2], ids, chars[:, 2])
    np.maximum.at(out[:, 3], ids, chars[:, 3])
    return out[np.isfinite(out[:, 0])]


def absorb(lines, small, size):
    if not len(lines) or not len(small): return lines
    c = (small[:, :2] + small[:, 2:]) / 2
    lh = heights(lines)
    dx = np.maximum(lines[None, :, 0] - c[:, None, 0], c[:, None, 0] - lines[None, :, 2])
    dy = np.maximum(lines[None, :, 1] - c[:, None, 1], c[:, None, 1] - lines[None, :, 3])
    d = np.where((dx < .8 * lh) & (dy < .2 * lh), np.maximum(dx, 0) + np.maximum(dy, 0), np.inf)
    best = d.argmin(1)
    ok = np.isfinite(d.min(1))
    return hull(np.concatenate([lines, small[ok]]), np.concatenate([np.arange(len(lines)), best[ok]]), len(lines))


def reading_order(b):
    return np.argsort(b[:, 1]) if len(b) else np.zeros(0, int)


def crop(rgb, b, back, angle):
    x1, y1, x2, y2 = b
    p = .15 * (y2 - y1); x1 -= .05*(y2-y1); x2 += .05*(y2-y1)
    q = np.array([[x1 - p, y1 - p, 1], [x2 + p, y1 - p, 1], [x2 + p, y2 + p, 1], [x1 - p, y2 + p, 1]]) @ back.T
    H, W = rgb.shape[:2]
    q[:, 0] = q[:, 0].clip(0, W); q[:, 1] = q[:, 1].clip(0, H)
    box = Box(*q.min(0).tolist(), *q.max(0).tolist())
    poly = tuple((float(x), float(y)) for x, y in q) if angle else None
    return LineCrop(box, poly, Image.fromarray(rgb[:1, :1]))


def rows(crops):
    return [[c] for c in crops]
