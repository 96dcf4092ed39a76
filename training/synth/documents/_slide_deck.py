"""What the slides of a talk have in common: ground and type, titles, lists, feet."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, replace

import numpy as np
from PIL import Image

from training.synth.annotation import Bounds
from training.synth.documents._backgrounds import colour, gradient
from training.synth.documents._scene import contrast, ink_on, luminance, plain
from training.synth.engine import World
from training.synth.sheet import WHITE, Colour, Overflow, Sheet, Style
from training.synth.words import invent

LEAST = 13
"""Pixels per em of the smallest text on a slide."""


@dataclass(frozen=True)
class Deck:
    """The design of a talk's slides; `box` is where a slide's content stands, below its title."""

    rng: random.Random
    world: World
    sheet: Sheet
    ground: Colour
    accent: Colour
    title: Style
    body: Style
    align: str
    box: Bounds

    def text(self, made: str, style: Style) -> str:
        """What can be drawn of a text. Raises Overflow if that is nothing."""
        text = plain(style.face, made)
        if not text:
            raise Overflow("the face draws nothing of a text")
        return text


def design(rng: random.Random, world: World, sheet: Sheet) -> Deck:
    """A deck's design, drawn onto the sheet: ground, edges, type."""
    width, height = sheet.width, sheet.height
    ground = rng.choice(
        [WHITE, WHITE, WHITE, (248, 246, 240), colour(rng, (0.3, 1), (0.08, 0.4)), colour(rng, (0, 0.25), (0.85, 1))]
    )
    accent = colour(rng, (0.5, 1), (0.35, 0.95))
    sheet.fill(0, 0, width, height, ground)
    if rng.random() < 0.15:
        faint = np.asarray(Image.fromarray(gradient(rng, width, height)), np.uint16) + 5 * np.array(ground, np.uint16)
        sheet.picture(0, 0, Image.fromarray((faint // 6).astype(np.uint8)))
    face = world.faces.pick(rng, sheet.language, rng.choice(["sans", "sans", "sans", "any"]))
    heading = face if rng.random() < 0.7 else world.faces.pick(rng, sheet.language, rng.choice(["serif", "sans"]))
    ink = ink_on(rng, ground) if rng.random() < 0.3 else (255, 255, 255) if luminance(ground) < 127 else (35, 35, 40)
    size = max(15, round(height * rng.uniform(0.036, 0.056)))
    body = Style(face, size, ink, leading=rng.uniform(1.25, 1.5))
    readable = contrast(accent, ground) > 2.6
    title = Style(
        heading.bold if rng.random() < 0.65 else heading, round(size * rng.uniform(1.3, 1.9)), ink, leading=1.2
    )
    if readable and rng.random() < 0.5:
        title = replace(title, colour=accent)
    edge = width * rng.uniform(0.05, 0.09)
    _decorate(rng, sheet, accent)
    box = (edge, height * rng.uniform(0.07, 0.11), width - edge, height * 0.9)
    return Deck(rng, world, sheet, ground, accent, title, body, rng.choice(["left", "left", "left", "centre"]), box)


def _decorate(rng: random.Random, sheet: Sheet, accent: Colour) -> None:
    """What a template draws on every slide, at its edges."""
    width, height = sheet.width, sheet.height
    kind = rng.choice(["none", "left", "top", "foot", "corner", "line"])
    if kind == "left":
        sheet.fill(0, 0, 0.02 * width, height, accent)
    elif kind == "top":
        sheet.fill(0, 0, width, 0.025 * height, accent)
    elif kind == "foot":
        sheet.fill(0, 0.975 * height, width, height, accent)
    elif kind == "corner":
        sheet.pen.polygon([(0, 0), (0.1 * width, 0), (0, 0.05 * height)], fill=accent)
        sheet.pen.polygon([(width, height), (0.85 * width, height), (width, 0.96 * height)], fill=accent)
    elif kind == "line":
        sheet.rule(0.04 * width, 0.915 * height, 0.96 * width, 0.915 * height, accent, 2)


# Parts of slides


def write(deck: Deck, kind: str, box: Bounds, text: str, style: Style, mark: str = "", align: str = "left") -> float:
    """A block of running text below the top of a box; the y below it. Raises Overflow beyond its foot."""
    lines, bottom = deck.sheet.paragraph(box[0], box[1], box[2] - box[0], text, style, align)
    if bottom > box[3]:
        raise Overflow("a text is higher than its place on the slide")
    deck.sheet.block(kind, lines, mark + text)
    return bottom


def title(deck: Deck) -> Bounds:
    """The slide's title; what is left below it."""
    x1, y1, x2, y2 = deck.box
    text = deck.text(deck.world.corpus.title(deck.rng, deck.sheet.language), deck.title)
    style = deck.title
    while _rows(deck, text, style, x2 - x1) > 2 and style.size > deck.body.size:
        style = style.sized(0.9)
    bottom = write(deck, "title", (x1, y1 - 0.3 * style.size, x2, 0.4 * y2), text, style, "# ", deck.align)
    if deck.rng.random() < 0.3:
        deck.sheet.rule(
            x1, bottom + 4, x2 if deck.rng.random() < 0.5 else x1 + 0.15 * (x2 - x1), bottom + 4, deck.accent, 3
        )
    return x1, bottom + deck.rng.uniform(0.5, 1.1) * deck.body.size, x2, y2


def _rows(deck: Deck, text: str, style: Style, width: float) -> float:
    """How many lines a text takes; endless if a word is wider than one."""
    try:
        return len(deck.sheet.wrap(text, style, width))
    except Overflow:
        return math.inf


def items(deck: Deck, box: Bounds, count: int, longest: int) -> None:
    """A list, as large as fits: dots or numbers, now and then items below items."""
    rng, sheet = deck.rng, deck.sheet
    numbered, nested = rng.random() < 0.2, rng.random() < 0.25
    short = longest // 2 if sheet.language == "zh" else longest
    made = [deck.world.corpus.paragraph(rng, sheet.language, rng.randint(short // 4, short)) for _ in range(count)]
    texts = [deck.text(text.rstrip(",;:，、") if rng.random() < 0.5 else text, deck.body) for text in made]
    levels = [int(nested and i > 0 and rng.random() < 0.45) for i in range(count)]
    style, gap = deck.body, rng.uniform(0.2, 0.8)
    while True:
        insets = [box[0] + (1.5 + 1.4 * level) * style.size for level in levels]
        counts = [_rows(deck, text, style, box[2] - x) for text, x in zip(texts, insets, strict=True)]
        if sum(counts) * style.pitch + gap * style.size * count <= box[3] - box[1]:
            break
        style = style.sized(0.93)
        if style.size < LEAST:
            raise Overflow("a list is higher than its place on the slide")
    rows = [sheet.wrap(text, style, box[2] - x) for text, x in zip(texts, insets, strict=True)]
    lines, marks, y = [], [], box[1]
    mark = rng.choice(["dot", "dot", "square", "dash"])
    number = 0
    for text, level, x, wrapped in zip(texts, levels, insets, rows, strict=True):
        label = ""
        if numbered and not level:
            number += 1
            label = f"{number}."
        marks.append("   " * level + (label or "-") + " " + text)
        for i, row in enumerate(wrapped):
            y += style.pitch
            if i == 0 and label:
                lines.append(sheet.write(x - 1.5 * style.size, y, label, style, row=(one := sheet.next_row())))
                lines.append(sheet.write(x, y, row, style, row=one))
                continue
            if i == 0:
                _bullet(
                    sheet,
                    mark,
                    x - 0.9 * style.size,
                    y - 0.35 * style.size,
                    style.size * (0.18 - 0.05 * level),
                    deck.accent,
                )
            lines.append(sheet.write(x, y, row, style))
        y += gap * style.size
    sheet.block("list", lines, "\n".join(marks))


def _bullet(sheet: Sheet, kind: str, x: float, y: float, reach: float, accent: Colour) -> None:
    if kind == "dot":
        sheet.pen.ellipse((x - reach, y - reach, x + reach, y + reach), fill=accent)
    elif kind == "square":
        sheet.fill(x - reach, y - reach, x + reach, y + reach, accent)
    else:
        sheet.rule(x - 1.5 * reach, y, x + 1.5 * reach, y, accent, 2)


def foot(deck: Deck) -> None:
    """Date, name and number on the lower edge, each now and then."""
    rng, sheet = deck.rng, deck.sheet
    size = max(LEAST, round(deck.body.size * rng.uniform(0.45, 0.65)))
    style = replace(deck.body, size=size)
    parts = [
        invent.date_style(rng, sheet.language)(invent.moment(rng)),
        deck.world.corpus.company(rng, sheet.language),
        rng.choice(["{n}", "{n}", "{n} / {m}", "– {n} –"]).format(n=rng.randint(1, 60), m=rng.randint(60, 90)),
    ]
    room, row, lines = (sheet.width * 0.86) / 3, sheet.next_row(), []
    for part, align in zip(parts, (0.0, 0.5, 1.0), strict=True):
        text = plain(style.face, part)
        if rng.random() < 0.55 and text and sheet.measure(text, style) < room:
            lines.append(
                sheet.write((0.06 + 0.88 * align) * sheet.width, 0.958 * sheet.height, text, style, align, row)
            )
    if lines:
        sheet.block("footer", lines)
