"""What was bought and what it comes to: receipts whose sums are right to the cent, taxes and rounding included."""

from __future__ import annotations

import random
from dataclasses import dataclass

from training.synth.documents._receipt_regions import Region
from training.synth.documents._receipt_sellers import goods
from training.synth.words.corpus import Corpus

MOST_ITEMS = 16


@dataclass(frozen=True)
class Item:
    """A thing bought, in cents. `quantity` is as printed ("2" or "1.306"), `amount` what it costs before `discount`."""

    name: str
    code: str
    quantity: str
    unit: str
    price: int
    amount: int
    discount: int
    tax_code: str


@dataclass(frozen=True)
class Tax:
    """The share of a bill that is taxed alike: its code and rate (hundredths of a percent), net amount and tax."""

    code: str
    rate: int
    net: int
    tax: int


@dataclass(frozen=True)
class Bill:
    """All amounts in cents. Items less discount, plus service, tax (unless `inclusive`) and rounding, are the total.

    `paid` less `change` is the total as well.
    """

    items: tuple[Item, ...]
    subtotal: int
    discount: int
    service: int
    service_rate: int
    taxes: tuple[Tax, ...]
    inclusive: bool
    rounding: int
    total: int
    paid: int
    change: int
    by_card: bool

    @property
    def tax(self) -> int:
        """All taxes together."""
        return sum(tax.tax for tax in self.taxes)

    @property
    def net(self) -> int:
        """What the taxes are on."""
        return sum(tax.net for tax in self.taxes)

    @property
    def pieces(self) -> int:
        """How many things, one for what was weighed."""
        return sum(int(item.quantity) if item.quantity.isdigit() else 1 for item in self.items)


def shop(rng: random.Random, corpus: Corpus, region: Region, trade: str, most: int = MOST_ITEMS) -> Bill:
    """A visit to a shop of this trade (see `_receipt_lists.TRADES`): 1 to `most` items, paid in cash or by card."""
    codes = _tax_codes(rng, region)
    style = _item_style(rng, trade)
    count = min(most, 1 if trade in ("petrol", "parking") else max(1, round(rng.lognormvariate(1.1, 0.7))))
    items = tuple(_item(rng, corpus, region, trade, style, list(codes)) for _ in range(count))
    subtotal = sum(item.amount - item.discount for item in items)
    one_rate = len({item.tax_code for item in items}) == 1
    discount = rng.choice([subtotal // 10, subtotal // 20, min(subtotal // 2, 500)]) if rng.random() < 0.12 else 0
    service_rate = rng.choice([1000, 1000, 500]) if trade in ("restaurant", "hotel") and rng.random() < 0.3 else 0
    if not one_rate:
        discount = service_rate = 0
    service = _part(subtotal - discount, service_rate)
    inclusive = rng.random() < region.inclusive
    extra = service - discount
    taxes = tuple(_tax(items, code, rate, extra, inclusive) for code, rate in codes.items())
    taxes = tuple(tax for tax in taxes if tax.net or rng.random() < 0.5)
    due = subtotal + extra + (0 if inclusive else sum(tax.tax for tax in taxes))
    by_card = rng.random() < 0.3
    rounding = 0 if by_card or rng.random() < 0.15 else _rounded(due, region.step) - due
    total = due + rounding
    paid = total if by_card else _paid(rng, total, region.step)
    return Bill(
        items, subtotal, discount, service, service_rate, taxes, inclusive, rounding, total, paid, paid - total, by_card
    )


def _tax_codes(rng: random.Random, region: Region) -> dict[str, int]:
    """Rates by the letters printed beside the items."""
    rate = rng.choice(region.rates)
    if region.language == "en":
        letters = rng.choice([("SR", "ZRL"), ("SR", "ZR"), ("S", "Z"), ("T", "N"), ("SR", "ZRE"), ("A", "B")])
        return {letters[0]: rate, letters[1]: 0} if rng.random() < 0.5 else {letters[0]: rate}
    others = [other for other in region.rates if other != rate]
    letters = rng.choice([("A", "B"), ("1", "2"), ("B", "A")])
    return {letters[0]: rate, letters[1]: rng.choice(others)} if others and rng.random() < 0.4 else {letters[0]: rate}


@dataclass(frozen=True)
class _ItemStyle:
    """What the items of one receipt have in common."""

    code: str
    unit: str
    cheap: float
    discounts: float


def _item_style(rng: random.Random, trade: str) -> _ItemStyle:
    code = rng.choice(["", "", "9" * 13, "9" * 13, "9" * rng.randint(4, 9), "AA9999", "A99999", "99999", "A-999"])
    unit = rng.choice(["", "", "", "", "PCS", "UNIT", "EA", "PKT", "NOS", "CTN"])
    if trade in ("restaurant", "parking", "petrol", "hotel"):
        unit, code = "", rng.choice(["", "", "", "999", "A99"])
    cheap = {"restaurant": 6.9, "market": 6.2, "petrol": 8.5, "hotel": 9.4, "parking": 5.8}.get(trade, 7.2)
    return _ItemStyle(code, unit, cheap, rng.choice([0.0, 0.0, 0.0, 0.15, 0.3]))


def _item(rng: random.Random, corpus: Corpus, region: Region, trade: str, style: _ItemStyle, codes: list[str]) -> Item:
    price = max(10, int(rng.lognormvariate(style.cheap, 0.9)))
    price = (
        price
        if rng.random() < 0.4
        else price // 10 * 10 + rng.choice([0, 5, 9])
        if rng.random() < 0.6
        else price // 50 * 50 + 50
    )
    quantity, amount, unit = str(rng.choice([1, 1, 1, 1, 1, 2, 2, 3, 4, rng.randint(2, 24)])), 0, style.unit
    if trade in ("petrol", "market") and rng.random() < (1.0 if trade == "petrol" else 0.08):
        grams = rng.randint(100, 60_000 if trade == "petrol" else 3_000)
        price = rng.randint(150, 260) if trade == "petrol" else price
        quantity, amount = f"{grams / 1000:.3f}", max(1, (grams * price + 500) // 1000)
        unit = rng.choice(["L", "LTR", "litre"]) if trade == "petrol" else rng.choice(["KG", "kg"])
    amount = amount or int(quantity) * price
    discount = rng.choice([amount // 10, amount // 4, amount // 5]) if rng.random() < style.discounts else 0
    code = "".join(
        str(rng.randint(0, 9)) if c == "9" else rng.choice("ABCDEFGHKMNPRSTW") if c == "A" else c for c in style.code
    )
    name = goods(rng, corpus, region.language, trade)
    return Item(name, code, quantity, unit, price, amount, discount, rng.choice([codes[0], *codes]))


def _tax(items: tuple[Item, ...], code: str, rate: int, extra: int, inclusive: bool) -> Tax:
    taxed = sum(item.amount - item.discount for item in items if item.tax_code == code)
    taxed += extra if taxed else 0  # there are discounts and service charges on the whole only where all is taxed alike
    if inclusive:
        net = (taxed * 10_000 * 2 + 10_000 + rate) // (2 * (10_000 + rate))
        return Tax(code, rate, net, taxed - net)
    return Tax(code, rate, taxed, _part(taxed, rate))


def _part(cents: int, rate: int) -> int:
    return (cents * rate + 5_000) // 10_000


def _rounded(cents: int, step: int) -> int:
    return (2 * cents + step) // (2 * step) * step


def _paid(rng: random.Random, total: int, step: int) -> int:
    """What is handed over: exact, or the next note or two."""
    if rng.random() < 0.25:
        return total
    note = rng.choice([100, 500, 1000, 1000, 5000, 5000, 10_000])
    return -(-total // note) * note + rng.choice([0, 0, 0, 0, 10 * step, total % 100])
