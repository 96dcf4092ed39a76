"""Letters: head, addresses, date and reference, subject, salutation, text, closing and a scribbled signature."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from PIL import Image, ImageDraw

from training.synth.annotation import Line
from training.synth.documents import _page
from training.synth.documents._flow import Column, Flow, Full
from training.synth.documents._letter_words import LETTERS
from training.synth.documents._page import Design, drawable
from training.synth.engine import World
from training.synth.sheet import Colour, Overflow, Sheet, Style
from training.synth.words import invent

NAME = "letters"

_QUESTIONS = {
    "sender": (
        ("Who sent this letter?", "Which sender does the letterhead name?"),
        ("这封信是谁寄出的？", "发信方是谁？"),
    ),
    "recipient": (("Who is the letter addressed to?", "Who is the recipient?"), ("收件人是谁？", "这封信是写给谁的？")),
    "date": (
        ("What is the date of the letter?", "When was this letter written?"),
        ("这封信的日期是什么？", "信是什么时候写的？"),
    ),
    "subject": (
        ("What is the letter about, according to its subject line?", "What is the subject?"),
        ("这封信的主题是什么？",),
    ),
    "reference": (
        ("What is the reference number?", "Which reference does the letter give?"),
        ("参考编号是多少？", "信件编号是什么？"),
    ),
    "signatory": (
        ("Who signed the letter?", "Whose name stands below the signature?"),
        ("落款人是谁？", "这封信由谁签署？"),
    ),
}


def compose(rng: random.Random, world: World) -> Sheet:
    """One letter on one page."""
    language = _page.choose_language(rng)
    width, height = _page.page_size(rng, rng.choice([1.294, 1.414, 1.414]), flat=1.1)
    left, right = rng.uniform(0.08, 0.14) * width, rng.uniform(0.07, 0.13) * width
    size = min(24, _page.text_size(rng, width - left - right, language))
    design = _page.choose_design(rng, world, language, size, ["sans", "serif", "serif", "mono", "any"])
    sheet = Sheet(width, height, language, {"clean": 1, "scan": 4, "photo": 3, "fax": 1.2})
    page = Column(left, rng.uniform(0.04, 0.08) * height, width - left - right, rng.uniform(0.92, 0.95) * height)
    _Letter(rng, world, sheet, design, page).write()
    return _page.require(5, sheet)


class _Letter:
    """A letter in the making. Sender, recipient and the like are kept as fields."""

    def __init__(self, rng: random.Random, world: World, sheet: Sheet, design: Design, page: Column) -> None:
        self.rng, self.corpus, self.sheet, self.design, self.page = rng, world.corpus, sheet, design, page
        self.language, self.words = sheet.language, LETTERS[sheet.language]
        self.accent = rng.choice([design.body.colour, _page.darker(rng)])
        self.date = invent.date_style(rng, self.language)(invent.moment(rng))
        self.company = self._kept(self.corpus.company(rng, self.language))
        self.person = self._kept(self.corpus.person(rng, self.language))
        self.recipient = self._kept(self.corpus.person(rng, self.language))

    def _kept(self, text: str, style: Style | None = None) -> str:
        text = drawable(text, style or self.design.body)
        if not text:
            raise Overflow("the letter's face draws nothing of a name")
        return text

    def _said(self, alternatives: str) -> str:
        return drawable(self.rng.choice(alternatives.split("|")), self.design.body)

    def write(self) -> None:
        """All of it, from above."""
        rng, size = self.rng, self.design.body.size
        foot = rng.random() < 0.5
        bottom = self.page.bottom - (2.2 * size if foot else 0)
        self.flow = Flow(self.sheet, [replace(self.page, bottom=bottom)])
        private = rng.random() < 0.2
        try:
            self._sender() if private else self._letterhead(foot)
            self._addresses()
            self._text(private)
        except Full:
            raise Overflow("the letter is too long for its page") from None
        if foot:
            self._foot()
        self._ask()

    def _letterhead(self, foot: bool) -> None:
        """The firm's name, with a sign or without, its address and a rule."""
        rng, flow, size = self.rng, self.flow, self.design.body.size
        align = rng.choice(["left", "centre", "right"])
        style = replace(self.design.heading.sized(rng.uniform(1.3, 2.2)), colour=self.accent)
        whole = flow.column
        if align == "left" and rng.random() < 0.6:
            side = rng.uniform(2.5, 4) * size
            _sign(rng, self.sheet, flow.column.x, flow.y, side, self.accent)
            flow.column = replace(whole, x=whole.x + side + size, width=whole.width - side - size)
        name = self._kept(self.company, style)
        lines = flow.text("text", name, style, align=align)
        if self.language != "zh" or len(lines) == 1:
            self.sheet.field("sender", name, lines)
        small = self.design.small
        parts = self.corpus.address(rng, self.language)
        parts = [", ".join(parts)] if rng.random() < 0.5 else parts
        parts += [] if foot else self._contact()
        flow.stack("text", [text for part in parts if (text := drawable(part, small))], small, align)
        flow.column = whole
        flow.y += 0.4 * size
        if rng.random() < 0.6:
            self.sheet.rule(whole.x, flow.y, whole.right, flow.y, self.accent, rng.randint(1, 3))
        flow.y += rng.uniform(0.8, 2) * size

    def _contact(self) -> list[str]:
        rng, (phone, mail, web) = self.rng, self.words.contact
        glue = "：" if self.language == "zh" else rng.choice([": ", " "])
        host = invent.url(rng, self.language)
        said = [
            f"{phone}{glue}{invent.phone(rng, self.language)}",
            f"{mail}{glue}{invent.email(rng, self.language)}",
            f"{web}{glue}{host}",
        ]
        return rng.sample(said, rng.randint(1, 3))

    def _sender(self) -> None:
        """A private person's address at the top right or left."""
        align = self.rng.choice(["left", "right", "right"])
        parts = [drawable(part, self.design.body) for part in self.corpus.address(self.rng, self.language)]
        lines = self.flow.stack("text", [self.person, *filter(None, parts)], self.design.body, align)
        if lines[0].text == self.person:
            self.sheet.field("sender", self.person, lines[:1])
        self.flow.y += self.design.body.size

    def _addresses(self) -> None:
        """The recipient, and beside or below the date and a reference."""
        rng, flow, body = self.rng, self.flow, self.design.body
        place = [self.corpus.company(rng, self.language)] if rng.random() < 0.4 else []
        parts = [self.recipient, *place, *self.corpus.address(rng, self.language)]
        whole, top = flow.column, flow.y
        beside = rng.random() < 0.45
        if beside:
            flow.column = replace(whole, width=0.55 * whole.width)
        dated_first = not beside and rng.random() < 0.4
        if dated_first:
            self._date("right" if rng.random() < 0.6 else "left")
        lines = flow.stack("text", [text for part in parts if (text := drawable(part, body))], body)
        if lines[0].text == self.recipient:
            self.sheet.field("recipient", self.recipient, lines[:1])
        low = flow.y
        if beside:
            flow.column = replace(whole, x=whole.x + 0.6 * whole.width, width=0.4 * whole.width)
            flow.y = top
        if not dated_first:
            self._date(rng.choice(["left", "right"]))
        flow.column, flow.y = whole, max(low, flow.y) + rng.uniform(0.5, 2) * body.size

    def _date(self, align: str) -> None:
        """Date and mostly a reference, each on its own line."""
        rng, body = self.rng, self.design.body
        label = self._said(self.words.date)
        town = drawable(self.corpus.city(rng, self.language), body) if not label and rng.random() < 0.3 else ""
        before = {"": f"{town}, " if town else ""}.get(label, label + ("" if self.language == "zh" else " "))
        self._labelled("date", before, self._kept(self.date), align)
        if rng.random() < 0.7:
            label = self._said(self.words.reference)
            number = self._kept(_code(rng) if rng.random() < 0.7 else str(rng.randint(1000, 9_999_999)))
            self._labelled("reference", label + ("" if self.language == "zh" else " "), number, align)

    def _labelled(
        self, name: str, label: str, value: str, align: str, style: Style | None = None, follow: float = 0.0
    ) -> None:
        """A paragraph that holds a field; it is one only if the value is not broken where a space has no place."""
        style = style or self.design.body
        lines = self.flow.text("text", drawable(label + value, style), style, align=align, follow=follow)
        if value in " ".join(line.text for line in lines):
            self.sheet.field(name, value, lines)

    def _text(self, private: bool) -> None:
        rng, flow, body, design = self.rng, self.flow, self.design.body, self.design
        if rng.random() < 0.75:
            label = self._said(self.words.subject)
            style = rng.choice([body.bold(), body.bold(), body])
            title = self._kept(self.corpus.title(rng, self.language), style)
            self._labelled(
                "subject",
                label + (" " if label and self.language != "zh" else ""),
                title,
                "left",
                style,
                4 * body.pitch,
            )
            flow.y += rng.uniform(0.5, 1.2) * body.size
        greeting = drawable(rng.choice(self.words.salutation.split("|")).format(self.recipient), body)
        flow.text("text", greeting, body)
        flow.y += rng.uniform(0.3, 0.9) * body.size
        said: list[str] = []
        for _ in range(rng.randint(1, 6)):
            rows = flow.room() / body.pitch - 9  # the closing needs those
            per_row = flow.column.width / body.size / (1.1 if self.language == "zh" else 0.55)
            if rows < 1.5:
                break
            length = min(rng.randint(80, 600), int(rows * per_row))
            text = _page.fresh(said, partial(self._passage, length))
            if text:
                flow.text("paragraph", text, body, "", design.align, design.indent, max(design.gap, 0.3 * body.size))
        if not said:  # not even a line's room was left, or no text could be drawn
            raise Overflow("the letter says nothing")
        self._closing(private)

    def _passage(self, length: int) -> str:
        return drawable(self.corpus.paragraph(self.rng, self.language, length), self.design.body)

    def _closing(self, private: bool) -> None:
        rng, flow, body = self.rng, self.flow, self.design.body
        whole = flow.column
        if rng.random() < 0.35:
            flow.column = replace(whole, x=whole.x + 0.55 * whole.width, width=0.45 * whole.width)
        flow.text("text", self._said(self.words.closing), body, gap=rng.uniform(0.6, 1.5) * body.size)
        room = rng.uniform(2, 3.5) * body.size
        if rng.random() < 0.85:
            _signature(
                rng, self.sheet, flow.column.x + rng.uniform(0, 2) * body.size, flow.y + 0.2 * body.size, 0.9 * room
            )
        flow.y += room
        name = self.person if private else self._kept(self.corpus.person(rng, self.language))
        lines = flow.text("text", name, body)
        if len(lines) == 1:
            self.sheet.field("signatory", name, lines)
        if not private and rng.random() < 0.6:
            flow.text("text", self._said(self.words.role), rng.choice([body, self.design.small]))
        flow.column = whole
        if rng.random() < 0.25 and flow.room() > 2.5 * body.pitch:
            flow.text("text", self._said(self.words.enclosure), self.design.small, gap=body.size)

    def _foot(self) -> None:
        rng, small = self.rng, self.design.small.sized(0.9)
        y = self.page.bottom - 0.6 * small.size
        if rng.random() < 0.6:
            self.sheet.rule(self.page.x, y - 1.2 * small.size, self.page.right, y - 1.2 * small.size, self.accent)
        texts = [*self._contact(), "", ""][:3]
        _page.running(self.sheet, "footer", self.page.x, y, self.page.width, texts, small)

    def _ask(self) -> None:
        for name, (english, chinese) in _QUESTIONS.items():
            value = self.sheet.fields.get(name)
            if isinstance(value, str) and _only(self.sheet, value):
                lines: Sequence[Line] = self.sheet.evidence[name]
                self.sheet.question(self.rng.choice(english), self.rng.choice(chinese), value, lines)


def _code(rng: random.Random) -> str:
    """A code without a label of its own, as "S/N ": the letter labels it."""
    while " " in (code := invent.code(rng)):
        pass
    return code


def _only(sheet: Sheet, value: str) -> bool:
    """Whether a text occurs once in all that the sheet says; it may run over lines."""
    return " ".join(line.text for block in sheet.blocks for line in block.lines).count(value) == 1


def _sign(rng: random.Random, sheet: Sheet, x: float, y: float, side: float, colour: Colour) -> None:
    """A firm's sign without letters."""
    box = (x, y, x + side, y + side)
    inner = (x + 0.25 * side, y + 0.25 * side, x + 0.75 * side, y + 0.75 * side)
    rng.choice([sheet.pen.ellipse, sheet.pen.rectangle])(box, fill=colour)
    rng.choice([sheet.pen.ellipse, sheet.pen.rectangle])(inner, fill=(255, 255, 255))
    if rng.random() < 0.5:
        sheet.rule(x, y + side, x + side, y, (255, 255, 255), max(2, int(side / 12)))


def _signature(rng: random.Random, sheet: Sheet, x: float, y: float, height: float) -> None:
    """A scribble in ink: loops that get flatter to the right. Drawn large first, for smooth edges."""
    colour, fine = rng.choice([(20, 20, 30), (20, 40, 140), (30, 60, 170)]), 4
    length, loops, phase = height * rng.uniform(1.6, 3.2), rng.uniform(3, 8), rng.uniform(0, 6)
    slant, second = rng.uniform(0.05, 0.3), rng.uniform(1.3, 2.7)
    points = []
    for i in range(140):
        t = i / 139
        wave, turn = 2 * math.pi * loops * t, 0.35 * math.sin(2 * math.pi * loops * second * t)
        swing = (1 - 0.7 * t) * math.sin(wave + phase) + turn
        across = t * length + 0.25 * height * (1 - 0.6 * t) * math.cos(wave + phase)
        points.append((fine * (0.6 * height + across + slant * height * swing), fine * height * (0.5 - 0.33 * swing)))
    size = (int(length + 1.4 * height), int(height))
    mask = Image.new("L", (fine * size[0], fine * size[1]))
    ImageDraw.Draw(mask).line(points, fill=255, width=round(fine * rng.uniform(1, 2.6)), joint="curve")
    sheet.graphics.paste(colour, (round(x), round(y)), mask.resize(size, Image.Resampling.BOX))
