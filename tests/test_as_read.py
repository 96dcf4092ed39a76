"""Values as a page was read: letters as they are, digits and case as they were read, nothing that was not read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.sources.as_read import as_read


@pytest.mark.parametrize(
    ("value", "text", "expected"),
    [
        ("9.00", "TOTAL   9.00", "9.00"),
        ("9.00", "TOTAL 9.80", None),  # four characters must stand there
        ("19.00", "TOTAL 19.80", "19.80"),  # digits as read
        ("19.00", "TOTAL 19,00", "19.00"),
        ("BOOK STORE SDN BHD", "  Book Store Son Bhd ", "Book Store SDn Bhd"),  # letters as they are, case as read
        ("12, JALAN SAGU, 81100 JOHOR", "12, Jalan Sagu,\n        81100 Johor", "12, Jalan Sagu, 81100 Johor"),
        ("12, JALAN SAGU, 81100 JOHOR", "something else altogether", None),
        ("25/12/2018", "Date: 25/12/201 8:13", "25/12/2018"),
        ("25/12/2018", "Date: 25/12/201", "25/12/201"),
        ("", "TOTAL", None),
        ("Straße 5", "Straße 5", "Straße 5"),
    ],
)
def test_examples(value, text, expected):
    assert as_read(value, text) == expected


@given(st.text(max_size=20), st.text(max_size=60))
def test_never_fails_and_never_invents_a_digit(value, text):
    found = as_read(value, text)
    if found is not None:
        assert {c for c in found if c.isdigit()} <= {c for c in text if c.isdigit()}


@given(st.text("abcdef 0123456789", min_size=5, max_size=20).map(" ".join).map(lambda t: " ".join(t.split())))
def test_what_stands_there_is_itself(value):
    if value:
        assert as_read(value, f"before {value} after") == value
