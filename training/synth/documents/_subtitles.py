"""Subtitles: their looks, where they stand, and what they say."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

from PIL import Image

from training.synth.annotation import Line
from training.synth.documents._scene import cast_shadow, plain
from training.synth.engine import World
from training.synth.sheet import BLACK, WHITE, Colour, Overflow, Sheet, Style

LANGUAGES = {"en": 42, "zh": 36, "de": 4, "fr": 4, "es": 4, "it": 3, "pt": 3, "nl": 2, "pl": 2}
_COLOURS: tuple[Colour, ...] = (
    *((255, 255, 255), (255, 255, 255), (255, 255, 255), (255, 235, 60), (255, 220, 0), (240, 240, 240)),
    *((255, 200, 100), (160, 230, 255), (255, 170, 200)),
)


@dataclass(frozen=True)
class Speech:
    """What is said: `text` in the film's language; `translation` of it, "" if none is known; whether it is `shown`."""

    text: str
    translation: str = ""
    shown: bool = False


@dataclass(frozen=True)
class Look:
    """How one film's subtitles are set. `other` is for the translation; `ground` is "outline", "shadow" or "box"."""

    style: Style
    other: Style
    ground: str
    place: str  # "bottom" or "top"
    align: float
    box: Colour
    opacity: float


def choose_look(rng: random.Random, world: World, sheet: Sheet) -> Look:
    """Mostly white with an outline at the bottom centre."""
    least = 20 if sheet.language == "zh" else 18
    size = max(least, round(min(sheet.width / 16, sheet.height * rng.uniform(0.042, 0.075))))
    style = rng.choices(["sans", "serif", "any", "mono"], [12, 2, 2, 1])[0]
    face, other = world.faces.pick(rng, sheet.language, style), world.faces.pick(rng, sheet.target or "en", style)
    ground = rng.choices(["outline", "shadow", "box"], [6, 2, 2])[0]
    edge: Colour | None = rng.choice([BLACK, BLACK, BLACK, (30, 30, 60), (50, 20, 0)]) if ground == "outline" else None
    main = Style(face, size, rng.choice(_COLOURS), leading=rng.uniform(1.2, 1.4), outline=edge)
    if rng.random() < 0.3:
        main = main.bold()
    second = replace(main.sized(rng.uniform(0.7, 1.0)), face=other, colour=rng.choice([main.colour, WHITE]))
    second = replace(second, size=max(16, second.size))
    box: Colour = rng.choice([BLACK, BLACK, (30, 30, 40), (20, 40, 90)])
    place, align = ("top", 0.5) if rng.random() < 0.06 else ("bottom", rng.choices([0.5, 0.0], [12, 1])[0])
    return Look(main, second, ground, place, align, box, rng.choice([0.45, 0.65, 0.8, 1.0]))


def speech(rng: random.Random, world: World, sheet: Sheet, look: Look, shown: bool) -> Speech:
    """Something of at most two lines; with a translation where the sheet has a target language.

    Raises Overflow if only longer ones are found.
    """
    width = 0.9 * sheet.width
    for _ in range(12):
        if not sheet.target:
            return Speech(_cut(sheet, _spoken(rng, world, sheet, look), look.style, width))
        pair = world.corpus.pair(rng, sheet.language, sheet.target)
        text, other = plain(look.style.face, pair[0]), plain(look.other.face, pair[1])
        if not text or not other:
            continue
        rows = len(sheet.wrap(text, look.style, width))
        if rows <= 2 and (not shown or rows + len(sheet.wrap(other, look.other, width)) <= 3):
            return Speech(text, other, shown)
    raise Overflow("no translated sentence is short enough for a subtitle")


def _spoken(rng: random.Random, world: World, sheet: Sheet, look: Look) -> str:
    text = world.corpus.sentence(rng, sheet.language)
    if sheet.language == "zh" and rng.random() < 0.7:  # Chinese subtitles go without points
        text = text.translate(str.maketrans("，。；：、", "  " + "   "))
    elif rng.random() < 0.06:
        text = f"[{text.rstrip('.').lower()}]" if rng.random() < 0.5 else f"♪ {text.rstrip('.')} ♪"
    found = plain(look.style.face, text)
    if not found:
        raise Overflow("the face draws nothing of the subtitle")
    return found


def _cut(sheet: Sheet, text: str, style: Style, width: float) -> str:
    """As much of the text as stands in two lines."""
    rows = sheet.wrap(text, style, width)
    end = 0
    for row in rows[:2]:
        end = text.index(row, end) + len(row)
    return text[:end]


def rows(sheet: Sheet, look: Look, said: Speech) -> list[tuple[str, Style]]:
    """The lines to set."""
    width = 0.9 * sheet.width
    found = [(text, look.style) for text in sheet.wrap(said.text, look.style, width)]
    if said.shown:
        found += [(text, look.other) for text in sheet.wrap(said.translation, look.other, width)]
    return found


def height(found: list[tuple[str, Style]]) -> float:
    """Of these lines together, in pixels."""
    return sum(style.pitch for _, style in found)


def write(sheet: Sheet, look: Look, said: Speech, top: float) -> list[Line]:
    """Sets a subtitle's lines below `top`, on what makes them stand out."""
    found = rows(sheet, look, said)
    x = sheet.width * (0.5 if look.align else 0.07)
    if look.ground == "box":
        _box(sheet, look, found, x, top)
    lines = []
    for text, style in found:
        y = top + style.pitch / 2 + 0.36 * style.size
        lines.append(sheet.write(x, y, text, style, look.align))
        if look.ground == "shadow":
            shift = max(1.0, style.size / 14)
            cast_shadow(sheet, lines[-1], (0, 0), 0.16 * style.size)
            cast_shadow(sheet, lines[-1], (shift, shift), 0.6)
        top += style.pitch
    return lines


def _box(sheet: Sheet, look: Look, found: list[tuple[str, Style]], x: float, top: float) -> None:
    """A bar behind each line, as wide as it."""
    for text, style in found:
        wide, pad = sheet.measure(text, style), 0.35 * style.size
        left = x - look.align * wide
        box = (round(left - pad), round(top), round(left + wide + pad), round(top + style.pitch))
        under = sheet.graphics.crop(box)
        sheet.picture(box[0], box[1], Image.blend(under, Image.new("RGB", under.size, look.box), look.opacity))
        top += style.pitch
