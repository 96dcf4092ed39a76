"""From the ink of an upright page to its text lines: characters of one height, on one level, near each other.

Sizes are in units of the page's usual line height unless a comment says otherwise, so that scale does not matter.
"""

from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from hyocr.ink import Boxes, Mask, as_mask, components, heights, widths, without_rules
from hyocr.strips import HEIGHT, SLOPE, X1, X2, Ids, Strips, level, lowest, next_id, strips

REACH = 1.6  # a wider gap ends a line: wider than the spaces of monospaced print, narrower than table columns
SMALL = 0.4  # lower is a dot, a dash or a splinter: it joins lines but starts none
TALL = 1.5  # higher is a large title, or touches the line above
FLAT = 0.3  # the height of dashes and stars in a row that separates paragraphs
SIMILAR = 1.6  # times: neighbours whose heights differ more are not one line
STACKED = 0.3  # the gap between the dots of a colon, the bars of "=", the splinters of a faint digit
GUTTER_WIDTH, GUTTER_HEIGHT = 0.8, 12  # white of this size between text on both sides divides columns
BLANK_WIDTH, BLANK_HEIGHT = 6, 2  # white of this size is open paper, not a gutter
VALLEY = 0.4  # of the usual ink per row: less is the gap between two lines that touch
BLOCK = 512  # rows of a pairwise comparison at a time, to bound its memory on pages full of specks


def find_lines(mask: Mask, size: float) -> Strips:
    """The text lines of an upright `mask` whose characters are usually `size` pixels high, in no order."""
    mask, walls = without_rules(mask, size)
    chars = characters(mask, size)
    height = heights(chars)
    usual = chars[(height >= 0.5 * size) & (height <= 2.5 * size)]  # not the pairs that touch across two lines
    if not len(usual):
        return np.zeros((0, 5))
    first = strips(usual, link(usual, walls, size))
    size = weighted_median(first[:, HEIGHT], first[:, X2] - first[:, X1])
    walls = walls | gutters(mask, size)
    specks = stack(without_rows(chars[height < SMALL * size], mask, size), mask, size)
    whole = heights(specks) >= SMALL * size
    usual = np.concatenate([chars[(height >= SMALL * size) & (height <= TALL * size)], specks[whole]])
    usual, ids, rest = cut(usual, link(usual, walls, size), chars[height > TALL * size])
    ids = np.concatenate([ids, link(rest, walls, size) + next_id(ids)])
    usual, ids = absorb(np.concatenate([usual, rest]), ids, specks[~whole])
    ids = join(usual, ids, walls)
    lines = strips(*split(usual, ids, mask, size))
    return lines[(lines[:, HEIGHT] > 0.5 * size) & (lines[:, X2] - lines[:, X1] > 0.12 * size)]


def characters(mask: Mask, size: float) -> Boxes:
    """Components that may be characters: no bar codes, blots, rings, dashes, shadows of the page's edge, pictures."""
    chars, fill = components(mask)
    height, width = heights(chars), widths(chars)
    bar = (height > 2.5 * size) & (height > 7 * width)
    blot = (height > 2 * size) & (width < 3 * height) & (fill > 0.7)
    ring = (height > 2 * size) & (width > size) & (fill < 0.12)
    dash = (width > 5 * height) & (width > 2 * size) & ((height < 0.6 * size) | (fill < 0.25))
    outer = (chars[:, :2] <= 1).any(1) | (chars[:, 2:] >= np.array([mask.shape[1], mask.shape[0]]) - 1).any(1)
    shadow = outer & (height > 2 * size)
    return chars[~(bar | blot | ring | dash | shadow) & (height < 8 * size)]


def weighted_median(values: NDArray[np.float64], weights: NDArray[np.float64]) -> float:
    order = np.argsort(values)
    total = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(total, total[-1] / 2)])


def gutters(mask: Mask, size: float) -> Mask:
    """Mask of the tall, narrow white stripes between columns of text."""
    step = max(1, int(size // 6))  # a sixth of a line is fine enough, and quick
    unit = size / step
    height, width = mask.shape
    small = cv2.resize(mask, (max(1, width // step), max(1, height // step)), interpolation=cv2.INTER_AREA)
    white = as_mask(small < 20)
    blank = np.ones((round(BLANK_HEIGHT * unit), round(BLANK_WIDTH * unit)), np.uint8)
    tall = np.ones((round(GUTTER_HEIGHT * unit), round(GUTTER_WIDTH * unit)), np.uint8)
    white &= ~cv2.morphologyEx(white, cv2.MORPH_OPEN, blank)
    stripes = cv2.morphologyEx(white, cv2.MORPH_OPEN, tall)
    return np.asarray(cv2.resize(stripes, (width, height), interpolation=cv2.INTER_NEAREST), dtype=np.uint8)


def paint(boxes: Boxes, canvas: Mask) -> None:
    """Fill `boxes` (x2 and y2 included) on `canvas`."""
    for x1, y1, x2, y2 in np.round(boxes).astype(int).tolist():
        cv2.rectangle(canvas, (x1, y1), (x2, y2), 255, -1)


def centres(boxes: Boxes) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Row and column of the centre of every box."""
    x, y = ((boxes[:, :2] + boxes[:, 2:]) // 2).astype(np.int64).T
    return y, x


def link(chars: Boxes, walls: Mask, size: float) -> Ids:
    """Lines of `chars`: smear each by its own reach, in its middle half only so that descenders touch nothing below."""
    canvas = np.zeros_like(walls)
    x1, y1, x2, y2 = chars.T
    height = heights(chars)
    reach = REACH / 2 * np.maximum(height, 0.8 * size)
    paint(np.stack([x1 - reach, y1 + height / 4, x2 + reach, y2 - height / 4 - 1], axis=1), canvas)
    canvas[walls > 0] = 0
    rows, columns = centres(chars)
    paint(np.stack([x1, rows, x2 - 1, rows], axis=1), canvas)
    labels = cv2.connectedComponents(canvas, connectivity=4)[1]
    return np.unique(labels[rows, columns], return_inverse=True)[1].astype(np.int64)


def without_rows(small: Boxes, mask: Mask, size: float) -> Boxes:
    """`small` less the rows of dashes, dots or stars that separate, and the dotted vertical rules."""
    flat, thin = heights(small) < FLAT * size, widths(small) < FLAT * size
    turned = small[thin][:, [1, 0, 3, 2]]
    drop = np.zeros(len(small), dtype=np.bool_)
    drop[np.flatnonzero(flat)[in_row(small[flat], mask.shape[0], mask.shape[1], 0.5 * size, size)]] = True
    # The reach is shorter downwards: colons below each other are no rule.
    drop[np.flatnonzero(thin)[in_row(turned, mask.shape[1], mask.shape[0], 0.2 * size, size)]] = True
    return small[~drop]


def in_row(small: Boxes, height: int, width: int, reach: float, size: float) -> NDArray[np.bool_]:
    """Which boxes stand in a horizontal row longer than four lines are high. x is coarse: a quarter will do."""
    canvas = np.zeros((height, width // 4 + 1), np.uint8)
    paint((small + np.array([-reach, 0, reach, -1])) / np.array([4, 1, 4, 1]), canvas)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(canvas)
    row = (stats[:, 2] > size) & (stats[:, 3] < 0.6 * size)
    row[0] = False
    rows, columns = centres(small)
    return np.asarray(row[labels[rows, columns // 4]], dtype=np.bool_)


def stack(small: Boxes, mask: Mask, size: float) -> Boxes:
    """`small` with pieces above each other made one: colons, equals signs, digits in splinters."""
    canvas = np.zeros_like(mask)
    reach = STACKED / 2 * size
    paint(small + np.array([0, -reach, -1, reach - 1]), canvas)
    labels = cv2.connectedComponents(canvas)[1]
    ids = np.unique(labels[centres(small)], return_inverse=True)[1].astype(np.int64)
    count = next_id(ids)
    low, high = small[:, :2], -small[:, 2:]
    sides = [lowest(low[:, 0], ids, count), lowest(low[:, 1], ids, count)]
    return np.stack([*sides, -lowest(high[:, 0], ids, count), -lowest(high[:, 1], ids, count)], axis=1)


def cut(chars: Boxes, ids: Ids, tall: Boxes) -> tuple[Boxes, Ids, Boxes]:
    """Give `tall` components to the lines they touch: one cut to pieces if several, whole if it fits; and the rest."""
    lines = strips(chars, ids)
    height = lines[:, HEIGHT]
    pieces, owners, rest = [chars], [ids], []
    for box in tall:
        x1, y1, x2, y2 = box
        middle = level(lines, (x1 + x2) / 2)
        gap = np.maximum(x1, lines[:, X1]) - np.minimum(x2, lines[:, X2])
        overlap = np.minimum(y2, middle + height / 2) - np.maximum(y1, middle - height / 2)
        hit = np.flatnonzero((gap < 0.6 * height) & (overlap > 0.6 * height))
        usual = height[hit].max(initial=0)
        if len(hit) and np.ptp(middle[hit]) > 0.5 * usual:
            top, bottom = np.maximum(y1, (middle - height / 2)[hit]), np.minimum(y2, (middle + height / 2)[hit])
            pieces.append(np.stack([np.full(len(hit), x1), top, np.full(len(hit), x2), bottom], axis=1))
            owners.append(hit)
        elif len(hit) and y2 - y1 <= 2 * usual and abs((y1 + y2) / 2 - middle[hit].mean()) <= 0.35 * usual:
            pieces.append(box[None])
            owners.append(hit[:1])
        else:
            rest.append(box)
    return np.concatenate(pieces), np.concatenate(owners), np.array(rest).reshape(-1, 4)


def absorb(chars: Boxes, ids: Ids, small: Boxes) -> tuple[Boxes, Ids]:
    """Add every one of `small` to the nearest line on its level. Twice, so that it may reach over another one."""
    for _ in range(2):
        lines = strips(chars, ids)
        if not len(lines):
            break
        height = lines[:, HEIGHT]
        owner = np.full(len(small), -1, dtype=np.int64)
        for start in range(0, len(small), BLOCK):
            x1, y1, x2, y2 = small[start : start + BLOCK].T[:, :, None]
            y = level(lines, (x1 + x2) / 2)
            gap = np.maximum(x1, lines[:, X1]) - np.minimum(x2, lines[:, X2])
            # Half a line up and a little more down, for commas.
            near = (y1 > y - 0.55 * height) & (y2 < y + 0.65 * height) & (gap < REACH * height)
            nearest = np.where(near, np.maximum(gap, 0), np.inf).argmin(1)
            owner[start : start + BLOCK] = np.where(near.any(1), nearest, -1)
        found = owner >= 0
        chars, ids = np.concatenate([chars, small[found]]), np.concatenate([ids, owner[found]])
        small = small[~found]
    return chars, ids


def join(chars: Boxes, ids: Ids, walls: Mask) -> Ids:
    """Merge lines that continue each other or lie inside each other, until nothing changes (three rounds at most)."""
    for _ in range(3):
        count = next_id(ids)
        parent = list(range(count))

        def root(line: int, parent: list[int] = parent) -> int:
            while parent[line] != line:
                line = parent[line]
            return line

        for one, other in pairs(strips(chars, ids), walls):
            parent[root(one)] = root(other)
        roots = np.array([root(line) for line in range(count)], dtype=np.int64)
        ids = np.unique(roots[ids], return_inverse=True)[1].astype(np.int64)
        if next_id(ids) == count:
            break
    return ids


def pairs(lines: Strips, walls: Mask) -> list[tuple[int, int]]:
    """Pairs of lines to merge: on one level, of like height, a small gap without a wall; or one inside the other."""
    height, width = lines[:, HEIGHT], lines[:, X2] - lines[:, X1]
    found = []
    for start in range(0, len(lines), BLOCK):
        some = lines[start : start + BLOCK, None]
        low, high = np.minimum(some[..., HEIGHT], height), np.maximum(some[..., HEIGHT], height)
        right, left = np.maximum(some[..., X1], lines[:, X1]), np.minimum(some[..., X2], lines[:, X2])
        x = (left + right) / 2
        overlap = np.minimum((some[..., HEIGHT] + height) / 2 - np.abs(level(some, x) - level(lines, x)), low)
        next_to = (overlap > 0.6 * low) & (right - left < REACH * low) & (high < SIMILAR * low)
        inside = (overlap > 0.5 * low) & (left - right > 0.6 * np.minimum(some[..., X2] - some[..., X1], width))
        for one, other in np.argwhere(next_to | inside).tolist():
            if start + one >= other:
                continue
            y = int(np.clip(level(lines[other], x[one, other]), 0, len(walls) - 1))
            if not walls[y, int(left[one, other]) : int(right[one, other])].any():  # an empty slice where they overlap
                found.append((start + one, other))
    return found


def split(chars: Boxes, ids: Ids, mask: Mask, size: float) -> tuple[Boxes, Ids]:
    """Cut lines that merged because they touch, by horizontal projection. A large title has no valleys and stays."""
    count = next_id(ids)
    flat = strips(chars, ids)[:, SLOPE] == 0
    tall = -lowest(-chars[:, 3], ids, count) - lowest(chars[:, 1], ids, count) > TALL * size
    for line in np.flatnonzero(flat & tall & (np.bincount(ids, minlength=count) >= 4)):
        mine = chars[ids == line]
        x1, y1 = mine[:, :2].min(0).astype(int)
        x2, y2 = mine[:, 2:].max(0).astype(int)
        levels = valleys(np.count_nonzero(mask[y1:y2, x1:x2], axis=1), int(0.5 * size))
        if not levels:
            continue
        chars, ids = chars[ids != line], ids[ids != line]
        edges = [y1, *(y1 + y for y in levels), y2]
        for top, bottom in pairwise(edges):
            piece = mine.copy()
            piece[:, 1::2] = piece[:, 1::2].clip(top, bottom)
            piece = piece[heights(piece) >= np.minimum(3, heights(mine))]
            chars, ids = np.concatenate([chars, piece]), np.concatenate([ids, np.full(len(piece), next_id(ids))])
    return chars, np.unique(ids, return_inverse=True)[1].astype(np.int64)


def valleys(profile: NDArray[np.int64], least: int) -> list[int]:
    """Rows with little ink, at least `least` rows from each other and from the ends: one, the emptiest, per valley."""
    low = profile < VALLEY * np.percentile(profile, 75)
    found: list[int] = []
    y = least
    while y < len(profile) - least:
        end = y
        while end < len(profile) - least and low[end]:
            end += 1
        if end > y:
            found.append(y + int(np.argmin(profile[y:end])))
            y = max(end, found[-1] + least)
        else:
            y += 1
    return found
