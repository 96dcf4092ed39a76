"""The noisy channel: what it is counted from comes out again, and pages stay pages."""

import random

import pytest
from rapidfuzz.distance import Levenshtein

from hyocr.document import Box, Line
from training.noise import Counts, count_page, rates, rows
from training.synth.noise import Channel, channel


def line(text: str, top: float, left: float = 0) -> Line:
    return Line(text, Box(left, top, left + 10 * len(text), top + 20))


def counted(pairs: list[tuple[str, str]]) -> Counts:
    counts = Counts()
    truth = [line(text, 40 * i) for i, (text, _) in enumerate(pairs)]
    count_page(counts, rows(truth), [line(read, 40 * i) for i, (_, read) in enumerate(pairs) if read])
    return counts


def test_errors_are_counted():
    counts = counted([("SDN BHD", "SON BHD"), ("TOTAL 9.00", "TOTAL9.00"), ("CASH", ""), ("abcdefgh", "abcdefgh")])
    assert counts.confused["D"]["O"] == 1
    assert (counts.spaces_lost, counts.spaces_added) == (1, 0)
    assert (counts.lines, counts.lines_lost) == (4, 1)
    assert counts.pages == [2 / 25]


def test_what_stands_nowhere_is_junk():
    counts = Counts()
    count_page(counts, [[line("TOTAL", 0)]], [line("TOTAL", 0), line("|", 500)])
    assert counts.junk == ["|"]


def test_pieces_of_a_row_are_joined():
    counts = Counts()
    count_page(counts, rows([line("TOTAL", 0), line("9.00", 0, 300)]), [line("TOTAL 9.00", 0)])
    assert not counts.confused
    assert not counts.lines_lost


def test_rates_come_out_again():
    pairs = [("aaaaaaaaab bbbbbbbbb", "aaaaaaaaac bbbbbbbbb")] * 40
    found = Channel(**{**rates(counted(pairs)), "junk": (), "pages": (1.0,)})
    rng = random.Random(0)
    text = "b" * 4000
    wrong = sum(a != b for a, b in zip(text, found.text(rng, text, 1.0), strict=False))
    assert wrong / len(text) == pytest.approx(0.1, abs=0.02)
    assert found.text(rng, "aaaa aaaa", 1.0) == "aaaa aaaa"


def test_no_factor_no_error():
    text = "TOTAL (RM) 9.00, Jalan Sagu 18"
    assert channel().text(random.Random(1), text, 0.0) == text


def test_the_shipped_channel_reads_about_as_well_as_nano():
    rng, text = random.Random(2), "Goods sold are not returnable, 12 Jalan Sagu 81100 Johor Bahru"
    errors = [Levenshtein.normalized_distance(text, channel().text(rng, text, 1.0)) for _ in range(300)]
    assert 0.005 < sum(errors) / len(errors) < 0.1


def test_a_page_keeps_its_rows_together():
    page = [line(f"item {i}", 40 * (i // 2), 400 * (i % 2)) for i in range(40)]
    read = channel().page(random.Random(3), page)
    texts = [one.text for one in read]
    assert 30 < len(read) < 60
    assert all(one.box and one.box.width > 0 and one.text for one in read)
    assert texts == [one.text for one in channel().page(random.Random(3), page)]  # the same each time
