"""Line spotting: are the lines found (IoU), are they read (equal text), and how far off is their text (1-NED).

Detection and end to end, after ICDAR 2015 (Robust Reading, challenge 4): truths in order each take the first free
prediction with IoU > 0.5. A match is a true positive of detection; it is one of end to end if the texts are equal, too.
Precision = true positives / predictions, recall = true positives / truths, F1 = 2PR / (P + R). Texts are compared as
they are ("exact") and upper-cased with letters and digits only ("alphanumeric").

1-NED, after the HunyuanOCR technical report (arXiv 2511.19575, section 5.2), where it is the reward of spotting: each
prediction is assigned to the truth of maximum IoU; a pair scores 1 - normalised edit distance, every unmatched
prediction or truth 0; the result is the mean over pairs and unmatched. What the report leaves open is done as in its
published reward program: predictions choose in their order among the truths still free, and pair from IoU 0.5 up.
Normalised edit distance is the Levenshtein distance over the longer text's length, on the texts as they are. Unlike in
that program, an unmatched line without text scores 0 like any other.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Levenshtein

from eval.metrics.geometry import iou
from eval.metrics.pooled import Number, precision_recall_f1, ratio
from hyocr.document import Line


class Sums(NamedTuple):
    """What adds over pages."""

    truths: Number
    predictions: Number
    detected: Number  # matches by IoU
    exact: Number  # of them, those of equal text
    alphanumeric: Number  # of them, those of equal letters and digits
    similarity: Number  # 1 - normalised edit distance, summed over the pairs of 1-NED
    contributors: Number  # pairs of 1-NED, predictions and truths in no pair


class Scores(NamedTuple):
    """Shares in 0..1."""

    detection_precision: Number
    detection_recall: Number
    detection_f1: Number
    exact_precision: Number
    exact_recall: Number
    exact_f1: Number
    alphanumeric_precision: Number
    alphanumeric_recall: Number
    alphanumeric_f1: Number
    one_minus_ned: Number


def page_sums(predictions: Sequence[Line], truths: Sequence[Line], threshold: float = 0.5) -> Sums:
    """One page; a line's place is its polygon if it has one, else its box.

    Raises ValueError if a line has neither.
    """
    overlaps = iou(predictions, truths)
    matches = [(predictions[i].text, truths[j].text) for i, j in _first_come(overlaps, threshold)]
    pairs = [(predictions[i].text, truths[j].text) for i, j in _best_first(overlaps, threshold)]
    return Sums(
        truths=len(truths),
        predictions=len(predictions),
        detected=len(matches),
        exact=sum(a == b for a, b in matches),
        alphanumeric=sum(alphanumeric(a) == alphanumeric(b) for a, b in matches),
        similarity=sum(Levenshtein.normalized_similarity(a, b) for a, b in pairs),
        contributors=len(truths) + len(predictions) - len(pairs),
    )


def page_reward(predictions: Sequence[Line], truths: Sequence[Line]) -> float:
    """1-NED of one page, in 0..1; 1 where there is nothing to read and nothing was read."""
    if not predictions and not truths:
        return 1.0
    sums = page_sums(predictions, truths)
    return float(ratio(sums.similarity, sums.contributors))


def scores(sums: Sums) -> Scores:
    """Scores of sums over pages, elementwise where they are arrays; 0 where there is nothing to divide by."""
    s = Sums(*(np.asarray(value, np.float64) for value in sums))

    def shares(matched: Number) -> tuple[Number, Number, Number]:
        return precision_recall_f1(matched, s.predictions, s.truths)

    similarity = ratio(s.similarity, s.contributors)
    return Scores(*shares(s.detected), *shares(s.exact), *shares(s.alphanumeric), similarity)


def alphanumeric(text: str) -> str:
    """The letters and digits (of any script) of the upper-cased text; the text itself if it has none."""
    return "".join(character for character in text.upper() if character.isalnum()) or text


def _first_come(overlaps: NDArray[np.float64], threshold: float) -> list[tuple[int, int]]:
    """Pairs (prediction, truth): truths in order take the first free prediction with more IoU than the threshold."""
    free = np.ones(len(overlaps), bool)
    pairs = []
    for j in range(overlaps.shape[1]):
        good = np.flatnonzero(free & (overlaps[:, j] > threshold))
        if len(good):
            pairs.append((int(good[0]), j))
            free[good[0]] = False
    return pairs


def _best_first(overlaps: NDArray[np.float64], threshold: float) -> list[tuple[int, int]]:
    """Pairs (prediction, truth): predictions in order take the free truth of most IoU, from the threshold up."""
    remaining = overlaps.copy()
    pairs = []
    for i in range(len(remaining)):
        j = int(remaining[i].argmax()) if remaining.shape[1] else 0
        if remaining.shape[1] and remaining[i, j] >= threshold:
            pairs.append((i, j))
            remaining[:, j] = -1
    return pairs
