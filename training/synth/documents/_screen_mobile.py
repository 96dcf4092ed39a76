"""Telephones' screens, chats, and what games lay over their picture."""

from __future__ import annotations

from dataclasses import replace

from training.synth.annotation import Bounds, Line
from training.synth.documents import _screen_words
from training.synth.documents._backgrounds import background, colour
from training.synth.documents._business_marks import portrait
from training.synth.documents._figure import Room
from training.synth.documents._scene import plain
from training.synth.documents._screen import Screen, window
from training.synth.documents._screen_desktop import settings_row
from training.synth.sheet import WHITE, Overflow
from training.synth.words import invent


def status_bar(screen: Screen) -> float:
    """Time, network and charge along the upper edge; the y below."""
    rng, sheet, style = screen.rng, screen.sheet, screen.style.sized(0.85)
    tall, row = 2 * style.size, sheet.next_row()
    found = screen.put(0.06 * sheet.width, tall / 2, f"{rng.randint(0, 23)}:{rng.randint(0, 59):02d}", style, row=row)
    if rng.random() < 0.5:
        found += screen.put(0.3 * sheet.width, tall / 2, rng.choice(["5G", "4G", "LTE", "3G", "HD"]), style, row=row)
    x = 0.94 * sheet.width
    sheet.pen.rectangle((x - 1.6 * style.size, 0.32 * tall, x, 0.68 * tall), outline=screen.theme.ink)
    level = rng.random()
    sheet.fill(x - 1.6 * style.size, 0.32 * tall, x - 1.6 * style.size * (1 - level), 0.68 * tall, screen.theme.ink)
    if rng.random() < 0.6:
        found += screen.put(x - 2.1 * style.size, tall / 2, f"{round(100 * level)}%", style, align=1.0, row=row)
    screen.note(found, "header")
    return tall


def phone(screen: Screen) -> None:
    """A list of settings, messages or articles, with a title above and tabs below."""
    rng, sheet, theme, style = screen.rng, screen.sheet, screen.theme, screen.style
    language, corpus = sheet.language, screen.world.corpus
    sheet.fill(0, 0, sheet.width, sheet.height, theme.ground)
    y = status_bar(screen)
    words, kind = _screen_words.SETTINGS[language].split("|"), rng.choice(["settings", "mail", "mail", "cards"])
    heading = screen.put(
        0.06 * sheet.width,
        y + 1.2 * style.size,
        words[0] if kind == "settings" else corpus.title(rng, language),
        screen.large,
        0.88 * sheet.width,
    )
    if heading:
        sheet.block("title", heading, "# " + heading[0].text)
    y += 2.6 * style.size
    foot, left = sheet.height - 3 * style.size, rng.sample(words[1:], len(words) - 1)
    while y + 4.5 * style.size < foot and left:
        if kind == "settings":
            settings_row(screen, (0.06 * sheet.width, y, 0.94 * sheet.width, y + 2.3 * style.size), left.pop())
            y += 2.3 * style.size
        else:
            y = _message(screen, y, kind == "cards")
    _tabs(screen)


def _message(screen: Screen, y: float, card: bool) -> float:
    """Who wrote, when, and how it begins; the y below."""
    rng, sheet, style = screen.rng, screen.sheet, screen.style
    corpus, language = screen.world.corpus, sheet.language
    x1, x2, row = 0.06 * sheet.width, 0.94 * sheet.width, sheet.next_row()
    face = round(2.4 * style.size)
    if card:
        tall = 4.2 * style.size
        sheet.pen.rounded_rectangle((0.03 * sheet.width, y, 0.97 * sheet.width, y + tall), 8, fill=screen.theme.bar)
    sheet.picture(
        x1, y + 0.6 * style.size, portrait(rng, face, face) if rng.random() < 0.6 else background(rng, face, face)
    )
    x1 += face + 0.8 * style.size
    small = screen.muted.sized(0.85)
    time = screen.put(x2, y + style.size, f"{rng.randint(0, 23)}:{rng.randint(0, 59):02d}", small, align=1.0, row=row)
    name = screen.put(x1, y + style.size, corpus.person(rng, language), style.bold(), x2 - x1 - 4 * style.size, row=row)
    below = screen.put(x1, y + 2.6 * style.size, corpus.sentence(rng, language), small, x2 - x1)
    screen.note([*name, *time, *below])
    return y + 4.6 * style.size


def _tabs(screen: Screen) -> None:
    rng, sheet, style = screen.rng, screen.sheet, screen.style
    words = rng.sample(_screen_words.TABS[sheet.language].split("|"), rng.randint(3, 5))
    y, row, step = sheet.height - 0.9 * style.size, sheet.next_row(), sheet.width / len(words)
    sheet.rule(0, sheet.height - 2.8 * style.size, sheet.width, sheet.height - 2.8 * style.size, screen.theme.rule)
    found: list[Line] = []
    for i, word in enumerate(words):
        x, here = (i + 0.5) * step, i == 0
        shade = screen.theme.accent if here else screen.theme.muted
        half = 0.35 * style.size
        sheet.pen.ellipse(
            (x - half, y - 1.5 * style.size - half, x + half, y - 1.5 * style.size + half), outline=shade, width=2
        )
        found += screen.put(x, y, word, replace(style.sized(0.75), colour=screen.theme.muted), 0.95 * step, 0.5, row)
    screen.note(found, "footer")


def chat(screen: Screen) -> None:
    """Bubbles of two or more people, on a telephone or in a window."""
    rng, sheet, theme, style = screen.rng, screen.sheet, screen.theme, screen.style
    name = screen.world.corpus.person(rng, sheet.language)
    if sheet.height > sheet.width:
        sheet.fill(0, 0, sheet.width, sheet.height, theme.ground)
        y = status_bar(screen)
        screen.note(screen.put(sheet.width / 2, y + style.size, name, style.bold(), 0.8 * sheet.width, 0.5), "header")
        box: Bounds = (0, y + 2.2 * style.size, sheet.width, sheet.height)
    else:
        box = window(screen, name, margin=False)
    own, others, y = rng.choice([theme.accent, (149, 236, 105), (220, 248, 198)]), theme.bar, box[1] + style.size
    group = [screen.world.corpus.person(rng, sheet.language) for _ in range(3)] if rng.random() < 0.3 else []
    for i in range(20):
        mine = rng.random() < 0.5
        if rng.random() < 0.12 and y + 3 * style.size < box[3]:
            when = invent.time_style(rng, sheet.language)(invent.moment(rng))
            screen.note(
                screen.put((box[0] + box[2]) / 2, y + 0.4 * style.size, when, screen.muted.sized(0.8), align=0.5)
            )
            y += 1.8 * style.size
        below = _bubble(screen, box, y, mine, own if mine else others, "" if mine or not group else rng.choice(group))
        if below is None:
            if i < 2:
                raise Overflow("a chat has room for one bubble only")
            break
        y = below


def _bubble(screen: Screen, box: Bounds, y: float, mine: bool, fill: tuple[int, int, int], name: str) -> float | None:
    """A message at one side; the y below, None where there is no room."""
    rng, sheet, style = screen.rng, screen.sheet, screen.style
    wide = (box[2] - box[0]) * 0.62
    made = screen.world.corpus.paragraph(rng, sheet.language, rng.choice([8, 20, 40, 90]))
    text = plain(style.face, made)
    if not text:
        return y
    rows = sheet.wrap(text, style, wide)
    pad, head = 0.6 * style.size, 1.3 * style.size if name else 0.0
    tall = len(rows) * style.pitch + 2 * pad
    if y + tall + head > box[3] - style.size:
        return None
    if name:
        screen.note(screen.put(box[0] + 0.04 * sheet.width, y + 0.3 * style.size, name, screen.muted.sized(0.8), wide))
        y += head
    across = max(sheet.measure(row, style) for row in rows) + 2 * pad
    x = box[2] - 0.04 * sheet.width - across if mine else box[0] + 0.04 * sheet.width
    sheet.pen.rounded_rectangle((x, y, x + across, y + tall), min(10, tall / 3), fill=fill)
    shade = (20, 20, 20) if 0.3 * fill[0] + 0.59 * fill[1] + 0.11 * fill[2] > 127 else WHITE
    inked, lines, at = replace(style, colour=shade), [], y + pad
    for row in rows:
        lines.append(sheet.write(x + pad, at + style.pitch / 2 + 0.36 * style.size, row, inked))
        at += style.pitch
    sheet.block("paragraph", lines, text)
    return y + tall + rng.uniform(0.5, 1) * style.size


def game(screen: Screen) -> None:
    """Scores, bars and messages over a picture."""
    rng, sheet = screen.rng, screen.sheet
    sheet.picture(0, 0, background(rng, sheet.width, sheet.height))
    words = _screen_words.GAME[sheet.language].split("|")
    style = replace(screen.style.bold(), colour=rng.choice([WHITE, (255, 230, 90), (140, 255, 170)]), outline=(0, 0, 0))
    room, width, height = Room(), sheet.width, sheet.height
    places = [(0.03, 0.06, 0.0), (0.97, 0.06, 1.0), (0.03, 0.13, 0.0), (0.97, 0.13, 1.0), (0.5, 0.06, 0.5)]
    places += [(0.5, 0.3, 0.5), (0.03, 0.9, 0.0), (0.97, 0.9, 1.0), (0.5, 0.9, 0.5)]
    rng.shuffle(words)
    chosen = sorted(rng.sample(places, rng.randint(3, 8)), key=lambda place: (place[1], place[0]))
    for (x, y, align), word in zip(chosen, words, strict=False):
        low, high = sorted((rng.randint(0, 999), rng.randint(0, 9999)))
        values = [f"{high:,}", f"{low}/{high}", f"x{low}", f"{low % 60}:{high % 60:02d}", str(low)]
        text = f"{word}{rng.choice([': ', ' '])}{rng.choice(values)}"
        size = style if y != 0.3 else style.sized(1.6)
        if y == 0.3:
            text = screen.world.corpus.title(rng, sheet.language)
        text = screen.cut(text, size, 0.6 * width)
        wide = sheet.measure(text, size)
        left = x * width - align * wide
        if text and room.take((left - 5, y * height - size.size, left + wide + 5, y * height + 1.6 * size.size)):
            screen.note(screen.put(x * width, y * height, text, size, align=align))
            if rng.random() < 0.4 and y != 0.3:
                down, share = y * height + 0.75 * size.size, rng.random()
                sheet.fill(left, down, left + wide, down + 6, (30, 30, 30))
                sheet.fill(left, down, left + wide * share, down + 6, colour(rng, (0.7, 1), (0.7, 1)))
    if not sheet.blocks:
        raise Overflow("no text of the game fits")
