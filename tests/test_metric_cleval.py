"""CLEval against the authors' numbers, and on pages small enough to score by hand."""

from __future__ import annotations

import json
import random
import re
import zipfile
from pathlib import Path

import numpy as np
import pytest

from eval.metrics.cleval import Counts, longest_common_subsequence, page_counts, scores
from hyocr.document import Box, Line

GOLDENS = Path(__file__).parents[2] / "shared" / "goldens" / "cleval"
needs_goldens = pytest.mark.skipif(not GOLDENS.is_dir(), reason="the golden files of CLEval are not here")


def read_zip(path: Path) -> dict[str, list[Line]]:
    """Pages of an archive with lines x1,y1,...,x4,y4,text; a text in double quotes has backslash escapes."""
    pages = {}
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            rows = [row.strip("\r") for row in archive.read(name).decode("utf-8-sig").split("\n")]
            pages[name.removeprefix("gt_")] = [parse(row) for row in rows if row]
    return pages


def parse(row: str) -> Line:
    *numbers, text = row.split(",", 8)
    x1, y1, x2, y2, x3, y3, x4, y4 = map(float, numbers)
    if quoted := re.match(r'^\s*"(.*)"\s*$', text):
        text = quoted[1].replace("\\\\", "\\").replace('\\"', '"')
    return Line(text, polygon=((x1, y1), (x2, y2), (x3, y3), (x4, y4)))


def score_zips(suffix: str) -> Counts:
    truths = read_zip(GOLDENS / f"gt/gt_eval_doc_v1_kr{suffix}.zip")
    readings = read_zip(GOLDENS / f"pred/res_eval_doc_v1_kr{suffix}.zip")
    pages = [
        page_counts(
            readings[name],
            [line for line in lines if line.text != "###"],
            [line for line in lines if line.text == "###"],
        )
        for name, lines in truths.items()
    ]
    return Counts(*np.sum(pages, axis=0).tolist())


@needs_goldens
def test_golden_korean_documents():
    expected = json.loads((GOLDENS / "expected_full_result.json").read_text())["all"]
    counts = score_zips("")
    shares = scores(counts)
    assert {
        "recall": shares.detection_recall,
        "precision": shares.detection_precision,
        "hmean": shares.detection_hmean,
        "num_char_gt": counts.truth,
        "num_char_det": counts.detected,
        "gran_score_recall": counts.splits,
        "num_char_tp_recall": counts.detected_true,
        "gran_score_precision": counts.merges,
        "num_char_tp_precision": counts.detected_true,
        "num_char_fp": counts.detected_false,
    } == expected["det"]
    assert {
        "recall": shares.end_to_end_recall,
        "precision": shares.end_to_end_precision,
        "hmean": shares.end_to_end_hmean,
        "num_char_gt": counts.truth,
        "num_char_det": counts.read,
        "gran_score_recall": counts.splits,
        "num_char_tp_recall": counts.read_true,
        "gran_score_precision": counts.merges,
        "num_char_tp_precision": counts.read_true,
        "num_char_fp": counts.read - counts.read_true,
    } == expected["e2e"]
    assert counts.truths_split == expected["num_splitted"]
    assert counts.readings_merged == expected["num_merged"]
    assert counts.overlapped == expected["num_char_overlapped"]


@needs_goldens
def test_golden_single_document():
    """What the authors' program (0.1.1) counts in the archive of one document."""
    assert score_zips("_single") == Counts(
        truth=783, detected=785, detected_true=783, detected_false=0, read=785, read_true=757, splits=4, merges=20,
        truths_split=3, readings_merged=12, overlapped=2,
    )  # fmt: skip


def word(text: str, x1: float, y1: float, x2: float, y2: float) -> Line:
    return Line(text, Box(x1, y1, x2, y2))


ABCD = word("abcd", 0, 0, 40, 10)  # centres at x = 5, 15, 25, 35


def counted(*, readings: list[Line], truths: list[Line], ignored: tuple[Line, ...] = ()) -> dict[str, float]:
    """The counts that aren't 0."""
    return {name: n for name, n in page_counts(readings, truths, ignored)._asdict().items() if n}


def test_perfect_page():
    counts = page_counts([ABCD], [ABCD])
    assert counts == Counts(4, 4, 4, 0, 4, 4, 0, 0, 0, 0, 0)
    assert scores(counts) == (1, 1, 1, 1, 1, 1)


def test_split_costs_recall():
    counts = page_counts([word("cd", 20, 0, 40, 10), word("ab", 0, 0, 20, 10)], [ABCD])
    assert counts == Counts(4, 4, 4, 0, 4, 4, splits=1, merges=0, truths_split=1, readings_merged=0, overlapped=0)
    assert scores(counts)[:3] == pytest.approx((3 / 4, 1, 6 / 7))
    assert scores(counts)[3:] == pytest.approx((3 / 4, 1, 6 / 7))  # "ab" is put before "cd": its centres come first


def test_merge_costs_precision():
    counts = page_counts([ABCD], [word("ab", 0, 0, 20, 10), word("cd", 20, 0, 40, 10)])
    assert counts == Counts(4, 4, 4, 0, 4, 4, splits=0, merges=1, truths_split=0, readings_merged=1, overlapped=0)
    assert scores(counts)[:3] == pytest.approx((1, 3 / 4, 6 / 7))


def test_characters_are_used_up():
    merged = counted(readings=[word("ax", 0, 0, 20, 10)], truths=[word("a", 0, 0, 10, 10), word("a", 10, 0, 20, 10)])
    assert merged == {
        "truth": 2, "detected": 2, "detected_true": 2, "read": 2, "read_true": 1, "merges": 1, "readings_merged": 1
    }  # fmt: skip


def test_a_truth_read_twice():
    twice = counted(readings=[word("ab", 0, 0, 20, 10)] * 2, truths=[word("ab", 0, 0, 20, 10)])
    assert twice == {
        "truth": 2, "detected": 4, "detected_true": 2, "read": 4, "read_true": 2, "splits": 1, "truths_split": 1,
        "overlapped": 2,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("box", "characters"),
    [
        ((100, 0, 130, 10), 1),  # 0.5 + 1/3
        ((100, 0, 110, 10), 1),  # 0.5 + 1, and a little less
        ((100, 0, 110, 40), 4),  # 0.5 + 4, and a little less
        ((100, 0, 110, 300), 10),  # never more
        ((0, 0, 40, 35), 1),  # over the truth, but with only 10 / 35 of its area on it
    ],
)
def test_readings_without_match_are_false_characters(box, characters):
    counts = counted(readings=[word("xyz", *box)], truths=[ABCD])
    assert counts == {"truth": 4, "detected": characters, "detected_false": characters, "read": 3}


def test_area_precision_just_high_enough():
    counts = counted(readings=[word("abcd", 0, 0, 40, 33)], truths=[ABCD])  # 10 / 33
    assert counts == {"truth": 4, "detected": 4, "detected_true": 4, "read": 4, "read_true": 4}


def test_centres_on_edges_belong_to_the_left_and_upper_side():
    truth = word("a", 0, 0, 10, 10)
    assert counted(readings=[word("a", 5, 5, 10, 10)], truths=[truth])["detected_true"] == 1
    assert "detected_true" not in counted(readings=[word("a", 0, 0, 5, 10)], truths=[truth])


def test_vertical_text_is_cut_from_the_bottom_up():
    truth = word("abcd", 0, 0, 10, 40)
    upwards = counted(readings=[word("cd", 0, 0, 10, 20), word("ab", 0, 20, 10, 40)], truths=[truth])
    downwards = counted(readings=[word("ab", 0, 0, 10, 20), word("cd", 0, 20, 10, 40)], truths=[truth])
    assert upwards["detected_true"] == downwards["detected_true"] == 4
    assert (upwards["read_true"], downwards["read_true"]) == (4, 2)  # "cdab" has two letters in order


def test_ignored_regions_swallow_readings():
    region = word("", 0, 20, 40, 30)
    swallowed, spared = word("zz", 0, 20, 20, 30), word("zz", 60, 20, 80, 30)
    assert counted(readings=[ABCD, swallowed], truths=[ABCD], ignored=(region,)) == counted(
        readings=[ABCD], truths=[ABCD]
    )
    assert counted(readings=[ABCD, spared], truths=[ABCD], ignored=(region,))["detected_false"] == 1
    around = word("", 0, 0, 100, 100)  # the truth is cut out of it, so its reading counts
    assert counted(readings=[ABCD, swallowed], truths=[ABCD], ignored=(around,))["read"] == 4


def test_case_matters():
    assert counted(readings=[word("ABcd", 0, 0, 40, 10)], truths=[ABCD])["read_true"] == 2


def test_empty_pages_and_boxes():
    assert page_counts([], []) == Counts(*[0] * 11)
    assert counted(readings=[], truths=[ABCD]) == {"truth": 4}
    assert counted(readings=[word("ab", 0, 0, 10, 10)], truths=[]) == {"detected": 1, "detected_false": 1, "read": 2}
    point = counted(readings=[word("ab", 5, 5, 5, 5)], truths=[ABCD])
    assert point == {"truth": 4, "detected": 1, "detected_false": 1, "read": 2}
    assert scores(Counts(*[0] * 11)) == (0, 0, 0, 0, 0, 0)


def test_scores_work_elementwise_and_never_fall_below_zero():
    nothing = Counts(*[0] * 11)
    split = page_counts([word("cd", 20, 0, 40, 10), word("ab", 0, 0, 20, 10)], [ABCD])
    bad = Counts(4, 4, 1, 3, 4, 1, splits=2, merges=3, truths_split=1, readings_merged=1, overlapped=0)
    columns = Counts(*np.array([nothing, split, bad], float).T)
    assert np.asarray(scores(columns)).T.tolist() == [list(scores(counts)) for counts in (nothing, split, bad)]
    assert scores(bad) == (0, 0, 0, 0, 0, 0)


def test_bad_lines_are_refused():
    with pytest.raises(ValueError, match="no box"):
        page_counts([Line("a")], [ABCD])
    with pytest.raises(ValueError, match="four corners, not 3"):
        page_counts([ABCD], [Line("a", polygon=((0, 0), (1, 0), (0, 1)))])


@pytest.mark.parametrize(
    ("a", "b", "common"),
    [("", "a", ""), ("abc", "xaybzc", "abc"), ("ab", "ba", "b"), ("ba", "ab", "a"), ("kitten", "sitting", "ittn")],
)
def test_longest_common_subsequence(a, b, common):
    assert longest_common_subsequence(a, b) == common


def test_longest_common_subsequence_is_that_of_the_whole_table():
    rng = random.Random(0)
    for _ in range(500):
        signs = rng.choice(["ab", "abc", "abcdefgh"])
        a, b = ("".join(rng.choices(signs, k=rng.randint(0, 20))) for _ in range(2))
        assert longest_common_subsequence(a, b) == by_table(a, b)


def by_table(a: str, b: str) -> str:
    lengths = [[0] * (len(b) + 1) for _ in range(len(a) + 1)]
    for i, x in enumerate(a, start=1):
        for j, y in enumerate(b, start=1):
            same, best = lengths[i - 1][j - 1] + 1, max(lengths[i - 1][j], lengths[i][j - 1])
            lengths[i][j] = same if x == y else best
    i, j, backwards = len(a), len(b), ""
    while i and j:
        if a[i - 1] == b[j - 1]:
            i, j, backwards = i - 1, j - 1, backwards + a[i - 1]
        elif lengths[i - 1][j] > lengths[i][j - 1]:
            i -= 1
        else:
            j -= 1
    return backwards[::-1]


def test_a_long_reading_of_long_truths():
    truths = [Line("abcdefghij" * 5, Box(0, 10 * i, 500, 10 * i + 10)) for i in range(60)]
    reading = Line("xyzabc" * 17_000, Box(0, 0, 500, 600))
    assert page_counts([reading], truths).read_true == 60 * 15
