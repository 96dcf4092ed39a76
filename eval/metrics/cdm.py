r"""CDM: are the glyphs of a formula all there and in place, however its LaTeX was written?

Character Detection Matching (Wang et al. 2024, arXiv 2409.03643, section 3.2). Both formulas are rendered, each glyph
becomes a token with a bounding box. Tokens are matched one to one at the least sum of

    1 * [tokens differ] + 0.05 * |boxes|_1 / 4 + 0.15 * |order|

(boxes over the width and height of the formula, order over the longer token list). Matches that agree with no common
translation and scale (RANSAC: residual 20 px at 200 dpi of a 12 pt formula = 0.6 em, 50 trials, five rounds over what
is left) and matches of different tokens are struck out. CDM = F1 = 2 TP / (predicted + truth); ExpRate is the share of
formulas with CDM = 1. Over formulas the published score is the mean of F1. The published rounds forgive blocks that
move as one: three or more glyphs in another place count as found (a long numerator and denominator exchanged score 1),
and so do up to two matches wherever they stand (`x_1` for `x^1`). `eval.metrics.facts.shows` is stricter.

In place of the paper's LaTeX and ImageMagick, formulas are set by `eval.metrics.latex`, a small layout in plain
Python: the packages that could render them cover less (matplotlib's mathtext has no arrays) or take time that doubles
with every level of nesting (ziamath). As published, a token is a character whatever its font (`\mathbf{x}` is x),
`\phi` equals `\varphi`, `\cdot` equals `.`; a fraction bar, a root and an accent are one token each. Unlike the
published code, spacing and column alignment move nothing, for they are dropped.

What can't be rendered: unknown commands (own macros, `\eqno`, `\raise`, `\rule`, chemistry), unbalanced groups, double
scripts, more than 5000 characters or 1500 glyphs, 30 levels. Such a truth is left out (`renderable` is False: count
it); such a prediction scores 0.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from eval.metrics.latex import glyphs
from eval.metrics.layout import Glyph

Array = NDArray[np.float64]

RESIDUAL = 0.6  # em
MAX_TOKENS = 1500


class Cdm(NamedTuple):
    """Token counts of one formula; all 0 where the truth can't be rendered."""

    matched: int
    predicted: int
    truth: int
    exact: bool
    renderable: bool

    @property
    def f1(self) -> float:
        """2 matched / (predicted + truth) in 0..1, 0 without tokens."""
        return 2 * self.matched / max(1, self.predicted + self.truth)


@lru_cache(maxsize=4096)
def tokens(latex: str) -> tuple[Glyph, ...]:
    """The visible glyphs of one formula. Raises ValueError, with the reason, where it can't be rendered."""
    found = glyphs(latex)
    if len(found) > MAX_TOKENS:
        raise ValueError(f"LaTeX: more than {MAX_TOKENS} glyphs")
    return found


def _match(truth: tuple[Glyph, ...], predicted: tuple[Glyph, ...]) -> tuple[Array, Array, NDArray[np.bool_]]:
    """Centres (n, 2) of the matched truth and predicted tokens and whether their texts agree; n is the shorter list."""
    longer = max(len(truth), len(predicted))
    differ = np.array([token.text for token in truth])[:, None] != np.array([token.text for token in predicted])
    boxes = [np.array([token[1:] for token in side], dtype=np.float64) for side in (truth, predicted)]
    spans = [np.ptp(np.vstack([b[:, :2], b[:, 2:]]), axis=0) for b in boxes]
    normal = [
        (b - np.tile(b[:, :2].min(0), 2)) / np.tile(np.maximum(s, 1e-6), 2) for b, s in zip(boxes, spans, strict=True)
    ]
    place = np.abs(normal[0][:, None] - normal[1]).mean(-1)
    order = np.abs(np.arange(len(truth))[:, None] - np.arange(len(predicted))) / longer
    rows, columns = linear_sum_assignment(differ + 0.05 * place + 0.15 * order)
    centres = [(b[:, :2] + b[:, 2:]) / 2 for b in boxes]
    return centres[0][rows], centres[1][columns], ~differ[rows, columns]


def _consistent(source: Array, target: Array, trials: int = 50) -> NDArray[np.bool_]:
    """The largest set of points (n, 2) that one translation and scale, set by two of them, takes to within RESIDUAL."""
    generator = np.random.default_rng(42)
    first = generator.integers(0, len(source), trials)
    second = (first + generator.integers(1, len(source), trials)) % len(source)
    middles = [(points[first] + points[second]) / 2 for points in (source, target)]
    lengths = [np.linalg.norm(points[first] - points[second], axis=1) for points in (source, target)]
    scale = (lengths[1] / np.maximum(lengths[0], 1e-6))[:, None, None]
    moved = scale * (source[None] - middles[0][:, None]) + middles[1][:, None]
    inliers: NDArray[np.bool_] = np.linalg.norm(moved - target[None], axis=2) < RESIDUAL
    best: NDArray[np.bool_] = inliers[inliers.sum(1).argmax()]
    return best


def cdm(prediction: str, truth: str) -> Cdm:
    """CDM counts of one formula (see the module's docstring); never raises for any LaTeX.

    Raises ImportError where the renderer isn't installed.
    """
    try:
        there = tokens(truth)
    except ValueError:
        there = ()
    if not there:
        return Cdm(0, 0, 0, False, False)
    try:
        read = tokens(prediction)
    except ValueError:
        read = ()
    if not read:
        return Cdm(0, 0, len(there), False, True)
    source, target, same = _match(there, read)
    kept = np.full(len(source), len(source) <= 2)
    for _ in range(5):
        left = np.flatnonzero(~kept)
        if len(left) <= 2:
            break
        kept[left[_consistent(source[left], target[left])]] = True
    matched = int((kept & same).sum())
    return Cdm(matched, len(read), len(there), matched == len(read) == len(there), True)
