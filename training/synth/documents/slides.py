"""Slides of talks: titles, bullets, two columns, tables, quotations, pictures, section marks, large numbers."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import replace

from training.synth.annotation import Bounds, Line
from training.synth.documents._backgrounds import background
from training.synth.documents._business_marks import logo
from training.synth.documents._page import choose_language, once
from training.synth.documents._pictures import picture
from training.synth.documents._scene import luminance
from training.synth.documents._slide_deck import LEAST, Deck, design, foot, items, title, write
from training.synth.engine import World
from training.synth.sheet import Overflow, Sheet
from training.synth.table.ink import choose_look, draw
from training.synth.table.ink import invent as invent_table
from training.synth.words import invent

NAME = "slides"


def compose(rng: random.Random, world: World) -> Sheet:
    """One slide."""
    width = rng.randint(800, 1100)
    sheet = Sheet(width, round(width / rng.choice([16 / 9, 16 / 9, 4 / 3, 1.6])), choose_language(rng))
    sheet.paper, sheet.profiles = False, {"screen": 4.0, "clean": 3.0, "photo": 1.5, "video": 1.5}
    deck = design(rng, world, sheet)
    layouts: dict[Callable[[Deck], None], float] = {
        _opening: 2,
        _section: 1,
        _bullets: 5,
        _two_columns: 3,
        _table: 3,
        _quote: 1,
        _illustrated: 3,
        _numbers: 1.5,
    }
    rng.choices(list(layouts), list(layouts.values()))[0](deck)
    foot(deck)
    _ask(rng, sheet)
    return sheet


# Slides


def _opening(deck: Deck) -> None:
    """The first slide: title, subtitle, who and when."""
    rng, corpus, language = deck.rng, deck.world.corpus, deck.sheet.language
    x1, _, x2, y2 = deck.box
    align = rng.choice(["left", "centre"])
    large = deck.title.sized(1.35)
    y = deck.sheet.height * rng.uniform(0.2, 0.32)
    y = write(deck, "title", (x1, y, x2, y2), deck.text(corpus.title(rng, language), large), large, "# ", align)
    if rng.random() < 0.7:
        text = deck.text(corpus.paragraph(rng, language, rng.randint(20, 70)), deck.body)
        y = write(deck, "section_title", (x1, y, x2, y2), text, deck.body, "## ", align)
    y += rng.uniform(0.5, 2) * deck.body.size
    small = deck.body.sized(0.8)
    makers = [
        lambda: corpus.person(rng, language),
        lambda: corpus.company(rng, language),
        lambda: invent.date_style(rng, language)(invent.moment(rng)),
    ]
    for maker in makers[: rng.randint(1, 3)]:
        y = write(deck, "text", (x1, y, x2, y2), deck.text(maker(), small), small, "", align)


def _section(deck: Deck) -> None:
    """A large heading by itself, numbered or not."""
    rng = deck.rng
    x1, _, x2, y2 = deck.box
    large = deck.title.sized(rng.uniform(1.2, 1.6))
    number = rng.choice(["", f"{rng.randint(1, 9)}. ", f"{rng.randint(1, 9):02d} "])
    text = deck.text(number + deck.world.corpus.title(rng, deck.sheet.language), large)
    write(deck, "title", (x1, 0.35 * deck.sheet.height, x2, y2), text, large, "# ", deck.align)


def _bullets(deck: Deck) -> None:
    box = title(deck)
    items(deck, box, deck.rng.randint(3, 7), deck.rng.choice([40, 70, 110]))


def _two_columns(deck: Deck) -> None:
    """Two lists or texts beside each other, with or without headings."""
    rng = deck.rng
    x1, y1, x2, y2 = title(deck)
    middle, gutter, headed = (x1 + x2) / 2, deck.body.size, rng.random() < 0.6
    head, count = deck.body.bold().sized(1.1), rng.randint(2, 5)
    for left, right in ((x1, middle - gutter), (middle + gutter, x2)):
        top = y1
        if headed:
            text = deck.text(deck.world.corpus.title(rng, deck.sheet.language), head)
            row = deck.sheet.wrap(text, head, right - left)[0]
            top = write(deck, "section_title", (left, y1, right, y2), row, head, "## ") + 0.3 * deck.body.size
        items(deck, (left, top, right, y2), count, 55)
    if rng.random() < 0.3:
        deck.sheet.rule(middle, y1 + 10, middle, y2 - 10, deck.accent, 1)


def _table(deck: Deck) -> None:
    rng, sheet = deck.rng, deck.sheet
    x1, y1, x2, y2 = title(deck)
    grid = invent_table(rng, deck.world, sheet.language, rng.randint(2, 4), rng.randint(2, 5))
    look = choose_look(rng)
    if luminance(deck.ground) < 160:  # fills are made for dark text
        look = replace(look, zebra=None, head_fill=None, head_colour=None, rule_colour=deck.body.colour)
    elif look.zebra is not None or look.head_fill is not None:
        deck = replace(deck, body=replace(deck.body, colour=(30, 30, 35)))
    style = replace(deck.body, size=max(LEAST, round(deck.body.size * rng.uniform(0.65, 0.9))))
    drawn = draw(sheet, x1, y1 + 0.5 * style.size, x2 - x1, grid, style, look)
    if drawn.bottom > y2:
        raise Overflow("a table is higher than its place on the slide")
    sheet.block("table", drawn.lines, drawn.html, drawn.region)


def _quote(deck: Deck) -> None:
    """A sentence in large type and who said it."""
    rng, sheet = deck.rng, deck.sheet
    x1, _, x2, y2 = deck.box
    inset = 0.06 * (x2 - x1)
    large = deck.body.sized(rng.uniform(1.1, 1.5))
    large = large.italic() if rng.random() < 0.5 else large
    sentence = deck.world.corpus.sentence(rng, sheet.language)
    quotes = rng.choice(["“{}”", "“{}”", "«{}»", "{}"]) if sheet.language != "zh" else "“{}”"
    text = deck.text(quotes.format(sentence), large)
    y = sheet.height * rng.uniform(0.2, 0.3)
    bottom = write(deck, "paragraph", (x1 + inset, y, x2 - inset, y2), text, large, "", deck.align)
    sheet.fill(x1, y + 0.4 * large.size, x1 + 4, bottom, deck.accent)
    name = deck.text(f"— {deck.world.corpus.person(rng, sheet.language)}", deck.body)
    write(deck, "text", (x1 + inset, bottom + 0.5 * deck.body.size, x2 - inset, y2), name, deck.body, "", "right")


def _illustrated(deck: Deck) -> None:
    """A picture at one side, text at the other."""
    rng, sheet = deck.rng, deck.sheet
    x1, y1, x2, y2 = title(deck)
    wide, left = (x2 - x1) * rng.uniform(0.35, 0.48), rng.random() < 0.4
    tall = min(y2 - y1, wide * rng.uniform(0.6, 1.1))
    px, text_x = (x1, x1 + wide + deck.body.size) if left else (x2 - wide, x1)
    maker = background if rng.random() < 0.6 else picture
    region = (px, y1 + 0.5 * deck.body.size, px + wide, y1 + 0.5 * deck.body.size + tall * 0.85)
    sheet.picture(region[0], region[1], maker(rng, round(wide), round(region[3] - region[1])))
    if not left:
        _beside(deck, (text_x, y1, px - deck.body.size, y2))
    sheet.block("figure", [], "", region)
    if rng.random() < 0.4:
        small = deck.body.sized(0.65)
        text = deck.text(deck.world.corpus.sentence(rng, sheet.language), small)
        row = sheet.wrap(text, small, wide)[0]
        write(deck, "caption", (px, region[3], px + wide, y2), row, small)
    if left:
        _beside(deck, (text_x, y1, x2, y2))


def _beside(deck: Deck, box: Bounds) -> None:
    if deck.rng.random() < 0.7:
        return items(deck, box, deck.rng.randint(2, 5), 60)
    text = deck.world.corpus.paragraph(deck.rng, deck.sheet.language, 70 if deck.sheet.language == "zh" else 160)
    style = deck.body.sized(0.9)
    write(deck, "paragraph", box, deck.text(text, style), style)


def _numbers(deck: Deck) -> None:
    """Two to four large figures, each over what it counts."""
    rng, sheet = deck.rng, deck.sheet
    x1, y1, x2, y2 = title(deck)
    count = rng.randint(2, 4)
    step, large, small = (x2 - x1) / count, deck.title.sized(1.3), deck.body.sized(0.8)
    if rng.random() < 0.3:
        logo(rng, sheet, x2 - 40, y2 - 40, 34, (deck.accent, deck.body.colour))
    for i in range(count):
        middle, y = x1 + (i + 0.5) * step, y1 + 0.3 * (y2 - y1)
        share, many = f"{rng.randint(1, 99)}%", f"{rng.randint(1, 999):,}"
        times, more = f"{rng.randint(10, 99) / 10}x", f"+{rng.randint(1, 400)}"
        value = deck.text(rng.choice([share, many, times, more]), large)
        lines: list[Line] = [sheet.write(middle, y, value, large, 0.5)]
        label = deck.text(deck.world.corpus.title(rng, sheet.language), small)
        rows = sheet.wrap(label, small, 0.86 * step)
        for k, row in enumerate(rows):
            lines.append(sheet.write(middle, y + (k + 1.2) * small.pitch, row, small, 0.5))
        sheet.block("text", lines, f"{value}\n{label}")


def _ask(rng: random.Random, sheet: Sheet) -> None:
    """Questions about title, number of points and first point."""
    for block in sheet.blocks:
        if block.kind == "title" and once(sheet, block.lines[0].text):
            text = block.markup.removeprefix("# ")
            en = rng.choice(["What is the title of the slide?", "What is this slide called?"])
            sheet.question(en, rng.choice(["这张幻灯片的标题是什么？", "标题是什么？"]), text, block.lines)
    lists = [block for block in sheet.blocks if block.kind == "list"]
    if len(lists) == 1 and "\n   " not in lists[0].markup:
        points = lists[0].markup.split("\n")
        en = rng.choice(["How many points does the slide list?", "How many list items are there?"])
        sheet.question(en, "这张幻灯片列出了几点？", str(len(points)), lists[0].lines)
        first, last = points[0].split(" ", 1)[1], points[-1].split(" ", 1)[1]
        if first != last:
            sheet.question(
                "What is the last point of the list?", "列表中的最后一点是什么？", last, _end(lists[0].lines, last)
            )


def _end(lines: Sequence[Line], text: str) -> Sequence[Line]:
    """The last lines, those that the text stands in."""
    first, wanted = len(lines), len(text.replace(" ", ""))
    while wanted > 0 and first > 0:
        first -= 1
        wanted -= len(lines[first].text.replace(" ", ""))
    return lines[first:]
