"""CLEval: character-level scores of text detection and end-to-end reading, fair to split and merged boxes.

Baek et al. 2020, "CLEval: Character-Level Evaluation for Text Detection and Recognition Tasks" (arXiv 2006.06244), with
the details and the default settings of the authors' program, version 0.1.1.

1. Each truth's box is cut along its reading direction into as many cells as its text has characters; the middles of the
   cells are its pseudo-character centres.
2. Area precision of a reading d for a truth g is area(g and d) / area(d). Pairs match one to one (area precision >= 0.3
   and a centre of g in d, for that pair only in its row and column), one truth to many readings (each such), or many
   truths to one reading (a centre of each in it, and their area precisions sum to 0.3).
3. Detection counts the centres inside matched readings (TP), each once. A reading without a match counts as many false
   characters as squares fit into its box, 10 at most. End-to-end counts, truth by truth, the characters of the longest
   common subsequence of its text and the matched readings' texts; characters once matched are used up.
4. Recall = max(0, TP - splits) / characters of the truths; precision = max(0, TP - merges) / (detected + false
   characters, or characters read end to end); hmean = 2PR / (P + R). `splits` counts the readings beyond the first of
   each truth, `merges` the truths beyond the first of each reading.

Readings on ignored regions ("don't care") are dropped. Case matters. Unlike the authors' program, fractions of pixels
are kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from eval.metrics.geometry import common_area, corners, polygons
from eval.metrics.pooled import Number, ratio
from hyocr.document import Line

AREA_PRECISION = 0.3
"""The least area precision of a match."""
VERTICAL = 0.5
"""Boxes whose width is less than this share of their height hold vertical text, which is cut from the bottom up."""
MOST_CHARACTERS = 10
"""The most characters that a box without text is taken for."""

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


class Counts(NamedTuple):
    """What adds over pages. Characters, except where noted; `true` ones are matched, `false` ones lie in readings
    without a match. `detected` counts a centre once for each matched reading it is in, and the `false` ones too.
    """

    truth: Number
    detected: Number
    detected_true: Number
    detected_false: Number
    read: Number
    read_true: Number
    splits: Number  # readings beyond the first of each truth
    merges: Number  # truths beyond the first of each reading
    truths_split: Number  # truths with several readings
    readings_merged: Number  # readings with several truths
    overlapped: Number  # centres in a further reading, once for each


class Scores(NamedTuple):
    """Shares in 0..1."""

    detection_recall: Number
    detection_precision: Number
    detection_hmean: Number
    end_to_end_recall: Number
    end_to_end_precision: Number
    end_to_end_hmean: Number


def page_counts(readings: Sequence[Line], truths: Sequence[Line], ignored: Sequence[Line] = ()) -> Counts:
    """One page. Lines (or words) by their polygon of four corners, clockwise from the text's top left, or their box.

    `ignored` are regions where readings are dropped; their text is of no account. Raises ValueError if a line has
    neither box nor polygon, or a polygon of other than four corners.
    """
    quads, read_quads = _quads([*truths, *ignored]), _quads(readings)
    lengths = [len(line.text) for line in truths] + [_squares(q, either=True) for q in quads[len(truths) :]]
    centres, owner = _centres(quads, lengths)
    inside = _inside(centres, read_quads)
    hits = np.zeros((len(quads), len(readings)), np.int64)
    np.add.at(hits, owner, inside)
    precision = _area_precision(quads, read_quads, len(truths))
    match, kept = _match(hits, precision, len(truths))

    ours = owner < len(truths)
    covered = inside[ours] & match[owner[ours]]
    hit, found = int(covered.sum()), int(covered.any(axis=1).sum())
    readings_of, truths_of = match.sum(axis=1), match.sum(axis=0)
    false = sum(_squares(read_quads[j]) for j in np.flatnonzero(kept & (truths_of == 0)).tolist())
    return Counts(
        truth=sum(lengths[: len(truths)]),
        detected=hit + false,
        detected_true=found,
        detected_false=false,
        read=sum(len(readings[j].text) for j in np.flatnonzero(kept).tolist()),
        read_true=_read_true(readings, truths, match, [covered[owner[ours] == i] for i in range(len(truths))]),
        splits=int(np.maximum(readings_of - 1, 0).sum()),
        merges=int(np.maximum(truths_of - 1, 0).sum()),
        truths_split=int((readings_of > 1).sum()),
        readings_merged=int((truths_of > 1).sum()),
        overlapped=hit - found,
    )


def scores(counts: Counts) -> Scores:
    """Scores of counts summed over pages, elementwise where they are arrays; 0 where there is nothing to divide by."""
    c = Counts(*(np.asarray(value, np.float64) for value in counts))

    def shares(true: Number, read: Number) -> tuple[Number, Number, Number]:
        recall = ratio(np.maximum(0, true - c.splits), c.truth)
        precision = ratio(np.maximum(0, true - c.merges), read)
        return recall, precision, ratio(2 * recall * precision, recall + precision)

    return Scores(*shares(c.detected_true, c.detected), *shares(c.read_true, c.read))


def _quads(lines: Sequence[Line]) -> Floats:
    """(n, 4, 2) corners."""
    rings = [corners(line) for line in lines]
    if wrong := {len(ring) for ring in rings} - {4}:
        raise ValueError(f"CLEval needs polygons of four corners, not {wrong.pop()}")
    return np.array(rings, np.float64).reshape(-1, 4, 2)


def _aspect(quad: Floats) -> float:
    """Width over height: means of opposite sides."""
    top, right, bottom, left = np.hypot(*(np.roll(quad, -1, axis=0) - quad).T)
    return float(((top + bottom) / 2 + 1e-5) / ((right + left) / 2 + 1e-5))


def _squares(quad: Floats, either: bool = False) -> int:
    """How many square characters a quad is taken for: over its height or, if `either`, along its longer side."""
    aspect = _aspect(quad)
    return min(round(0.5 + (max(aspect, 1 / aspect) if either else 1 / (1e-5 + aspect))), MOST_CHARACTERS)


def _centres(quads: Floats, lengths: Sequence[int]) -> tuple[Floats, NDArray[np.int64]]:
    """All pseudo-character centres, (characters, 2), in reading order, and the index of the quad of each."""
    centres = [np.zeros((0, 2))]
    for quad, length in zip(quads, lengths, strict=True):
        if _aspect(quad) < VERTICAL:  # from the bottom side's middle to the top side's, as in the authors' program
            quad = np.roll(quad, 1, axis=0)
        start, end = (quad[0] + quad[3]) / 2, (quad[1] + quad[2]) / 2
        step = (end - start) / max(1, length)
        centres.append(start + step / 2 + step * np.arange(length)[:, None])
    return np.concatenate(centres), np.repeat(np.arange(len(quads)), np.asarray(lengths, np.int64))


def _inside(points: Floats, quads: Floats) -> Bools:
    """(points, quads): whether a ray from the point to the right crosses an odd number of the quad's sides.

    A box owns its upper and left side, but not the lower and right one.
    """
    low, high = quads.min(axis=1), quads.max(axis=1)
    inside = np.asarray(((points[:, None] >= low) & (points[:, None] <= high)).all(axis=2))
    p, q = np.nonzero(inside)  # pairs worth a closer look
    x, y = points[p, 0, None], points[p, 1, None]
    x1, y1 = quads[q, :, 0], quads[q, :, 1]
    x2, y2 = np.roll(x1, -1, axis=1), np.roll(y1, -1, axis=1)
    spans = (y1 <= y) != (y2 <= y)
    crossing = x1 + (x2 - x1) * (y - y1) / np.where(y1 == y2, 1, y2 - y1)
    inside[p, q] = (spans & (x < crossing)).sum(axis=1) % 2 == 1
    return inside


def _area_precision(quads: Floats, read_quads: Floats, truths: int) -> Floats:
    """(quads, readings): share of each reading's area inside each quad. Ignored regions end where a truth begins."""
    shapes, read_shapes = polygons(list(quads)), polygons(list(read_quads))
    for i in range(truths, len(quads)):
        for j in np.flatnonzero(common_area(shapes[i : i + 1], shapes[:truths])[0]):
            shapes[i] = shapes[i].difference(shapes[j])
    areas = np.array([shape.area for shape in read_shapes])
    return np.asarray(ratio(common_area(shapes, read_shapes), areas[None, :]))


def _match(hits: NDArray[np.int64], precision: Floats, truths: int) -> tuple[Bools, Bools]:
    """(truths, readings) matched pairs, and the readings that no ignored region swallows."""
    good = precision >= AREA_PRECISION
    dropped = good[truths:].any(axis=0)
    dropped |= (precision[truths:] * (hits[truths:] > 0)).sum(axis=0) >= AREA_PRECISION
    kept = ~dropped

    pair = good & (hits > 0)
    alone = pair & (pair.sum(axis=1) == 1)[:, None] & (pair.sum(axis=0) == 1)[None, :]
    one_to_one = alone[:truths] & kept
    split = pair[:truths] & kept
    split &= (split.sum(axis=1) >= 2)[:, None]
    merged = (hits[:truths] > 0) & kept  # here each truth may have less area precision than a match by itself needs
    merged &= merged.sum(axis=0) >= 2
    merged &= (precision[:truths] * merged).sum(axis=0) >= AREA_PRECISION
    return one_to_one | split | merged, kept


def _read_true(readings: Sequence[Line], truths: Sequence[Line], match: Bools, covered: Sequence[Bools]) -> int:
    """Characters read right. `covered[i]` (characters of truth i, readings) says which centre is in which reading."""
    left = [line.text for line in readings]
    true = 0
    for i in np.flatnonzero(match.any(axis=1)).tolist():
        order = _reading_order(np.flatnonzero(match[i]).tolist(), covered[i])
        common = longest_common_subsequence(truths[i].text, "".join(left[j] for j in order))
        true += len(common)
        for character in common:  # used up in the first reading that holds it
            j = next(j for j in order if character in left[j])
            left[j] = left[j].replace(character, "", 1)
    return true


def _reading_order(matched: list[int], covered: Bools) -> list[int]:
    """The matched readings in the order of the truth's centres. As in the authors' program, each centre calls up one
    reading, and of those that are never called up only the first comes along.
    """
    waiting, order = list(matched), []
    for row in covered:
        if len(waiting) == 1:
            break
        called = next((j for j in waiting if row[j]), None)
        if called is not None:
            order.append(called)
            waiting.remove(called)
    return [*order, waiting[0]]


def longest_common_subsequence(a: str, b: str) -> str:
    """One of the longest; among several, the one that skips from the end of `b` first. Which one it is matters to
    CLEval, for its characters are used up.

    Bit-parallel (Hyyro 2004, "Bit-parallel LCS-length computation revisited"): of the table's row of a[:i], bit j of
    `rises[i]` says whether its length rises from b[:j] to b[:j + 1].
    """
    codes = np.frombuffer(b.encode("utf-32-le", "surrogatepass"), np.uint32)
    places = {x: int.from_bytes(np.packbits(codes == ord(x), bitorder="little").tobytes(), "little") for x in set(a)}
    full = (1 << len(b)) - 1
    flat, rises = full, [0]
    for x in a:
        flat = (flat + (flat & places[x]) | flat & ~places[x]) & full
        rises.append(full & ~flat)
    i, j, backwards = len(a), len(b), []
    while i:
        # Where the row does not rise, skipping from b loses nothing; the next place that matters is that of the bit.
        j = ((rises[i] | places[a[i - 1]]) & ((1 << j) - 1)).bit_length()
        if not j:
            break
        if a[i - 1] == b[j - 1]:
            backwards.append(a[i - 1])
            j -= 1
        i -= 1
    return "".join(reversed(backwards))
