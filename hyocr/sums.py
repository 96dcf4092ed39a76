"""Amounts of a receipt that must add up: what contradicts what, as sentences.

Only what cannot be is said. Receipts print taxes as added or as included, discounts with or without a minus, and round
what is paid; so every way to add up counts, and a sum with a part that the page names but nobody asked for is not
checked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import product

from hyocr.document import Field
from hyocr.labels import canonical, mentions

PARTS = ("tax", "service_charge", "discount", "rounding")
"""What may lie between the subtotal and the total."""

CENT = Decimal("0.01")
COINS = Decimal("0.05")
"""What is paid in cash is rounded to this where nothing else is said."""

_PRICES = ("amount", "total", "line_total", "total_price", "price", "subtotal")
"""What the price of an item as a whole is called, the surest first."""


def contradictions(fields: Sequence[Field], page: str = "") -> list[str]:
    """What cannot be among the fields subtotal, tax, discount, service_charge, rounding, total, cash, change and items.

    `page` is the text of the page. Fields are known by several names (`hyocr.labels.canonical`).
    """
    amounts = {canonical(field.name): amount for field in fields if (amount := _amount(field)) is not None}
    unasked = {part for part in PARTS if part not in amounts and mentions(page, part)}
    return [*_total(amounts, unasked), *_change(amounts), *_items(fields, amounts, unasked)]


def _amount(field: Field) -> Decimal | None:
    is_number = field.normalised and re.fullmatch(r"-?\d+(?:\.\d+)?", field.normalised)
    return Decimal(field.normalised) if field.normalised and is_number else None


def _total(amounts: dict[str, Decimal], unasked: set[str]) -> list[str]:
    """subtotal + tax + service charge - discount + rounding = total."""
    subtotal, total = amounts.get("subtotal"), amounts.get("total")
    if subtotal is None or total is None or unasked:
        return []
    known = [part for part in PARTS if part in amounts]
    if _near(total, (subtotal + more for more in _between(amounts)), CENT * (1 + len(known))):
        return []
    parts = "".join(f" {'-' if part == 'discount' else '+'} {_called(part)} {abs(amounts[part])}" for part in known)
    return [f"subtotal {subtotal}{parts} is not the total {total}."]


def _between(amounts: dict[str, Decimal]) -> list[Decimal]:
    """Every sum that the known parts can make: tax and service charge added or included, others up or down or not."""
    ways = []
    for part in PARTS:
        amount = abs(amounts.get(part, Decimal(0)))
        ways.append({Decimal(0), amount} if part in ("tax", "service_charge") else {Decimal(0), amount, -amount})
    return [sum(way, Decimal(0)) for way in product(*ways)]


def _change(amounts: dict[str, Decimal]) -> list[str]:
    """cash - change = total."""
    cash, change, total = amounts.get("cash"), amounts.get("change"), amounts.get("total")
    if cash is None or change is None or total is None:
        return []
    rounded = max(COINS, abs(amounts.get("rounding", Decimal(0))))
    if _near(total, (cash - abs(change),), rounded):
        return []
    return [f"cash {cash} - change {abs(change)} is not the total {total}."]


def _items(fields: Sequence[Field], amounts: dict[str, Decimal], unasked: set[str]) -> list[str]:
    """The prices of all items are the subtotal or the total, with or without what lies between them."""
    prices = _prices(fields)
    totals = [amounts[name] for name in ("subtotal", "total") if name in amounts]
    if not prices or not totals or unasked:
        return []
    added = sum(prices, Decimal(0))
    possible = (total + sign * more for total in totals for more in _between(amounts) for sign in (1, -1))
    if _near(added, possible, CENT * (1 + len(prices))):
        return []
    name = "subtotal" if "subtotal" in amounts else "total"
    return [f"the {len(prices)} items make {added}, which is not the {name} {amounts[name]}."]


def _prices(fields: Sequence[Field]) -> list[Decimal]:
    """What each item costs: fields such as items.0.price, times items.0.quantity for unit prices; none if one lacks."""
    items: dict[str, dict[str, Decimal | None]] = {}
    for field in fields:
        if match := re.fullmatch(r"items\.(\d+)\.(\w+)", field.name.casefold()):
            items.setdefault(match[1], {})[match[2]] = _amount(field)
    prices = []
    for item in items.values():
        name = next((name for name in _PRICES if item.get(name) is not None), "")
        price = item.get(name)
        if price is None:
            unit, count = item.get("unit_price"), item.get("quantity") or item.get("qty")
            if unit is None or count is None:
                return []
            price = unit * count
        prices.append(price)
    return prices


def _near(wanted: Decimal, sums: Iterable[Decimal], allowed: Decimal) -> bool:
    return any(abs(wanted - one) <= allowed for one in sums)


def _called(part: str) -> str:
    return part.replace("_", " ")
