"""OCRBench (v1): an answer is correct if it contains an accepted one.

Liu et al. 2023, "OCRBench: On the Hidden Mystery of OCR in Large Multimodal Models", arXiv 2305.07895, with the rule of
the published evaluation script: both sides are lower-cased, stripped, and line ends become spaces; in the subset of
handwritten formulas (HME100k) case counts and spaces are removed instead. The benchmark's score is the number of
correct answers of 1000; the counts of its categories add.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

FORMULAS = "HME100k"  # `dataset_name` of the subset with a rule of its own


class OcrBenchCounts(NamedTuple):
    """Counts that add over questions."""

    correct: int
    questions: int


def ocrbench_counts(prediction: str, answers: str | Sequence[str], dataset: str = "") -> OcrBenchCounts:
    """The counts of one question; `dataset` is the row's `dataset_name`, `answers` its one answer or a list of them."""
    plain = _plain_formula if dataset == FORMULAS else _plain
    given = plain(prediction)
    accepted = [answers] if isinstance(answers, str) else answers
    return OcrBenchCounts(int(any(plain(answer) in given for answer in accepted)), 1)


def _plain(text: str) -> str:
    return text.lower().strip().replace("\n", " ")


def _plain_formula(text: str) -> str:
    # Spaces and line ends only, as the script does: a tab inside stays.
    return text.strip().replace("\n", " ").replace(" ", "")
