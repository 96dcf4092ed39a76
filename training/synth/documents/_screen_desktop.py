"""Programs on a desktop: web pages, dialogs, spreadsheets."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

from training.synth.annotation import Bounds, Line
from training.synth.documents import _screen_words
from training.synth.documents._backgrounds import background
from training.synth.documents._pictures import picture
from training.synth.documents._scene import contrast
from training.synth.documents._screen import Screen, in_a_row, menu_bar, window
from training.synth.sheet import WHITE, Overflow
from training.synth.table.ink import Cell, Grid, Look, draw
from training.synth.words import invent


def browser(screen: Screen) -> None:
    """A web page below an address: navigation, a headline, text, a picture, links at one side."""
    rng, sheet, theme, style = screen.rng, screen.sheet, screen.theme, screen.style
    corpus, language = screen.world.corpus, sheet.language
    x1, y1, x2, y2 = window(screen, corpus.title(rng, language), margin=False)
    tall = 2 * style.size
    sheet.fill(x1, y1, x2, y1 + tall, theme.bar)
    sheet.pen.rounded_rectangle((x1 + 0.12 * x2, y1 + 3, 0.9 * x2, y1 + tall - 3), tall / 2, fill=theme.ground)
    screen.note(screen.put(x1 + 0.14 * x2, y1 + tall / 2, invent.url(rng, language), screen.muted, 0.7 * x2), "header")
    y1 += tall
    if rng.random() < 0.7:
        coloured = rng.random() < 0.5
        sheet.fill(x1, y1, x2, y1 + tall, theme.accent if coloured else theme.ground)
        ink = replace(style, colour=theme.on_accent if coloured else theme.ink)
        names = [corpus.title(rng, language).split()[0][:12] for _ in range(rng.randint(3, 6))]
        screen.note(in_a_row(screen, x1 + 20, y1 + tall / 2, x2 - 20, names, ink))
        y1 += tall
    left, right = x1 + 0.04 * x2, x2 - 0.04 * x2
    side = (right - left) * rng.uniform(0.22, 0.3) if rng.random() < 0.55 else 0.0
    end = right - side - (2 * style.size if side else 0)
    headline = screen.put(left, y1 + 1.6 * style.size, corpus.title(rng, language), screen.large, end - left)
    if headline:
        sheet.block("title", headline, "# " + headline[0].text)
    y = y1 + 2.8 * style.size
    if rng.random() < 0.5:
        byline = f"{corpus.person(rng, language)} · {invent.date_style(rng, language)(invent.moment(rng))}"
        screen.note(screen.put(left, y, byline, screen.muted.sized(0.85), end - left))
        y += style.pitch
    _page(screen, (left, y, end, y2 - 10))
    if side:
        links = [
            screen.put(
                end + 2 * style.size,
                y + (i + 0.5) * 1.6 * style.size,
                corpus.title(rng, language),
                replace(style, colour=theme.accent if contrast(theme.accent, theme.ground) > 3 else theme.ink),
                side,
            )
            for i in range(rng.randint(2, 7))
            if y + (i + 1.5) * 1.6 * style.size < y2
        ]
        screen.note([line for lines in links for line in lines])


def _page(screen: Screen, box: Bounds) -> None:
    """Paragraphs, headings and pictures down to the window's foot."""
    rng, sheet = screen.rng, screen.sheet
    x1, y, x2, foot = box
    while y + 3 * screen.style.pitch < foot:
        draw_one = rng.random()
        if draw_one < 0.2 and foot - y > 120:
            tall = rng.uniform(90, min(foot - y - 10, 220))
            region = (x1, y + 8, x1 + (x2 - x1) * rng.uniform(0.5, 1), y + tall)
            maker = background if rng.random() < 0.7 else picture
            sheet.picture(region[0], region[1], maker(rng, round(region[2] - region[0]), round(region[3] - region[1])))
            sheet.block("figure", [], "", region)
            y = region[3] + 6
        elif draw_one < 0.35:
            head = screen.style.bold().sized(1.15)
            found = screen.put(x1, y + 1.1 * head.size, screen.world.corpus.title(rng, sheet.language), head, x2 - x1)
            if found:
                sheet.block("section_title", found, "## " + found[0].text)
            y += 1.9 * head.size
        else:
            made = screen.world.corpus.paragraph(rng, sheet.language, rng.randint(60, 400))
            y = screen.paragraph(x1, y, x2 - x1, made, foot) + 0.6 * screen.style.size


def dialog(screen: Screen) -> None:
    """Settings with switches, choices and sliders, or a message; buttons below."""
    rng, sheet, theme, style = screen.rng, screen.sheet, screen.theme, screen.style
    words = _screen_words.SETTINGS[sheet.language].split("|")
    x1, y1, x2, y2 = window(screen, rng.choice([words[0], screen.world.corpus.title(rng, sheet.language)]))
    foot, pad = y2 - 3 * style.size, 1.5 * style.size
    if rng.random() < 0.3:
        screen.paragraph(
            x1 + pad, y1 + 0.5 * pad, x2 - x1 - 2 * pad, screen.world.corpus.paragraph(rng, sheet.language, 160), foot
        )
    else:
        pitch = style.size * rng.uniform(1.9, 2.6)
        shown = rng.sample(words[1:], min(len(words) - 1, max(1, int((foot - y1 - pad) / pitch))))
        for i, word in enumerate(shown):
            settings_row(
                screen, (x1 + pad, y1 + 0.6 * pad + i * pitch, x2 - pad, y1 + 0.6 * pad + (i + 1) * pitch), word
            )
    found: list[Line] = []
    x, row = x2 - pad, sheet.next_row()
    for text in rng.sample(_screen_words.BUTTONS[sheet.language].split("|"), rng.randint(1, 3)):
        wide = sheet.measure(text, style) + 2 * style.size if style.face.can_draw(text) else 0
        if not wide or x - wide < x1 + pad:
            continue
        chosen = not found and rng.random() < 0.7
        box = (x - wide, y2 - 2.6 * style.size, x, y2 - 0.7 * style.size)
        sheet.pen.rounded_rectangle(box, 4, fill=theme.accent if chosen else theme.bar, outline=theme.rule)
        ink = replace(style, colour=theme.on_accent if chosen else theme.ink)
        found += screen.put(x - wide / 2, (box[1] + box[3]) / 2, text, ink, align=0.5, row=row)
        x -= wide + style.size
    screen.note(found[::-1])


def settings_row(screen: Screen, box: Bounds, setting: str) -> None:
    """A setting's name and, at the right, its value or a switch."""
    rng, sheet, style = screen.rng, screen.sheet, screen.style
    x1, y1, x2, y2 = box
    word, _, kinds = setting.partition(":")
    y, row, kind = (y1 + y2) / 2, sheet.next_row(), rng.choice(kinds)
    found = screen.put(x1, y, word, style, 0.55 * (x2 - x1), row=row)
    if kind == "s":
        _switch(screen, x2, y, rng.random() < 0.5)
    elif kind == "b":
        _tick_box(screen, x2, y, rng.random() < 0.5)
    elif kind == "l":
        wide, half = 0.3 * (x2 - x1), 0.5 * style.size
        x = x2 - wide * rng.random()
        sheet.rule(x2 - wide, y, x2, y, screen.theme.rule, 3)
        sheet.pen.ellipse((x - half, y - half, x + half, y + half), fill=screen.theme.accent)
    else:
        found += screen.put(x2, y, _setting(rng, sheet.language, kind), screen.muted, 0.4 * (x2 - x1), 1.0, row)
    screen.note(found, "field")
    if rng.random() < 0.5:
        sheet.rule(x1, y2, x2, y2, screen.theme.rule)


def _switch(screen: Screen, x2: float, y: float, on: bool) -> None:
    half, theme = 0.5 * screen.style.size, screen.theme
    area = (x2 - 4 * half, y - half, x2, y + half)
    screen.sheet.pen.rounded_rectangle(area, half, fill=theme.accent if on else theme.rule)
    x = x2 - half if on else x2 - 3 * half
    screen.sheet.pen.ellipse((x - half + 2, y - half + 2, x + half - 2, y + half - 2), fill=WHITE)


def _tick_box(screen: Screen, x2: float, y: float, on: bool) -> None:
    half, pen = 0.5 * screen.style.size, screen.sheet.pen
    pen.rectangle((x2 - 2 * half, y - half, x2, y + half), outline=screen.theme.ink)
    if on:
        points = [(x2 - 1.6 * half, y), (x2 - half, y + 0.6 * half), (x2 - 0.3 * half, y - 0.7 * half)]
        pen.line(points, fill=screen.theme.accent, width=2)


def _setting(rng: random.Random, language: str, kind: str) -> str:
    """A value of a kind of setting (`_screen_words.SETTINGS`)."""
    makers: dict[str, Callable[[], str]] = {
        "%": lambda: f"{rng.randint(0, 100)}%",
        "G": lambda: f"{rng.randint(1, 512)} GB",
        "m": lambda: f"{rng.randint(1, 60)} min",
        "p": lambda: f"{rng.randint(8, 24)} pt",
        "v": lambda: f"{rng.randint(1, 30)}.{rng.randint(0, 20)}.{rng.randint(0, 99)}",
        "w": lambda: invent.word(rng, language).capitalize(),
        "L": lambda: _screen_words.OWN_NAMES[language],
        "d": lambda: invent.date_style(rng, language)(invent.moment(rng)),
        "u": lambda: f"{invent.word(rng)}.{invent.word(rng)}:{rng.randint(1024, 9999)}",
    }
    return makers[kind]()


def spreadsheet(screen: Screen) -> None:
    """A grid of cells with letters above and numbers at the left."""
    rng, sheet, theme, style = screen.rng, screen.sheet, screen.theme, screen.style
    language = sheet.language
    box = window(screen, rng.choice([f"{invent.word(rng)}.xlsx", f"{invent.word(rng)}.csv"]), margin=False)
    y = menu_bar(screen, box)
    known = screen.world.corpus.table(rng, language)
    gutter = 2.4 * style.size
    rows = (known.header, *known.rows)[: max(3, int((box[3] - y) / (1.9 * style.size)) - 2)]
    grid = Grid(tuple(tuple(Cell(text, head=i == 0) for text in row) for i, row in enumerate(rows)))
    look = Look("all", theme.rule, padding=(0.4, 0.2), head_bold=rng.random() < 0.6, stretch=False)
    top = y + 1.7 * style.size
    drawn = draw(sheet, gutter, top, box[2] - gutter - 2, grid, style, look)
    if drawn.bottom > box[3]:
        raise Overflow("a spreadsheet is higher than its window")
    row, letters, numbers = sheet.next_row(), [], []
    for place in drawn.places:
        if place.row == 0:
            middle = (place.box[0] + place.box[2]) / 2
            letters += screen.put(
                middle, top - 0.85 * style.size, chr(65 + place.column), screen.muted, align=0.5, row=row
            )
        if place.column == 0:
            numbers += screen.put(
                gutter - 0.5 * style.size,
                (place.box[1] + place.box[3]) / 2,
                str(place.row + 1),
                screen.muted,
                align=1.0,
            )
    sheet.block("header", letters)
    sheet.block("text", numbers)
    sheet.block("table", drawn.lines, drawn.html, drawn.region)
