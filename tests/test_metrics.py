"""CER and word F1 against values worked out by hand."""

import pytest

from eval.metrics.cer import cer
from eval.metrics.words import alphanumeric_words, word_scores


@pytest.mark.parametrize(
    ("readings", "truths", "expected"),
    [
        (["abc"], ["abc"], 0.0),
        (["abd"], ["abc"], 1 / 3),
        ([""], ["abc"], 1.0),
        (["abcabc"], ["abc"], 1.0),  # three insertions
        (["ab", "wxyz"], ["ab", "wxya"], 1 / 6),  # pooled, not averaged per line
        (["aaaaaa"], ["b"], 6.0),  # can exceed 1
    ],
)
def test_cer(readings, truths, expected):
    assert cer(readings, truths) == pytest.approx(expected)


@pytest.mark.parametrize(("readings", "truths"), [(["a"], []), ([""], [""])])
def test_cer_refuses_what_it_cannot_score(readings, truths):
    with pytest.raises(ValueError, match="CER needs"):
        cer(readings, truths)


def test_words_are_upper_cased_alphanumeric_runs():
    assert alphanumeric_words("Total: RM12.50 total") == {"TOTAL": 2, "RM12": 1, "50": 1}


def test_word_scores_count_repeated_words_once_each():
    scores = word_scores(["total total cash", "x"], ["TOTAL cash change", "y"])
    assert scores.precision == pytest.approx(2 / 4)  # the second "total" matches nothing
    assert scores.recall == pytest.approx(2 / 4)
    assert scores.f1 == pytest.approx(0.5)


def test_nothing_read_scores_zero():
    assert word_scores([""], ["words"]) == (0.0, 0.0, 0.0)
