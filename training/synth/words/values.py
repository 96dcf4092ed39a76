"""Invented values: codes, random strings, amounts of money, dates and times. Needs no files.

Nothing here is a word to learn, so nothing is held out; `invent.py` makes the words and names, and re-exports these.
"""

from __future__ import annotations

import random
import string
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from training.synth.words.vocabulary import MONTHS, WEEKDAYS

_PLAIN_CAPITALS = "ABCDEFGHJKLMNPRSTUVWXYZ"
_CODES = (  # 9: a digit, A: a capital letter, X: either, h: a hexadecimal digit; anything else stands for itself
    "ZNV-999999|#99999|X999-99999|9999999999999|AAA 9999|A 99 AAA 999|AA99 9999 9999 9999 9999 99|99-9999-9|"
    "XXXX-XXXX-XXXX|"
    "hhhhhhhh|hhhhhhhh-hhhh-hhhh|9999/99|(99) 99999999|A99999999|AA-A 999|999.999.999-99|XXXXXXXXXX|R99-AA9|"
    "99A9999|0xhhhh|v9.99.9|"
    "9999-99-AA|AAA/9999/999|hh:hh:hh:hh:hh:hh|99999999/9999|AAAAAA99|999 999 999"
)
_CURRENCIES = {
    "en": "$ £ RM US$ USD MYR SGD A$ €",
    "de": "€ EUR CHF",
    "fr": "€ EUR CHF",
    "es": "€ EUR $ MXN",
    "it": "€ EUR",
    "pt": "€ R$ EUR",
    "nl": "€ EUR",
    "pl": "zł PLN EUR",
    "zh": "¥ ￥ 元 RMB CNY HK$",
}
_DECIMAL_POINT = ("en", "zh")


def fill(rng: random.Random, pattern: str) -> str:
    """The pattern with 9 -> a digit, A -> a capital letter; other characters stay."""
    marks = {"9": string.digits, "A": _PLAIN_CAPITALS}
    return "".join(rng.choice(marks[mark]) if mark in marks else mark for mark in pattern)


def code(rng: random.Random) -> str:
    """An invoice number, article number, serial, IBAN-like number, hexadecimal id or number plate."""
    marks = {"9": string.digits, "A": _PLAIN_CAPITALS, "X": _PLAIN_CAPITALS + string.digits, "h": "0123456789abcdef"}
    head = rng.choice(["", "", "", "INV-", "No. ", "SKU ", "S/N ", "ID: ", "REF"])
    pattern = rng.choice(_CODES.split("|")).replace("ZNV", rng.choice(["INV", "PO", "RE", "FA", "DN", "TX"]))
    body = "".join(rng.choice(marks[mark]) if mark in marks else mark for mark in pattern)
    return head + (body.upper() if rng.random() < 0.3 else body)


def random_string(rng: random.Random, low: int = 3, high: int = 16) -> str:
    """`low` to `high` printable ASCII characters without spaces, rarely other signs among them."""
    signs = string.ascii_letters + string.digits + string.punctuation
    if rng.random() < 0.2:
        signs += "£€¥§°©®±×÷·•«»¿¡½–—‘’“”„…™" * 2
    return "".join(rng.choice(signs) for _ in range(rng.randint(low, high)))


@dataclass(frozen=True)
class Money:
    """How one document writes amounts: the sign, whether before the number, and the two separators."""

    symbol: str
    before: bool
    decimal: str
    thousands: str

    def format(self, cents: int) -> str:
        """An amount in hundredths as text, such as -123456 -> "-$1,234.56"."""
        whole, rest = divmod(abs(cents), 100)
        number = f"{whole:,}".replace(",", self.thousands) + f"{self.decimal}{rest:02d}"
        sign = "-" if cents < 0 else ""
        if not self.symbol:
            return sign + number
        space = " " if len(self.symbol) > 2 or not self.before else ""
        return sign + (self.symbol + space + number if self.before else number + space + self.symbol)


def currency(rng: random.Random, language: str) -> Money:
    """A document's way of writing amounts, as usual in the language; one in four without a currency sign."""
    symbol = rng.choice(_CURRENCIES[language].split())
    decimal = "." if language in _DECIMAL_POINT or symbol in ("CHF", "MXN") else ","
    thousands = rng.choice([",", ",", ""] if decimal == "." else [".", ".", " ", ""])
    before = symbol != "元" and (language in _DECIMAL_POINT or symbol in ("R$", "$") or rng.random() < 0.2)
    return Money("" if rng.random() < 0.25 else symbol, before, decimal, thousands)


def cents(rng: random.Random) -> int:
    """A plausible amount in hundredths: mostly small, rarely large, often ending in 0, 5 or 9."""
    amount = int(10 ** rng.uniform(1.5, 5.5 if rng.random() < 0.8 else 8))
    draw = rng.random()
    return max(1, amount // 100 * 100 + 99 if draw < 0.2 else amount // 10 * 10 if draw < 0.6 else amount)


def moment(rng: random.Random) -> datetime:
    """A moment from 1985 to 2035, to the second."""
    return datetime(1985, 1, 1) + timedelta(seconds=rng.randrange(50 * 365 * 86_400))


def date_style(rng: random.Random, language: str) -> Callable[[datetime], str]:
    """One way of writing dates, to be used throughout a document."""
    months, days = MONTHS[language].split(), WEEKDAYS[language].split()
    if language == "zh":
        styles = [
            "{y}年{m}月{d}日",
            "{y}年{m:02d}月{d:02d}日",
            "{y}-{m:02d}-{d:02d}",
            "{y}/{m}/{d}",
            "{y}年{m}月{d}日 {day}",
        ]
        styles += ["{y}.{m:02d}.{d:02d}", "{m}月{d}日", "{y}{m:02d}{d:02d}"]
    else:
        separator = rng.choice({"de": "...-", "pl": "..-", "nl": "--/", "en": "//-"}.get(language, "//-."))
        numeric = separator.join(["{d:02d}", "{m:02d}", rng.choice(["{y}", "{y}", "{yy:02d}"])])
        of = {"es": "{d} de {month} de {y}", "pt": "{d} de {month} de {y}", "de": "{d}. {month} {y}"}
        long = of.get(language, "{d} {month} {y}")
        styles = [numeric, numeric, "{y}-{m:02d}-{d:02d}", long, "{day}, " + long, "{d:02d} {short} {y}"]
        if language == "en":
            styles += [
                "{month} {d}, {y}",
                "{m:02d}/{d:02d}/{y}",
                "{short} {d}, {y}",
                "{d:02d}-{short}-{yy:02d}",
                "{month} {y}",
            ]
    style = rng.choice(styles)
    upper = language != "zh" and rng.random() < 0.1

    def write(when: datetime) -> str:
        month = months[when.month - 1]
        text = style.format(
            y=when.year,
            yy=when.year % 100,
            m=when.month,
            d=when.day,
            month=month,
            short=month[:3],
            day=days[when.weekday()],
        )
        return text.upper() if upper else text

    return write


def time_style(rng: random.Random, language: str) -> Callable[[datetime], str]:
    """One way of writing the time of day, to be used throughout a document."""
    styles = ["%H:%M", "%H:%M", "%H:%M:%S"]
    own = {
        "en": ["%I:%M %p", "%I:%M:%S %p", "%I:%M%p", "%H%M hrs"],
        "de": ["%H:%M Uhr", "%H.%M Uhr"],
        "fr": ["%Hh%M", "%H h %M"],
        "es": ["%H:%M h"],
        "pt": ["%Hh%M", "%H:%M h"],
        "nl": ["%H.%M uur"],
        "pl": ["godz. %H:%M"],
        "zh": ["%H时%M分", "%H：%M"],
    }
    style = rng.choice(styles + own.get(language, []))

    def write(when: datetime) -> str:
        # The locale of the machine must not decide what %p says.
        half = "AM" if when.hour < 12 else "PM"
        parts = {"%H": when.hour, "%I": (when.hour - 1) % 12 + 1, "%M": when.minute, "%S": when.second}
        text = style.replace("%p", half)
        for mark, value in parts.items():
            text = text.replace(mark, f"{value:02d}")
        return text

    return write
