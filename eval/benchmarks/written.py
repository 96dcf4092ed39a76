"""Amounts and dates as documents write them, for comparing field values that are right but written another way."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from typing import Any

from eval.metrics.text import folded, no_spaces, normalized

# The months' names and usual abbreviations in English, German, French and Dutch, without accents.
MONTHS = tuple(
    frozenset(names.split())
    for names in (
        "january januar janner jaenner janvier januari jan janv",
        "february februar fevrier februari feb febr fev fevr",
        "march marz maerz mars maart mar mrz mrt",
        "april avril apr avr",
        "may mai mei",
        "june juni juin jun",
        "july juli juillet jul juil",
        "august aout augustus aug",
        "september septembre sep sept",
        "october oktober octobre oct okt",
        "november novembre nov",
        "december dezember decembre dec dez",
    )
)
_ISO_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_AMOUNT = re.compile(r"-?\d[\d.,' \u00a0\u202f]*")


def amount(text: str) -> float | None:
    """The first number of the text, None if there is none.

    The last "." or "," is the decimal sign if one or two digits follow; all other signs and spaces group digits.
    """
    found = _AMOUNT.search(text)
    if not found:
        return None
    number = re.sub(r"[^\d.,-]", "", found[0]).rstrip(".,")
    decimal = re.search(r"[.,](\d\d?)$", number)
    whole = re.sub(r"[.,]", "", number[: decimal.start()] if decimal else number)
    return float(f"{whole}.{decimal[1] if decimal else 0}")


def dates(text: str) -> set[date]:
    """Every date that the first three parts of a written date may mean: "03/04/2014" is one of April and one of March.

    Two-digit years are of this century, and never come first.
    """
    plain = "".join(c for c in normalized("NFKD", text.lower()) if not unicodedata.combining(c))
    parts = re.findall(r"\d+|[^\W\d_]+", plain)
    numbers = [int(part) for part in parts if part.isdecimal() and len(part) <= 4][:3]
    names = [_month(part) for part in parts if not part.isdecimal()]
    month = next((name for name in names if name), 0)
    readings = []
    if month and len(numbers) >= 2:
        a, b = numbers[:2]
        readings = [(a, month, b)] if a > 999 else [(b, month, a)]
    elif len(numbers) == 3:
        a, b, c = numbers
        readings = [(a, b, c)] if a > 999 else [(c, b, a), (c, a, b)]
    return {found for reading in readings if (found := _date(*reading))}


def normalised(fields: Mapping[str, str], truth: Mapping[str, Any]) -> dict[str, str]:
    """The values with those that may be written in several ways in one form; what each is, the truth says."""
    return {key: _normalised(value, truth.get(key)) for key, value in fields.items()}


def stands_in(text: str, value: str | int | float) -> bool:
    """Whether a document's text has the value, however it writes it: a word or words, a number, a date."""
    if isinstance(value, float):
        return any(amount(found) == abs(value) for found in re.findall(r"\d[\d.,]*", text))
    if _is_date(value):
        year, month, day = map(int, str(value).split("-"))
        years = f"(?:{year}|{year % 100:02d})"
        day_first = rf"(?<!\d)0?{day}\W+(?:\w+\W+)?{years}(?!\d)"
        year_first = rf"(?<!\d){year}\W+0?{month}\W+0?{day}(?!\d)"
        return bool(re.search(f"{day_first}|{year_first}", text))
    signs = [re.escape(sign) for sign in str(value) if sign.isalnum()]
    if not signs:
        return str(value).strip() in text
    words = r"[\W_]*".join(signs)
    return bool(re.search(rf"(?<![^\W_]){words}(?![^\W_])", text, re.IGNORECASE))


def _normalised(value: str, true: Any) -> str:
    if isinstance(true, int | float):
        number = amount(value)
        return no_spaces(folded(value)) if number is None else f"{number:.2f}"
    if _is_date(true) and date.fromisoformat(true) in dates(value):
        return str(true)
    return no_spaces(folded(value))


def _is_date(value: Any) -> bool:
    if not isinstance(value, str) or not _ISO_DATE.fullmatch(value):
        return False
    year, month, day = map(int, value.split("-"))
    return _date(year, month, day) is not None


def _month(word: str) -> int:
    """The number of the month that the word names, 0 if none."""
    return next((i for i, names in enumerate(MONTHS, start=1) if word in names), 0)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year + 2000 if year < 100 else year, month, day)
    except ValueError:
        return None
