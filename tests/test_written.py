"""Amounts and dates as invoices write them, and whether a page has them."""

import pytest

from eval.benchmarks.written import amount, dates, normalised, stands_in


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("€ 4.904,94", 4904.94),
        ("$1,234.50 (paid)", 1234.5),
        ("29.99 € TTC", 29.99),
        ("Rs. 1939", 1939),
        ("1.939", 1939),
        ("1 234,5", 1234.5),
        ("-40.00", -40),
        ("530 848 134", 530848134),
        ("189,00-", 189),
        ("none", None),
        ("", None),
    ],
)
def test_amounts_as_written(text, number):
    assert amount(text) == number


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("August 3 , 2014", {"2014-08-03"}),
        ("29 maart 2014", {"2014-03-29"}),
        ("02 Juillet 2015", {"2015-07-02"}),
        ("7. Mai 2014", {"2014-05-07"}),
        ("1er août 15", {"2015-08-01"}),
        ("8-9-2022", {"2022-09-08", "2022-08-09"}),
        ("03/20/2023", {"2023-03-20"}),
        ("2023-03-20", {"2023-03-20"}),
        ("31/02/2023", set()),
        ("Sept. 5, 2014", {"2014-09-05"}),
        ("5. März 2014", {"2014-03-05"}),
        ("5 févr. 2014", {"2014-02-05"}),
        ("5 dec. 2014", {"2014-12-05"}),
        ("Marvin 5 2014", set()),
        ("market 5 2014", set()),
        ("mayor, Juneau, decimal, novel 5 2014", set()),
        ("yesterday", set()),
    ],
)
def test_dates_as_written(text, expected):
    assert {found.isoformat() for found in dates(text)} >= expected
    assert len(dates(text)) <= max(1, len(expected))


@pytest.mark.parametrize(
    ("value", "stands"),
    [
        ("FR60 421 938 861", True),
        ("421938861", False),  # inside another word
        ("acme corp", True),
        ("Acme Corporation", False),
        (4904.94, True),
        (904.94, False),
        (530848134, True),
        (53084813, False),
        ("2014-03-29", True),
        ("2014-03-28", False),
        ("2014-03-05", True),
        ("€", True),
        ("$", False),
    ],
)
def test_what_stands_on_a_page(value, stands):
    text = "ACME\r\nCorp., TVA FR60421938861 SIREN 530 848 134 du 29 maart 2014, livré 05/03/14: € 4.904,94"
    assert stands_in(text, value) is stands


def test_values_are_compared_as_what_the_truth_is():
    truth = {"amount": 12.5, "id": 71, "date": "2014-03-29", "name": "Café  Ünal", "code": "2014-13-29"}
    given = {
        "amount": "RM 12,50",
        "id": "0071",
        "date": "29/03/2014",
        "name": "CAFE\u0301 ünal",
        "code": "29-13-2014",
        "other": " B ",
    }
    assert normalised(given, truth) == {
        "amount": "12.50",
        "id": "71.00",
        "date": "2014-03-29",
        "name": "CAFÉÜNAL",
        "code": "29-13-2014",  # no date, so the text itself
        "other": "B",
    }
    assert normalised({"amount": "free", "date": "30 March 2014"}, truth) == {"amount": "FREE", "date": "30MARCH2014"}
