"""Dates, times and amounts in one form, so that values that are written differently can be compared and added up.

Dates become ISO 8601 (2018-03-12, with a time 2018-03-12T14:33), times HH:MM or HH:MM:SS, amounts plain decimals
(1234.50). What could mean two things has no such form, unless the rest of the page tells which of them is meant.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import date, time

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january januar janvier enero ene", "feb february februar février fevrier febrero",
            "mar march märz maerz mrz mars marzo", "apr april avril abril abr", "may mai mayo",
            "jun june juni juin junio", "jul july juli juillet julio", "aug august août aout agosto ago",
            "sep sept september septembre septiembre", "oct october oktober okt octobre octubre",
            "nov november novembre noviembre", "dec december dezember dez décembre decembre diciembre dic",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
"""English, German, French and Spanish."""

PIVOT = 69
"""Years of two digits: from this one on they are of the last century (as POSIX has it)."""

_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>\d{4}|\d{2})"
_CLOCK = r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))?(?:\s?(?P<half>[ap])\.?m\.?)?"
_NUMERIC = re.compile(r"(?P<first>\d{1,2})(?P<mark>[/.-])(?P<second>\d{1,2})(?P=mark)(?P<year>\d{4}|\d{2})")
_DATES = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?P<year>\d{4})(?P<mark>[/.-])(?P<month>\d{1,2})(?P=mark)(?P<day>\d{1,2})",
        r"(?P<year>\d{4})\s?年\s?(?P<month>\d{1,2})\s?月\s?(?P<day>\d{1,2})\s?日",
        rf"{_DAY}[\s./-]{{0,3}}(?:de\s)?(?P<name>{_MONTH})\.?[\s,./'-]{{0,3}}(?:de\s)?{_YEAR}",
        rf"(?P<name>{_MONTH})\.?[\s./-]{{0,2}}{_DAY},?[\s./-]{{1,2}}{_YEAR}",
    )
)
_TIME = re.compile(_CLOCK)
_WEEKDAY = re.compile(r"^[^\W\d]{2,10}\.?,?\s(?=\d)|[\s,]\(?[^\W\d]{2,10}\)?$")

_CURRENCY = (
    r"(?:(?:US|A|C|NZ|S|HK|NT|R)?\$|[€£¥￥₹₩฿₫₱₽]|rmb|rm|rs\.?|rp\.?|kr\.?|fr\.?|元|円|usd|eur|gbp|jpy|cny|myr|sgd|chf|aud|cad|nzd"
    r"|hkd|inr|idr|thb|php|vnd|krw|twd|sek|nok|dkk|pln|czk|huf|zar|brl|mxn|aed)"
)
_NUMBER = r"\d{1,3}(?:(?P<mark>[.,' ’])\d{3})(?:(?P=mark)\d{3})*(?:[.,]\d+)?|\d+(?:[.,]\d+)?|[.,]\d+"
_AMOUNT = re.compile(
    rf"(?P<open>\()?\s?(?P<minus>[-−–])?\s?(?:{_CURRENCY})?\s?(?P<minus2>[-−–])?\s?(?P<number>{_NUMBER})"
    rf"\s?(?P<minus3>[-−–])?\s?(?:{_CURRENCY})?\s?(?P<close>\))?",
    re.IGNORECASE,
)
_DAY_FIRST = re.compile(r"(?<!\w)(?:rm|myr|sgd|s\$|a\$|eur|gbp|chf|inr|rs\.?)(?!\w)|[€£₹]", re.IGNORECASE)
"""Currencies of countries that write the day first."""

_EITHER_WAY = ("31/12/2000 9.00", "12/31/2000 9,00")
"""Pages that tell how to read what is ambiguous, each in its way."""

LONGEST = 40
"""Characters: a longer value is none of these."""

ANY = re.compile(
    rf"(?<![\d.,/:-])(?:{_CURRENCY}\s?)?\d(?:[\d.,:/'’-]|\s(?=\d)|\s?(?:{_MONTH}|年|月|日|[ap]m)[\s.,-]{{0,2}})*",
    re.IGNORECASE,
)


def normalised(value: str, page: str = "") -> str | None:
    """The date, time or amount that `value` is, in one form; None for anything else and for what is ambiguous.

    03/04/2018 is, unless a date of `page`, the text around it, or its currency tells whether days come first; so is
    1.234, unless prices of the page tell how they mark decimals. 25/12/2018, 12/25/2018 and 1,234.50 are not.
    """
    text = "".join(str(unicodedata.decimal(letter, letter)) for letter in unicodedata.normalize("NFKC", value))
    text = " ".join(text.split()).casefold().lstrip(" ,:;*").rstrip(" .,:;*")
    if not text or len(text) > LONGEST:
        return None
    return _date_and_time(text, page) or _time(text) or _amount(text, page)


def could_be(value: str, wanted: str) -> bool:
    """Whether `value`, however ambiguous, may be what is `wanted`, a normalised one."""
    return any(same(normalised(value, page), wanted) for page in _EITHER_WAY)


def same(first: str | None, second: str | None) -> bool:
    """Whether two normalised values are the same one: 9.0 is 9.00."""
    if first is None or second is None:
        return False
    return first == second or (_plain(first) == _plain(second) != "")


def candidates(text: str) -> Iterator[tuple[int, int]]:
    """Where in `text` something stands that might be a date, a time or an amount: each run of them, and its parts."""
    for match in ANY.finditer(text):
        words = [(word.start(), word.start() + len(word[0].rstrip(".,:-"))) for word in re.finditer(r"\S+", match[0])]
        for first, (start, _) in enumerate(words):
            for _, end in words[first : first + 6]:
                yield match.start() + start, match.start() + end


def _plain(number: str) -> str:
    if not re.fullmatch(r"-?\d+(?:\.\d+)?", number):
        return ""
    return number.rstrip("0").rstrip(".") if "." in number else number


def _date_and_time(text: str, page: str) -> str | None:
    """A date, alone, with the name of its day, or before or after a time."""
    if found := _date(text, page):
        return found
    clock = re.search(rf"(?:^|[\s,t]){_CLOCK}(?:$|[\s,])", text)
    if clock and (at := _time(clock[0].strip(" ,t"))):
        day = _date((text[: clock.start()] + " " + text[clock.end() :]).strip(" ,-"), page)
        return f"{day}T{at}" if day else None
    return _date(shorter, page) if (shorter := _WEEKDAY.sub("", text)) != text else None


def _date(text: str, page: str) -> str | None:
    for pattern in _DATES:
        if match := pattern.fullmatch(text):
            parts = match.groupdict()
            return _iso(_year(parts["year"]), _MONTHS.get(parts.get("name") or "") or int(parts["month"]), parts["day"])
    if not (match := _NUMERIC.fullmatch(text)):
        return None
    ways = _ways(match)
    if ways[0] == ways[1] or None in ways:
        return ways[0] or ways[1]
    first = _days_first(page, ways)
    return None if first is None else ways[0 if first else 1]


def _ways(match: re.Match[str]) -> tuple[str | None, str | None]:
    """The date with the day first and with the month first."""
    year = _year(match["year"])
    return _iso(year, int(match["second"]), match["first"]), _iso(year, int(match["first"]), match["second"])


def _days_first(page: str, ways: tuple[str | None, str | None]) -> bool | None:
    """What the page says: another date that can be read in one way only, the same day written out, or the currency."""
    votes = set()
    for match in _NUMERIC.finditer(page):
        day, month = _ways(match)
        if (day is None) != (month is None):
            votes.add(day is not None)
    for pattern in _DATES:
        for match in pattern.finditer(page.casefold()):
            if (written := _date(match[0], "")) in ways:
                votes.add(written == ways[0])
    if not votes and _DAY_FIRST.search(page):
        return True
    return votes.pop() if len(votes) == 1 else None


def _year(written: str) -> int:
    year = int(written)
    return year if len(written) == 4 else year + (1900 if year >= PIVOT else 2000)


def _iso(year: int, month: int, day: str) -> str | None:
    try:
        return date(year, month, int(day)).isoformat()
    except ValueError:
        return None


def _time(text: str) -> str | None:
    match = _TIME.fullmatch(text)
    if not match:
        return None
    hour = int(match["hour"])
    if match["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if match["half"] == "p" else 0)
    try:
        found = time(hour, int(match["minute"]), int(match["second"] or 0))
    except ValueError:
        return None
    return found.isoformat("seconds" if match["second"] else "minutes")


def _amount(text: str, page: str) -> str | None:
    match = _AMOUNT.fullmatch(text)
    if not match or bool(match["open"]) != bool(match["close"]):
        return None
    number = _decimal(match["number"], page)
    if number is None:
        return None
    negative = any(match[name] for name in ("open", "minus", "minus2", "minus3"))
    return f"-{number}" if negative else number


def _decimal(number: str, page: str) -> str | None:
    """The number with "." before its decimals and nothing between its thousands."""
    marks = [letter for letter in number if not letter.isdigit()]
    if not marks:
        is_code = len(number) > 7 or (number[0] == "0" and number != "0")
        return None if is_code else number
    whole, _, rest = number.rpartition(marks[-1])
    if len(marks) > 1 or marks[0] in " '’":
        if marks[-1] == marks[0]:  # all of them between thousands
            return _digits(number) if len(rest) == 3 else None
        return f"{_digits(whole)}.{rest}"
    if len(rest) == 3 and whole not in ("", "0") and len(whole) <= 3:
        decimal = _decimal_mark(page)
        if decimal is None:
            return None
        return f"{whole}.{rest}" if marks[0] == decimal else whole + rest
    if len(whole) > 1 and whole[0] == "0":
        return None
    return f"{whole or '0'}.{rest}"


def _digits(number: str) -> str:
    return re.sub(r"\D", "", number)


def _decimal_mark(page: str) -> str | None:
    """What stands before the two decimals of the page's prices, if they agree."""
    found = set(re.findall(r"\d([.,])\d\d(?![\d.,/-])", page))
    return found.pop() if len(found) == 1 else None
