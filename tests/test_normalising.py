"""Dates, times and amounts in one form; what is ambiguous has none."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyocr.normalising import candidates, could_be, normalised, same

PAGE = "Date 25/12/2019   TOTAL RM 9.00"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        # dates
        ("25/12/2018", "2018-12-25"), ("12/25/18", "2018-12-25"), ("03/03/98", "1998-03-03"),
        ("31.01.68", "2068-01-31"), ("12 MAR 2018", "2018-03-12"), ("12MAR18", "2018-03-12"),
        ("March 5, 2019", "2019-03-05"), ("5. März 2019", "2019-03-05"), ("1st January 2020", "2020-01-01"),
        ("3 de mayo de 2021", "2021-05-03"), ("4 août 2021", "2021-08-04"), ("2018-03-12", "2018-03-12"),
        ("2018年3月12日", "2018-03-12"), ("Mon, 12 Mar 2018", "2018-03-12"), ("25-12-2018 (Tue)", "2018-12-25"),
        ("25/12/2018 14:33", "2018-12-25T14:33"), ("16:45, 25/12/2018", "2018-12-25T16:45"),
        ("25/12/2018 2:05:09 PM", "2018-12-25T14:05:09"), ("2018-03-12T14:33", "2018-03-12T14:33"),
        ("03/04/2018", None), ("31/02/2018", None), ("32/13/2018", None), ("12/03", None), ("12-03/2018", None),
        # times
        ("14:33", "14:33"), ("9:05", "09:05"), ("14:33:05", "14:33:05"), ("2:05 PM", "14:05"), ("12:05 a.m.", "00:05"),
        ("25:00", None), ("13:00 PM", None), ("9:5", None),
        # amounts
        ("RM 1,234.50", "1234.50"), ("1.234,50 €", "1234.50"), ("1 234,50", "1234.50"), ("1'234.50", "1234.50"),
        ("9,00", "9.00"), ("43.40", "43.40"), ("$5", "5"), ("US$ 5.5", "5.5"), ("5.00-", "-5.00"), ("-RM5.00", "-5.00"),
        ("(12.00)", "-12.00"), (".50", "0.50"), ("0.125", "0.125"), ("1,234,567", "1234567"), ("4711", "4711"),
        ("１２.50", "12.50"), ("10 000", "10000"), ("1.234.567,8", "1234567.8"), ("12345.678", "12345.678"),
        ("1,234", None), ("1.234", None), ("1,23,456", None), ("03-1234567", None), ("000123", None),
        ("20180312", None), ("6%", None), ("9.00 each", None), ("(9.00", None), ("", None), ("total", None),
        ("1" * 100, None), ("9.00.00.00", None),
    ],
)  # fmt: skip
def test_normalised(value: str, expected: str | None) -> None:
    assert normalised(value) == expected


@pytest.mark.parametrize(
    ("value", "page", "expected"),
    [
        ("03/04/2018", "Date 25/12/2018", "2018-04-03"),
        ("03/04/2018", "Date 12/25/2018", "2018-03-04"),
        ("03/04/2018", "12/25/2018 and 25/12/2018", None),  # the page is of two minds
        ("03/04/2018", "printed 3 Apr 2018", "2018-04-03"),
        ("03/04/2018", "printed March 4, 2018", "2018-03-04"),
        ("03/04/2018", "TOTAL RM 9.00", "2018-04-03"),
        ("03/04/2018", "TOTAL $ 9.00", None),
        ("03/04/2018", "03/04/2018", None),
        ("03/04/2018 10:00", "25/12/2018", "2018-04-03T10:00"),
        ("1,234", "TEA 9.00", "1234"), ("1.234", "TEE 9,00", "1234"), ("1.234", "TEA 9.00", "1.234"),
        ("1.234", "9,00 or 9.00", None),
    ],
)  # fmt: skip
def test_the_page_tells_what_is_meant(value: str, page: str, expected: str | None) -> None:
    assert normalised(value, page) == expected


@given(st.dates(date(1000, 1, 1)), st.sampled_from(["%Y-%m-%d", "%d %b %Y", "%B %d, %Y", "%Y/%m/%d"]))
def test_dates_without_doubt(day: date, form: str) -> None:
    assert normalised(day.strftime(form)) == day.isoformat()


@given(st.dates(date(1969, 1, 1), date(2068, 12, 31)), st.sampled_from(["%d/%m/%Y", "%d.%m.%y", "%d-%m-%Y"]))
def test_numeric_dates(day: date, form: str) -> None:
    clear = day.day > 12 or day.day == day.month
    assert normalised(day.strftime(form)) == (day.isoformat() if clear else None)
    assert normalised(day.strftime(form), PAGE) == day.isoformat()
    assert could_be(day.strftime(form), day.isoformat())


@given(st.decimals(0, 10**7, places=2, allow_nan=False))
def test_amounts(amount: Decimal) -> None:
    english = f"{amount:,.2f}"
    for written in (english, f"RM{english}", english.translate(str.maketrans(",.", ".,")), english.replace(",", " ")):
        assert normalised(written) == f"{amount:.2f}"
    assert normalised(f"-{english}") == f"-{amount:.2f}"


@given(st.text(max_size=50), st.text(max_size=50))
def test_any_text_is_taken(value: str, page: str) -> None:
    found = normalised(value, page)
    assert found is None or found.isascii()
    if found is not None:
        assert normalised(found) in (found, None), (
            "a normal form is its own, or cannot be told from a number of another kind"
        )
    for start, end in candidates(value):
        assert 0 <= start < end <= len(value)


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [("9.0", "9.00", True), ("9", "9.00", True), ("90", "9", False), ("900", "9.00", False), (None, None, False),
     ("2018-03-12", "2018-03-12", True), ("-9", "9", False)],
)  # fmt: skip
def test_same(first: str | None, second: str | None, expected: bool) -> None:
    assert same(first, second) == expected
