"""Reading order: how far the order of a page's predicted blocks is from the order of its true blocks.

    edit = Levenshtein(predicted ranks, true ranks) / max(|predicted|, |true|)

The symbols are the true blocks' places in the annotated order. Predicted ranks list them in the order in which the
prediction has them; true blocks no prediction was matched to are missing there, so they cost a deletion each.
Protocol: OmniDocBench (Ouyang et al. 2024, arXiv 2412.07626), end-to-end evaluation; the same in versions 1.0 and 1.5.
The score of a set of pages is the mean over its pages.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rapidfuzz.distance import Levenshtein


class RankedPair(NamedTuple):
    """True blocks read as one, and where the prediction has them.

    `truth` are the blocks' places in the annotated order (one, or several merged); a place of 0 or None is a block
    outside the order and is left out. `prediction` is any sortable place, None where nothing was matched.
    """

    truth: Sequence[float | None]
    prediction: float | None


def reading_order_edit(predicted: Sequence[float], truth: Sequence[float]) -> float:
    """Normalised edit distance of two sequences of ranks, in 0..1; 0 if both are empty."""
    return Levenshtein.distance(predicted, truth) / max(1, len(predicted), len(truth))


def ranks(pairs: Sequence[RankedPair]) -> tuple[list[float], list[float]]:
    """The predicted and the true sequence of a page's matched blocks."""
    found = sorted((pair for pair in pairs if pair.prediction is not None), key=lambda pair: pair.prediction or 0)
    predicted = [place for pair in found for place in pair.truth if place]
    return predicted, sorted(place for pair in pairs for place in pair.truth if place)
