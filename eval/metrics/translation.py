"""BLEU and chrF++ of translations, through sacreBLEU.

BLEU: Papineni et al. 2002, in the comparable form of Post 2018 (arXiv 1804.08771), 0..100; tokeniser `zh` for Chinese
targets, `13a` for all others. chrF++: Popovic 2017, "chrF++: words helping character n-grams", character n-grams to 6
and word n-grams to 2, beta 2, 0..100. Publish a score with its signature.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sacrebleu.metrics.base import Metric
from sacrebleu.metrics.bleu import BLEU
from sacrebleu.metrics.chrf import CHRF


class TranslationCounts(NamedTuple):
    """Counts that add over segments: add the fields, each an array of integers (or floats), one by one."""

    bleu: NDArray[np.float64]  # (10,): words translated, words in the reference, n-grams matched (4), translated (4)
    chrf: NDArray[np.float64]  # (24,): of each of the 8 orders n-grams translated, in the reference, matched


class TranslationScores(NamedTuple):
    """0..100 each; arrays if the counts had leading axes."""

    bleu: NDArray[np.float64]
    chrf: NDArray[np.float64]


@cache
def _metrics(language: str) -> tuple[Metric, Metric]:
    return BLEU(tokenize="zh" if language.lower().startswith("zh") else "13a"), CHRF(word_order=2)


def translation_counts(translation: str, reference: str, language: str) -> TranslationCounts:
    """The counts of one segment (a page, a sign) into `language`, a code such as "zh", "en" or "zh-CN"."""
    bleu, chrf = (
        # sacreBLEU keeps to itself the counts that it adds over a corpus and resamples in its own bootstrap.
        np.array(metric._extract_corpus_statistics([translation], [[reference]])[0], dtype=np.float64)
        for metric in _metrics(language)
    )
    return TranslationCounts(bleu, chrf)


def translation_scores(counts: TranslationCounts) -> TranslationScores:
    """Scores from pooled counts; with leading axes (..., 10) and (..., 24), one score for each pool."""
    bleu, chrf = _metrics("en")  # the tokeniser has no part in this
    return TranslationScores(_scores(bleu, counts.bleu), _scores(chrf, counts.chrf))


def _scores(metric: Metric, pools: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.apply_along_axis(lambda pool: metric._compute_score_from_stats(list(pool)).score, -1, pools)


def translation_quality(translations: Sequence[str], references: Sequence[str], language: str) -> TranslationScores:
    """Corpus BLEU and chrF++. Raises ValueError if the lists differ in length or are empty."""
    if len(translations) != len(references) or not references:
        raise ValueError("BLEU and chrF++ need as many translations as references, and at least one")
    rows = [translation_counts(*pair, language) for pair in zip(translations, references, strict=True)]
    bleu, chrf = (np.sum(column, axis=0) for column in zip(*rows, strict=True))
    return translation_scores(TranslationCounts(bleu, chrf))


def signatures(language: str) -> tuple[str, str]:
    """sacreBLEU's signatures of BLEU and chrF++ into `language`, for one reference per segment."""
    bleu, chrf = _metrics(language)
    for metric in (bleu, chrf):
        metric._extract_corpus_statistics([""], [[""]])  # the signature names the number of references, known only then
    return str(bleu.get_signature()), str(chrf.get_signature())
