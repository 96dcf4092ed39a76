"""Articles, leaflets and notices made of translated text: every block knows itself in another language."""

from __future__ import annotations

import random
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import groupby

from training.synth.documents import _page
from training.synth.documents._flow import Column, Flow, Full, columns
from training.synth.documents._page import Design, drawable
from training.synth.documents._pictures import picture
from training.synth.engine import World
from training.synth.sheet import WHITE, Colour, Overflow, Sheet, Style
from training.synth.words.corpus import Pair

NAME = "articles"

LOOKS = {"web": 4, "leaflet": 3, "notice": 2, "plain": 2}
_PROFILES = {
    "web": {"screen": 4.0, "clean": 1.0},
    "leaflet": {"clean": 1.0, "scan": 2.0, "photo": 3.0},
    "notice": {"photo": 4.0, "clean": 1.0, "scan": 1.0},
    "plain": {"clean": 1.0, "scan": 3.0, "photo": 3.0, "fax": 0.3},
}
_LONGEST = 900  # characters of a paragraph: it isn't divided between columns
_PALE = ((255, 255, 255), (250, 250, 247), (246, 248, 252), (255, 251, 238), (240, 247, 240))


def compose(rng: random.Random, world: World) -> Sheet:
    """One article with its translation."""
    source, target = choose_languages(rng, world.corpus.translations)
    look = rng.choices(list(LOOKS), list(LOOKS.values()))[0]
    width = round(rng.triangular(500, 1100, 850))
    count = 2 if look in ("leaflet", "plain") and width > 800 and rng.random() < 0.5 else 1
    left = rng.uniform(0.05, 0.13) * width
    size = _page.text_size(rng, (width - 2 * left) / count, source)
    styles = ["sans", "sans", "serif"] if look != "plain" else ["serif", "sans", "any"]
    design = _page.choose_design(rng, world, source, size, styles)
    accent = rng.choice([design.body.colour, _page.darker(rng), _page.darker(rng)])
    design = replace(design, heading=replace(design.heading, colour=accent))
    pairs = [replace(row, source=drawable(row.source, design.body)) for row in world.corpus.page(rng, source, target)]
    pairs = [row for row in pairs if row.source and row.target and len(row.source) < _LONGEST and "$" not in row.target]
    pairs = _filled(pairs)
    if not pairs:
        raise Overflow("no part of the article can be drawn")
    article = _Article(rng, world, design, look, pairs)
    column = (width - 2 * left - (count - 1) * 2 * size) / count
    height = article.height(column) / count + rng.uniform(5, 10) * size
    height = min(max(height, 0.55 * width), 1.6 * width, _page.MOST_PIXELS / width)
    sheet = Sheet(width, int(height), source, _PROFILES[look], paper=look != "web", background=rng.choice(_PALE))
    sheet.target = target
    article.draw(sheet, left, count)
    return _page.require(2, sheet)


def choose_languages(rng: random.Random, translations: Sequence[str]) -> tuple[str, str]:
    """A source and a target, one of them English, out of what there is beside English."""
    draw, others = rng.random(), [language for language in translations if language != "zh"]
    if "zh" in translations and (draw < 0.7 or not others):
        return ("en", "zh") if draw < 0.42 else ("zh", "en")
    return (rng.choice(others), "en") if draw < 0.95 else ("en", rng.choice(others))


def _filled(rows: Sequence[Pair]) -> list[Pair]:
    """The rows without headings below which nothing stands: what did was no text, and they may be paired wrongly."""
    found: list[Pair] = []
    below = "h0"  # the heading that follows, "" where text does; the end is like one above all others
    for row in reversed(rows):
        if row.kind.startswith("h") and below and row.kind >= below:
            continue
        below = row.kind if row.kind.startswith("h") else ""
        found.append(row)
    return found[::-1]


class _Article:
    """An article in the making; `pairs` are its rows."""

    def __init__(self, rng: random.Random, world: World, design: Design, look: str, pairs: list[Pair]) -> None:
        self.rng, self.corpus, self.design, self.look, self.pairs = rng, world.corpus, design, look, pairs
        self.align = "centre" if look == "notice" and rng.random() < 0.6 else "left"
        self.scale = rng.uniform(1.0, 1.25)
        self.marker = rng.choice(["-", "-", "-", "{}."])
        self.hang = rng.uniform(1.3, 2.0) * design.body.size
        self.above = rng.uniform(0.5, 1.1) * design.body.size
        self.pictured = rng.random() < 0.35
        self.number = ""

    def _heading(self, kind: str) -> Style:
        level = {"h1": 1.75, "h2": 1.4, "h3": 1.2}.get(kind, 1.05)
        return self.design.heading.sized(1 + (level - 1) * self.scale)

    def _style(self, kind: str) -> Style:
        return self._heading(kind) if kind.startswith("h") else self.design.body

    def height(self, width: float) -> float:
        """About how many pixels all rows need in one column."""
        probe = Sheet(16, 16)
        total = 0.0
        for row in self.pairs:
            style = self._style(row.kind)
            lines = probe.wrap(row.source, style, width - (self.hang if row.kind == "li" else 0))
            total += len(lines) * style.pitch + self.design.gap + 0.3 * style.size
        return total + (0.5 * width if self.pictured else 0)

    def draw(self, sheet: Sheet, left: float, count: int) -> None:
        """All rows that there is room for."""
        self.sheet = sheet
        size, rng = self.design.body.size, self.rng
        top, bottom = rng.uniform(1.5, 3) * size, sheet.height - rng.uniform(1.2, 2.5) * size
        top, bottom = self._surround(left, top, bottom)
        self.flow = Flow(sheet, [Column(left, top, sheet.width - 2 * left, bottom)])
        rows = list(self.pairs)
        with suppress(Full):
            if rows[0].kind == "h1":
                self._title(rows.pop(0))
            if self.pictured:
                self._figure()
            parts = columns(left, self.flow.y, sheet.width - 2 * left, bottom, count, 2 * size)
            self.flow = Flow(sheet, parts)
            self._rows(rows)
        if self.number:
            foot = ("", self.number, "")
            _page.running(sheet, "footer", left, sheet.height - size, sheet.width - 2 * left, foot, self.design.small)
        self._ask()

    def _surround(self, left: float, top: float, bottom: float) -> tuple[float, float]:
        """Bars, bands and frames; what they leave between above and below."""
        rng, sheet, size = self.rng, self.sheet, self.design.body.size
        accent, small = self.design.heading.colour, self.design.small
        if self.look == "web" and rng.random() < 0.7:
            bar = 2.4 * size
            ground, text = rng.choice([(accent, WHITE), ((238, 238, 240), (40, 40, 40))])
            sheet.fill(0, 0, sheet.width, bar, ground)
            words = [self.corpus.company(rng, sheet.language), "", self.corpus.product(rng, sheet.language)]
            style = replace(small, colour=text)
            _page.running(sheet, "header", left, bar / 2 + 0.35 * small.size, sheet.width - 2 * left, words, style)
            return top + bar, bottom
        if self.look == "notice":
            inset, line = rng.uniform(0.3, 0.9) * size, rng.randint(1, 6)
            sheet.pen.rectangle((inset, inset, sheet.width - inset, sheet.height - inset), outline=accent, width=line)
            return top + inset, bottom - inset
        if rng.random() < 0.4:
            last = rng.randint(1, 99)
            self.number = rng.choice(["{}", "– {} –", f"{{}}/{last}"]).format(rng.randint(1, last))
            return top, bottom - 0.8 * size
        return top, bottom

    def _title(self, row: Pair) -> None:
        """The title over all columns, on a band of colour now and then."""
        flow, style, size = self.flow, self._heading("h1"), self.design.body.size
        if self.look == "leaflet" and self.rng.random() < 0.5:
            lines = len(self.sheet.wrap(row.source, style, flow.column.width))
            tall = flow.y + lines * style.pitch + 0.5 * size
            ground: Colour = style.colour if style.colour != self.design.body.colour else (70, 70, 70)
            self.sheet.fill(0, 0, self.sheet.width, tall, ground)
            style = replace(style, colour=WHITE)
        flow.text("title", row.source, style, "# ", self.align, follow=3 * size, translation=f"# {row.target}")
        flow.y += self.rng.uniform(0.8, 1.6) * size

    def _figure(self) -> None:
        flow, size = self.flow, self.design.body.size
        width = int(flow.column.width * self.rng.choice([1.0, self.rng.uniform(0.5, 1.0)]))
        height = int(width * self.rng.uniform(0.25, 0.55))
        y = flow.claim(height, follow=4 * self.design.body.pitch)
        self.sheet.picture(flow.column.x, y, picture(self.rng, width, height))
        x, y = round(flow.column.x), round(y)
        self.sheet.block("figure", region=(x, y, x + width, y + height))
        flow.y += size

    def _rows(self, rows: list[Pair]) -> None:
        """Headings, paragraphs and lists, a heading never without what follows it."""
        body, design = self.design.body, self.design
        groups = [(kind, list(group)) for kind, group in groupby(rows, lambda row: row.kind)]
        for i, (kind, group) in enumerate(groups):
            if kind == "li":
                self._list(group)
                continue
            for row in group:
                if kind.startswith("h"):
                    after = groups[i + 1][1][0] if row is group[-1] and i + 1 < len(groups) else None
                    self._section(row, after)
                    continue
                style = body.italic() if kind == "q" else body
                text = drawable(row.source, style)
                self.flow.text(
                    "paragraph",
                    text,
                    style,
                    "",
                    design.align,
                    design.indent,
                    max(design.gap, 0.2 * body.size),
                    translation=row.target,
                )

    def _section(self, row: Pair, after: Pair | None) -> None:
        style, body = self._heading(row.kind), self.design.body
        follow = 0.0
        if after:
            follow = len(self.sheet.wrap(after.source, self._style(after.kind), self.flow.column.width - self.hang)) + 1
        kind, prefix = ("title", "# ") if row.kind == "h1" else ("section_title", "## ")
        text, align = drawable(row.source, style), self.align
        below = min(follow * body.pitch, 0.5 * (self.flow.column.bottom - self.flow.column.top))
        self.flow.text(kind, text, style, prefix, align, 0, self.above, below, translation=prefix + row.target)
        self.flow.y += 0.2 * style.size

    def _list(self, rows: list[Pair]) -> None:
        body = self.design.body
        texts = [drawable(row.source, body) for row in rows]
        entries = [(self.marker.format(i), text) for i, text in enumerate(texts, 1)]
        between = min(self.design.gap, 0.4 * body.size)
        translated = [row.target for row in rows]
        self.flow.items("list", entries, body, self.hang, self.design.gap + 0.2 * body.size, between, translated)
        self.flow.y += 0.2 * body.size

    def _ask(self) -> None:
        """Headings of one line, by their place."""
        rng, sheet = self.rng, self.sheet
        titles = [block for block in sheet.blocks if block.kind == "title"]
        sections = [block for block in sheet.blocks if block.kind == "section_title"]
        if len(titles) == 1 and len(titles[0].lines) == 1:
            en = rng.choice(["What is the title of this text?", "Under which title does this text stand?"])
            sheet.question(
                en, rng.choice(["这篇文章的标题是什么？", "文章题目是什么？"]), titles[0].lines[0].text, titles[0].lines
            )
        if not sections:
            return
        first, last = sections[0], sections[-1]
        if len(sections) > 1 and len(last.lines) == 1:
            en = rng.choice(["What is the last section heading on this page?", "What does the last heading say?"])
            sheet.question(
                en,
                rng.choice(["最后一个小标题是什么？", "页面上最后的小标题写的是什么？"]),
                last.lines[0].text,
                last.lines,
            )
        place = sheet.blocks.index(first)
        if len(first.lines) == 1 and place + 1 < len(sheet.blocks) and _page.once(sheet, first.lines[0].text):
            after = sheet.blocks[place + 1]
            if after.kind == "paragraph" and len(after.lines) == 1:
                heading = first.lines[0].text
                sheet.question(
                    f"What stands under the heading “{heading}”?",
                    f"“{heading}”下面写的是什么？",
                    after.lines[0].text,
                    after.lines,
                )
        if len(sections) > 1 and len(first.lines) == 1:
            en = rng.choice(["What is the first section heading?", "What does the first section heading say?"])
            sheet.question(
                en, rng.choice(["第一个小标题是什么？", "第一个小节的标题是什么？"]), first.lines[0].text, first.lines
            )
