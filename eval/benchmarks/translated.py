"""What the benchmarks of translation share: the text as it stands, an empty line, and its translation.

Nothing marks where the translation begins. The truth has as many paragraphs (between empty lines) of one as of the
other, so its second half is the translation. Of an answer the last paragraphs, as many as the truth's translation has,
are taken for the translation, and what is before them for the source: an answer with paragraphs too few or too many
loses there, and one of nothing but the translation loses the source alone. Both are looked for in a prediction's `raw`
where it has one, for a reader's text is the translation alone.

The translation is scored by corpus BLEU and chrF++ of sacreBLEU (`eval.metrics.translation`), 0..1, one image a
segment with its white space as single spaces; the source by CER, likewise.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from eval.benchmarks.base import Item, Number, ratio
from eval.benchmarks.drawn import Row
from eval.metrics.cer import character_errors
from eval.metrics.text import single_spaces
from eval.metrics.translation import TranslationCounts, translation_counts, translation_scores
from eval.predictions import Prediction
from hyocr.tasks.translated import paragraphs as paragraphs_of

MAIN = "chrf"
ERRORS = frozenset({"source_cer"})

BLEU, CHRF = 10, 24
"""How many counts sacreBLEU adds for each."""


class Parts(NamedTuple):
    """Both parts with single spaces, and how many paragraphs the translation has."""

    source: str
    translation: str
    paragraphs: int


def truth(row: Row) -> Parts:
    """The halves of the right answer. Raises ValueError if its paragraphs are an odd number."""
    count = len(paragraphs_of(row.answer))
    if count % 2:
        raise ValueError(f"the answer has {count} paragraphs; half of them should be the translation.")
    return parts(row.answer, count // 2)


def parts(answer: str, paragraphs: int) -> Parts:
    """The answer with its last `paragraphs` as the translation."""
    found = [answer[start:end] for start, end in paragraphs_of(answer)]
    source, translation = found[:-paragraphs], found[-paragraphs:]
    return Parts(single_spaces(" ".join(source)), single_spaces(" ".join(translation)), paragraphs)


def measure(item: Item, prediction: Prediction, language: str) -> dict[str, float]:
    """Edits and characters of the source, and sacreBLEU's counts of the translation into `language`."""
    given = parts(prediction.raw or prediction.output, item.truth.paragraphs)
    errors = character_errors(given.source, item.truth.source)
    counts = translation_counts(given.translation, item.truth.translation, language)
    return {
        "edits": errors.edits,
        "characters": errors.length,
        **{f"bleu_{i}": float(count) for i, count in enumerate(counts.bleu)},
        **{f"chrf_{i}": float(count) for i, count in enumerate(counts.chrf)},
    }


def scores(sums: Mapping[str, Number]) -> dict[str, Number]:
    """chrF++ and BLEU of the translation, the character error rate of the source."""
    bleu, chrf = (
        np.stack([np.asarray(sums[f"{name}_{i}"], np.float64) for i in range(length)], axis=-1)
        for name, length in (("bleu", BLEU), ("chrf", CHRF))
    )
    found = translation_scores(TranslationCounts(bleu, chrf))
    return {
        "chrf": np.minimum(found.chrf / 100, 1),  # a perfect one may come out a little above
        "bleu": np.minimum(found.bleu / 100, 1),
        "source_cer": ratio(sums["edits"], sums["characters"], math.nan),
    }
