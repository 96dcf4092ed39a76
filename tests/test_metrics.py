"""Text, answer, translation and confidence metrics against values worked out by hand."""

from __future__ import annotations

import unicodedata

import numpy as np
import pytest
import sacrebleu

from eval.metrics import text
from eval.metrics.anls import anls
from eval.metrics.calibration import BinCounts, aurc, bin_counts, expected_calibration_error, risk_coverage
from eval.metrics.cer import Errors, cer, character_errors
from eval.metrics.correlation import plcc, srcc
from eval.metrics.ned import ned, normalised_distance
from eval.metrics.ocrbench import FORMULAS, ocrbench_counts
from eval.metrics.pooled import precision_recall_f1
from eval.metrics.translation import (
    TranslationCounts,
    signatures,
    translation_counts,
    translation_quality,
    translation_scores,
)
from eval.metrics.wer import wer, word_errors
from eval.metrics.words import alphanumeric_words, exact_words, word_counts


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
    total = Errors(*map(sum, zip(*map(character_errors, readings, truths), strict=True)))
    assert total.edits / total.length == pytest.approx(expected)


@pytest.mark.parametrize(("readings", "truths"), [(["a"], []), ([""], [""])])
def test_cer_refuses_what_it_cannot_score(readings, truths):
    with pytest.raises(ValueError, match="CER needs"):
        cer(readings, truths)


def test_wer_counts_words():
    assert word_errors("the  cat\nsits", "the cat sat down") == Errors(edits=2, length=4)
    assert wer(["the cat sits", "a b"], ["the cat sat down", "a"]) == pytest.approx(3 / 5)  # pooled


@pytest.mark.parametrize(("readings", "truths"), [(["a"], []), (["a"], [" "])])
def test_wer_refuses_what_it_cannot_score(readings, truths):
    with pytest.raises(ValueError, match="WER needs"):
        wer(readings, truths)


def test_ned_is_a_mean_over_samples():
    assert normalised_distance("kitten", "sitting") == pytest.approx(3 / 7)
    assert normalised_distance("", "") == 0
    assert normalised_distance("a", "") == 1
    assert ned(["kitten", "a"], ["sitting", "a"]) == pytest.approx(3 / 14)
    with pytest.raises(ValueError, match="as many"):
        ned(["a"], [])
    with pytest.raises(ValueError, match="at least one"):
        ned([], [])


def test_normalisations():
    assert text.single_spaces(" a\t\n b　c ") == "a b c"
    assert text.no_spaces(" a\t\n b　c ") == "abc"
    assert text.nfkc("Ａ①ﬁ") == "A1fi"
    assert text.folded("ﬁne　  straße\n") == "FINE STRASSE"


@pytest.mark.parametrize("marks", ["\u0315\u0300", "\u0f73", "\u0344\u0316", "\uff9e\u0301", "\u0300"])
def test_only_the_first_of_a_run_of_combining_marks_are_normalised(marks):
    """Ordering 100,000 marks, or signs that decompose into marks alone, would take minutes."""
    run = marks * (100_000 // len(marks))
    for form in ("NFC", "NFKC", "NFKD"):
        assert text.normalized(form, f"e{run} e\u0301") == unicodedata.normalize(form, f"e{run[:30]} e\u0301")
    few = marks * (30 // len(marks))
    assert text.normalized("NFC", f"a{few}b{few}") == unicodedata.normalize("NFC", f"a{few}b{few}")


def test_words_are_upper_cased_alphanumeric_runs():
    assert alphanumeric_words("Total: RM12.50 total") == {"TOTAL": 2, "RM12": 1, "50": 1}


def test_repeated_words_count_once_each():
    counts = word_counts("total total cash", "TOTAL cash change")
    assert counts == (2, 3, 3)  # the second "total" matches nothing
    assert word_counts("", "words") == (0, 0, 1)


def test_exact_words_keep_case_and_punctuation():
    assert word_counts("Total: 5.00 5.00", "total: 5.00 RM", exact_words) == (1, 3, 3)
    assert word_counts("Total: 5.00 5.00", "total: 5.00 RM") == (3, 5, 4)  # TOTAL, 5, 00


def test_pooled_scores_work_on_arrays():
    matched, read, there = np.array([2.0, 0, 0]), np.array([4.0, 0, 3]), np.array([5.0, 0, 2])
    found = precision_recall_f1(matched, read, there)
    np.testing.assert_allclose(found, [[0.5, 0, 0], [0.4, 0, 0], [4 / 9, 0, 0]])
    assert precision_recall_f1(2, 4, 5) == (pytest.approx(0.5), pytest.approx(0.4), pytest.approx(4 / 9))


@pytest.mark.parametrize(
    ("prediction", "answers", "score"),
    [
        ("10 March", ["10 march"], 1),
        ("  TEN\n march ", ["10 march", "ten march"], 1),  # the best answer, white space and case aside
        ("abcd", ["abcx"], 3 / 4),
        ("abcd", ["abxx"], 0),  # NL of 0.5 is not below the threshold
        ("abcde", ["abcxx"], 3 / 5),
        ("", [""], 1),
        ("", ["x"], 0),
    ],
)
def test_anls(prediction, answers, score):
    assert anls(prediction, answers) == pytest.approx(score)


def test_anls_needs_accepted_answers():
    for answers in ([], "x"):
        with pytest.raises(ValueError, match="ANLS needs"):
            anls("x", answers)


@pytest.mark.parametrize(
    ("prediction", "answers", "dataset", "correct"),
    [
        ("The word is CENTRE.", ["centre"], "IIIT5K", 1),
        ("center", ["centre", "center"], "IIIT5K", 1),
        ("center", "centre", "IIIT5K", 0),
        ("Main\nStreet 5", "main street", "docVQA", 1),
        ("Main  Street", "main street", "docVQA", 0),  # spaces count
        ("mainstreet", ["main street"], "docVQA", 0),
        ("x ^ { 2 }\n+ Y", ["x^{2} + Y"], FORMULAS, 1),
        ("x ^ { 2 } + y", ["x^{2} + Y"], FORMULAS, 0),  # case counts
        ("x ^ { 2 } + y", ["x^{2} + y"], "docVQA", 0),
        ("", ["a"], "docVQA", 0),
    ],
)
def test_ocrbench(prediction, answers, dataset, correct):
    assert ocrbench_counts(prediction, answers, dataset) == (correct, 1)


def test_bleu_and_chrf_by_hand():
    found = translation_quality(["a b c d e"], ["a b c d f"], "en")
    assert found.bleu == pytest.approx(100 * (4 / 5 * 3 / 4 * 2 / 3 * 1 / 2) ** (1 / 4))
    # Characters: 1 of 2, bigrams: 0 of 1, words: 0 of 1; longer n-grams do not occur.
    assert translation_quality(["ab"], ["ac"], "en").chrf == pytest.approx(100 * (1 / 2 + 0 + 0) / 3)
    # Chinese counts characters as words: 4 of 5, 3 of 4, 2 of 3, 1 of 2.
    assert translation_quality(["今天天气好"], ["今天天气坏"], "zh-CN").bleu == pytest.approx(found.bleu)
    assert translation_quality(["今天天气好"], ["今天天气坏"], "en").bleu == 0


def test_translation_counts_add():
    translations = ["The cat sat on the mat.", "It rained all day long in Paris", ""]
    references = ["The cat is sitting on the mat.", "It rained all day in Paris", "Nothing"]
    rows = [translation_counts(*pair, "en") for pair in zip(translations, references, strict=True)]
    pooled = TranslationCounts(*(np.sum(column, axis=0) for column in zip(*rows, strict=True)))
    scores = translation_scores(pooled)
    assert scores.bleu == pytest.approx(sacrebleu.corpus_bleu(translations, [references]).score)
    assert scores.chrf == pytest.approx(sacrebleu.corpus_chrf(translations, [references], word_order=2).score)
    assert scores.bleu > 30
    stacked = translation_scores(TranslationCounts(*(np.stack([column, 2 * column]) for column in pooled)))
    np.testing.assert_allclose(stacked.bleu, [scores.bleu, scores.bleu])
    np.testing.assert_allclose(stacked.chrf, [scores.chrf, scores.chrf])


def test_signatures_name_the_tokeniser():
    version = sacrebleu.__version__
    assert signatures("zh")[0] == f"nrefs:1|case:mixed|eff:no|tok:zh|smooth:exp|version:{version}"
    assert signatures("en") == (
        f"nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:{version}",
        f"nrefs:1|case:mixed|eff:yes|nc:6|nw:2|space:no|version:{version}",
    )


def test_translation_refuses_what_it_cannot_score():
    for pair in (([], []), (["a"], [])):
        with pytest.raises(ValueError, match="BLEU and chrF"):
            translation_quality(*pair, "en")


def test_correlations_by_hand():
    # Deviations -1, 0, 1 and -4, -3, 7: covariance 11, variances 2 and 74.
    assert plcc([1, 2, 3], [1, 2, 12]) == pytest.approx(11 / np.sqrt(2 * 74))
    assert srcc([1, 2, 3], [1, 2, 12]) == pytest.approx(1)
    assert srcc([1, 2, 3, 4], [1, 3, 2, 4]) == pytest.approx(1 - 6 * 2 / (4 * 15))
    assert srcc([1, 2, 2], [3, 2, 1]) == pytest.approx(-1.5 / np.sqrt(1.5 * 2))  # ranks 1, 2.5, 2.5


@pytest.mark.parametrize(
    ("predictions", "truths", "sentence"),
    [
        ([1, 1], [1, 2], "undefined"),
        ([1, 2], [3, 3], "undefined"),
        ([1], [1], "at least two"),
        ([1, 2], [1], "same length"),
        ([1, float("nan")], [1, 2], "finite"),
    ],
)
def test_correlation_refuses_what_it_cannot_score(predictions, truths, sentence):
    for correlation in (srcc, plcc):
        with pytest.raises(ValueError, match=sentence):
            correlation(predictions, truths)


def test_calibration_by_hand():
    # Bins of 0.2: (0.8, 1] holds 0.9 and 1.0, right once; (0.2, 0.4] holds its upper edge, wrong; [0, 0.2] holds 0.
    counts = bin_counts([0.9, 1.0, 0.4, 0.0], [1, 0, 0, 1], bins=5)
    np.testing.assert_allclose(counts.samples, [1, 1, 0, 0, 2])
    np.testing.assert_allclose(counts.confidence, [0, 0.4, 0, 0, 1.9])
    np.testing.assert_allclose(counts.correct, [1, 0, 0, 0, 1])
    expected = (1 / 4) * abs(1 - 0) + (1 / 4) * abs(0 - 0.4) + (2 / 4) * abs(1 / 2 - 0.95)
    assert expected_calibration_error(counts) == pytest.approx(expected)


def test_calibration_pools_and_works_on_arrays():
    a, b = bin_counts([0.9, 0.7], [1, 0]), bin_counts([0.95, 0.2], [0.5, 0.1])
    both = bin_counts([0.9, 0.7, 0.95, 0.2], [1, 0, 0.5, 0.1])
    pooled = BinCounts(*(x + y for x, y in zip(a, b, strict=True)))
    assert pooled.samples.shape == (15,)
    assert expected_calibration_error(pooled) == pytest.approx(expected_calibration_error(both))
    stacked = BinCounts(*(np.stack([x, y, 0 * x]) for x, y in zip(a, both, strict=True)))
    errors = [expected_calibration_error(a), expected_calibration_error(both), 0]
    np.testing.assert_allclose(expected_calibration_error(stacked), errors)


def test_calibration_refuses_what_it_cannot_score():
    for confidences, correct in (([1.1], [1]), ([0.5], [2]), ([0.5], []), ([float("nan")], [1])):
        with pytest.raises(ValueError, match=r"from 0 to 1|same length"):
            bin_counts(confidences, correct)


def test_risk_coverage_by_hand():
    curve = risk_coverage([0.2, 0.9, 0.5, 0.7], [1, 0, 0, 1])  # by confidence: errors 0, 1, 0, 1
    np.testing.assert_allclose(curve.coverage, [1 / 4, 1 / 2, 3 / 4, 1])
    np.testing.assert_allclose(curve.risk, [0, 1 / 2, 1 / 3, 1 / 2])
    assert aurc([0.2, 0.9, 0.5, 0.7], [1, 0, 0, 1]) == pytest.approx((0 + 1 / 2 + 1 / 3 + 1 / 2) / 4)


def test_risk_of_equal_confidences_does_not_depend_on_the_order():
    assert aurc([0.5, 0.5, 0.9], [1, 0, 0]) == aurc([0.5, 0.5, 0.9], [0, 1, 0])
    np.testing.assert_allclose(risk_coverage([0.5, 0.5, 0.9], [1, 0, 0]).risk, [0, 1 / 4, 1 / 3])
    for confidences, errors in (([], []), ([0.5], []), ([float("nan")], [1])):
        with pytest.raises(ValueError, match=r"sample|same length"):
            aurc(confidences, errors)
