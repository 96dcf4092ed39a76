"""Translation: is what follows the source a good translation of it?

    r = chrF++ / 100 of the translation alone

`eval.metrics.translation` (sacreBLEU) on one segment. The translation of a parsed document stands behind the line TURN,
else it is the last half of the truth's paragraphs and as many of the output's (`eval.benchmarks.translated`). An output
that leaves out the source gets 0: that is against the format, and shorter, so that training would soon find it.

`judged` takes a judge's 0 to 5 as HunyuanOCR does (arXiv 2511.19575, section 5.2; the numbers are those of
`train_verl` 1.5), which spreads the middle, where most translations are:

    r = 0.1 x up to 2        0.2 + 0.3 (x - 2) up to 4        0.8 + 0.2 (x - 4) up to 5
"""

from __future__ import annotations

from eval.benchmarks import translated
from eval.benchmarks.drawn import Row
from eval.metrics.text import single_spaces
from eval.metrics.translation import translation_counts, translation_scores
from hyocr.tasks.translated import TURN
from training.rl.rewards import base
from training.rl.rewards.base import Judge, Reward, Size

TASKS = frozenset({"translate_en", "translate_zh", "translate_document"})


def score(output: str, truth: str, size: Size) -> float:
    """See the module. Raises ValueError for a truth without TURN of an odd number of paragraphs."""
    given, there = _translations(output, truth)
    # The language would matter to BLEU, which is not looked at.
    return min(1.0, float(translation_scores(translation_counts(given, there, "en")).chrf) / 100) if given else 0.0


def stretched(mark: float) -> float:
    """A judge's mark from 0 to 5 (cut to it) as a reward; see the module."""
    mark = min(5.0, max(0.0, mark))
    if mark <= 2:
        return 0.1 * mark
    return 0.2 + 0.3 * (mark - 2) if mark <= 4 else 0.8 + 0.2 * (mark - 4)


def judged(judge: Judge) -> Reward:
    """The stretched reward of `judge(question, true translation, translation)`, a number from 0 to 5."""

    def value(question: str, truth: str, output: str) -> float:
        given, there = _translations(output, truth)
        return stretched(float(judge(question, there, given))) if given else 0.0

    return base.judged("translation", TASKS, value)


def _translations(output: str, truth: str) -> tuple[str, str]:
    """The translations in both; that of the output is "" where it or the source is missing."""
    if TURN in truth:
        (source, _, given), there = output.partition(TURN), truth.partition(TURN)[2]
        return single_spaces(given) if source.strip() else "", single_spaces(there)
    right = translated.truth(Row(truth, 0, 0))
    parts = translated.parts(output, right.paragraphs)
    return parts.translation if parts.source else "", right.translation


reward = base.scored("translation", TASKS, score)
