"""Drawn lines of labelled values ("Date: 12/03/2018 TOTAL RM 9.00"), of which one is asked for.

`key` wants the bare value, `evidence` first the pair as it stands on the line and then the answer: the value, or of a
date its year. The smallest pages that can be asked something: one line canvas, for models and machines for which
whole documents are too much.
"""

from __future__ import annotations

import random
import re
import string
from collections.abc import Callable
from dataclasses import dataclass

from training.synth.fonts import can_draw
from training.synth.lines import draw_lines
from training.synth.samples import Sample
from training.synth.text import invented_word, is_held_out_word

MOST_PAIRS = 3
MOST_FONTS = 100
YEAR_ASKED = 0.4
"""Share of questions about a date that want its year."""
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True)
class Pair:
    """A label ("" for a value that says itself what it is) and a value, joined as the line has them."""

    name: str
    text: str
    value: str


@dataclass(frozen=True)
class Question:
    """What is asked of a pair in each language, and the answer."""

    en: str
    zh: str
    answer: str


def _digits(rng: random.Random, count: int) -> str:
    return "".join(rng.choice(string.digits) for _ in range(count))


def _amount(rng: random.Random) -> str:
    whole = rng.choice([rng.randint(0, 9), rng.randint(0, 99), rng.randint(0, 999)])
    return f"{whole}.{_digits(rng, 2)}"


def _date(rng: random.Random) -> str:
    day, month, year = rng.randint(1, 31), rng.randint(1, 12), rng.randint(1998, 2032)
    return rng.choice(
        [
            f"{day:02d}/{month:02d}/{year}",
            f"{day:02d}/{month:02d}/{year}",
            f"{day:02d}-{month:02d}-{year}",
            f"{year}-{month:02d}-{day:02d}",
            f"{day:02d}.{month:02d}.{year}",
            f"{day} {rng.choice(MONTHS)} {year}",
            f"{day:02d}/{month:02d}/{year % 100:02d}",
        ]
    )


def _time(rng: random.Random) -> str:
    clock = f"{rng.randint(0, 23):02d}:{rng.randint(0, 59):02d}"
    return clock + rng.choice(["", "", f":{rng.randint(0, 59):02d}", " PM", " AM"])


def _code(rng: random.Random) -> str:
    letters = "".join(rng.choice(string.ascii_uppercase) for _ in range(rng.choice([0, 0, 1, 2, 3])))
    return letters + rng.choice(["", "", "-"] if letters else [""]) + _digits(rng, rng.randint(3, 8))


def _phone(rng: random.Random) -> str:
    return f"{rng.choice(['0', '03', '+60', '07'])}{rng.choice(['-', '-', ' '])}{_digits(rng, rng.randint(6, 8))}"


def _word(rng: random.Random) -> str:
    while is_held_out_word(word := invented_word(rng)):
        pass
    return word


def _name(rng: random.Random) -> str:
    return _word(rng).title()


def _company(rng: random.Random) -> str:
    words = " ".join(_word(rng) for _ in range(rng.randint(1, 3)))
    tail = rng.choice(["Sdn Bhd", "Sdn. Bhd.", "Trading", "Enterprise", "Restaurant", "Mart", "& Co", "Ltd", "GmbH"])
    whole = f"{words} {tail}"
    return whole.upper() if rng.random() < 0.6 else whole.title()


def _count(rng: random.Random) -> str:
    return str(rng.randint(1, 40))


VALUES: dict[str, tuple[tuple[str, ...], Callable[[random.Random], str]]] = {
    "total": (("Total", "TOTAL", "Grand Total", "Total Amount", "TOTAL RM", "Total (RM)", "Nett Total"), _amount),
    "subtotal": (("Subtotal", "SUB TOTAL", "Sub-total", "Sub Total"), _amount),
    "tax": (("Tax", "GST", "VAT", "GST 6%", "SR Tax"), _amount),
    "cash": (("Cash", "CASH", "Paid", "Tendered", "Cash RM"), _amount),
    "change": (("Change", "CHANGE", "Change Due", "Balance"), _amount),
    "date": (("Date", "DATE", "Date:", "Inv Date", "", ""), _date),
    "time": (("Time", "TIME", "", ""), _time),
    "invoice_no": (("Invoice No", "INV NO", "Receipt #", "Bill No", "Doc No.", "Ref"), _code),
    "phone": (("Tel", "TEL", "Phone", "Fax"), _phone),
    "cashier": (("Cashier", "CASHIER", "Served by", "Staff"), _name),
    "table": (("Table", "TABLE", "Table No"), _count),
    "quantity": (("Qty", "QTY", "Items", "Total Qty", "Item(s)"), _count),
    "company": (("", "", "", "Company", "Shop"), _company),
}
"""What stands on lines, by the name that it is asked by: its labels and how a value is made."""

CHINESE = dict(
    zip(VALUES, "总计 小计 税额 现金 找零 日期 时间 票据号 电话 收银员 桌号 数量 公司".split(), strict=True)  # noqa: SIM905
)


def pair(rng: random.Random, name: str) -> Pair:
    """A value of that name behind one of its labels."""
    labels, make = VALUES[name]
    label, value = rng.choice(labels), make(rng)
    if not label:
        return Pair(name, value, value)
    sign = " " if label.endswith(":") else rng.choice([": ", ": ", ":", " : ", " ", " "])
    return Pair(name, label + sign + value, value)


def pairs(rng: random.Random, length: int) -> list[Pair]:
    """One to MOST_PAIRS pairs of different names, about `length` characters in all if that can be."""
    found: list[Pair] = []
    for name in rng.sample(list(VALUES), MOST_PAIRS):
        found.append(pair(rng, name))
        if sum(len(one.text) + 1 for one in found) > 0.75 * length:
            break
    return found


def question(rng: random.Random, asked: Pair) -> Question:
    """A question that the pair answers."""
    year = re.search(r"(?:19|20)\d\d", asked.value) if asked.name == "date" else None
    if year and rng.random() < YEAR_ASKED:
        return Question("Of which year is it?", "这是哪一年的？", year[0])
    return Question(f"What is the {asked.name.replace('_', ' ')}?", f"{CHINESE[asked.name]}是什么？", asked.value)


def draw(rng: random.Random, task: str, fonts: dict[str, list[str]], length: int, language: str) -> Sample:
    """A line of about `length` characters in one of the fonts, and a question to it: "key" or "evidence".

    Raises ValueError if MOST_FONTS fonts in a row cannot draw it.
    """
    known = pairs(rng, length)
    line = " ".join(one.text for one in known)
    for _ in range(MOST_FONTS):
        font = rng.choice(fonts[rng.choice(list(fonts))])
        if all(can_draw(font, sign) for sign in line):
            break
    else:
        raise ValueError(f"no font of {MOST_FONTS} draws {line!r}.")
    image = draw_lines(rng, font, rng.randint(18, 44), [line]).image
    asked = rng.choice(known)
    if task == "key":
        return Sample(task, "", image, asked.value, {"key": asked.name}, language)
    wanted = question(rng, asked)
    answer = f"<observation>{asked.text}</observation><answer>{wanted.answer}</answer>"
    return Sample(task, "", image, answer, {"question": wanted.en if language == "en" else wanted.zh}, language)
