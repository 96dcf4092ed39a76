"""What pages of running text have in common: their language, size and type, running heads, text that can be set."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from training.synth.engine import World
from training.synth.faces import Face
from training.synth.fonts import load
from training.synth.formula.ink import FONTSETS
from training.synth.sheet import Colour, Overflow, Sheet, Style, formula_size

LANGUAGES = {"en": 60, "zh": 15, "de": 5, "fr": 5, "es": 4, "it": 3, "pt": 3, "nl": 3, "pl": 2}
MOST_PIXELS = 1_600_000
AFTER_HEADING = 4.5  # lines that must have room below a heading, or it would stand alone
LEAST_X = 5  # pixels of an x: what is lower cannot be read once it is printed and photographed
_PROBE = 30
_GLUED = re.compile(r"(?<= )\$[^$]+\$[，。；：、,.;:)）]*(?=[\w(（《“])")
_MATHS = re.compile(r"\$([^$\s](?:[^$]*[^$\s])?)\$")


@dataclass(frozen=True)
class Design:
    """How a document's text is set; `indent` (of a paragraph's first line) and `gap` (above one) are in pixels."""

    body: Style
    heading: Style
    align: str
    indent: float
    gap: float

    @property
    def small(self) -> Style:
        """For notes and captions."""
        return replace(self.body.sized(0.84), leading=min(self.body.leading, 1.35))


def choose_language(rng: random.Random) -> str:
    """English mostly, Chinese often, others now and then."""
    return rng.choices(list(LANGUAGES), list(LANGUAGES.values()))[0]


def page_size(rng: random.Random, tall: float, flat: float = 0.0) -> tuple[int, int]:
    """Width and height of a page `tall` times as high as wide or less, down to `flat` times where that is given."""
    aspect = rng.uniform(flat, tall) if flat and rng.random() < 0.45 else tall
    width = min(rng.triangular(500, 1100, 900), (MOST_PIXELS / aspect) ** 0.5)
    return int(width), int(width * aspect)


def text_size(rng: random.Random, width: float, language: str) -> int:
    """Pixels per em such that a line `width` pixels wide holds a fair number of characters."""
    least, most = (15, 44) if language == "zh" else (14, 46)
    low, high = max(14.0, width / most), min(34.0, width / least)
    return round(rng.triangular(low, max(low, high), low))


def choose_design(rng: random.Random, world: World, language: str, size: int, styles: Sequence[str]) -> Design:
    """Faces and spacing; `styles` are those of `Faces.pick`, one of which the body has."""
    face = world.faces.pick(rng, language, rng.choice(styles))
    other = face if rng.random() < 0.65 else world.faces.pick(rng, language, rng.choice(["sans", "serif"]))
    grey = rng.choice([0, 0, 0, 0, rng.randint(20, 80)])
    require_legible(face, size)
    leading = rng.uniform(1.35, 1.8) if language == "zh" else rng.uniform(1.18, 1.55)
    body = Style(face, size, (grey, grey, grey), leading=leading, formulas=rng.choice(FONTSETS))
    heading = replace(body.bold(), face=other.bold, leading=1.3)
    indented = rng.random() < (0.8 if language == "zh" else 0.5)
    indent = size * (2 if language == "zh" else rng.uniform(1, 2.2)) if indented else 0.0
    gap = rng.choice([0.0, 0.0, rng.uniform(0.1, 0.5)]) if indented else rng.uniform(0.35, 1.0)
    return Design(body, heading, rng.choice(["left", "justify", "justify"]), indent, gap * size)


def require_legible(face: Face, size: int) -> None:
    """Raises Overflow for a face whose small letters are too low at a size in pixels per em, as those of some hands."""
    _, top, _, bottom = load(face.file_for("x") or face.files[0], size).getbbox("x")
    if bottom - top < LEAST_X:
        raise Overflow(f"{face.family} cannot be read at {size} pixels")


def fresh(said: list[str], draw: Callable[[], str]) -> str:
    """A text out of `draw` that repeats none in `said`, and is added there; "" where four in a row do."""
    for _ in range(4):
        text = draw()
        if text and not any(_alike(text, other) for other in said):
            said.append(text)
            return text
    return ""


def _alike(text: str, other: str) -> bool:
    """Whether one's beginning, middle or end stands in the other: the same passage may be cut in two ways."""
    short, long = sorted((text, other), key=len)
    starts = (0, max(0, len(short) - _PROBE) // 2, max(0, len(short) - _PROBE))
    return any(short[start : start + _PROBE] in long for start in starts)


def drawable(text: str, style: Style) -> str:
    """What a style can set of a text, inline formulas included; dollar signs that enclose none are taken out.

    A formula gets spaces about it, unless it is a raised mark, since a line may not be broken within a word, and none
    is higher than its line.
    """
    parts = _MATHS.split(text)
    for i, part in enumerate(parts):
        if i % 2 == 0:
            alone = len(parts) == 1 and part.count("$") == 1 and part.isascii()
            parts[i] = _kept(style.face, part if alone else part.replace("$", ""))
        elif fits_inline(part, style):
            parts[i] = ("" if part.startswith("^") else " ") + f"${part}$"
        else:
            parts[i] = "" if "\\" in part else _kept(style.face, part)
    return " ".join(_GLUED.sub(r"\g<0> ", "".join(parts)).split())


def fits_inline(latex: str, style: Style) -> bool:
    """Whether something between dollar signs is a formula that fits into a line."""
    try:
        return bool(re.search(r"[A-Za-z\\^_]", latex)) and formula_size(latex, style)[1] < style.pitch
    except ValueError:
        return False


def _kept(face: Face, part: str) -> str:
    """`Face.clean` that keeps a space at either end."""
    return " " * part[:1].isspace() + face.clean(part) + " " * part[-1:].isspace()


def once(sheet: Sheet, text: str) -> bool:
    """Whether a text stands in exactly one place on the sheet."""
    return sum(line.text.count(text) for block in sheet.blocks for line in block.lines) == 1


def running(sheet: Sheet, kind: str, x: float, y: float, width: float, parts: Sequence[str], style: Style) -> None:
    """A running head or foot on the baseline `y`: three texts at the left, in the middle and at the right, "" for none.

    As many of them as there is room for, the last first.
    """
    parts = [drawable(part, style) for part in parts]
    room, row, lines = width, sheet.next_row(), []
    for align, part in reversed(list(zip((0.0, 0.5, 1.0), parts, strict=True))):
        wide = sheet.measure(part, style) + 2 * style.size
        if part and wide * (2 if align == 0.5 else 1) < room:
            lines.append(sheet.write(x + align * width, y, part, style, align, row))
            room -= wide if align != 0.5 else (width + wide) / 2
    if lines:
        sheet.block(kind, lines[::-1])


def darker(rng: random.Random) -> Colour:
    """A colour that is legible on white."""
    hue = [rng.randint(0, 60), rng.randint(20, 110), rng.randint(60, 160)]
    rng.shuffle(hue)
    return hue[0], hue[1], hue[2]


def require(blocks: int, sheet: Sheet) -> Sheet:
    """The sheet, if it holds so many blocks that are parsed. Raises Overflow otherwise."""
    if sum(bool(block.markup) for block in sheet.blocks) < blocks:
        raise Overflow("hardly anything fits on the page")
    return sheet
