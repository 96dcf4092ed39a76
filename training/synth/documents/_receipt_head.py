"""The top of a receipt: who sells, what kind of paper it is, its number and date, and who served."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import datetime

from training.synth.annotation import Line
from training.synth.documents import _receipt_marks as marks
from training.synth.documents import _receipt_sellers as sellers
from training.synth.documents._receipt_roll import PLAIN, Cell, Roll
from training.synth.sheet import WHITE
from training.synth.words import invent
from training.synth.words.corpus import Corpus
from training.synth.words.values import fill
from training.synth.words.vocabulary import MONTHS

_NUMBERS = (
    *("CS99999999", "99999999", "999999", "9999", "A99-999999", "AA999999", "999-999999", "9999/99/999999"),
    *("TD99999999", "#999999", "18386/999/T9999", "1012-9999-9999", "AAA-9999", "2018042299999999999"),
    *("V999-999999", "00999999", "CS 99999"),
)

_EXTRAS = {
    "petrol": (("Pump No", "09"), ("Pump #", "9"), ("Site", "2999"), ("Vehicle No", "AAA 9999")),
    "parking": (("Parking Time", "9:19"), ("Length of Stay", "9 Hr. 19 Min."), ("Gate", "09")),
    "hotel": (("Room No", "1909"), ("Room", "A-199"), ("Nights", "9"), ("Folio", "999999")),
    "hardware": (("Bill To", "CUST 9999"), ("Lorry No", "AAA 9999"), ("Sold To", "CS 999"), ("Ref", "99-999")),
}


@dataclass(frozen=True)
class Visit:
    """When and under what number something was bought, as printed."""

    number: str
    date: str
    time: str


def visit(rng: random.Random, pattern: str) -> Visit:
    """A number, a date after the pattern and a time, from 1998 to 2030."""
    when = datetime(
        rng.randint(1998, 2030), rng.randint(1, 12), rng.randint(1, 28), rng.randint(6, 23), rng.randint(0, 59)
    )
    month = MONTHS["en"].split()[when.month - 1][:3]
    date = pattern.format(d=when.day, m=when.month, y=when.year, yy=when.year % 100, month=month)
    hour, half, second = (when.hour - 1) % 12 + 1, "AM" if when.hour < 12 else "PM", rng.randint(0, 59)
    time = rng.choice(
        [f"{when.hour:02d}:{when.minute:02d}", f"{when.hour:02d}:{when.minute:02d}:{second:02d}",
         f"{hour:02d}:{when.minute:02d} {half}", f"{hour}:{when.minute:02d}:{second:02d} {half}",
         f"{hour:02d}:{when.minute:02d}{half}"] if rng.random() < 0.5 else [f"{when.hour:02d}:{when.minute:02d}"]
    )  # fmt: skip
    pattern = rng.choice(_NUMBERS)
    return Visit(fill(rng, pattern), date, time)


def header(roll: Roll, corpus: Corpus, trade: str) -> None:
    """Name, address and numbers of the seller."""
    rng, look = roll.rng, roll.look
    country, language, align = look.country, look.rules.language, look.header_align
    if rng.random() < 0.13:
        roll.y = marks.logo(rng, roll.sheet, (look.left + look.right) / 2, roll.y, look.body.size * rng.uniform(2, 4))
    name = roll.clean(sellers.company(rng, corpus, country, language, trade))
    number = sellers.company_number(rng, country) if rng.random() < (0.75 if country == "my" else 0.2) else ""
    _company(roll, name, number if rng.random() < 0.4 else "", align)
    details = (
        [f"({number})", f"{roll.label('company_id')}: {number}", number][: rng.choice([1, 2, 3])][-1:] if number else []
    )
    extras = _numbers(roll, country, language)
    before = extras.pop() if extras and rng.random() < 0.15 else ""
    for text in [*details, before]:
        if text and (number not in roll.sheet.blocks[-1].markup or text == before):
            roll.line(roll.clean(text), align)
    roll.close()
    _address(roll, sellers.address(rng, corpus, country, language), align)
    for text in extras:
        roll.line(roll.clean(text), align)
    roll.close()


def _company(roll: Roll, name: str, number: str, align: float) -> None:
    """The firm's name, large or not, with its registered number behind it where that fits."""
    rng, look = roll.rng, roll.look
    style, stretch = look.heading, rng.choice([PLAIN, PLAIN, PLAIN, (1.0, 2.0), (1.5, 1.0), (2.0, 2.0), (1.3, 1.6)])
    if (
        roll.width(name, style) * stretch[0] > 1.6 * look.width
        or max(roll.width(w, style) for w in name.split()) * stretch[0] > look.width
    ):
        style, stretch = look.body, PLAIN
    full = f"{name} {number if rng.random() < 0.3 else f'({number})'}"
    fits = number and roll.width(full, style) * stretch[0] < look.width
    lines = roll.line(full if fits else name, align, style, stretch)
    roll.sheet.field("company", name, lines)
    text = " ".join(line.text for line in lines)
    roll.close("title", f"# {text}")


def _address(roll: Roll, parts: list[str], align: float) -> None:
    lines: list[Line] = []
    for part in parts:
        text = roll.clean(part)
        if text:
            lines += roll.line(text, align)
    text = " ".join(line.text for line in lines)
    roll.sheet.field("address", text, lines)
    roll.close("paragraph", text)


def _numbers(roll: Roll, country: str, language: str) -> list[str]:
    """Telephone, fax, tax number and web address, some of them."""
    rng = roll.rng
    colon = rng.choice([": ", ":", " : ", " ", ". "])
    texts = []
    if rng.random() < 0.75:
        text = f"{roll.label('phone')}{colon}{sellers.phone(rng, country, language)}"
        fax = f"{roll.label('fax')}{colon}{sellers.phone(rng, country, language)}" if rng.random() < 0.25 else ""
        together = fax and roll.width(f"{text} {fax}") < roll.look.width
        texts += [f"{text} {fax}"] if together else [text, fax] if fax else [text]
    if rng.random() < 0.7:
        text = f"{roll.label('tax_id')}{colon}{sellers.tax_number(rng, country)}"
        texts.append(f"({text})" if rng.random() < 0.2 else text)
    if rng.random() < 0.12:
        texts.append(rng.choice([invent.url, invent.email])(rng, language))
    texts = [text for text in texts if max(map(roll.width, map(roll.clean, text.split()))) < roll.look.width]
    if rng.random() < 0.3:
        rng.shuffle(texts)
    return texts


def title(roll: Roll) -> None:
    """TAX INVOICE or the like: plain, underlined, wide or in a black bar."""
    rng, look = roll.rng, roll.look
    roll.gap(rng.choice([0, 0.3, 0.6]))
    text = roll.label("title")
    align = 0.5 if look.header_align or rng.random() < 0.5 else 0.0
    draw = rng.random()
    style = look.body.bold() if rng.random() < 0.4 else look.body
    if draw < 0.05:
        base = roll.y + style.pitch
        roll.sheet.fill(look.left, base - 1.1 * style.size, look.right, base + 0.4 * style.size, (20, 20, 20))
        lines = roll.row([Cell(text, (look.left + look.right) / 2, 0.5)], replace(style, colour=WHITE))
        roll.gap(0.3)
    elif draw < 0.25 and roll.width(text, style) * 1.6 < look.width:
        lines = roll.line(text, align, style, rng.choice([(1.6, 1.0), (1.0, 1.7), (1.5, 1.5)]))
    else:
        lines = roll.line(text, align, style)
    if 0.25 < draw < 0.33:
        x1, _, x2, y2 = lines[-1].box
        roll.sheet.rule(x1, y2 + 2, x2, y2 + 2, look.body.colour, max(1, style.size // 14))
    roll.close("section_title", "## " + " ".join(line.text for line in lines))
    roll.gap(rng.choice([0, 0.2, 0.5]))


def entries(roll: Roll, corpus: Corpus, trade: str, visit: Visit) -> list[tuple[str, str, str]]:
    """What is told of the visit: (field, label, value), in some order."""
    rng, language = roll.rng, roll.look.rules.language
    found = [("invoice_no", "number", visit.number)] if rng.random() < 0.9 else []
    draw = rng.random()
    found.append(("date", "date", f"{visit.date} {visit.time}" if draw < 0.55 else visit.date))
    if 0.55 <= draw < 0.85:
        found.append(("time", "time", visit.time))
    person = corpus.person(rng, language)
    staff = rng.choice([person, person.split()[0], "USER", "CASHIER", f"{rng.randint(1, 400):03d}", fill(rng, "AA999")])
    for key, value, chance in (
        ("cashier", staff, 0.65),
        (
            "terminal",
            rng.choice([f"{rng.randint(1, 30):02d}", f"POS{rng.randint(1, 9)}", f"T{rng.randint(1, 99):02d}"]),
            0.35,
        ),
        (
            "table",
            rng.choice([str(rng.randint(1, 80)), f"{rng.choice('ABT')}{rng.randint(1, 40)}"]),
            0.6 if trade == "restaurant" else 0,
        ),
        ("guests", str(rng.randint(1, 12)), 0.3 if trade == "restaurant" else 0),
        ("member", fill(rng, "9999 9999 9999"), 0.1),
    ):
        if rng.random() < chance:
            found.append(("", key, value))
    if rng.random() < 0.6:
        rng.shuffle(found)
    told = [(field, roll.label(key), roll.clean(value)) for field, key, value in found]
    if language == "en" and trade in _EXTRAS and rng.random() < 0.7:
        label, pattern = rng.choice(_EXTRAS[trade])
        told.insert(rng.randint(0, len(told)), ("", roll.clean(label), fill(rng, pattern)))
    return told


def meta(roll: Roll, told: list[tuple[str, str, str]], visit: Visit) -> None:
    """The entries: label and value in line, in two columns, or several to a row."""
    rng, look = roll.rng, roll.look
    rows: list[tuple[tuple[str, str, str], Line]] = []
    layout = rng.choice(["inline", "inline", "aligned", "aligned", "two", "two", "bare"])
    column = look.left + max(roll.width(label) for _, label, _ in told) + look.body.size * rng.uniform(0.6, 1.6)
    mark = rng.choice([": ", ": ", ":", ""])
    pending = list(told)
    while pending:
        first = pending.pop(0)
        if layout == "aligned":
            if column + roll.width(mark + first[2]) > look.right:
                rows.append((first, roll.line(f"{first[1]}: {first[2]}")[0]))
            else:
                rows.append((first, roll.row([Cell(first[1], look.left), Cell(mark + first[2], column)])[1]))
            continue
        text = _inline(roll, first, layout == "bare")
        second = _inline(roll, pending[0], layout == "bare") if pending and layout in ("two", "bare") else ""
        room = look.width - roll.width(text) - roll.width(second) - look.body.size
        if second and room > 0 and rng.random() < 0.85:
            middle = look.left + 0.55 * look.width
            at_middle = (
                roll.width(text) < 0.5 * look.width and roll.width(second) < 0.45 * look.width and rng.random() < 0.3
            )
            cells = [Cell(text, look.left), Cell(second, middle) if at_middle else Cell(second, look.right, 1.0)]
            for entry, line in zip((first, pending.pop(0)), roll.row(cells), strict=True):
                rows.append((entry, line))
        else:
            rows += [(first, line) for line in roll.line(text)]
    _fields(roll, rows, visit)
    roll.close()


def _inline(roll: Roll, entry: tuple[str, str, str], bare: bool) -> str:
    field, label, value = entry
    if bare and field in ("date", "time", "invoice_no") and roll.rng.random() < 0.7:
        return value
    return roll.clean(f"{label}{roll.look.colon}{value}")


def _fields(roll: Roll, rows: list[tuple[tuple[str, str, str], Line]], visit: Visit) -> None:
    for name, key in (("invoice_no", "invoice_no"), ("date", "date"), ("time", "time"), ("time", "date")):
        value = roll.clean(str(getattr(visit, {"invoice_no": "number"}.get(name, name))))
        held = [line for (field, _, _), line in rows if field == key and value in line.text]
        if held and name not in roll.sheet.fields:
            roll.sheet.field(name, value, held[:1])
