"""What charts and flowcharts share: languages, colours, headings, notes, and room for texts."""

from __future__ import annotations

import colorsys
import math
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from training.synth.annotation import Bounds, Line
from training.synth.engine import World
from training.synth.sheet import BLACK, WHITE, Colour, Overflow, Sheet, Style

LANGUAGES = {"en": 60, "zh": 15, "de": 5, "fr": 5, "es": 4, "it": 3, "pt": 3, "nl": 3, "pl": 2}
"""How often documents are in each language."""

PALETTES = tuple(
    tuple(bytes.fromhex(code) for code in codes.split())
    for codes in (
        "1f77b4 ff7f0e 2ca02c d62728 9467bd 8c564b e377c2 7f7f7f",
        "4472c4 ed7d31 a5a5a5 ffc000 5b9bd5 70ad47 264478 9e480e",
        "4285f4 db4437 f4b400 0f9d58 ab47bc 00acc1 ff7043 9e9d24",
        "5470c6 91cc75 fac858 ee6666 73c0de 3ba272 fc8452 9a60b4",
        "264653 2a9d8f e9c46a f4a261 e76f51 8ab17d 287271 efb366",
        "003f5c 58508d bc5090 ff6361 ffa600 2f4b7c 665191 a05195",
        "66c2a5 fc8d62 8da0cb e78ac3 a6d854 ffd92f e5c494 b3b3b3",
        "333333 777777 aaaaaa 555555 cccccc 999999 666666 bbbbbb",
        "c00000 1f4e79 7f7f7f bf9000 548235 7030a0 2e75b6 833c0b",
        "e63946 457b9d 1d3557 a8dadc f1a208 06d6a0 8338ec 6c757d",
    )
)
_SPARE: tuple[Colour, ...] = tuple((code[0], code[1], code[2]) for code in PALETTES[0] + PALETTES[2] + PALETTES[9])


@dataclass(frozen=True)
class Theme:
    """Colours of a figure; `panel` lies behind the marks. A `dark` theme only ever stands on a screen."""

    background: Colour
    panel: Colour
    text: Colour
    muted: Colour
    grid: Colour
    palette: tuple[Colour, ...]
    dark: bool = False


def choose_theme(rng: random.Random) -> Theme:
    """Colours that go together, light in nine of ten."""
    palette = _palette(rng)
    draw = rng.random()
    if draw < 0.1:
        background = rng.choice([(30, 30, 38), (18, 32, 47), (43, 43, 43), (0, 0, 0)])
        light = _apart([_lightened(colour) for colour in (*palette, *_SPARE)], 40)
        return Theme(background, background, (240, 240, 240), (190, 195, 205), (80, 84, 95), light, dark=True)
    text: Colour = rng.choice([BLACK, (38, 38, 38), (51, 51, 51), (30, 40, 70)])
    muted: Colour = rng.choice([text, text, (89, 89, 89), (70, 80, 95)])
    if draw < 0.25:  # a tinted panel with a white grid
        return Theme(
            WHITE, rng.choice([(234, 234, 242), (235, 235, 235), (229, 236, 246)]), text, muted, WHITE, palette
        )
    if draw < 0.4:
        background = rng.choice([(255, 249, 240), (245, 245, 245), (240, 244, 248), (255, 241, 229)])
        return Theme(background, background, text, muted, (208, 208, 204), palette)
    grid = rng.choice([(217, 217, 217), (200, 200, 200), (176, 176, 176), (225, 228, 232)])
    return Theme(WHITE, WHITE, text, muted, grid, palette)


def _lightened(colour: Colour) -> Colour:
    red, green, blue = ((part + 100) // 2 + 50 for part in colour)
    return red, green, blue


def _apart(colours: Sequence[Colour], least: float) -> tuple[Colour, ...]:
    """Those that can be told from all before them: `least` apart in red, green and blue."""
    kept: list[Colour] = []
    for colour in colours:
        if all(math.dist(colour, other) >= least for other in kept):
            kept.append(colour)
    return tuple(kept)


def _palette(rng: random.Random) -> tuple[Colour, ...]:
    """Eight colours or more that can be told apart."""
    return _apart((*_harmony(rng), *_SPARE), 65)


def _harmony(rng: random.Random) -> tuple[Colour, ...]:
    if rng.random() < 0.3:
        start, turn = rng.random(), rng.choice([0.618, 0.382, 0.07])
        saturation, value = rng.uniform(0.35, 0.9), rng.uniform(0.55, 0.9)
        hues = [colorsys.hsv_to_rgb((start + i * turn) % 1, saturation, value - 0.05 * (i % 3)) for i in range(8)]
        return tuple((round(255 * r), round(255 * g), round(255 * b)) for r, g, b in hues)
    palette = [(code[0], code[1], code[2]) for code in rng.choice(PALETTES)]
    turn = rng.randrange(4)
    return tuple(palette[turn:] + palette[:turn])


def on(fill: Colour) -> Colour:
    """Black or white, whichever is easy to read on a colour."""
    return BLACK if 0.3 * fill[0] + 0.59 * fill[1] + 0.11 * fill[2] > 125 else WHITE


def profiles(rng: random.Random, dark: bool) -> tuple[dict[str, float], bool]:
    """Ways in which a figure is met, and whether it is printed: two of three are on screens."""
    if dark or rng.random() < 0.65:
        return {"clean": 2.0, "screen": 3.0, "video": 0.4}, False
    return {"clean": 1.0, "scan": 3.0, "photo": 2.0}, True


def plain(text: str) -> str:
    """The text without signs that mean something in formulas, Markdown tables or Mermaid."""
    return " ".join(text.translate(str.maketrans("", "", '$|"`*{}[]#;<>\\')).split())


def several(rng: random.Random, count: int, draw: Callable[[], str], longest: int) -> tuple[str, ...]:
    """`count` different plain texts of at most `longest` characters. Raises Overflow if they can't be had."""
    found: dict[str, str] = {}
    for _ in range(30 * count):
        text = plain(draw())
        if text and len(text) <= longest:
            found.setdefault(text.casefold(), text)
        if len(found) == count:
            return tuple(found.values())
    raise Overflow("no labels that are short enough")


def headline(rng: random.Random, world: World, language: str, longest: int) -> str:
    """A title from the corpus, of at most about `longest` characters."""
    text = plain(world.corpus.title(rng, language))
    if len(text) > longest:
        cut = text[: longest + 1]
        text = cut[: cut.rfind(" ")] if " " in cut else text[:longest]
    return text.rstrip(" ,:-–")


@dataclass(frozen=True)
class Written:
    """A text over one or more lines, and the y below it."""

    lines: tuple[Line, ...]
    bottom: float


def stacked(sheet: Sheet, x: float, top: float, texts: Iterable[str], style: Style, align: float = 0.0) -> Written:
    """Texts under one another from `top` down, each with `align` of its width left of `x`."""
    lines = [sheet.write(x, top + style.size + i * style.pitch, text, style, align) for i, text in enumerate(texts)]
    return Written(tuple(lines), top + style.size * 0.25 + style.pitch * (len(lines) - 1) + style.size)


class Room:
    """Boxes that are taken, so that no text is set over another."""

    def __init__(self) -> None:
        self._taken: list[Bounds] = []

    def take(self, box: Bounds) -> bool:
        """Takes the box if it is free; whether it was."""
        x1, y1, x2, y2 = box
        free = all(x2 <= a1 or a2 <= x1 or y2 <= b1 or b2 <= y1 for a1, b1, a2, b2 in self._taken)
        if free:
            self._taken.append(box)
        return free
