"""From the characters of an upright page to its text lines: neighbours of one height on one level belong together."""

from __future__ import annotations

import os

import cv2
import numpy as np
from numpy.typing import NDArray

from hyocr.ink import Boxes, Mask, as_mask, components, heights, widths, without_rules

Ids = NDArray[np.int64]  # N: the line every character belongs to
Strips = NDArray[np.float64]  # M x 5: x1, x2, y of the middle, height, slope (dy / dx) of every line

REACH = float(os.environ.get("REACH", 1.8))  # line heights: a wider gap ends a line
DOT_REACH = float(os.environ.get("ABS", 1.5))
SMALL = 0.35
TALL = 1.35
X1, X2, MIDDLE, HEIGHT, SLOPE = range(5)


def find_lines(mask: Mask, size: float) -> Strips:
    mask, walls = without_rules(mask, size)
    chars = characters(mask, size)
    height = heights(chars)
    usual = chars[(height >= 0.5 * size) & (height <= 3 * size)]
    if not len(usual):
        return np.zeros((0, 5))
    first = strips(usual, link(usual, walls, size))
    size = weighted_median(first[:, HEIGHT], first[:, X2] - first[:, X1])
    walls = walls | gutters(mask, size)
    tall, small = height > TALL * size, height < SMALL * size
    specks = dots(chars[small], mask.shape, size)
    specks = stacked(specks, mask.shape, size)
    st = heights(specks) >= SMALL * size
    usual = np.concatenate([chars[~tall & ~small], specks[st]])
    specks = specks[~st]
    ids = link(usual, walls, size)
    usual, ids, rest = cut(usual, ids, chars[tall])
    ids = np.concatenate([ids, link(rest, walls, size) + next_id(ids)])
    usual = np.concatenate([usual, rest])
    usual, ids = absorb(usual, ids, specks)
    ids = join(usual, ids, walls)
    lines = strips(usual, ids)
    return lines[(lines[:, HEIGHT] > 0.5 * size) & (lines[:, X2] - lines[:, X1] > 0.12 * size)]


def next_id(ids: Ids) -> int:
    return int(ids.max()) + 1 if len(ids) else 0


def characters(mask: Mask, size: float) -> Boxes:
    chars, fill = components(mask)
    height, width = heights(chars), widths(chars)
    bar = (height > 2.5 * size) & (height > 7 * width)
    blot = (height > 2 * size) & (width < 3 * height) & (fill > 0.7)
    dash = (width > 5 * height) & (width > 2 * size) & ((height < 0.6 * size) | (fill < 0.25))
    edge = (
        (chars[:, 0] <= 1)
        | (chars[:, 1] <= 1)
        | (chars[:, 2] >= mask.shape[1] - 1)
        | (chars[:, 3] >= mask.shape[0] - 1)
    )
    shadow = edge & (height > 2 * size)
    return chars[~(bar | blot | dash | shadow) & (height < 8 * size)]


def weighted_median(values: NDArray[np.float64], weights: NDArray[np.float64]) -> float:
    order = np.argsort(values)
    total = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(total, total[-1] / 2)])


def gutters(mask: Mask, size: float) -> Mask:
    step = max(1, int(size // 6))
    unit = size / step
    height, width = mask.shape
    small = cv2.resize(mask, (max(1, width // step), max(1, height // step)), interpolation=cv2.INTER_AREA)
    white = as_mask(small < 20)
    blank = cv2.morphologyEx(white, cv2.MORPH_OPEN, np.ones((round(2 * unit), round(6 * unit)), np.uint8))
    tall = cv2.morphologyEx(white & ~blank, cv2.MORPH_OPEN, np.ones((round(12 * unit), round(0.8 * unit)), np.uint8))
    return np.asarray(cv2.resize(tall, (width, height), interpolation=cv2.INTER_NEAREST), dtype=np.uint8)


def link(chars: Boxes, walls: Mask, size: float) -> Ids:
    canvas = np.zeros_like(walls)
    height = heights(chars)
    reach = REACH / 2 * np.maximum(height, 0.8 * size)
    y1, y2 = chars[:, 1] + 0.25 * height, chars[:, 3] - 0.25 * height - 1
    for band in np.stack([chars[:, 0] - reach, y1, chars[:, 2] + reach, y2], axis=1).round().astype(int).tolist():
        cv2.rectangle(canvas, band[:2], band[2:], 255, -1)
    canvas[walls > 0] = 0
    left, right = chars[:, 0].astype(int), chars[:, 2].astype(int)
    middle = ((chars[:, 1] + chars[:, 3]) // 2).astype(int)
    for x1, x2, y in zip(left.tolist(), right.tolist(), middle.tolist(), strict=True):
        canvas[y, x1:x2] = 255
    labels = cv2.connectedComponents(canvas, connectivity=4)[1]
    return np.unique(labels[middle, left], return_inverse=True)[1].astype(np.int64)


def strips(chars: Boxes, ids: Ids) -> Strips:
    count = next_id(ids)
    x1, y1, x2, y2 = chars.T
    height = heights(chars)
    left, right = lowest(x1, ids, count), -lowest(-x2, ids, count)
    x = (x1 + x2) / 2 - ((left + right) / 2)[ids]
    flat_top, flat_bottom = extent(y1, y2, height, ids, count)
    weight = (height > 0.6 * middle_of(height, ids, count)[ids]).astype(np.float64)
    foot = y2
    slope = np.zeros(count)
    for _ in range(2):
        slope = slopes(x, foot, weight, ids, count)
        off = foot - slope[ids] * x
        off = np.abs(off - middle_of(off, ids, count)[ids])
        weight = weight * (off <= 0.15 * height + 0.5)
    top, bottom = extent(y1 - slope[ids] * x, y2 - slope[ids] * x, height, ids, count)
    ok = (
        (np.bincount(ids, minlength=count) >= 6)
        & (right - left > 6 * (bottom - top))
        & (bottom - top < 0.9 * (flat_bottom - flat_top))
    )
    top, bottom, slope = np.where(ok, top, flat_top), np.where(ok, bottom, flat_bottom), np.where(ok, slope, 0)
    return np.stack([left, right, (top + bottom) / 2, bottom - top, slope], axis=1)


def lowest(values, ids, count):
    out = np.full(count, np.inf)
    np.minimum.at(out, ids, values)
    return out


def middle_of(values, ids, count):
    order = np.lexsort((values, ids))
    starts = np.searchsorted(ids[order], np.arange(count + 1))
    return values[order][(starts[:-1] + starts[1:]) // 2]


def extent(tops, bottoms, height, ids, count):
    size = middle_of(height, ids, count)
    top = lowest(np.maximum(tops, (middle_of(tops, ids, count) - CLIP * size)[ids]), ids, count)
    bottom = -lowest(-np.minimum(bottoms, (middle_of(bottoms, ids, count) + CLIP * size)[ids]), ids, count)
    return top, bottom


CLIP = float(os.environ.get("CLIP", 0.7))


def slopes(x, y, weight, ids, count):
    def total(v):
        return np.bincount(ids, v, minlength=count)

    n = np.maximum(total(weight), 1)
    mx = total(weight * x) / n
    dx = x - mx[ids]
    return total(weight * dx * y) / np.maximum(total(weight * dx * dx), 1.0)


def level(lines: Strips, x: NDArray[np.float64] | float) -> NDArray[np.float64]:
    return np.asarray(lines[..., MIDDLE] + lines[..., SLOPE] * (x - (lines[..., X1] + lines[..., X2]) / 2))


def cut(chars: Boxes, ids: Ids, tall: Boxes) -> tuple[Boxes, Ids, Boxes]:
    lines = strips(chars, ids)
    height = lines[:, HEIGHT]
    rest, pieces, owners = [], [chars], [ids]
    for x1, y1, x2, y2 in tall:
        middle = level(lines, (x1 + x2) / 2)
        gap = np.maximum(x1, lines[:, X1]) - np.minimum(x2, lines[:, X2])
        overlap = np.minimum(y2, middle + height / 2) - np.maximum(y1, middle - height / 2)
        hit = np.flatnonzero((gap < 0.6 * height) & (overlap > 0.6 * height))
        rows = np.ptp(middle[hit]) > 0.5 * height[hit].max() if len(hit) else False
        fits = (
            len(hit) > 0
            and y2 - y1 <= 2 * height[hit].max()
            and abs((y1 + y2) / 2 - middle[hit].mean()) <= 0.35 * height[hit].max()
        )
        if rows:
            pieces.append(
                np.array(
                    [[x1, max(y1, middle[i] - height[i] / 2), x2, min(y2, middle[i] + height[i] / 2)] for i in hit]
                )
            )
            owners.append(hit)
        elif fits:
            pieces.append(np.array([[x1, y1, x2, y2]]))
            owners.append(hit[:1])
        else:
            rest.append((x1, y1, x2, y2))
    return np.concatenate(pieces), np.concatenate(owners), np.array(rest).reshape(-1, 4)


def dots(small: Boxes, shape: tuple[int, ...], size: float) -> Boxes:
    small = small[~in_row(small, shape, size, 0.5)]
    return small[~in_row(small[:, [1, 0, 3, 2]], shape[::-1], size, 0.2)]


def stacked(small, shape, size):
    canvas = np.zeros((shape[0], shape[1]), np.uint8)
    reach = STACK * size / 2
    grown = small + np.array([0, -reach, -1, reach - 1])
    for x1, y1, x2, y2 in grown.round().astype(int).tolist():
        cv2.rectangle(canvas, (x1, y1), (x2, y2), 255, -1)
    labels = cv2.connectedComponents(canvas)[1]
    x, y = ((small[:, :2] + small[:, 2:]) // 2).astype(int).T
    ids = np.unique(labels[y, x], return_inverse=True)[1]
    n = next_id(ids)
    return np.stack(
        [
            lowest(small[:, 0], ids, n),
            lowest(small[:, 1], ids, n),
            -lowest(-small[:, 2], ids, n),
            -lowest(-small[:, 3], ids, n),
        ],
        1,
    )


STACK = float(os.environ.get("STACK", 0.5))


def in_row(small: Boxes, shape: tuple[int, ...], size: float, gap: float) -> NDArray[np.bool_]:
    canvas = np.zeros((shape[0], shape[1] // 4 + 1), np.uint8)
    reach = gap * size
    grown = (small + np.array([-reach, 0, reach, -1])) / (4, 1, 4, 1)
    for x1, y1, x2, y2 in grown.astype(int).tolist():
        cv2.rectangle(canvas, (x1, y1), (x2, y2), 255, -1)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(canvas)
    row = (stats[:, 2] > size) & (stats[:, 3] < 0.6 * size)
    row[0] = False
    x, y = ((small[:, :2] + small[:, 2:]) // 2).astype(int).T
    return np.asarray(row[labels[y, x // 4]])


def absorb(chars: Boxes, ids: Ids, small: Boxes) -> tuple[Boxes, Ids]:
    for _ in range(2):
        lines = strips(chars, ids)
        if not len(lines) or not len(small):
            break
        height = lines[:, HEIGHT]
        x = (small[:, 0] + small[:, 2]) / 2
        y = level(lines, x[:, None])
        gap = np.maximum(small[:, 0, None], lines[:, X1]) - np.minimum(small[:, 2, None], lines[:, X2])
        inside = (small[:, 1, None] > y - 0.7 * height) & (small[:, 3, None] < y + 0.75 * height)
        d = np.where(inside & (gap < DOT_REACH * height), np.maximum(gap, 0), np.inf)
        ok = np.isfinite(d.min(1))
        chars, ids = np.concatenate([chars, small[ok]]), np.concatenate([ids, d.argmin(1)[ok]])
        small = small[~ok]
    return chars, ids


def join(chars: Boxes, ids: Ids, walls: Mask) -> Ids:
    for _ in range(3):
        lines = strips(chars, ids)
        n = len(lines)
        near = pairs(lines, walls)
        parent = list(range(n))

        def root(i: int) -> int:
            while parent[i] != i:
                i = parent[i]
            return i

        for i, j in near:
            parent[root(i)] = root(j)
        roots = np.array([root(i) for i in range(n)], dtype=np.int64)
        ids = np.unique(roots[ids], return_inverse=True)[1].astype(np.int64)
        if next_id(ids) == n:
            break
    return ids


def pairs(lines: Strips, walls: Mask) -> list[tuple[int, int]]:
    h = lines[:, HEIGHT]
    w = lines[:, X2] - lines[:, X1]
    low, high = np.minimum(h[:, None], h), np.maximum(h[:, None], h)
    a, b = np.maximum(lines[:, None, X1], lines[:, X1]), np.minimum(lines[:, None, X2], lines[:, X2])
    gap = a - b
    x = (a + b) / 2
    dy = np.abs(level(lines[:, None], x) - level(lines, x))
    overlap = np.minimum((h[:, None] + h) / 2 - dy, low)
    same = (overlap > 0.6 * low) & (gap < REACH * low) & (high < 1.7 * low)
    nested = (overlap > 0.5 * low) & (-gap > 0.6 * np.minimum(w[:, None], w))
    out = []
    for i, j in np.argwhere(np.triu(same | nested, 1)):
        if gap[i, j] > 0:
            y = int(np.clip(level(lines[i], x[i, j]), 0, len(walls) - 1))
            if walls[y, int(b[i, j]) : int(a[i, j])].any():
                continue
        out.append((i, j))
    return out
