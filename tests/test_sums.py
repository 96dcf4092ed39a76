"""Amounts that must add up: every contradiction is real, and every receipt that adds up in some way has none."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyocr.document import Field
from hyocr.normalising import normalised
from hyocr.sums import contradictions


def fields(**amounts: object) -> list[Field]:
    return [Field(name, str(amount), normalised=normalised(str(amount))) for name, amount in amounts.items()]


def items(*prices: str) -> list[Field]:
    return [Field(f"items.{i}.price", price, normalised=normalised(price)) for i, price in enumerate(prices)]


@pytest.mark.parametrize(
    "amounts",
    [
        {}, {"subtotal": "9.00"}, {"total": "9.00"}, {"subtotal": "x", "total": "9.00"},
        {"subtotal": "9.00", "tax": "0.54", "total": "9.54"},
        {"subtotal": "9.54", "tax": "0.54", "total": "9.54"},  # included
        {"subtotal": "10.00", "tax": "0.60", "service_charge": "1.00", "total": "11.60"},
        {"subtotal": "10.00", "discount": "1.00", "total": "9.00"},
        {"subtotal": "10.00", "discount": "-1.00", "total": "9.00"},
        {"subtotal": "10.02", "rounding": "-0.02", "total": "10.00"},
        {"subtotal": "10.02", "rounding": "0.02", "total": "10.00"},
        {"Sub Total": "9.00", "GST": "0.54", "Total Amount": "9.54"},
        {"cash": "50.00", "change": "41.00", "total": "9.00"},
        {"cash": "50.00", "change": "-41.00", "total": "9.00"},
        {"cash": "50.00", "change": "41.00", "total": "9.02"},  # coins
        {"subtotal": "1,234.00", "tax": "1.00", "total": "1235.00"},
    ],
)  # fmt: skip
def test_what_adds_up(amounts: dict[str, str]) -> None:
    assert contradictions(fields(**amounts)) == []


@pytest.mark.parametrize(
    ("amounts", "sentence"),
    [
        ({"subtotal": "9.00", "tax": "0.54", "total": "9.45"}, "subtotal 9.00 + tax 0.54 is not the total 9.45."),
        (
            {"subtotal": "9.00", "discount": "1.00", "total": "9.45"},
            "subtotal 9.00 - discount 1.00 is not the total 9.45.",
        ),
        ({"subtotal": "9.00", "total": "90.0"}, "subtotal 9.00 is not the total 90.0."),
        ({"cash": "50.00", "change": "1.00", "total": "9.00"}, "cash 50.00 - change 1.00 is not the total 9.00."),
    ],
)
def test_what_does_not(amounts: dict[str, str], sentence: str) -> None:
    assert contradictions(fields(**amounts)) == [sentence]


def test_a_part_that_nobody_asked_for_may_explain_it() -> None:
    amounts = fields(subtotal="10.00", total="9.00")
    assert contradictions(amounts, "TEA 10.00\nDISCOUNT 1.00") == []
    assert contradictions(amounts, "TEA 10.00") != []


def test_items() -> None:
    assert contradictions([*items("4.00", "5.00"), *fields(total="9.00")]) == []
    assert contradictions([*items("4.00", "5.00"), *fields(subtotal="9.00", tax="0.54", total="9.54")]) == []
    assert contradictions([*items("4.27", "5.27"), *fields(tax="0.54", total="10.08")]) == []
    found = contradictions([*items("4.00", "5.00"), *fields(total="8.00")])
    assert found == ["the 2 items make 9.00, which is not the total 8.00."]
    assert contradictions([*items("4.00", "?"), *fields(total="8.00")]) == [], "one price is not known"
    bought = [Field("items.0.quantity", "3", normalised="3"), Field("items.0.unit_price", "2.00", normalised="2.00")]
    assert contradictions([*bought, *fields(total="6.00")]) == []
    assert contradictions([*bought, *fields(total="7.00")]) != []


money = st.integers(0, 100_000).map(lambda cents: Decimal(cents) / 100)


@given(money, money, money, money, st.integers(-2, 2), money, st.booleans(), st.booleans())
def test_receipts_that_are_right(
    subtotal: Decimal, tax: Decimal, service: Decimal, discount: Decimal, coins: int, change: Decimal, included: bool,
    minus: bool,
) -> None:  # fmt: skip
    rounding = Decimal(coins) / 100
    total = subtotal + (0 if included else tax) + service - discount + rounding
    amounts = fields(
        subtotal=subtotal, tax=tax, service_charge=service, discount=-discount if minus else discount,
        rounding=rounding, total=total, cash=total + change, change=change,
    )  # fmt: skip
    assert contradictions(amounts) == []


@given(money, money, money)
def test_receipts_that_are_wrong(subtotal: Decimal, tax: Decimal, more: Decimal) -> None:
    total = subtotal + tax + more + Decimal("0.03")
    assert len(contradictions(fields(subtotal=subtotal, tax=tax, total=total))) == 1


names = st.sampled_from(["total", "tax", "items.0.price", "items.0.qty", "cash", "change", "subtotal"])
normal = st.none() | st.sampled_from(["9.00", "-1", "2018-03-12", "14:33"])


@given(st.lists(st.builds(Field, names, st.text(), normalised=normal)))
def test_any_fields_are_taken(made: list[Field]) -> None:
    assert all(sentence.endswith(".") for sentence in contradictions(made, "TAX"))
