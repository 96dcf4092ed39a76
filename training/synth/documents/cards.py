"""Business cards, and cards for members, readers, students, employees, visitors and drivers of invented issuers."""

from __future__ import annotations

import random
from dataclasses import replace

from training.synth.annotation import Line
from training.synth.documents._business import ask, beside, fitted, loose
from training.synth.documents._business_marks import logo, squares
from training.synth.documents._business_words import spoken, word
from training.synth.documents._card_design import Area, choose_design
from training.synth.documents._card_identity import identity_card
from training.synth.documents._page import choose_language, darker
from training.synth.engine import World
from training.synth.faces import Face
from training.synth.sheet import BLACK, WHITE, Colour, Overflow, Sheet, Style
from training.synth.words.invent import email, phone, url

NAME = "cards"
_CONTACTS = ("phone", "mobile", "fax", "email", "web", "address")
_NAMES = {
    "name": ("person's name", "姓名"),
    "job": ("job title", "职务"),
    "company": ("company", "公司"),
    **{
        key: (english, spoken(key))
        for key, english in (
            ("phone", "phone number"),
            ("mobile", "mobile number"),
            ("fax", "fax number"),
            ("email", "e-mail address"),
            ("web", "web address"),
            ("address", "address"),
        )
    },
}


def compose(rng: random.Random, world: World) -> Sheet:
    """A card of either sort."""
    return business_card(rng, world) if rng.random() < 0.5 else identity_card(rng, world)


def business_card(rng: random.Random, world: World) -> Sheet:
    """A visiting card; fields name, job, company, phone, mobile, fax, email, web, address."""
    language = choose_language(rng)
    upright = rng.random() < 0.15
    width = rng.randint(340, 480) if upright else rng.randint(360, 700)
    height = int(width * rng.uniform(1.5, 1.75)) if upright else int(width / rng.uniform(1.5, 1.8))
    sheet = Sheet(width, height, language, {"photo": 4.0, "scan": 3.0, "clean": 2.0}, background=_paper(rng))
    face = world.faces.pick(rng, language)
    size = max(12 if language != "zh" else 14, round(min(width, 1.25 * height) / rng.uniform(21, 30)))
    body = Style(face, size, leading=rng.uniform(1.2, 1.5))
    design = choose_design(rng, sheet, upright)
    texts = _texts(rng, world, language, face)
    display = body if rng.random() < 0.6 else replace(body, face=world.faces.pick(rng, language))
    for group, area in design.areas.items():
        if group == "contacts":
            _contacts(rng, sheet, area, body, texts)
        else:
            _names(rng, sheet, area, body if group == "person" else display, texts, group, design.logo == group)
    ask(rng, sheet, _NAMES, 4)
    return sheet


def _paper(rng: random.Random) -> Colour:
    if rng.random() < 0.6:
        return WHITE
    if rng.random() < 0.7:
        return rng.randint(238, 252), rng.randint(235, 250), rng.randint(222, 245)
    return darker(rng)


def _texts(rng: random.Random, world: World, language: str, face: Face) -> dict[str, str]:
    """What the card says, by field; of contacts some."""
    corpus = world.corpus
    texts = {
        "company": corpus.company(rng, language),
        "name": corpus.person(rng, language),
        "job": corpus.job(rng, language),
        "phone": phone(rng, language),
        "mobile": phone(rng, language),
        "fax": phone(rng, language),
        "email": email(rng, language),
        "web": url(rng, language),
        "address": ("" if language == "zh" else ", ").join(corpus.address(rng, language)),
    }
    dropped = {
        "phone": 0.15,
        "mobile": 0.4,
        "fax": 0.8,
        "email": 0.1,
        "web": 0.35,
        "address": 0.2,
        "job": 0.08,
        "company": 0.06,
    }
    kept = {key: face.clean(text) for key, text in texts.items() if rng.random() >= dropped.get(key, 0.0)}
    return {key: text for key, text in kept.items() if text}


def _names(
    rng: random.Random, sheet: Sheet, area: Area, body: Style, texts: dict[str, str], group: str, with_logo: bool
) -> None:
    """The firm or the person with the job, large above small, with the logo beside or above."""
    large = body.sized(rng.uniform(1.2, 1.75))
    large = replace(large.bold() if rng.random() < 0.6 else large, colour=area.accent)
    small = replace(body.italic() if rng.random() < 0.2 else body, colour=area.ink)
    wanted = [("company", large)] if group == "company" else [("name", large), ("job", small)]
    rows = []
    for key, style in wanted:
        if key in texts:
            unbroken = texts[key] if key != "company" else max(texts[key].split(), key=len)
            style = fitted(sheet, unbroken, style, area.width)
            rows += [(part, style, key) for part in _broken(sheet, texts[key], style, area.width)]
    height = sum(style.pitch for _, style, _ in rows)
    mark = min(area.width, max(area.height - height - 0.3 * body.size, 0.0), 4.5 * body.size) if with_logo else 0.0
    mark = mark * rng.uniform(0.75, 1.0) if mark > 1.4 * body.size else 0.0
    y = _start(area, height + (mark + 0.3 * body.size if mark else 0.0))
    if mark:
        logo(rng, sheet, area.x + area.align * (area.width - mark), y, mark, (area.accent, area.ink))
        y += mark + 0.3 * body.size
    lines: dict[str, list[Line]] = {}
    for text, style, key in rows:
        y += style.pitch
        at = (area.x + area.align * area.width, y - 0.28 * style.pitch)
        lines.setdefault(key, []).append(sheet.write(*at, text, style, area.align))
    loose(sheet, "text", [line for found in lines.values() for line in found])
    for key, found in lines.items():
        sheet.field(key, texts[key], found)


def _broken(sheet: Sheet, text: str, style: Style, width: float) -> list[str]:
    """On one line where it fits, else on two or three between words."""
    lines = [text] if sheet.measure(text, style) <= width else sheet.wrap(text, style, width)
    if len(lines) > 3 or " ".join(lines) != text:
        raise Overflow(f"{text!r} is too long for its place")
    return lines


def _start(area: Area, height: float) -> float:
    if height > area.height:
        raise Overflow("a group of lines is higher than its place")
    return area.y + area.anchor * (area.height - height)


def _contacts(rng: random.Random, sheet: Sheet, area: Area, body: Style, texts: dict[str, str]) -> None:
    """Telephone numbers, addresses and so on, with labels of one kind, dots or nothing before them."""
    style = replace(body.sized(rng.uniform(0.82, 1.0)), colour=area.ink)
    style = replace(style, size=max(style.size, 11))
    label_style = replace(style.bold() if rng.random() < 0.4 else style, colour=area.accent)
    labelled = rng.choice(["none", "label", "label", "dots" if area.align == 0.0 else "none"])
    end = rng.choice(["", ":", "."]) if sheet.language != "zh" else rng.choice(["：", ":", ""])
    if labelled != "label":
        texts = _told_apart(texts)
    keys = [key for key in _CONTACTS if key in texts]
    if rng.random() < 0.35:
        rng.shuffle(keys)
    rows: list[tuple[str, str, str]] = []
    for key in keys:
        label = (word(rng, key, sheet.language).rstrip(".") + end) if labelled == "label" else ""
        label = style.face.clean(label)
        hang = (
            sheet.measure(label, label_style) + sheet.space(style) if label else 1.1 * style.size * (labelled == "dots")
        )
        style = fitted(sheet, _longest(texts[key], key), style, area.width - hang)
        texts_of_key = _folded(sheet, texts[key], style, area.width - hang, key)
        if (len(rows) + len(texts_of_key)) * style.pitch > area.height:
            continue
        rows += [(label if i == 0 else "", text, key) for i, text in enumerate(texts_of_key)]
    y = _start(area, len(rows) * style.pitch)
    lines: dict[str, list[Line]] = {}
    for label, text, key in rows:
        y += style.pitch
        at = (area.x + area.align * area.width, y - 0.28 * style.pitch)
        if labelled == "dots":
            _dot(sheet, (area.x, at[1]), style, area.accent, key not in lines)
            at = (area.x + 1.1 * style.size, at[1])
        lines.setdefault(key, []).append(beside(sheet, *at, [(label, label_style), (text, style)], area.align))
    loose(sheet, "text", [line for found in lines.values() for line in found])
    for key, found in lines.items():
        sheet.field(key, texts[key], found)
    _code(rng, sheet, area, max(line.box[2] for found in lines.values() for line in found) if lines else area.x)


def _told_apart(texts: dict[str, str]) -> dict[str, str]:
    """Without labels there is one number only, and that is the telephone's."""
    numbers = [texts[key] for key in ("phone", "mobile", "fax") if key in texts]
    others = {key: text for key, text in texts.items() if key not in ("phone", "mobile", "fax")}
    return {**others, "phone": numbers[0]} if numbers else others


def _longest(text: str, key: str) -> str:
    """What cannot be broken: an address can be, between words."""
    return max(text.split(), key=len) if key == "address" else text


def _folded(sheet: Sheet, text: str, style: Style, width: float, key: str) -> list[str]:
    """An address on two lines or three; anything else, which has no spaces to break at, must fit."""
    if sheet.measure(text, style) <= width:
        return [text]
    if key != "address" or sheet.language == "zh":
        raise Overflow(f"{text!r} is too long for its place")
    return _broken(sheet, text, style, width)


def _dot(sheet: Sheet, at: tuple[float, float], style: Style, colour: Colour, shown: bool) -> None:
    if shown:
        radius, x, y = 0.28 * style.size, at[0] + 0.35 * style.size, at[1] - 0.33 * style.size
        sheet.pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)


def _code(rng: random.Random, sheet: Sheet, area: Area, right: float) -> None:
    """A two-dimensional code right of the contacts, now and then, where there is room."""
    size = min(area.height, 0.25 * sheet.width)
    if area.align == 0.0 and rng.random() < 0.15 and area.x + area.width - right > size + 6 and size > 40:
        squares(rng, sheet, area.x + area.width - size, area.y + area.height - size, size, BLACK)
