"""Cards that say who somebody is: for members, readers, employees, students, visitors, drivers of invented issuers."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from training.synth.annotation import Line
from training.synth.documents._business import ask, beside, dates, fitted, loose
from training.synth.documents._business_marks import logo, portrait
from training.synth.documents._card_foot import card_foot
from training.synth.documents._card_words import WORDS
from training.synth.documents._page import choose_language, darker
from training.synth.documents._people import name_parts
from training.synth.engine import World
from training.synth.sheet import WHITE, Colour, Overflow, Sheet, Style
from training.synth.words.invent import phone
from training.synth.words.values import fill

_KINDS = {
    "member": ("id_no", "level", "issue_date", "expiry_date", "phone", "address"),
    "library": ("id_no", "date_of_birth", "address", "issue_date", "expiry_date", "phone"),
    "employee": ("position", "department", "id_no", "issue_date", "expiry_date", "blood"),
    "student": ("id_no", "faculty", "date_of_birth", "issue_date", "expiry_date", "nationality"),
    "visitor": ("company", "host", "id_no", "issue_date"),
    "driver": (
        "date_of_birth",
        "sex",
        "nationality",
        "address",
        "id_no",
        "issue_date",
        "expiry_date",
        "level",
        "blood",
    ),
}
_SPOKEN = {"id_no": "ID number", "name": "holder's name", "sex": "sex"}
_NAMES = {
    key: (_SPOKEN.get(key, key.replace("_", " ")), choices["zh"][0])
    for key, choices in WORDS.items()
    if key not in ("sexes", "levels", "found", "issuers", *_KINDS)
}
_SELF_EVIDENT = ("name", "surname", "first_name", "position", "id_no")
_NAMES["issuer"] = ("issuer", "发卡单位")
_IDS = ("999999", "99999999", "A9999999", "AA-999999", "9999 9999 9999", "99-9999-9", "A99 999 999", "9999-AA-99")


@dataclass(frozen=True)
class _Plan:
    """Where things stand, in pixels: the head of the card, its picture (or none) and the place for the values."""

    head: tuple[float, float, float, float]
    photo: tuple[float, float, float, float] | None
    values: tuple[float, float, float, float]
    foot: float  # the height left at the bottom for codes and remarks
    align: float


def identity_card(rng: random.Random, world: World) -> Sheet:
    """A card with its issuer, title, somebody's picture and labelled values; fields after the labels' meaning."""
    language = choose_language(rng)
    kind = rng.choice(list(_KINDS))
    upright = rng.random() < (0.5 if kind in ("employee", "visitor") else 0.1)
    width = rng.randint(320, 440) if upright else rng.randint(420, 700)
    height = int(width * (rng.uniform(1.35, 1.6) if upright else 1 / rng.uniform(1.45, 1.65)))
    sheet = Sheet(width, height, language, {"photo": 4.0, "scan": 3.0, "clean": 2.0}, background=_ground(rng))
    _watermark(rng, sheet)
    face = world.faces.pick(rng, language, rng.choice(["sans", "sans", "sans", "serif", "mono"]))
    size = max(
        14 if language == "zh" else 12, round(min(width, 0.8 * height if upright else width) / rng.uniform(25, 36))
    )
    grey = rng.randint(0, 50)
    body = Style(face, size, (grey, grey, grey), leading=1.3)
    accent = darker(rng)
    plan = _plan(rng, sheet, upright, size)
    _head(rng, world, sheet, plan, body, kind, accent)
    if plan.photo:
        _picture(rng, sheet, plan.photo)
    entries = _entries(rng, world, language, kind, body)
    bottom = _values(rng, sheet, plan, body, entries, accent, kind)
    card_foot(rng, world, sheet, body, max(bottom, plan.photo[3] if plan.photo else 0.0))
    ask(rng, sheet, _NAMES, 4)
    return sheet


def _ground(rng: random.Random) -> Colour:
    if rng.random() < 0.4:
        return WHITE
    return rng.randint(222, 255), rng.randint(225, 255), rng.randint(215, 255)


def _watermark(rng: random.Random, sheet: Sheet) -> None:
    """Pale rings or lines behind everything, as a protection against copying."""
    red, green, blue = sheet.background
    pale = (red - 12, green - 8, blue - 5) if rng.random() < 0.5 else (red - 5, green - 8, blue - 14)
    kind = rng.choice(["none", "none", "rings", "lines"])
    x, y = rng.uniform(0, sheet.width), rng.uniform(0, sheet.height)
    step = rng.randint(6, 16)
    for i in range(1, sheet.width // step + 1) if kind != "none" else ():
        if kind == "rings":
            sheet.pen.ellipse((x - i * step, y - i * step, x + i * step, y + i * step), outline=pale)
        else:
            sheet.rule(i * 2 * step - sheet.height, 0, i * 2 * step, sheet.height, pale)


def _plan(rng: random.Random, sheet: Sheet, upright: bool, size: int) -> _Plan:
    width, height, margin = sheet.width, sheet.height, sheet.width * rng.uniform(0.035, 0.055)
    head = (0.0, 0.0, float(width), height * (rng.uniform(0.17, 0.22) if upright else rng.uniform(0.2, 0.28)))
    foot = height * rng.choice([0.04, 0.04, rng.uniform(0.13, 0.2)])
    top = head[3] + 0.4 * margin
    if upright:
        tall = height * rng.uniform(0.28, 0.34)
        left = (width - 0.8 * tall) / 2
        photo = (left, top + 0.3 * margin, left + 0.8 * tall, top + 0.3 * margin + tall)
        return _Plan(
            head,
            photo,
            (margin, photo[3] + 0.2 * size, width - margin, height - foot),
            foot,
            rng.choice([0.0, 0.5, 0.5]),
        )
    if rng.random() < 0.15:
        return _Plan(head, None, (margin, top, width - margin, height - foot), foot, 0.0)
    tall = min(height - foot - top - 0.5 * margin, height * rng.uniform(0.42, 0.6))
    wide = tall * rng.uniform(0.74, 0.85)
    if rng.random() < 0.7:
        photo = (margin, top + 0.3 * margin, margin + wide, top + 0.3 * margin + tall)
        return _Plan(head, photo, (photo[2] + margin, top, width - margin, height - foot), foot, 0.0)
    photo = (width - margin - wide, top + 0.3 * margin, width - margin, top + 0.3 * margin + tall)
    return _Plan(head, photo, (margin, top, photo[0] - margin, height - foot), foot, 0.0)


def _head(rng: random.Random, world: World, sheet: Sheet, plan: _Plan, body: Style, kind: str, accent: Colour) -> None:
    """Issuer and title on a band or bare; the larger of them is the title."""
    x1, y1, x2, y2 = plan.head
    ink, margin = accent, 0.045 * sheet.width
    if rng.random() < 0.65:
        sheet.fill(x1, y1, x2, y2, accent)
        ink = WHITE
    elif rng.random() < 0.5:
        sheet.rule(margin, y2, x2 - margin, y2, accent, rng.choice([1, 2, 3]))
    left = margin
    if rng.random() < 0.5:
        side = 0.62 * (y2 - y1)
        logo(rng, sheet, margin, y1 + (y2 - y1 - side) / 2, side, (ink, ink if ink == WHITE else darker(rng)))
        left += side + 0.5 * margin
    issuer = body.face.clean(_issuer(rng, world, sheet.language, kind))
    title = body.face.clean(rng.choice(WORDS[kind][sheet.language]))
    rows = [("text", issuer), ("title", title)]
    if rng.random() < 0.3:
        rows.reverse()
    align = 0.5 if left == margin and rng.random() < 0.5 else 0.0
    styles = {
        "title": replace(body.sized(rng.uniform(1.25, 1.7)).bold(), colour=ink),
        "text": replace(body, colour=ink),
    }
    rows = [(part, text) for part, text in rows if text]
    fitting = [fitted(sheet, text, styles[part], x2 - margin - left) for part, text in rows]
    y = y1 + (y2 - y1 - sum(style.pitch for style in fitting)) / 2
    if y < y1 + 2:
        raise Overflow("the head of the card is too low for its text")
    for (part, text), style in zip(rows, fitting, strict=True):
        y += style.pitch
        line = sheet.write(left + align * (x2 - margin - left), y - 0.28 * style.pitch, text, style, align)
        sheet.block(part, [line], ("# " if part == "title" else "") + text)
        sheet.field("title" if part == "title" else "issuer", text, [line])


def _issuer(rng: random.Random, world: World, language: str, kind: str) -> str:
    if kind in ("employee", "visitor") or rng.random() < 0.25:
        return world.corpus.company(rng, language)
    return rng.choice(WORDS["issuers"][language]).replace("#", world.corpus.city(rng, language))


def _picture(rng: random.Random, sheet: Sheet, box: tuple[float, float, float, float]) -> None:
    x1, y1, x2, y2 = (round(side) for side in box)
    sheet.picture(x1, y1, portrait(rng, x2 - x1, y2 - y1))
    if rng.random() < 0.5:
        sheet.pen.rectangle((x1, y1, x2 - 1, y2 - 1), outline=(90, 90, 90))


def _entries(rng: random.Random, world: World, language: str, kind: str, body: Style) -> list[tuple[str, str, str]]:
    """Key, label and value of what the card tells, the name first."""
    write = dates(rng, language)
    issued = datetime(rng.randint(1998, 2030), rng.randint(1, 12), rng.randint(1, 28))
    years = timedelta(days=365 * rng.randint(1, 10))
    born = issued - timedelta(days=rng.randint(16 * 365, 70 * 365))
    corpus = world.corpus
    values: dict[str, Callable[[], str]] = {
        "name": lambda: corpus.person(rng, language),
        "surname": lambda: name_parts(corpus.person(rng, language), language)[1].upper(),
        "first_name": lambda: name_parts(corpus.person(rng, language), language)[0],
        "id_no": lambda: fill(rng, rng.choice(_IDS)),
        "date_of_birth": lambda: write(born),
        "issue_date": lambda: write(issued),
        "expiry_date": lambda: write(issued + years),
        "nationality": lambda: fill(rng, "AAA"),
        "position": lambda: corpus.job(rng, language),
        "department": lambda: _short(corpus.title(rng, language)),
        "faculty": lambda: _short(corpus.title(rng, language)),
        "level": lambda: (
            rng.choice(WORDS["levels"][language])
            if kind != "driver"
            else rng.choice(("A", "B", "C", "BE", "A1", "D1", "AM"))
        ),
        "host": lambda: corpus.person(rng, language),
        "company": lambda: corpus.company(rng, language),
        "address": lambda: (" " if language != "zh" else "").join(corpus.address(rng, language)[:2]),
        "phone": lambda: phone(rng, language),
        "sex": lambda: rng.choice(WORDS["sexes"][language]),
        "blood": lambda: rng.choice(("A+", "A-", "B+", "B-", "AB+", "AB-", "O+", "O-")),
    }
    split = language != "zh" and kind in ("driver", "student") and rng.random() < 0.5
    rest = [key for key in _KINDS[kind] if rng.random() < 0.8]
    chosen = [
        *(("surname", "first_name") if split else ("name",)),
        *(rng.sample(rest, len(rest)) if rng.random() < 0.3 else rest),
    ]
    found = []
    for key in chosen:
        label, value = body.face.clean(rng.choice(WORDS[key][language])), body.face.clean(values[key]())
        if label and value:
            found.append((key, label, value))
    return found


def _short(title: str) -> str:
    """The first words of a title, as a department or subject is called."""
    return title[:10] if not title[:10].isascii() and " " not in title else " ".join(title.split()[:3])


def _values(
    rng: random.Random,
    sheet: Sheet,
    plan: _Plan,
    body: Style,
    entries: list[tuple[str, str, str]],
    accent: Colour,
    kind: str,
) -> float:
    """Labels and values below each other, in one of a few fashions; how far down they reach."""
    x1, y1, x2, y2 = plan.values
    fashion = rng.choice(["above", "left", "left", "aligned", "numbered" if kind == "driver" else "bare"])
    value = body.bold() if rng.random() < 0.4 else body
    label = replace(
        body.sized(rng.uniform(0.7, 0.85)) if fashion == "above" else body, colour=rng.choice([accent, body.colour])
    )
    label = replace(label, size=max(label.size, 10))
    first = replace(value.sized(rng.uniform(1.0, 1.35)).bold(), colour=value.colour)
    end = rng.choice(["", ":", ":"]) if sheet.language != "zh" else rng.choice(["：", "：", "", ":"])
    hang = (
        max(sheet.measure(text + end, label) for _, text, _ in entries) + 0.8 * body.size
        if fashion == "aligned"
        else 0.0
    )
    if fashion == "bare":  # what cannot be told without a label is left out
        entries = [entry for entry in entries if entry[0] in _SELF_EVIDENT]
    each = value.pitch + (label.pitch if fashion == "above" else 0.0)
    entries = entries[: max(1, int((y2 - y1 - (first.pitch - value.pitch)) / each))]
    spare = y2 - y1 - each * len(entries) - (first.pitch - value.pitch)
    if spare < 0:
        raise Overflow("the values do not fit on the card")
    gap = min(spare / len(entries), 0.7 * body.size)
    y = y1
    for i, (key, text, content) in enumerate(entries):
        style = first if i == 0 else value
        if fashion == "numbered":
            text = f"{i + 1}. {text}"
        at = (x1, x2 - x1)
        lines, y = _entry(sheet, at, y, (text, label), (content, style), fashion, plan.align, end, hang)
        loose(sheet, "field", lines)
        sheet.field(key, content, lines)
        y += gap
    return y


def _entry(
    sheet: Sheet,
    at: tuple[float, float],
    y: float,
    label: tuple[str, Style],
    value: tuple[str, Style],
    fashion: str,
    align: float,
    end: str,
    hang: float,
) -> tuple[list[Line], float]:
    """One labelled value below `y`, within `at` (x and width): its lines and where it ends."""
    x, width = at
    text, style = value[0], fitted(sheet, value[0], value[1], width - hang)
    if fashion == "above":
        y += label[1].pitch
        first = sheet.write(x + align * width, y - 0.28 * label[1].pitch, label[0], label[1], align)
        y += value[1].pitch
        return [first, sheet.write(x + align * width, y - 0.28 * value[1].pitch, text, style, align)], y
    y += value[1].pitch
    base = y - 0.28 * value[1].pitch
    if fashion == "aligned":
        row = sheet.next_row()
        return [
            sheet.write(x, base, label[0] + end, label[1], row=row),
            sheet.write(x + hang, base, text, style, row=row),
        ], y
    shown = "" if fashion == "bare" else label[0] + (end if fashion in ("left", "numbered") else "")
    used = sheet.measure(shown, label[1]) + sheet.space(style) if shown else 0.0
    style = fitted(sheet, text, value[1], width - used)
    return [beside(sheet, x + align * width, base, [(shown, label[1]), (text, style)], align)], y
