"""Average normalised Levenshtein similarity of answers to questions about documents.

    s(a, o) = 1 - NL(a, o) if NL(a, o) < 0.5, else 0        ANLS = mean over questions of max over answers a of s(a, o)

Biten et al. 2019, "Scene Text Visual Question Answering", arXiv 1905.13648, eq. 1. NL is the Levenshtein distance over
the longer length. As in the DocVQA protocol (Mathew et al. 2021, arXiv 2007.00398) both sides are lower-cased and
their white space is single spaces.
"""

from __future__ import annotations

from collections.abc import Sequence

from eval.metrics.ned import normalised_distance
from eval.metrics.text import single_spaces

THRESHOLD = 0.5


def anls(prediction: str, answers: Sequence[str]) -> float:
    """ANLS of one question with its accepted answers, 0 or above 0.5 up to 1.

    Raises ValueError if there is no accepted answer.
    """
    if not answers or isinstance(answers, str):
        raise ValueError("ANLS needs a list of at least one accepted answer")
    given = single_spaces(prediction.lower())
    distance = min(normalised_distance(given, single_spaces(answer.lower())) for answer in answers)
    return 1 - distance if distance < THRESHOLD else 0.0
