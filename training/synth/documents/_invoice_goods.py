"""What an invoice is about: who sells what to whom, when, at what price, and how to pay."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from training.synth.documents._business import Bill, Entry, Item, dates, money, percent, quantity
from training.synth.documents._business_words import word
from training.synth.engine import World
from training.synth.faces import Face
from training.synth.table.grid import Cell, Grid
from training.synth.words.invent import Money, email, phone, url
from training.synth.words.values import fill

_KINDS = {"invoice": 70, "quote": 12, "order": 11, "credit": 7}
_NUMBERS = "999999|9999-9999|INV-99999|AA-9999-99|20999|9999/99|A9999999|99-99999|RE-9999-999|#9999"
_RATES = {
    "en": "2000 600 700 825 500 1000",
    "de": "1900 700",
    "fr": "2000 1000 550",
    "es": "2100 1000",
    "it": "2200 1000",
    "pt": "2300 1300 600",
    "nl": "2100 900",
    "pl": "2300 800",
    "zh": "1300 900 600 300",
}
_ACCOUNTS = {
    "en": "GB99 AAAA 9999 9999 9999 99|99-99-99 99999999|9999 9999 9999",
    "de": "DE99 9999 9999 9999 9999 99",
    "fr": "FR99 9999 9999 9999 9999 9999 999",
    "es": "ES99 9999 9999 9999 9999 9999",
    "it": "IT99 A999 9999 9999 9999 9999 999",
    "pt": "PT99 9999 9999 9999 9999 9999 9",
    "nl": "NL99 AAAA 9999 9999 99",
    "pl": "PL99 9999 9999 9999 9999 9999 9999",
    "zh": "9999 9999 9999 9999 999|9999999999999999",
}
_TAX_IDS = {
    "en": "GB999 9999 99|99-9999999|999999999999",
    "de": "DE999999999|99/999/99999",
    "fr": "FR99999999999|999 999 999 99999",
    "es": "A99999999",
    "it": "IT99999999999",
    "pt": "PT999999999",
    "nl": "NL999999999A99",
    "pl": "999-999-99-99",
    "zh": "99999999AA9999999A",
}


@dataclass(frozen=True)
class Party:
    """A firm or person with lines of an address."""

    name: str
    address: tuple[str, ...]


@dataclass(frozen=True)
class Trade:
    """All that one invoice says. `kind` is "invoice", "quote", "order" or "credit"; `plain` writes amounts bare."""

    kind: str
    seller: Party
    buyer: Party
    consignee: Party | None
    contacts: tuple[Entry, ...]
    meta: tuple[Entry, ...]
    payment: tuple[Entry, ...]
    bill: Bill
    money: Money
    plain: Money


def trade(rng: random.Random, world: World, language: str, face: Face) -> Trade:
    """A deal in a language, in text that the face can draw."""
    kind = rng.choices(list(_KINDS), list(_KINDS.values()))[0]
    corpus = world.corpus
    seller = _party(rng, world, language, face, corpus.company(rng, language))
    buyer = corpus.company(rng, language) if rng.random() < 0.75 else corpus.person(rng, language)
    paid = money(rng, language, face)
    contacts = {
        "phone": phone(rng, language),
        "email": email(rng, language),
        "web": url(rng, language),
        "tax_id": fill(rng, rng.choice(_TAX_IDS[language].split("|"))),
    }
    bank = {
        "bank": corpus.company(rng, language),
        "holder": seller.name,
        "iban": fill(rng, rng.choice(_ACCOUNTS[language].split("|"))),
        "bic": fill(rng, rng.choice(["AAAAAAAA", "AAAAAA9A", "AAAAAAAA999"])),
    }
    return Trade(
        kind,
        seller,
        _party(rng, world, language, face, buyer),
        _party(rng, world, language, face, buyer) if rng.random() < 0.2 else None,
        _entries(rng, language, face, {key: text for key, text in contacts.items() if rng.random() < 0.7}),
        _meta(rng, world, language, face, kind),
        _entries(
            rng, language, face, {key: text for key, text in bank.items() if key == "iban" or rng.random() < 0.75}
        ),
        _bill(rng, world, language),
        paid,
        replace(paid, symbol="") if rng.random() < 0.7 else paid,
    )


def _party(rng: random.Random, world: World, language: str, face: Face, name: str) -> Party:
    lines = tuple(filter(None, map(face.clean, world.corpus.address(rng, language))))
    return Party(face.clean(name) or "A1", lines)


def _entries(rng: random.Random, language: str, face: Face, values: dict[str, str]) -> tuple[Entry, ...]:
    found = [Entry(key, face.clean(word(rng, key, language)), face.clean(text)) for key, text in values.items()]
    return tuple(entry for entry in found if entry.label and entry.value)


def _meta(rng: random.Random, world: World, language: str, face: Face, kind: str) -> tuple[Entry, ...]:
    """Number and date always, of the others some, in an order of their own now and then."""
    write = dates(rng, language)
    day = datetime(rng.randint(1998, 2030), rng.randint(1, 12), rng.randint(1, 28))
    term = rng.choice([7, 10, 14, 21, 30, 45, 60])
    later = {"invoice": "due_date", "quote": "valid_until", "order": "delivery_date", "credit": "due_date"}[kind]
    values = {f"{kind}_no": fill(rng, rng.choice(_NUMBERS.split("|"))), "date": write(day)}
    others = {
        later: write(day + timedelta(days=term)),
        "customer_no": fill(rng, rng.choice(["99999", "K-9999", "999999", "C99999"])),
        "order_ref": fill(rng, rng.choice(["PO-99999", "99999999", "A9999", "9999/99-A"])),
        "contact": world.corpus.person(rng, language),
        "terms": word(rng, "net", language).replace("#", str(term)),
    }
    values |= {key: text for key, text in others.items() if rng.random() < 0.5}
    if later in values and str(term) not in values.get("terms", str(term)):
        del values["terms"]  # nothing is due at once and later
    keys = list(values) if rng.random() < 0.7 else rng.sample(list(values), len(values))
    return _entries(rng, language, face, {key: values[key] for key in keys})


def _bill(rng: random.Random, world: World, language: str) -> Bill:
    rates = [int(rate) for rate in _RATES[language].split()]
    rates = rng.sample(rates, 2) if rng.random() < 0.2 else [rng.choice(rates)] if rng.random() < 0.85 else [0]
    dear = rng.uniform(3, 5.2)
    items = []
    for i in range(rng.choice([1, 2, 3, 3, 4, 5, 6, 8, 10, 13])):
        count = 100 * rng.choice([1, 1, 2, 3, 4, 5, 8, 10, 12, 20, 50, rng.randint(1, 300)])
        count += rng.choice([0, 0, 0, 0, 0, 50, 25])
        price = max(5, int(10 ** rng.uniform(dear - 1.2, dear + 0.6)) // rng.choice([1, 5, 10]) * 5)
        items.append(Item(world.corpus.product(rng, language), count, price, rates[i % len(rates)]))
    discount = rng.choice([200, 300, 500, 1000, 1500]) if rng.random() < 0.25 else 0
    return Bill(tuple(items), discount, 100 * rng.randint(4, 90) if rng.random() < 0.25 else 0)


def item_columns(rng: random.Random, bill: Bill) -> list[str]:
    """What the columns of the table of items hold."""
    columns = [name for name, share in (("position", 0.5), ("sku", 0.35)) if rng.random() < share]
    columns += rng.choice([["name", "quantity"], ["name", "quantity"], ["quantity", "name"]])
    columns += ["unit"] if rng.random() < 0.3 else []
    columns += ["price"]
    columns += ["rate"] if len({item.rate for item in bill.items}) > 1 or rng.random() < 0.2 else []
    return [*columns, "amount"]


def item_grid(rng: random.Random, language: str, deal: Trade, columns: Sequence[str], sums: Sequence[Entry]) -> Grid:
    """The table of items: a heading, one row for each, and sums at its foot."""
    units, decimal = word(rng, "units", language), deal.money.decimal
    rows = [tuple(Cell(word(rng, column, language), head=True) for column in columns)]
    pattern = rng.choice(["99999", "A-9999", "AA999", "9999-99"])
    for i, item in enumerate(deal.bill.items):
        unit = units if rng.random() < 0.7 else word(rng, "units", language)
        cells = {
            "position": str(i + 1),
            "sku": fill(rng, pattern),
            "name": item.name,
            "quantity": quantity(item.quantity, decimal),
            "unit": unit,
            "price": deal.plain.format(item.price),
            "rate": f"{percent(item.rate, decimal)}%",
            "amount": deal.plain.format(item.amount),
        }
        rows.append(tuple(Cell(cells[column]) for column in columns))
    rows += [(Cell(entry.label, columns=len(columns) - 1), Cell(entry.value)) for entry in sums]
    return Grid(tuple(rows))


def sums(rng: random.Random, language: str, face: Face, deal: Trade) -> list[Entry]:
    """Subtotal, discount, shipping, taxes and total with their labels; a part that is nothing is left out."""
    bill, decimal = deal.bill, deal.money.decimal
    colon = rng.choice(["", "", ":"])
    rates = list(bill.taxes.items())
    parts: list[tuple[str, str, int]] = [("subtotal", "", bill.subtotal)]
    parts += [("discount", f" {percent(bill.discount_rate, decimal)}%", -bill.discount)] if bill.discount else []
    parts += [("shipping", "", bill.shipping)] if bill.shipping else []
    for rate, tax in rates:
        parts.append(("tax" if len(rates) == 1 else f"tax_{rate // 100}", f" {percent(rate, decimal)}%", tax))
    parts.append(("total", "", bill.total))
    if len(parts) == 2 and rng.random() < 0.6:
        parts = parts[1:]
    bare = deal.plain if rng.random() < 0.5 else deal.money  # all of them in one way, but for the total
    shown = [deal.money if key == "total" else bare for key, _, _ in parts]
    return [
        Entry(key, face.clean(word(rng, key.split("_")[0], language) + tail + colon), face.clean(style.format(cents)))
        for (key, tail, cents), style in zip(parts, shown, strict=True)
    ]
