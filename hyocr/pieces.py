"""Wide line crops, cut between words into pieces that are read on their own, and the answers joined again.

A canvas (`hyocr.canvas`) is at most 32 times as wide as high, and nearly all lines that models learn from are shorter:
of a crop much wider, the letters are squeezed until they cannot be told apart.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence
from itertools import islice, pairwise

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from hyocr import canvas
from hyocr.engines.base import Generation
from hyocr.ink import Mask, marks_on, without_rules
from hyocr.ladder import worst
from hyocr.pixels import to_rgb

WIDEST = 16
"""Heights: a wider crop is cut, where it has gaps, into pieces of at most this width (some 45 letters)."""

AIM = 14
"""Heights: the even pieces that are aimed at, so that a gap beside the ideal place leaves none wider than WIDEST."""

SQUEEZED = canvas.MAX_WIDTH / canvas.HEIGHT
"""Heights: what is wider is cut between letters where no words are apart, for it cannot be read as it is."""

WORD_GAP = 0.12
"""Heights: a narrower gap lies between letters."""

PULL = 0.05
"""Heights of gap that one height of distance from the ideal place costs."""

MOST_GAP = 1.0
"""Heights: a wider gap, as between columns, is no better than one of this width."""

LOOKED_AT = 64
"""Pixels: gaps are looked for on a copy of at most this height."""

PAPER = 4
"""Heights: the paper's colour is the median of stretches of about this width, which hold more paper than ink."""

SPECK = 0.06
"""Heights: smaller marks are noise."""

INTRUDER = 0.25
"""Heights: lower marks at the upper or lower edge may be the feet and heads of neighbouring lines."""

Gaps = NDArray[np.int64]  # N x 2: columns from and to, blank in between


def cut(crop: Image.Image) -> list[Image.Image]:
    """Cut an upright line crop into pieces from left to right, together the whole crop.

    The crop itself where it is no wider than 16 times its height, or has no gap. No cut goes through a letter.
    """
    if crop.width <= WIDEST * crop.height:
        return [crop]
    edges = [0, *_cuts(crop), crop.width]
    if len(edges) == 2:
        return [crop]
    return [crop.crop((left, 0, right, crop.height)) for left, right in pairwise(edges)]


def join(answers: Sequence[Generation], counts: Sequence[int]) -> list[Generation]:
    """Join the answers to pieces: as one for every crop, which was cut into `counts` pieces.

    Texts are joined by a space (Chinese by nothing), the tokens are those of all pieces and the finish reason is the
    worst.
    """
    left = iter(answers)
    return [_joined(list(islice(left, count))) for count in counts]


def _joined(pieces: Sequence[Generation]) -> Generation:
    if len(pieces) == 1:
        return pieces[0]
    text, ends = "", list[int]()
    for piece in pieces:
        if text and piece.text and not (_is_wide(text[-1]) and _is_wide(piece.text[0])):
            text += " "
        ends += [len(text) + end for end in piece.ends]
        text += piece.text
    logprobs = tuple(logprob for piece in pieces for logprob in piece.logprobs)
    return Generation(text, worst(pieces), logprobs, tuple(ends), sum(piece.prompt_tokens for piece in pieces))


def _is_wide(character: str) -> bool:
    """Whether a character is of a script written without spaces."""
    return unicodedata.east_asian_width(character) in "WF"


def _cuts(crop: Image.Image) -> list[int]:
    """The columns of the crop to cut before."""
    rgb = np.asarray(to_rgb(crop))
    scale = min(1.0, LOOKED_AT / crop.height)
    if scale < 1:
        size = max(1, round(crop.width * scale)), LOOKED_AT
        rgb = np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    height, width = rgb.shape[:2]
    mask, _ = without_rules(marks_on(rgb, _paper(rgb)), height / 2)
    gaps = _gaps(np.any(_letters(mask), axis=0))
    inked = np.any(mask, axis=0)
    return [round(_blankest(inked, gap) / scale) for gap in _chosen(gaps, 0, width, height)]


def _paper(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The paper below the line: its colour changes slowly from left to right and not from top to bottom."""
    height, width = rgb.shape[:2]
    edges = np.linspace(0, width, max(1, round(width / (PAPER * height))) + 1).astype(int)
    medians = [np.median(rgb[:, left:right], axis=(0, 1)) for left, right in pairwise(edges.tolist())]
    return np.asarray(
        cv2.resize(np.array([medians], np.uint8), (width, height), interpolation=cv2.INTER_LINEAR), np.uint8
    )


def _letters(mask: Mask) -> NDArray[np.bool_]:
    """The marks of the line itself: without specks, and without what reaches in from the lines above and below."""
    height = mask.shape[0]
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    top, wide, tall = stats[:, cv2.CC_STAT_TOP], stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]
    at_edge = (top == 0) | (top + tall == height)
    kept = (np.maximum(wide, tall) >= SPECK * height) & ~(at_edge & (tall < INTRUDER * height))
    kept[0] = False  # the paper
    return np.asarray(kept[labels])


def _gaps(inked: NDArray[np.bool_]) -> Gaps:
    """The runs of blank columns that have ink on both sides."""
    steps = np.flatnonzero(np.diff(inked.astype(np.int8))) + 1
    inner = steps[1:] if len(steps) and not inked[0] else steps
    return inner[: len(inner) // 2 * 2].reshape(-1, 2)


def _chosen(gaps: Gaps, start: int, stop: int, height: int) -> list[tuple[int, int]]:
    """The gaps to cut the columns from `start` to `stop` at: the one nearest to the even split in the middle, wide ones
    preferred, and then those of both parts."""
    heights = (stop - start) / height
    if heights <= WIDEST:
        return []
    within = gaps[(gaps[:, 0] > start) & (gaps[:, 1] < stop)]
    widths = (within[:, 1] - within[:, 0]) / height
    between_words = widths >= WORD_GAP
    if between_words.any():
        within, widths = within[between_words], widths[between_words]
    elif heights <= SQUEEZED or not len(within):
        return []
    pieces = math.ceil(heights / AIM)
    middles = within.mean(axis=1)
    far = np.abs(middles - (start + (stop - start) * (pieces // 2) / pieces)) / height
    left, right = within[np.argmax(np.minimum(widths, MOST_GAP) - PULL * far)].tolist()
    middle = (left + right) // 2
    return [*_chosen(gaps, start, middle, height), (left, right), *_chosen(gaps, middle, stop, height)]


def _blankest(inked: NDArray[np.bool_], gap: tuple[int, int]) -> int:
    """The middle of the gap's widest stretch without any ink, noise included; that of the gap if there is none."""
    left, right = gap
    edges = [left - 1, *(left + np.flatnonzero(inked[left:right])).tolist(), right]
    before, after = max(pairwise(edges), key=lambda pair: pair[1] - pair[0])
    return (before + 1 + after) // 2 if after - before > 1 else (left + right) // 2
