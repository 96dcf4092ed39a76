"""Setting type: how wide text comes out, where its glyphs stand and what they look like, and where lines may break.

Glyphs are drawn one by one from a cache, at whole pixels, with the font's own kerning: the same picture as Pillow draws
of a whole word, at a fraction of the cost.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise
from typing import Any, NamedTuple

from PIL import ImageDraw

from training.synth.faces import Face
from training.synth.fonts import load
from training.synth.formula.ink import Ink, draw

Colour = tuple[int, int, int]
BLACK: Colour = (0, 0, 0)
WHITE: Colour = (255, 255, 255)

TOKEN = re.compile(r"\$[^$]+\$\S*|\S+")
FORMULA = re.compile(r"\$([^$]+)\$")
DISPLAY = "\\displaystyle "
# Han and kana may end a line anywhere but before closing and after opening punctuation.
_WIDE = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f]")
_NOT_FIRST = frozenset("，。、；：？！）》」』】〕…％,.;:?!)]}”’")
_NOT_LAST = frozenset("（《「『【〔([{“‘")


class Overflow(ValueError):
    """Something would stand beyond the edge of the sheet: the layout has to be drawn anew."""


@dataclass(frozen=True)
class Style:
    """How text is set: `size` in pixels per em, `tracking` in em, `leading` in sizes from baseline to baseline."""

    face: Face
    size: int
    colour: Colour = BLACK
    tracking: float = 0.0
    leading: float = 1.3
    outline: Colour | None = None
    formulas: str = "cm"

    def bold(self) -> Style:
        """The same in bold, where the face has it."""
        return replace(self, face=self.face.bold)

    def italic(self) -> Style:
        """The same in italics, where the face has them."""
        return replace(self, face=self.face.italic)

    def sized(self, factor: float) -> Style:
        """The same at another size."""
        return replace(self, size=max(6, round(self.size * factor)))

    @property
    def pitch(self) -> float:
        """From baseline to baseline, in pixels."""
        return self.size * self.leading


class Piece(NamedTuple):
    """What is set without a break: a stretch of one font file, or, where that is "", a formula."""

    text: str
    file: str


class Run(NamedTuple):
    """A set stretch of one font file: its advance, where each character's origin lies, in pixels from its own, and the
    characters' ink boxes x1, y1, x2, y2 about it."""

    advance: float
    starts: tuple[int, ...]
    boxes: tuple[tuple[int, int, int, int], ...]


class _Glyph(NamedTuple):
    """A character's ink, where its picture and its box stand about the origin, and its advance."""

    picture: Any  # Pillow's own kind of picture, which its pens draw without further ado
    at: tuple[int, int]
    box: tuple[int, int, int, int]
    advance: float


class _Type:
    """A font file at one size: glyphs and kerned pairs as they were needed so far."""

    def __init__(self, file: str, size: int) -> None:
        self.font, self.size = load(file, size), size
        self.glyphs: dict[str, _Glyph] = {}
        self._kerning: dict[str, float] = {}

    def glyph(self, character: str) -> _Glyph:
        """A character's picture and measures."""
        found = self.glyphs.get(character)
        if found is None:
            found = self.glyphs[character] = self._drawn(character)
        return found

    def _drawn(self, character: str) -> _Glyph:
        picture, (x, y) = self.font.getmask2(character, mode="L", anchor="ls")
        advance, ink = float(self.font.getlength(character)), picture.getbbox()
        if ink is None:  # a no-break space, for instance
            return _Glyph(picture, (x, y), (0, -self.size // 3, round(advance), 0), advance)
        left, top, right, bottom = ink
        return _Glyph(picture, (x, y), (left + x, top + y, right + x, bottom + y), advance)

    def kerning(self, pair: str) -> float:
        """What two characters stand further apart than their advances say. The font is asked once for each pair."""
        found = self._kerning.get(pair)
        if found is None:
            apart = self.glyph(pair[0]).advance + self.glyph(pair[1]).advance
            found = self._kerning[pair] = float(self.font.getlength(pair)) - apart
        return found


@functools.lru_cache(maxsize=500)
def _type(file: str, size: int) -> _Type:
    return _Type(file, size)


def run(piece: Piece, style: Style) -> Run:
    """A stretch of text set in a style."""
    return _run(piece.file, style.size, piece.text, style.tracking * style.size)


@functools.lru_cache(maxsize=50_000)
def _run(file: str, size: int, text: str, tracking: float) -> Run:
    font = _type(file, size)
    glyphs = [font.glyph(character) for character in text]
    steps = [glyph.advance + font.kerning(a + b) for glyph, (a, b) in zip(glyphs, pairwise(text), strict=False)]
    starts = tuple(map(round, accumulate((step + tracking for step in steps), initial=0.0)))
    advance = sum(steps, glyphs[-1].advance) + len(text) * tracking
    boxes = [(x1 + x, y1, x2 + x, y2) for x, (_, _, (x1, y1, x2, y2), _) in zip(starts, glyphs, strict=True)]
    return Run(advance, starts, tuple(boxes))


def draw_run(pen: ImageDraw.ImageDraw, at: tuple[int, int], piece: Piece, style: Style) -> None:
    """Draws a stretch of text from its baseline's start, as ink (255) on a picture of mode L."""
    font = _type(piece.file, style.size)
    draw, (x, y) = pen.draw.draw_bitmap, at
    for start, character in zip(run(piece, style).starts, piece.text, strict=True):
        picture, (left, top), _, _ = font.glyph(character)
        draw((x + start + left, y + top), picture, 255)


@functools.lru_cache(maxsize=20_000)
def pieces(face: Face, token: str) -> tuple[Piece, ...]:
    """A token as stretches of one font each, and formulas between `$`."""
    found: list[Piece] = []
    at = 0
    for match in FORMULA.finditer(token):
        found += [Piece(text, file) for file, text in face.runs(token[at : match.start()])]
        found.append(Piece(match[1], ""))
        at = match.end()
    return (*found, *(Piece(text, file) for file, text in face.runs(token[at:])))


def formula(latex: str, style: Style) -> Ink:
    """A formula set in a style. Raises ValueError for LaTeX that cannot be drawn."""
    return _formula(latex, style.size, style.formulas)


@functools.lru_cache(maxsize=500)
def _formula(latex: str, size: int, fonts: str) -> Ink:
    return draw(latex, size, fonts)


def formula_size(latex: str, style: Style, displayed: bool = False) -> tuple[int, int]:
    """Width and height of a formula in pixels. Raises ValueError for LaTeX that cannot be drawn."""
    height, width = formula(DISPLAY * displayed + latex, style).mask.shape
    return int(width), int(height)


def width(token: str, style: Style) -> float:
    """The advance of text without spaces, in pixels."""
    return sum(
        run(piece, style).advance if piece.file else formula(piece.text, style).advance
        for piece in pieces(style.face, token)
    )


def space(style: Style) -> float:
    """The width of a space in pixels."""
    return _type(style.face.files[0], style.size).glyph(" ").advance + style.tracking * style.size


def wrap(text: str, style: Style, room: float, first: float = 0.0) -> list[str]:
    """Breaks text into lines of at most `room` pixels; the first is `first` pixels shorter.

    Raises Overflow for a word that is wider than a line and may not be broken.
    """
    lines: list[str] = []
    gap, left, current, used = space(style), room - first, "", 0.0
    for token, spaced in _breakable(text):
        wide, before = width(token, style), gap if spaced and current else 0.0
        if current and used + before + wide > left:
            lines.append(current)
            current, used, left, before = "", 0.0, room, 0.0
        if wide > left:
            raise Overflow(f"{token!r} is wider than its line")
        current += (" " if before else "") + token
        used += before + wide
    return [*lines, current] if current else lines


def _breakable(text: str) -> list[tuple[str, bool]]:
    """Tokens that lines may be broken between, each with whether a space stands before it."""
    found = []
    for token in TOKEN.findall(text):
        parts: Sequence[str] = [token] if "$" in token or not _WIDE.search(token) else _han_parts(token)
        found += [(part, i == 0) for i, part in enumerate(parts)]
    return found


def _han_parts(token: str) -> list[str]:
    parts: list[str] = []
    for character in token:
        glued = parts and (
            character in _NOT_FIRST
            or parts[-1][-1] in _NOT_LAST
            or not (_WIDE.match(character) or _WIDE.match(parts[-1][-1]))
        )
        if glued:
            parts[-1] += character
        else:
            parts.append(character)
    return parts
