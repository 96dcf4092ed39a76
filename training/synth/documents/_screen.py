"""What pictures of screens have in common: themes, windows, and text that is cut where its place ends."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

from training.synth.annotation import Bounds, Line
from training.synth.documents import _screen_words
from training.synth.documents._backgrounds import background, colour
from training.synth.documents._business import loose
from training.synth.documents._scene import luminance, plain
from training.synth.engine import World
from training.synth.sheet import WHITE, Colour, Overflow, Sheet, Style


@dataclass(frozen=True)
class Theme:
    """Colours: of the page, of bars on it, of text, of less important text, of what is chosen, of text on that."""

    ground: Colour
    bar: Colour
    ink: Colour
    muted: Colour
    accent: Colour
    on_accent: Colour
    rule: Colour


@dataclass(frozen=True)
class Screen:
    """A screen being drawn: `style` is its usual text."""

    rng: random.Random
    world: World
    sheet: Sheet
    theme: Theme
    style: Style

    @property
    def muted(self) -> Style:
        """For less important text."""
        return replace(self.style, colour=self.theme.muted)

    @property
    def large(self) -> Style:
        """For headings."""
        return self.style.bold().sized(1.4)

    def cut(self, text: str, style: Style, width: float) -> str:
        """As many whole words of a text as one line of a width holds; "" for none."""
        text = plain(style.face, text)
        try:
            return self.sheet.wrap(text, style, width)[0] if text else ""
        except Overflow:
            return ""

    def put(
        self,
        x: float,
        y: float,
        text: str,
        style: Style | None = None,
        width: float = 10_000,
        align: float = 0.0,
        row: int = -1,
    ) -> list[Line]:
        """One line with the middle of its letters at `y`, cut to a width; no line where nothing fits."""
        style = style or self.style
        text = self.cut(text, style, width)
        return [self.sheet.write(x, y + 0.36 * style.size, text, style, align, row)] if text else []

    def note(self, lines: Sequence[Line], kind: str = "text") -> None:
        """A block of loose lines."""
        loose(self.sheet, kind, list(lines))

    def paragraph(self, x: float, y: float, width: float, text: str, foot: float, style: Style | None = None) -> float:
        """A paragraph, cut at `foot`; the y below it."""
        style = style or self.style
        rows = self.sheet.wrap(plain(style.face, text), style, width)[: max(0, int((foot - y) / style.pitch))]
        if not rows:
            return y
        end, whole = 0, plain(style.face, text)
        lines = []
        for row in rows:
            y += style.pitch
            lines.append(self.sheet.write(x, y - 0.3 * style.size, row, style))
            end = whole.index(row, end) + len(row)
        self.sheet.block("paragraph", lines, whole[:end])
        return y


def choose_theme(rng: random.Random) -> Theme:
    """Light in two of three."""
    accent = colour(rng, (0.5, 0.95), (0.5, 0.9))
    on_accent = WHITE if luminance(accent) < 135 else (20, 20, 20)
    if rng.random() < 0.36:
        shade = rng.randint(0, 45)
        ground = rng.choice([(shade, shade, shade), (shade, shade + 4, shade + 12), (40, 42, 54), (0, 43, 54)])
        bar = (ground[0] + 16, ground[1] + 16, ground[2] + 18)
        ink = rng.choice([(230, 230, 230), (248, 248, 242), (204, 204, 204)])
        return Theme(ground, bar, ink, (150, 152, 160), accent, on_accent, (80, 82, 90))
    ground = rng.choice([WHITE, WHITE, WHITE, (250, 250, 250), (246, 248, 250), (253, 246, 227), (240, 240, 240)])
    bar = rng.choice([(240, 240, 240), (225, 228, 232), (246, 246, 246), (200, 210, 225)])
    ink = rng.choice([(0, 0, 0), (33, 37, 41), (51, 51, 51), (36, 41, 47)])
    return Theme(ground, bar, ink, (105, 110, 118), accent, on_accent, (205, 208, 212))


def window(screen: Screen, title: str, margin: bool = True) -> Bounds:
    """A window over the whole sheet or on a desktop, with a title; what is left within it."""
    rng, sheet, theme = screen.rng, screen.sheet, screen.theme
    x1, y1, x2, y2 = 0.0, 0.0, float(sheet.width - 1), float(sheet.height - 1)
    if margin and rng.random() < 0.3:
        sheet.picture(0, 0, background(rng, sheet.width, sheet.height))
        edge = rng.uniform(0.02, 0.06) * sheet.width
        x1, y1, x2, y2 = edge, edge, x2 - edge, y2 - edge
    sheet.pen.rectangle((x1, y1, x2, y2), fill=theme.ground, outline=theme.rule)
    tall = round(screen.style.size * rng.uniform(1.7, 2.2))
    bar, ink = (theme.bar, theme.ink) if rng.random() < 0.75 else (theme.accent, theme.on_accent)
    sheet.fill(x1, y1, x2, y1 + tall, bar)
    left = _buttons(rng, sheet, (x1, y1, x2, y1 + tall), ink)
    align = rng.choice([0.0, 0.5])
    x = (x1 + x2) / 2 if align else x1 + left + 10
    style = replace(screen.style, colour=ink)
    screen.note(screen.put(x, y1 + tall / 2, title, style, (x2 - x1) * 0.55, align), "header")
    return x1, y1 + tall, x2, y2


def _buttons(rng: random.Random, sheet: Sheet, bar: Bounds, ink: Colour) -> float:
    """Close, minimise and maximise: dots at the left or signs at the right; the room taken at the left."""
    x1, y1, x2, y2 = bar
    y, size = (y1 + y2) / 2, (y2 - y1) * 0.2
    if rng.random() < 0.5:
        for i, fill in enumerate(((255, 95, 86), (255, 189, 46), (39, 201, 63))):
            x = x1 + (1.2 + 1.3 * i) * (y2 - y1) * 0.5
            sheet.pen.ellipse((x - size, y - size, x + size, y + size), fill=fill)
        return 2.3 * (y2 - y1)
    for i in range(3):
        x = x2 - (0.7 + 1.1 * i) * (y2 - y1)
        if i == 0:
            sheet.rule(x - size, y - size, x + size, y + size, ink)
            sheet.rule(x - size, y + size, x + size, y - size, ink)
        elif i == 1:
            sheet.pen.rectangle((x - size, y - size, x + size, y + size), outline=ink)
        else:
            sheet.rule(x - size, y, x + size, y, ink)
    return 0.0


def menu_bar(screen: Screen, box: Bounds) -> float:
    """The menus' names in a row; the y below."""
    x, y, tall = box[0] + 10, box[1], 1.6 * screen.style.size
    screen.sheet.fill(x - 9, y, box[2] - 1, y + tall, screen.theme.bar)
    screen.note(in_a_row(screen, x, y + tall / 2, box[2], _screen_words.MENUS[screen.sheet.language].split("|")))
    return y + tall


def in_a_row(
    screen: Screen, x: float, y: float, end: float, texts: Sequence[str], style: Style | None = None
) -> list[Line]:
    """Texts beside each other as far as there is room."""
    style, row, lines = style or screen.style, screen.sheet.next_row(), []
    for text in texts:
        found = screen.put(x, y, text, style, end - x, row=row)
        if not found:
            break
        lines += found
        x += screen.sheet.measure(found[0].text, style) + 1.3 * style.size
    return lines
