"""Pages of novels, textbooks and manuals: one column with running heads, chapters, lists, notes and quotations."""

from __future__ import annotations

import random
from contextlib import suppress
from dataclasses import replace

from training.synth.documents import _page
from training.synth.documents._flow import Column, Flow, Full
from training.synth.documents._page import Design, drawable
from training.synth.engine import World
from training.synth.sheet import Sheet, Style

NAME = "books"

_CHAPTER = {
    "en": ("Chapter {}", "CHAPTER {}", "{}.", "Part {}"),
    "de": ("Kapitel {}", "{}. Kapitel"),
    "fr": ("Chapitre {}", "CHAPITRE {}"),
    "es": ("Capítulo {}", "CAPÍTULO {}"),
    "it": ("Capitolo {}",),
    "pt": ("Capítulo {}",),
    "nl": ("Hoofdstuk {}",),
    "pl": ("Rozdział {}",),
    "zh": ("第{}章", "第{}节", "第{}回"),
}
_ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII", "XIV", "XV", "XVI")
_HAN = "一二三四五六七八九十"
_BREAKS = ("* * *", "***", "—", "§", "• • •", "* * * * *")


def compose(rng: random.Random, world: World) -> Sheet:
    """One page of a book."""
    language = _page.choose_language(rng)
    width, height = _page.page_size(rng, rng.uniform(1.3, 1.55), flat=0.75)
    left, right = (rng.uniform(0.07, 0.15) * width for _ in range(2))
    size = _page.text_size(rng, width - left - right, language)
    genre = rng.choice(["novel", "novel", "textbook", "manual"])
    design = _page.choose_design(
        rng, world, language, size, ["serif", "serif", "sans"] if genre == "novel" else ["sans", "serif"]
    )
    sheet = Sheet(width, height, language, {"clean": 1, "scan": 3, "photo": 3, "screen": 0.5, "fax": 0.2})
    book = _Book(rng, world, sheet, design, genre)
    book.frame(left, width - left - right)
    with suppress(Full):
        book.write()
    book.close()
    return _page.require(2, sheet)


class _Book:
    """A page of a book in the making."""

    def __init__(self, rng: random.Random, world: World, sheet: Sheet, design: Design, genre: str) -> None:
        self.rng, self.corpus, self.sheet, self.design, self.genre = rng, world.corpus, sheet, design, genre
        self.language = sheet.language
        self.number = rng.choice([rng.randint(1, 60), rng.randint(1, 999)])
        self.notes: list[tuple[str, str]] = []
        self.chapter = ""
        self.said: list[str] = []
        self.section = [rng.randint(1, 12), rng.choice([0, rng.randint(0, 8)])]
        self.numbered = rng.random() < 0.5

    def frame(self, x: float, width: float) -> None:
        """Head, foot and notes: what the column between them is."""
        rng, height, size = self.rng, self.sheet.height, self.design.body.size
        top, bottom = rng.uniform(0.05, 0.11) * height, height - rng.uniform(0.05, 0.11) * height
        self.small = self.design.small.italic() if rng.random() < 0.3 else self.design.small
        self.title = drawable(self.corpus.title(rng, self.language), self.small)
        place = rng.choice(["head", "head", "foot", "both"])
        page = rng.choice(["{}", "{}", "{}", "– {} –", "- {} -", "[{}]"]).format(self.number)
        titled = self.title if rng.random() < 0.8 else ""
        outer = (page, "", titled) if rng.random() < 0.5 else (titled, "", page)
        if place != "foot":
            alone = ("", titled, "") if place == "both" else outer
            _page.running(self.sheet, "header", x, top, width, alone, self.small)
            if titled and rng.random() < 0.25:
                self.sheet.rule(x, top + 0.5 * size, x + width, top + 0.5 * size, self.design.body.colour)
        self.foot = (x, bottom + 0.5 * size, width, page if place != "head" else "")
        if place != "head":
            bottom -= 1.4 * size
        self.notes_height = 0.0
        if rng.random() < (0.1 if self.genre == "novel" else 0.3):
            self.notes_height = self._plan_notes(width)
        self.flow = Flow(self.sheet, [Column(x, top + 1.2 * size, width, bottom - self.notes_height)])
        self.bottom = bottom

    def _plan_notes(self, width: float) -> float:
        """Writes the texts of one or two footnotes; the height that they need."""
        rng, style = self.rng, self.design.small
        marks = [("¹", "²"), ("*", "**"), ("①", "②"), ("†", "‡")]
        if self.language != "zh":  # a formula can't be in the midst of a Chinese line
            marks += [("$^{1}$", "$^{2}$")] * 2
        height = float(style.size)
        for mark in rng.choice(marks)[: rng.randint(1, 2)]:
            text = self._text(30, 160, style)
            if text and (mark[0] == "$" or style.face.can_draw(mark)):
                self.notes.append((mark, text))
                height += len(self.sheet.wrap(f"{mark} {text}", style, width)) * style.pitch
        self.pending = [mark for mark, _ in self.notes]
        return height if self.notes else 0.0

    def write(self) -> None:
        """Everything between head and foot."""
        rng = self.rng
        opening = rng.random() < (0.35 if self.genre == "novel" else 0.5)
        if opening:
            self._chapter()
        elif rng.random() < 0.7:
            self._paragraph(first=True)
        self._paragraph(first=True)
        length = rng.choice([1000, 1000, 1000, rng.randint(3, 9)])  # the last page of a chapter is not full
        if self.genre == "novel":
            parts, weights = [self._speech, self._paragraph, self._break, self._quote], [4, 8, 0.4, 0.4]
        else:
            parts = [self._paragraph, self._section, self._items, self._quote, self._box]
            weights = [7, 2, 2.2 if self.genre == "manual" else 1.2, 0.6, 1 if self.genre == "manual" else 0.4]
        for _ in range(length):
            rng.choices(parts, weights)[0]()

    def _text(self, low: int, high: int, style: Style | None = None) -> str:
        """A passage that the page does not hold yet; "" where none is found."""
        return _page.fresh(
            self.said,
            lambda: drawable(
                self.corpus.paragraph(self.rng, self.language, self.rng.randint(low, high)), style or self.design.body
            ),
        )

    def _chapter(self) -> None:
        rng, flow, body = self.rng, self.flow, self.design.body
        align = rng.choice(["left", "centre", "centre", "right"])
        flow.y += rng.choice([0, 1, 3]) * body.size * rng.random()
        style = replace(
            self.design.heading.sized(rng.uniform(1.3, 2.2)), colour=rng.choice([body.colour, _page.darker(rng)])
        )
        number = rng.randint(1, 10 if self.language == "zh" else 16)
        self.section = [number, 0]
        said = _HAN[number - 1 : number] if self.language == "zh" else rng.choice([str(number), _ROMAN[number - 1]])
        label = drawable(rng.choice(_CHAPTER[self.language]).format(said or number), style)
        if rng.random() < 0.6:
            flow.text("title", label, style.sized(0.75), "# ", align, gap=body.size, follow=5 * body.pitch)
        title = drawable(self.corpus.title(rng, self.language), style)
        if title:
            lines = flow.text("title", title, style, "# ", align, gap=0.5 * body.size, follow=4 * body.pitch)
            if self.language != "zh" or len(lines) == 1:
                self.chapter, self.chapter_lines = title, lines
        flow.y += rng.uniform(0.8, 3) * body.size

    def _paragraph(self, first: bool = False) -> None:
        text = self._text(60, 700 if self.genre != "manual" else 300)
        if not text:
            return
        if self.notes_height and self.pending:
            words = text.split(" ")
            at = self.rng.randrange(min(len(words), 12))
            words[at] += self.pending.pop(0)
            text = drawable(" ".join(words), self.design.body)
        indent = 0.0 if first and self.language != "zh" else self.design.indent
        self.flow.text("paragraph", text, self.design.body, "", self.design.align, indent, self.design.gap, cut=True)

    def _speech(self) -> None:
        """One sentence or two that somebody says."""
        rng = self.rng
        text = _page.fresh(self.said, lambda: self.corpus.sentence(rng, self.language).strip("\"'“”„«»"))
        if not text:
            return
        marks = {"de": "„“", "fr": "«»", "pl": "„”"}.get(self.language, rng.choice(["“”", "“”", "''", '""', "‘’"]))
        before, after = (marks[0], marks[1]) if self.language != "zh" else ("“", "”")
        said = "" if rng.random() < 0.5 else " " + self.corpus.sentence(rng, self.language)
        text = drawable(f"{before}{text}{after}{said}", self.design.body)
        self.flow.text(
            "paragraph", text, self.design.body, "", self.design.align, self.design.indent, self.design.gap, cut=True
        )

    def _break(self) -> None:
        text = self.design.body.face.clean(self.rng.choice(_BREAKS))
        size = self.design.body.size
        if text:
            self.flow.text(
                "text", text, self.design.body, "", "centre", gap=0.8 * size, follow=3 * self.design.body.pitch
            )
            self.flow.y += 0.8 * size

    def _quote(self) -> None:
        """A quotation, set in from both sides."""
        flow, size = self.flow, self.design.body.size
        style = self.rng.choice([self.design.small, self.design.body.italic()])
        whole = flow.column
        inset = self.rng.uniform(1.5, 3) * size
        flow.column = replace(whole, x=whole.x + inset, width=whole.width - 2 * inset)
        text = self._text(80, 260, style)
        if text:
            flow.text("paragraph", text, style, "", self.design.align, gap=0.7 * size)
        flow.column = whole
        flow.y += 0.5 * size

    def _section(self) -> None:
        style = self.design.heading.sized(self.rng.uniform(1.0, 1.3))
        self.section[1] += 1
        number = "{}.{} ".format(*self.section) if self.numbered else ""
        text = drawable(number + self.corpus.title(self.rng, self.language), style)
        if text:
            gap = self.rng.uniform(0.8, 1.4) * style.size
            self.flow.text(
                "section_title", text, style, "## ", gap=gap, follow=_page.AFTER_HEADING * self.design.body.pitch
            )
            self.flow.y += self.rng.uniform(0, 0.4) * style.size
        self._paragraph(first=True)

    def _items(self) -> None:
        rng, body = self.rng, self.design.body
        texts = [self._text(20, 160) for _ in range(rng.randint(2, 6))]
        form = rng.choice(["-", "-", "{}.", "{}.", "{})"])
        entries = [(form.format(i), text) for i, text in enumerate(filter(None, texts), 1)]
        hang = rng.uniform(1.5, 2.2) * body.size
        self.flow.items("list", entries, body, hang, self.design.gap + 0.3 * body.size, rng.uniform(0, 0.5) * body.size)
        self.flow.y += 0.3 * body.size

    def _box(self) -> None:
        """A remark in a frame or on a coloured ground."""
        rng, flow, body = self.rng, self.flow, self.design.body
        pad, text = 0.7 * body.size, self._text(60, 240)
        texts = self.sheet.wrap(text, body, flow.column.width - 2 * pad)
        if not texts:
            return
        y = flow.claim(len(texts) * body.pitch + 2 * pad, 0.8 * body.size)
        box = (flow.column.x, y, flow.column.right, flow.y)
        tint = rng.choice([(255, 255, 255), (235, 235, 235), (230, 240, 250), (255, 246, 220), (232, 246, 232)])
        self.sheet.pen.rectangle(box, fill=tint, outline=rng.choice([body.colour, tint]))
        whole = flow.column
        flow.column = replace(whole, x=whole.x + pad, width=whole.width - 2 * pad)
        self.sheet.block("paragraph", flow.lines(texts, y + pad, body, "left"), text)
        flow.column = whole
        flow.y += 0.5 * body.size

    def close(self) -> None:
        """Notes and foot, and what may be asked about the page."""
        sheet, style = self.sheet, self.design.small
        x, foot, width, page = self.foot
        placed = self.notes[: len(self.notes) - len(self.pending)] if self.notes else []
        if placed:
            y = self.bottom - self.notes_height + 0.6 * style.size
            sheet.rule(x, y, x + self.rng.choice([0.3, 1.0]) * width, y, style.colour)
            notes = Flow(sheet, [Column(x, y, width, self.bottom + style.size)])
            notes.y += 0.3 * style.size
            for mark, text in placed:
                notes.text("footnote", f"{mark} {text}", style)
        if page:
            parts = self.rng.choice([("", page, ""), ("", page, ""), ("", "", page), (page, "", "")])
            _page.running(sheet, "footer", x, foot, width, parts, self.small)
        self._ask()

    def _ask(self) -> None:
        sheet, number = self.sheet, str(self.number)
        margins = [line for block in sheet.blocks if block.kind in ("header", "footer") for line in block.lines]
        numbered = [line for line in margins if line.text.strip("–-[] ") == number]
        if numbered:
            en = self.rng.choice(
                ["What is the page number?", "Which page is this?", "What number does this page have?"]
            )
            sheet.question(en, self.rng.choice(["这一页的页码是多少？", "页码是多少？"]), number, numbered)
        if self.chapter and _page.once(sheet, self.chapter):
            en = self.rng.choice(["What is the title of the chapter?", "What is the chapter on this page called?"])
            sheet.question(en, "本章的标题是什么？", self.chapter, self.chapter_lines)
        titled = [line for line in margins if line.text == self.title]
        if titled and self.title != number:
            sheet.question(
                "What does the running title at the top of the page say?", "页眉上的标题是什么？", self.title, titled
            )
