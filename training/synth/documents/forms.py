"""Printed forms, filled in by hand or typewriter: fields on lines, in boxes and combs, choices, tables, a signature."""

from __future__ import annotations

import random
from dataclasses import replace

from training.synth.documents._business import Entry, ask, fitted, loose
from training.synth.documents._business_marks import logo, scribble
from training.synth.documents._flow import Full
from training.synth.documents._form_fields import FASHIONS, Form
from training.synth.documents._form_table import fill_table, has_room
from training.synth.documents._form_values import COMBED, Dates, value
from training.synth.documents._form_words import LABELS, OPTIONS, PHRASES
from training.synth.documents._page import choose_language, darker, drawable
from training.synth.documents._scene import x_height
from training.synth.engine import World
from training.synth.fonts import load
from training.synth.sheet import WHITE, Overflow, Sheet, Style

NAME = "forms"
_SECTIONS = {
    "personal": "surname:3 first_name:3 date_of_birth:2 place_of_birth:2 nationality:2 sex:6 "
    "marital_status:6 id_number:3",
    "contact": "street:6 postcode:2 city:4 phone:3 mobile:3 email:6",
    "work": "employer:6 occupation:3 department:3 start_date:3 end_date:3",
    "bank": "account_holder:3 bank:3 iban:6 amount:3 payment_method:6",
    "vehicle": "model:3 registration:3 serial_no:3 amount:3 delivery_method:6",
    "health": "insurer:3 policy_no:3 doctor:3 allergies:3 contact_person:6 comments:0",
    "stay": "start_date:3 end_date:3 destination:4 persons:2 room_type:6 reason:0",
    "study": "school:6 course:3 start_date:3 delivery_method:6 reason:0",
}
"""Fields with their width in sixths of the form's; 0 has several lines."""
_NAMES = {key: (key.replace("_", " "), choices["zh"][0]) for key, choices in LABELS.items()}
_NAMES |= {
    "iban": ("account number", "银行账号"),
    "id_number": ("ID number", "证件号码"),
    "policy_no": ("policy or membership number", "保单号或会员号"),
    "registration": ("licence plate", "车牌号"),
    "serial_no": ("serial number", "序列号"),
    "persons": ("number of persons", "人数"),
    "phone": ("telephone number", "联系电话"),
    "mobile": ("mobile number", "手机号码"),
    "street": ("street address", "通讯地址"),
    "school": ("school", "学校"),
    "date": ("date of signing", "签署日期"),
    "allergies": ("allergy", "过敏史"),
    "comments": ("remark", "备注"),
}


def compose(rng: random.Random, world: World) -> Sheet:
    """A form of some sections; fields by the English names of what was filled in, `entries` of a table's rows."""
    language = choose_language(rng)
    tall = rng.choice([1.414, 1.414, 1.294, rng.uniform(0.7, 1.4)])
    width = rng.randint(680, 1060)
    paper = WHITE if rng.random() < 0.85 else (rng.randint(228, 250), rng.randint(232, 250), rng.randint(215, 245))
    sheet = Sheet(
        width, int(width * tall), language, {"scan": 4.0, "photo": 3.0, "clean": 2.0, "fax": 1.0}, background=paper
    )
    form = _blank(rng, world, sheet)
    when = Dates(rng, language)
    _head(form, world)
    sections = rng.sample(list(_SECTIONS), rng.randint(4, 8))
    sections = ["personal", *(name for name in sections if name != "personal")] if rng.random() < 0.8 else sections
    if rng.random() < 0.35:
        sections.insert(rng.randint(1, len(sections)), "table")
    reserved = 6.5 * form.print.size
    form.bottom -= reserved
    numbering = rng.choice(["", "{}.", "{})", "{}", "§{}" if language == "de" else "{}."])
    for i, name in enumerate(sections):
        if not _section(form, world, name, when, numbering.format(i + 1)):
            break
    form.bottom += reserved
    _signature(form, world, when)
    if len(sheet.fields) < 4:
        raise Overflow("hardly any field fits into the form")
    ask(rng, sheet, _NAMES)
    return sheet


def _blank(rng: random.Random, world: World, sheet: Sheet) -> Form:
    """The form's types and measures, nothing drawn yet."""
    language, width = sheet.language, sheet.width
    margin = width * rng.uniform(0.04, 0.085)
    size = max(15 if language == "zh" else 13, round(width / rng.uniform(46, 64)))
    grey = rng.choice([0, 0, rng.randint(20, 70)])
    colour = (grey, grey, grey) if rng.random() < 0.65 else darker(rng)
    face = world.faces.pick(rng, language, rng.choice(["sans", "sans", "sans", "serif"]))
    body = Style(face, size, colour if rng.random() < 0.7 else (grey, grey, grey), leading=1.3)
    typed = rng.random() < 0.3
    ink = rng.choice([(20, 20, 25), (25, 35, 120), (25, 45, 150), (30, 30, 70)]) if not typed else (20, 20, 20)
    filled = round(size * (rng.uniform(0.95, 1.05) if typed else rng.uniform(1.15, 1.45)))
    hand = Style(world.faces.pick(rng, language, "mono" if typed else "hand"), filled, ink, leading=1.25)
    above, below = _reach(hand)
    hand = hand.sized(min(1.0, 2.1 * size / (above + below)))
    if x_height(hand) < 0.42 * size:
        raise Overflow("the filler's letters are too small to be read")
    above, below = _reach(hand)
    end = rng.choice(["", ":", ":"]) if language != "zh" else rng.choice(["：", "：", "", ":"])
    return Form(
        rng,
        sheet,
        body,
        hand,
        rng.choice(FASHIONS),
        margin,
        width - 2 * margin,
        margin * rng.uniform(0.7, 1.1),
        sheet.height - 0.7 * margin,
        colour,
        end,
        above,
        below,
    )


def _reach(style: Style) -> tuple[float, float]:
    """How far letters reach above and below their baseline, in pixels; swashes of handwriting reach far."""
    _, top, _, bottom = load(style.face.files[0], style.size).getbbox("Afhlgjpyq(|", anchor="ls")
    return float(-top), float(bottom)


def _head(form: Form, world: World) -> None:
    """Who issues the form, its title and instructions."""
    rng, sheet, size = form.rng, form.sheet, form.print.size
    face, language = form.print.face, sheet.language
    left, align = form.x, rng.choice([0.0, 0.5])
    if rng.random() < 0.5:
        side = 2.8 * size
        logo(rng, sheet, form.x, form.y, side, (form.colour, darker(rng)))
        left += side + size if align == 0 else 0.0
    if rng.random() < 0.8:
        issuer = face.clean(world.corpus.company(rng, language))
        style = fitted(sheet, issuer, form.print, form.right - left - (6 * size if align else 0))
        form.y += style.pitch
        line = sheet.write(left + align * (form.right - left), form.y, issuer, style, align)
        sheet.block("text", [line], issuer)
        sheet.field("issuer", issuer, [line])
    title = face.clean(rng.choice(PHRASES["title"][language]))
    style = replace(form.print.sized(rng.uniform(1.4, 2.1)).bold(), colour=form.colour)
    form.y += style.pitch
    line = sheet.write(left + align * (form.right - left), form.y, title, style, align)
    sheet.block("title", [line], f"# {title}")
    sheet.field("title", title, [line])
    form.y += 0.9 * size
    phrases = list(PHRASES["help"][language])
    help_text = rng.sample(phrases, rng.randint(1, 3))
    if rng.random() < 0.3:
        help_text.append(world.corpus.paragraph(rng, language, rng.randint(40, 160)))
    small = form.print.sized(rng.uniform(0.85, 1.0))
    text = drawable(("" if language == "zh" else " ").join(help_text), small)
    lines, form.y = sheet.paragraph(form.x, form.y, form.width, text, small)
    sheet.block("paragraph", lines, text)
    form.y += 0.6 * size


def _section(form: Form, world: World, name: str, when: Dates, number: str) -> bool:
    """A heading and its fields; whether all of them found room."""
    rng, sheet, size = form.rng, form.sheet, form.print.size
    title = form.print.face.clean(f"{number} {rng.choice(PHRASES[name][sheet.language])}")
    if form.y + 2.2 * size + 2 * form.row_height > form.bottom:
        return False
    if name == "table" and not has_room(form, 2.2 * size):
        return True
    band = form.rng.random() < 0.4
    style = form.print.sized(1.1).bold()
    if band:
        dark = rng.random() < 0.5
        sheet.fill(form.x, form.y, form.right, form.y + 1.6 * size, form.colour if dark else (225, 228, 232))
        style = replace(style, colour=WHITE if dark else form.print.colour)
    line = sheet.write(form.x + 0.4 * size * band, form.y + 1.2 * size, title, style)
    sheet.block("section_title", [line], f"## {title}")
    form.y += (1.6 if band and form.fashion == "box" else 2.0) * size
    heading = len(sheet.blocks)
    complete = True
    try:
        if name == "table":
            fill_table(form, world, when)
        else:
            _rows(form, world, name, when)
    except Full:
        complete = False
    if len(sheet.blocks) == heading:
        raise Overflow("a section has a heading and nothing below it")
    form.y += 0.8 * size
    return complete


def _rows(form: Form, world: World, name: str, when: Dates) -> None:
    """The fields of a section packed into rows; Full where the form ends."""
    rng, language = form.rng, form.sheet.language
    spans = [(key, int(span)) for key, _, span in (part.partition(":") for part in _SECTIONS[name].split())]
    chosen = [(key, span) for key, span in spans if key not in form.used and rng.random() < 0.85]
    form.used |= {key for key, _ in chosen}
    combed = frozenset(key for key in COMBED if rng.random() < 0.5)
    row: list[tuple[Entry, int]] = []

    def flush() -> None:
        total = sum(span for _, span in row)
        if row:
            form.fields([entry for entry, _ in row], [span / total for _, span in row], combed)
            row.clear()

    for key, span in chosen:
        entry = _entry(form, world, key, when)
        if key in OPTIONS or span == 0 or span + sum(other for _, other in row) > 6:
            flush()
        if key in OPTIONS:
            options = [form.print.face.clean(option) for option in OPTIONS[key][language]]
            form.choice(replace(entry, value=rng.choice(options) if rng.random() < 0.85 else ""), options)
        elif span == 0:
            form.area(entry)
        else:
            row.append((entry, span))
    flush()


def _entry(form: Form, world: World, key: str, when: Dates) -> Entry:
    """A field's label and what is filled in, one time in eight nothing."""
    rng, language = form.rng, form.sheet.language
    label = form.print.face.clean(rng.choice(LABELS[key][language]))
    if rng.random() < 0.15:
        label += form.print.face.clean("*")
    if key in OPTIONS or rng.random() < 0.13:
        return Entry(key, label, "")
    text = value(rng, world, language, key, when).replace("$", "")
    return Entry(key, label, form.hand.face.clean(text))


def _signature(form: Form, world: World, when: Dates) -> None:
    """A declaration, place and date, and a signature over its line."""
    rng, sheet, size = form.rng, form.sheet, form.print.size
    small = form.print.sized(0.9)
    text = drawable(rng.choice(PHRASES["declare"][sheet.language]), small)
    lines, form.y = sheet.paragraph(form.x, form.y, form.width, text, small)
    sheet.block("paragraph", lines, text)
    form.y += 2.6 * size
    row, under = sheet.next_row(), sheet.next_row()
    parts = [("date", form.x, 0.4 * form.width), ("signature", form.x + 0.55 * form.width, 0.45 * form.width)]
    above, below = [], []
    for key, x, width in parts:
        sheet.rule(x, form.y, x + width, form.y, form.colour)
        label = rng.choice((LABELS if key == "date" else PHRASES)[key][sheet.language])
        below.append(sheet.write(x, form.y + 1.15 * size, form.print.face.clean(label), small, row=under))
        if key == "signature" and rng.random() < 0.8:
            scribble(
                rng,
                sheet,
                (x + 0.1 * width, form.y - 2.4 * size, x + 0.8 * width, form.y + 0.3 * size),
                form.hand.colour,
            )
    if rng.random() < 0.8:
        date = form.hand.face.clean(value(rng, world, sheet.language, "date", when))
        style = fitted(sheet, date, form.hand, 0.38 * form.width)
        above = [sheet.write(form.x + 0.5 * size, form.y - 0.3 * size, date, style, row=row)]
        sheet.field("date", date, above)
    loose(sheet, "field", [*above, *below])
