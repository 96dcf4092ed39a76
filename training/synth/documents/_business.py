"""What printed matter of firms and offices has in common: words by language, labelled values, and bills that add up."""

from __future__ import annotations

import functools
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from training.synth.annotation import Line
from training.synth.documents._flow import joined
from training.synth.documents._page import once
from training.synth.faces import Face
from training.synth.sheet import Overflow, Sheet, Style
from training.synth.words.invent import Money, currency, date_style

COLUMNS = ("en", "de", "fr", "es", "it", "pt", "nl", "pl", "zh")
"""The languages in the order of a vocabulary's columns."""
LEAST = 10
"""Pixels per em below which nothing is set."""

Vocabulary = dict[str, dict[str, tuple[str, ...]]]


def vocabulary(text: str) -> Vocabulary:
    """Words by key and language out of lines `key: en / de / ... / zh`, with `|` between a language's choices.

    A line that begins with one of the two signs goes on with the one before. Raises ValueError for an entry without
    nine languages.
    """
    found: Vocabulary = {}
    for entry in text.replace("\n/", " /").replace("\n|", "|").strip().splitlines():
        key, _, rest = entry.partition(": ")
        choices = [tuple(part.strip().split("|")) for part in rest.split(" / ")]
        if len(choices) != len(COLUMNS):
            raise ValueError(f"{key!r} is in {len(choices)} languages, not in {len(COLUMNS)}.")
        found[key] = dict(zip(COLUMNS, choices, strict=True))
    return found


@dataclass(frozen=True)
class Entry:
    """A value under a label; `key` is the name of its field."""

    key: str
    label: str
    value: str


def dates(rng: random.Random, language: str) -> Callable[[datetime], str]:
    """A way of writing dates with day and year."""
    while True:
        write = date_style(rng, language)
        sample = write(datetime(2031, 5, 27))
        if "27" in sample and "31" in sample:
            return write


def fitted(sheet: Sheet, text: str, style: Style, width: float) -> Style:
    """The style, smaller where the text would be wider than `width` pixels. Raises Overflow where it would be tiny."""
    wide = sheet.measure(text, style)
    while wide > width:
        if style.size <= LEAST:
            raise Overflow(f"{text!r} does not fit into {width:.0f} pixels")
        style = replace(style, size=max(LEAST, min(style.size - 1, int(style.size * width / wide))))
        wide = sheet.measure(text, style)
    return style


def beside(sheet: Sheet, x: float, y: float, parts: Sequence[tuple[str, Style]], align: float = 0.0) -> Line:
    """One line of parts in different styles on the baseline `y`, a space apart; empty parts are left out."""
    parts = [(text, style) for text, style in parts if text]
    widths = [sheet.measure(text, style) for text, style in parts]
    gaps = [sheet.space(style) for _, style in parts[1:]]
    x -= align * (sum(widths) + sum(gaps))
    lines = []
    for (text, style), width, gap in zip(parts, widths, [*gaps, 0.0], strict=True):
        lines.append(sheet.write(x, y, text, style))
        x += width + gap
    return joined(lines)


def text_of(lines: Sequence[Line]) -> str:
    """Lines as parsing writes loose text: one per line, those of one row together."""
    rows: list[str] = []
    last = -1
    for line in lines:
        if line.row >= 0 and line.row == last:
            rows[-1] += " " + line.text
        else:
            rows.append(line.text)
        last = line.row
    return "\n".join(rows)


def loose(sheet: Sheet, kind: str, lines: Sequence[Line]) -> None:
    """A block of lines that are no running text."""
    if lines:
        sheet.block(kind, lines, text_of(lines))


_ASK_EN = (
    "What is the {name}?",
    "Which {name} is given?",
    "Please read the {name}.",
    "What does the document give as {name}?",
    "Tell me the {name}.",
)
_ASK_ZH = ("{name}是什么？", "请读出{name}。", "图中的{name}是什么？", "文档上写的{name}是什么？", "请告诉我{name}。")


def ask(rng: random.Random, sheet: Sheet, names: dict[str, tuple[str, str]], most: int = 5) -> None:
    """Questions for some of the sheet's fields, by their English and Chinese names; only for values that stand once."""
    known = [key for key, value in sheet.fields.items() if key in names and isinstance(value, str)]
    known = [key for key in known if once(sheet, sheet.fields[key])]
    for key in rng.sample(known, min(len(known), rng.randint(2, most))):
        english, chinese = names[key]
        sheet.question(
            rng.choice(_ASK_EN).format(name=english),
            rng.choice(_ASK_ZH).format(name=chinese),
            sheet.fields[key],
            sheet.evidence[key],
        )


# Bills


@dataclass(frozen=True)
class Item:
    """A position of a bill: `quantity` in hundredths, `price` in cents, `rate` of tax in hundredths of a percent."""

    name: str
    quantity: int
    price: int
    rate: int

    @property
    def amount(self) -> int:
        """Quantity times price in cents, halves rounded up."""
        return (self.quantity * self.price + 50) // 100


@dataclass(frozen=True)
class Bill:
    """Positions, a discount on all of them in hundredths of a percent, and shipping, taxed at the first item's rate."""

    items: tuple[Item, ...]
    discount_rate: int
    shipping: int

    @property
    def subtotal(self) -> int:
        """All amounts together."""
        return sum(item.amount for item in self.items)

    @property
    def discount(self) -> int:
        """What is taken off, as a positive number of cents."""
        return part(self.subtotal, self.discount_rate)

    @functools.cached_property
    def taxes(self) -> dict[int, int]:
        """Tax in cents by its rate, on amounts less the discount; a rate of nothing is left out."""
        nets: dict[int, int] = {}
        for item in self.items:
            nets[item.rate] = nets.get(item.rate, 0) + item.amount - part(item.amount, self.discount_rate)
        nets[self.items[0].rate] += self.shipping
        return {rate: part(net, rate) for rate, net in sorted(nets.items()) if rate}

    @property
    def total(self) -> int:
        """What is to be paid."""
        return self.subtotal - self.discount + self.shipping + sum(self.taxes.values())


def part(amount: int, rate: int) -> int:
    """So many hundredths of a percent of an amount, halves rounded up."""
    return (amount * rate + 5000) // 10_000


def percent(rate: int, decimal: str) -> str:
    """Hundredths of a percent as text: 1900 -> "19", 550 -> "5.5"."""
    whole, rest = divmod(rate, 100)
    return f"{whole}{decimal}{rest:02d}".rstrip("0") if rest else str(whole)


def quantity(hundredths: int, decimal: str) -> str:
    """A number of pieces or hours as text: 300 -> "3", 250 -> "2.50"."""
    whole, rest = divmod(hundredths, 100)
    return f"{whole}{decimal}{rest:02d}" if rest else str(whole)


def money(rng: random.Random, language: str, face: Face) -> Money:
    """A way of writing amounts whose sign the face can draw, else one without a sign."""
    found = currency(rng, language)
    return found if face.can_draw(found.symbol) else replace(found, symbol="")
