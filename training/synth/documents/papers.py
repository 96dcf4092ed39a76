"""Pages of scientific papers: title and abstract, sections in columns, formulas, figures, tables, references."""

from __future__ import annotations

import random
from contextlib import suppress
from dataclasses import replace

from training.synth.annotation import Line
from training.synth.documents import _page
from training.synth.documents._flow import Column, Flow, Full, columns
from training.synth.documents._page import Design, drawable
from training.synth.documents._paper_floats import Floats
from training.synth.documents._paper_words import KEYWORDS, REFERENCES, SECTIONS
from training.synth.engine import World
from training.synth.sheet import Overflow, Sheet, Style
from training.synth.words.invent import code, date_style, email, moment

NAME = "papers"

_ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX")
_HAN = "一二三四五六七八九"


def compose(rng: random.Random, world: World) -> Sheet:
    """One page of a paper, its first or a later one."""
    language = _page.choose_language(rng)
    width, height = _page.page_size(rng, rng.choice([1.294, 1.414, 1.35]), flat=0.8)
    count = 1 if width < 760 else rng.choice([1, 2, 2])
    left = rng.uniform(0.06, 0.12) * width
    size = _page.text_size(rng, (width - 2 * left) / count, language)
    design = _page.choose_design(rng, world, language, size, ["serif", "serif", "serif", "sans"])
    design = replace(design, body=replace(design.body, colour=(0, 0, 0), leading=min(design.body.leading, 1.5)))
    sheet = Sheet(width, height, language, {"clean": 2, "scan": 2, "photo": 2, "screen": 1})
    paper = _Paper(rng, world, sheet, design)
    page = Column(left, rng.uniform(0.05, 0.09) * height, width - 2 * left, height * rng.uniform(0.91, 0.95))
    with suppress(Full):
        paper.write(page, count)
    paper.close()
    return _page.require(3, sheet)


class _Paper:
    """A page of a paper in the making."""

    def __init__(self, rng: random.Random, world: World, sheet: Sheet, design: Design) -> None:
        self.rng, self.world, self.corpus, self.sheet, self.design = rng, world, world.corpus, sheet, design
        self.language = sheet.language
        self.numbering = rng.choice(["{}", "{}", "{}.", "roman", ""])
        self.section, self.part = rng.choice([0, rng.randint(1, 5)]), 0
        self.floats = Floats(rng, world, sheet, design)
        self.below: tuple[str, Column] | None = None
        self.said: list[str] = []
        self.titles = SECTIONS[self.language].split("|")
        self.introduction = self.titles.pop(0)

    def write(self, page: Column, count: int) -> None:
        """Head and foot, what stands over the whole width, then the columns."""
        rng, size, small = self.rng, self.design.body.size, self.design.small
        number = rng.choice(["{}", "{}", "– {} –"]).format(rng.choice([rng.randint(1, 30), rng.randint(1, 3000)]))
        head = drawable(
            rng.choice([self.corpus.title(rng, self.language), self.corpus.company(rng, self.language)]), small
        )
        draw, top, bottom = rng.random(), page.top, page.bottom
        if draw < 0.6:
            right = number if draw < 0.3 else drawable(self._issue(), small)
            _page.running(self.sheet, "header", page.x, top, page.width, (head, "", right), small)
            top += 1.5 * size
            if rng.random() < 0.4:
                self.sheet.rule(page.x, top - 1.0 * size, page.right, top - 1.0 * size)
        if draw > 0.3:
            self.below = (number, replace(page, top=bottom + size))
            bottom -= size
        first = rng.random() < 0.55
        if first:
            self.section = 0
            self.flow = Flow(self.sheet, [replace(page, top=top, bottom=bottom)])
            self._front()
            top = self.flow.y + rng.uniform(0.8, 2) * size
        gutter = rng.uniform(1.5, 2.5) * size
        self.flow = Flow(self.sheet, columns(page.x, top, page.width, bottom, count, gutter))
        if not first:
            self._paragraph()
        while True:
            self._section(first)
            first = False
            for _ in range(rng.randint(1, 4)):
                draw = rng.random()
                if draw < 0.55:
                    self.floats.any(self.flow)
                elif draw < 0.6:
                    self._items()
                else:
                    self._paragraph()
            if rng.random() < 0.12:
                self._references()

    def _text(self, low: int, high: int, style: Style | None = None) -> str:
        """A passage that the page does not hold yet; "" where none is found."""
        return _page.fresh(
            self.said,
            lambda: drawable(
                self.corpus.paragraph(self.rng, self.language, self.rng.randint(low, high)), style or self.design.body
            ),
        )

    def _issue(self) -> str:
        rng = self.rng
        year, volume, issue = rng.randint(1985, 2035), rng.randint(1, 90), rng.randint(1, 12)
        if self.language == "zh":
            return rng.choice([f"{year}年第{issue}期", f"第{volume}卷 第{issue}期"])
        return rng.choice(
            [
                f"Vol. {volume}, No. {issue}, {year}",
                f"{volume} ({year}) {rng.randint(1, 99)}–{rng.randint(100, 999)}",
                code(rng),
            ]
        )

    def _front(self) -> None:
        """Title, authors, where they work, abstract and keywords."""
        rng, flow, body, language = self.rng, self.flow, self.design.body, self.language
        align = rng.choice(["centre", "centre", "left"])
        title = drawable(self.corpus.title(rng, language), self.design.heading)
        style = replace(self.design.heading.sized(rng.uniform(1.4, 2.1)), leading=1.25)
        if not title:
            raise Overflow("the title cannot be drawn")
        lines = flow.text("title", title, style, "# ", align)
        authors = [drawable(self.corpus.person(rng, language), body) for _ in range(rng.randint(1, 5))]
        named = (rng.choice(["，", "、", "  "]) if language == "zh" else ", ").join(filter(None, authors))
        if named:
            names = flow.text("text", drawable(named, body), body.sized(1.05), "", align, gap=0.7 * body.size)
        comma = "，" if language == "zh" else ", "
        place = f"{self.corpus.company(rng, language)}{comma}{self.corpus.city(rng, language)}"
        place = drawable(place, self.design.small)
        flow.text(
            "text", place, rng.choice([self.design.small, self.design.small.italic()]), "", align, gap=0.3 * body.size
        )
        if rng.random() < 0.4:
            flow.text("text", email(rng, language), self.design.small, "", align, gap=0.1 * body.size)
        if rng.random() < 0.3:
            flow.text(
                "text",
                drawable(date_style(rng, language)(moment(rng)), self.design.small),
                self.design.small,
                "",
                align,
            )
        self._ask_front(title, lines, authors[0], names if named else [])
        self._abstract()

    def _ask_front(self, title: str, lines: list[Line], authors: str, names: list[Line]) -> None:
        rng, sheet = self.rng, self.sheet
        if (self.language != "zh" or len(lines) == 1) and _page.once(sheet, lines[0].text):
            sheet.question(
                rng.choice(["What is the title of the paper?", "What is this paper called?"]),
                rng.choice(["这篇论文的标题是什么？", "论文题目是什么？"]),
                title,
                lines,
            )
            sheet.field("title", title, lines)
        first = [line for line in names if authors and line.text.startswith(authors)]
        if first and _page.once(sheet, authors):
            sheet.question(
                "Who is the first author?", rng.choice(["第一作者是谁？", "论文的第一作者是谁？"]), authors, first[:1]
            )
            sheet.field("first_author", authors, first[:1])

    def _abstract(self) -> None:
        rng, flow, body = self.rng, self.flow, self.design.body
        whole, inset = flow.column, rng.choice([0.0, rng.uniform(1, 4) * body.size])
        flow.column = replace(whole, x=whole.x + inset, width=whole.width - 2 * inset)
        style = rng.choice([self.design.small, body, self.design.small.italic()])
        label, keywords = rng.choice(KEYWORDS[self.language])
        flow.y += rng.uniform(0.5, 1.5) * body.size
        if rng.random() < 0.5:
            flow.text("section_title", label, self.design.heading, "## ", rng.choice(["left", "centre"]))
            start = ""
        else:
            start = label + rng.choice([": ", ". ", "—"] if self.language != "zh" else ["：", " "])
        flow.text(
            "paragraph", drawable(start + self._text(250, 900, style), style), style, "", self.design.align, cut=True
        )
        if rng.random() < 0.5:
            glue = "；" if self.language == "zh" else rng.choice([", ", "; ", " · "])
            words = glue.join(self.corpus.product(rng, self.language) for _ in range(rng.randint(3, 5)))
            text = drawable(f"{keywords}{'：' if self.language == 'zh' else ': '}{words}", style)
            flow.text("paragraph", text, style, gap=0.4 * body.size)
        flow.column = whole

    def _section(self, introduction: bool) -> None:
        rng = self.rng
        deep = self.section > 0 and self.part < 3 and rng.random() < 0.35
        if deep:
            self.part += 1
        else:
            self.section, self.part = self.section % 9 + 1, 0
        name = self.introduction if introduction else self._title()
        style = self.design.heading.sized(rng.choice([1.0, 1.05]) if deep else 1.15)
        roman = _HAN[self.section - 1] + "、" if self.language == "zh" else _ROMAN[self.section - 1] + ". "
        label = roman if self.numbering == "roman" and not deep else ""
        if self.numbering not in ("roman", ""):
            number = f"{self.section}.{self.part}" if deep else str(self.section)
            label = self.numbering.format(number) + " "
        text = drawable(label + name, style)
        gap = rng.uniform(0.7, 1.2) * style.size
        self.flow.text(
            "section_title", text, style, "## ", gap=gap, follow=_page.AFTER_HEADING * self.design.body.pitch
        )
        self.flow.y += rng.uniform(0, 0.4) * style.size
        self._paragraph()

    def _title(self) -> str:
        """A section's title: one of the usual ones, in their order and none twice, or one of its own."""
        rng = self.rng
        if not self.titles or rng.random() < 0.5:
            return self.corpus.title(rng, self.language)
        place = rng.randrange(min(4, len(self.titles)))
        title, self.titles = self.titles[place], self.titles[place + 1 :]
        return title

    def _paragraph(self) -> None:
        """A paragraph; every third has a formula or two in its lines, and some point to literature."""
        rng, style = self.rng, self.design.body
        text = self._text(100, 500)
        for _ in range(rng.choice([0, 0, 0, 0, 1, 2])):
            latex = self.corpus.formula(rng, display=False).strip()
            text = self._inserted(text, f"${latex}$") if _page.fits_inline(latex, style) else text
        if rng.random() < 0.3:
            text = self._inserted(text, f"[{rng.randint(1, 60)}]")
        text = drawable(text, style)
        if text:
            self.flow.text(
                "paragraph", text, style, "", self.design.align, self.design.indent, self.design.gap, cut=True
            )

    def _inserted(self, text: str, what: str) -> str:
        """Something set between two words, or after a comma of Chinese text."""
        glue = "，" if self.language == "zh" else " "
        words = text.split(glue)
        words.insert(self.rng.randint(1, len(words)), what)
        return glue.join(words)

    def _items(self) -> None:
        rng, body = self.rng, self.design.body
        texts = [self._text(20, 140) for _ in range(rng.randint(2, 4))]
        form = rng.choice(["-", "{}.", "({})"])
        entries = [(form.format(i), text) for i, text in enumerate(filter(None, texts), 1)]
        self.flow.items("list", entries, body, 2 * body.size, 0.4 * body.size, rng.choice([0.0, 0.2 * body.size]))
        self.flow.y += 0.3 * body.size

    def _references(self) -> None:
        """The literature, down to the page's end."""
        rng, style = self.rng, self.design.small
        title = self.design.heading.sized(1.1)
        label = drawable(rng.choice(REFERENCES[self.language]), title)
        self.flow.text("section_title", label, title, "## ", gap=title.size, follow=3 * style.pitch)
        entries = [(f"[{i}]", drawable(self._reference(), style)) for i in range(1, rng.randint(6, 30))]
        wide = self.sheet.measure("[99]", style) + 0.5 * style.size
        self.flow.items("list", entries, style, wide, 0.3 * style.size, rng.choice([0.0, 0.25 * style.size]))
        raise Full

    def _reference(self) -> str:
        rng, language = self.rng, rng_language(self.rng, self.language)
        authors = ", ".join(self.corpus.person(rng, language) for _ in range(rng.randint(1, 3)))
        venue, year = self.corpus.company(rng, language), rng.randint(1950, 2035)
        first = rng.randint(1, 900)
        pages = f"{rng.randint(1, 60)}({rng.randint(1, 12)}): {first}–{first + rng.randint(2, 40)}"
        return rng.choice(
            [
                f"{authors}. {self.corpus.title(rng, language)}. {venue}, {pages}, {year}.",
                f"{authors} ({year}). {self.corpus.title(rng, language)}. {venue}, {pages}.",
                f"{authors}, “{self.corpus.title(rng, language)},” {venue}, {year}.",
            ]
        )

    def close(self) -> None:
        """The page's number below."""
        if self.below:
            number, place = self.below
            parts = self.rng.choice([("", number, ""), ("", "", number)])
            _page.running(self.sheet, "footer", place.x, place.top, place.width, parts, self.design.small)


def rng_language(rng: random.Random, language: str) -> str:
    """The language of a reference: Chinese papers cite English ones as well."""
    return "en" if language == "zh" and rng.random() < 0.5 else language
