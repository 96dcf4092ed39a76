"""The built-in generator: words, prose, people, firms, addresses and goods in every language, without any files.

Names are put together from syllables and short lists (`words.vocabulary`): half random on purpose, since an OCR model
must not guess words. Values (codes, money, dates) are in `words.values` and can be imported from here. No hold-out
is applied here: `words.corpus` replaces words of the wrong side.
"""

from __future__ import annotations

import functools
import random

from training.synth.words import vocabulary as lists
from training.synth.words.values import (
    Money,
    cents,
    code,
    currency,
    date_style,
    fill,
    moment,
    random_string,
    time_style,
)
from training.synth.words.vocabulary import LANGUAGES

__all__ = [
    "LANGUAGES",
    "Money",
    "address",
    "cents",
    "city",
    "code",
    "company",
    "currency",
    "date_style",
    "email",
    "fill",
    "insertion",
    "job",
    "moment",
    "name",
    "person",
    "phone",
    "postcode",
    "product",
    "random_string",
    "sentence",
    "street",
    "time_style",
    "title",
    "url",
    "word",
    "words",
]

HAN = bytes(byte for row in range(16, 56) for cell in range(1, 95) for byte in (row + 160, cell + 160)).decode(
    "gb2312", errors="ignore"
)
"""The 3,755 characters of GB 2312 level 1 (rows 16 to 55)."""

_QUOTES = {
    "en": "“”",
    "de": "„“",
    "fr": "«»",
    "es": "«»",
    "it": "«»",
    "pt": "“”",
    "nl": "‘’",
    "pl": "„”",
    "zh": "“”",
}
_ASCII = str.maketrans(
    "àáâãäçèéêëìíîïñòóôõöùúûüýßąćęłńóśźż",
    "aaaaaceeeeiiiinooooouuuuysacelnoszz",
)


@functools.cache
def _split(text: str, separator: str = "|") -> list[str]:
    return text.split(separator)


def word(rng: random.Random, language: str = "en") -> str:
    """An invented, pronounceable word of one to four syllables, lower case; in Chinese 1-4 random characters."""
    if language == "zh":
        return "".join(rng.choice(HAN) for _ in range(rng.choice([1, 2, 2, 2, 3, 4])))
    onsets, vowels, codas = (_split(parts[language], " ") for parts in (lists.ONSETS, lists.VOWELS, lists.CODAS))
    syllables = rng.choice([1, 2, 2, 2, 3, 3, 4])
    text = "".join(
        rng.choice(onsets)
        + rng.choice("aeiou" if rng.random() < 0.6 else vowels)
        + (rng.choice(codas) if rng.random() < 0.4 else "")
        for _ in range(syllables)
    )
    return text + rng.choice(codas) if len(text) < 3 else text


def words(rng: random.Random, count: int, language: str = "en") -> str:
    """`count` words, about half of them function words; Chinese without spaces."""
    functions = _split(lists.FUNCTION_WORDS[language], " ")
    chosen = [rng.choice(functions) if rng.random() < 0.45 else word(rng, language) for _ in range(count)]
    return ("" if language == "zh" else " ").join(chosen)


def title(rng: random.Random, language: str = "en") -> str:
    """Two to eight words like a headline, capitalised one way or another."""
    if language == "zh":
        return "".join(word(rng, "zh") for _ in range(rng.randint(2, 6)))
    text = words(rng, rng.randint(2, 8), language)
    draw = rng.random()
    return text.upper() if draw < 0.2 else text.title() if draw < 0.5 else _capital(text)


def sentence(rng: random.Random, language: str = "en") -> str:
    """A sentence of 4 to 18 words with punctuation, now and then a number, abbreviation, hyphen, name or quotation."""
    if language == "zh":
        return _sentence_zh(rng)
    parts: list[str] = []
    for _ in range(rng.randint(4, 18)):
        draw = rng.random()
        if draw < 0.04:
            parts.append(str(rng.randint(1, 10 ** rng.randint(1, 5))))
        elif draw < 0.06:
            parts.append(rng.choice(_split(lists.ABBREVIATIONS[language], " ")))
        elif draw < 0.09:
            parts.append(f"{word(rng, language)}-{word(rng, language)}")
        elif draw < 0.13:
            parts.append(word(rng, language).capitalize())
        else:
            parts.append(words(rng, 1, language))
        if rng.random() < 0.08:
            parts[-1] += rng.choice(",,,,,;:")
    if rng.random() < 0.12:
        left, right = _QUOTES[language][0], _QUOTES[language][1]
        space = " " if language == "fr" else ""
        start = rng.randrange(len(parts))
        end = min(len(parts) - 1, start + rng.randint(0, 4))
        parts[start], parts[end] = left + space + parts[start], parts[end]
        parts[end] = parts[end].rstrip(",;:") + space + right
    text = _capital(" ".join(parts).rstrip(",;:"))
    return text + rng.choice("......?!")


def _sentence_zh(rng: random.Random) -> str:
    clauses = []
    for _ in range(rng.randint(1, 4)):
        clause = words(rng, rng.randint(3, 8), "zh")
        if rng.random() < 0.1:
            clause = f"“{clause}”" if rng.random() < 0.5 else f"{clause}（{word(rng, 'zh')}）"
        if rng.random() < 0.15:
            clause += rng.choice([str(rng.randint(1, 9999)), f"{rng.randint(1, 99)}%", word(rng, "en").capitalize()])
        clauses.append(clause)
    return rng.choice("，，，、；：").join(clauses) + rng.choice("。。。。？！")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def name(rng: random.Random, language: str = "en") -> str:
    """An invented surname or place-like proper name, capitalised; in Chinese two or three characters."""
    if language == "zh":
        return "".join(rng.choice(HAN) for _ in range(rng.choice([2, 2, 3])))
    return word(rng, language).capitalize()


def person(rng: random.Random, language: str = "en", first: str = "", last: str = "") -> str:
    """A person's name (parts not given are invented), sometimes with an honorific, initial or double surname."""
    if language == "zh":
        if first and last:
            return last + first
        family = rng.choice(lists.SURNAMES_ZH) if rng.random() < 0.8 else rng.choice(HAN)
        return family + "".join(rng.choice(HAN) for _ in range(rng.choice([1, 2, 2])))
    known = _split(lists.FIRST_NAMES[language], " ")
    first = first or (rng.choice(known) if rng.random() < 0.5 else name(rng, language))
    last = last or name(rng, language) + rng.choice(["", rng.choice(_split(lists.SURNAME_ENDS[language], " "))])
    draw = rng.random()
    if draw < 0.12:
        return f"{rng.choice(_split(lists.HONORIFICS[language], ' '))} {first} {last}"
    if draw < 0.2:
        return f"{first} {rng.choice('ABCDEFGHJKLMNPRSTW')}. {last}"
    if draw < 0.25:
        return f"{last}, {first}"
    return f"{first} {last}-{name(rng, language)}" if draw < 0.3 else f"{first} {last}"


def company(rng: random.Random, language: str = "en", base: str = "") -> str:
    """A firm: `base` (invented if empty), a trade and a legal form, each now and then left out."""
    base = base or name(rng, language)
    form = rng.choice(_split(lists.LEGAL_FORMS[language]))
    if language == "zh":
        return f"{rng.choice([city(rng, 'zh'), ''])}{base}{form}"
    trade = rng.choice(_split(lists.TRADES[language]))
    text = rng.choice(
        [f"{base} {form}", f"{base} {trade} {form}", f"{base} {trade}", f"{base} & {name(rng, language)} {form}"]
    )
    return text.upper() if rng.random() < 0.15 else text


def street(rng: random.Random, language: str = "en", base: str = "") -> str:
    """A street, named `base` (invented if empty), with a house number."""
    number = rng.randint(1, rng.choice([20, 200, 2000]))
    pattern = rng.choice(_split(lists.STREETS[language]))
    return pattern.replace("#", str(number)).replace("@", base or name(rng, language))


def city(rng: random.Random, language: str = "en") -> str:
    """An invented town."""
    ending = rng.choice(_split(lists.CITY_ENDS[language], " "))
    base = name(rng, language)
    return f"{base}-{ending}" if ending[0].isalpha() and "-" in ending else base + ending


def postcode(rng: random.Random, language: str = "en") -> str:
    """A postcode of one of the language's countries."""
    return fill(rng, rng.choice(_split(lists.POSTCODES[language])))


def address(rng: random.Random, language: str = "en", road: str = "", town: str = "") -> list[str]:
    """One to four lines of an address; `road` (with number) and `town` are invented if empty."""
    road, town, zip_code = road or street(rng, language), town or city(rng, language), postcode(rng, language)
    if language == "zh":
        return rng.choice(
            [[f"{town}{road}"], [f"{town}{road}", zip_code], [town, road], [f"{town}{road}（{zip_code}）"]]
        )
    place = f"{town}, {zip_code}" if language == "en" and rng.random() < 0.5 else f"{zip_code} {town}"
    block = (
        f"{rng.choice(['Block', 'Lot', 'Level', 'Unit'])} {rng.randint(1, 40)}"
        if language == "en"
        else name(rng, language)
    )
    choices = [[f"{road}, {place}"], [road, place], [road, place], [block, road, place]]
    return rng.choice([*choices, [road, town, zip_code], [block, road, town, zip_code]])


def phone(rng: random.Random, language: str = "en") -> str:
    """A telephone number as written in one of the language's countries."""
    return fill(rng, rng.choice(_split(lists.PHONES[language])))


def _host(rng: random.Random, language: str) -> str:
    base = word(rng, "en" if language == "zh" else language).translate(_ASCII)
    return f"{base}.{rng.choice(_split(lists.TOP_LEVELS[language], ' '))}"


def email(rng: random.Random, language: str = "en") -> str:
    """An e-mail address in ASCII."""
    user = word(rng, "en" if language == "zh" else language).translate(_ASCII)
    tail = rng.choice(["", "", f".{word(rng)}", f"_{rng.randint(1, 99)}", str(rng.randint(1, 2030))])
    return f"{user}{tail}@{_host(rng, language)}"


def url(rng: random.Random, language: str = "en") -> str:
    """A web address in ASCII, with or without scheme and path."""
    head = rng.choice(["www.", "https://", "https://www.", "http://", ""])
    path = rng.choice(
        ["", "", f"/{word(rng)}", f"/{word(rng)}/{rng.randint(1, 9999)}", f"/{word(rng)}?id={rng.randint(1, 999)}"]
    )
    return head + _host(rng, language) + path


def product(rng: random.Random, language: str = "en", base: str = "") -> str:
    """An article as on a receipt, menu or invoice, called `base` (built-in or invented if empty); some are long."""
    chinese = language == "zh"
    separator = " " if chinese else "|"
    if not base:
        base = rng.choice(_split(lists.GOODS[language], separator))
        base = base if rng.random() < 0.6 else title(rng, language)
    parts = [base]
    if rng.random() < 0.3:
        parts.insert(0 if language == "en" or chinese else 1, rng.choice(_split(lists.GRADES[language], separator)))
    if rng.random() < 0.25:
        parts.insert(0, word(rng, language).capitalize())
    text = ("" if chinese else " ").join(parts)
    if rng.random() < 0.3:
        text += " " + rng.choice(_split(lists.MEASURES_ZH if chinese else lists.MEASURES))
    if rng.random() < 0.1:
        text += f" ({words(rng, 2, language)})"
    if rng.random() < 0.05:
        text = f"{code(rng)} {text}"
    return text.upper() if rng.random() < 0.25 and not chinese else text


def job(rng: random.Random, language: str = "en") -> str:
    """A job title."""
    return rng.choice(_split(lists.JOBS[language]))


def insertion(rng: random.Random, language: str = "en") -> str:
    """What no reader can guess inside prose: a code, price, date, number, web address or name."""
    draw = rng.randrange(7)
    if draw == 0:
        return code(rng)
    if draw == 1:
        return currency(rng, language).format(cents(rng))
    if draw == 2:
        return date_style(rng, language)(moment(rng))
    if draw == 3:
        return f"{rng.randint(0, 10 ** rng.randint(1, 6))}{rng.choice(['', '', '%', '.5', ' km', '°C'])}"
    if draw == 4:
        return rng.choice([url, email, phone])(rng, language)
    return person(rng, language) if draw == 5 else random_string(rng, 3, 8)
