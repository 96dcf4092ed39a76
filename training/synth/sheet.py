"""The surface that documents are drawn on. Whatever is written is recorded, character by character, as it is drawn.

Three layers of one size: `graphics` (RGB: all that is not text, on white), `ink` (how much text is on a pixel) and
`colour` (the text's colour there). They stay apart until the ink has been worn (`training.synth.engine`).
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from training.synth.annotation import BLOCK_KINDS, Block, Line, Points, Question, Word
from training.synth.faces import Face
from training.synth.fonts import load
from training.synth.formula_ink import draw as draw_formula

Colour = tuple[int, int, int]
BLACK: Colour = (0, 0, 0)
WHITE: Colour = (255, 255, 255)
EDGE = 2.0
"""Pixels between any ink and the sheet's edges."""

_TOKEN = re.compile(r"\$[^$]+\$\S*|\S+")
_DISPLAY = "\\displaystyle "
_FORMULA = re.compile(r"\$([^$]+)\$")
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


class _Shape(NamedTuple):
    """A set run: its advance, and its characters' ink boxes (n, 4) as x1, y1, x2, y2 about the baseline's start."""

    advance: float
    boxes: NDArray[np.float32]


@functools.lru_cache(maxsize=100_000)
def _ink_box(file: str, size: int, character: str) -> tuple[float, float, float, float]:
    mask, (x, y) = load(file, size).getmask2(character, mode="L", anchor="ls")
    box = mask.getbbox()
    if box is None:  # a character without ink, such as a no-break space
        return 0.0, -0.3 * size, load(file, size).getlength(character), 0.0
    return box[0] + x, box[1] + y, box[2] + x, box[3] + y


@functools.lru_cache(maxsize=50_000)
def _shape(file: str, size: int, text: str, tracking: float) -> _Shape:
    font = load(file, size)
    starts = [font.getlength(text[:i]) + i * tracking for i in range(len(text))]
    boxes = np.array([_ink_box(file, size, character) for character in text], np.float32)
    boxes[:, [0, 2]] += np.array(starts, np.float32)[:, None]
    return _Shape(font.getlength(text) + len(text) * tracking, boxes)


class _Piece(NamedTuple):
    """What is set without a break: a stretch of one font file, or a formula."""

    text: str
    file: str  # "" for a formula


@functools.lru_cache(maxsize=20_000)
def _pieces(face: Face, token: str) -> tuple[_Piece, ...]:
    pieces: list[_Piece] = []
    at = 0
    for match in _FORMULA.finditer(token):
        pieces += [_Piece(text, file) for file, text in face.runs(token[at : match.start()])]
        pieces.append(_Piece(match[1], ""))
        at = match.end()
    return (*pieces, *(_Piece(text, file) for file, text in face.runs(token[at:])))


@functools.lru_cache(maxsize=500)
def _formula(latex: str, size: int, fonts: str) -> Any:
    return draw_formula(latex, size, fonts)


def formula_size(latex: str, style: Style, displayed: bool = False) -> tuple[int, int]:
    """Width and height of a formula in pixels. Raises ValueError for LaTeX that cannot be drawn."""
    height, width = _formula(_DISPLAY * displayed + latex, style.size, style.formulas).mask.shape
    return int(width), int(height)


def _piece_width(piece: _Piece, style: Style) -> float:
    if piece.file:
        return _shape(piece.file, style.size, piece.text, style.tracking * style.size).advance
    return float(_formula(piece.text, style.size, style.formulas).advance)


@dataclass
class Sheet:
    """A page being drawn. Blocks are added in the order in which they are read.

    `profiles` weighs the ways in which it may be worn and photographed (`photo.PROFILES`); with `paper` it is printed
    on paper, otherwise its graphics are all there is to see.
    """

    width: int
    height: int
    language: str = "en"
    profiles: dict[str, float] = field(default_factory=lambda: {"clean": 1.0, "scan": 1.0, "photo": 1.0})
    paper: bool = True
    background: Colour = WHITE

    def __post_init__(self) -> None:
        size = (self.width, self.height)
        self.graphics = Image.new("RGB", size, self.background)
        self.ink = Image.new("L", size)
        self.colour = Image.new("RGB", size, BLACK)
        self.pen = ImageDraw.Draw(self.graphics)
        self._ink_pen, self._colour_pen = ImageDraw.Draw(self.ink), ImageDraw.Draw(self.colour)
        self.blocks: list[Block] = []
        self.fields: dict[str, Any] = {}
        self.evidence: dict[str, tuple[Line, ...]] = {}
        self.questions: list[tuple[Question, tuple[Line, ...]]] = []
        self.target = ""
        self._rows = 0

    # Writing

    def measure(self, text: str, style: Style) -> float:
        """The width of a line in pixels."""
        tokens = _TOKEN.findall(text)
        width = sum(_piece_width(piece, style) for token in tokens for piece in _pieces(style.face, token))
        return width + max(0, len(tokens) - 1) * self.space(style)

    def space(self, style: Style) -> float:
        """The width of a space in pixels."""
        return float(load(style.face.files[0], style.size).getlength(" ")) + style.tracking * style.size

    def write(
        self,
        x: float,
        y: float,
        text: str,
        style: Style,
        align: float = 0.0,
        row: int = -1,
        angle: float = 0.0,
        space: float | None = None,
    ) -> Line:
        """One line with its baseline at `y`. `align` of its width stands left of `x` (0, 0.5 or 1).

        `space` is the width of a space in pixels. With `angle` (degrees, clockwise) it is turned about (x, y).
        Inline formulas are written `$LaTeX$`. Raises Overflow beyond the edges, ValueError for a character that the
        face does not have or an empty line.
        """
        tokens = _TOKEN.findall(text)
        if not tokens or not style.face.can_draw(_FORMULA.sub("", text)):
            raise ValueError(f"{style.face.family} cannot draw {text!r}")
        gap = self.space(style) if space is None else space
        left = x - align * (self.measure(text, style) + (gap - self.space(style)) * (len(tokens) - 1))
        if angle:
            return self._write_turned((x, y), left, tokens, style, gap, row, angle)
        return self._set(self._ink_pen, (left, y), tokens, style, gap, row)

    def _set(
        self,
        pen: ImageDraw.ImageDraw,
        at: tuple[float, float],
        tokens: Sequence[str],
        style: Style,
        gap: float,
        row: int,
    ) -> Line:
        """Draws tokens on a pen's picture and says where; checks its edges."""
        x, y = at
        words = []
        for token in tokens:
            advance, found = self._set_token(pen, (x, y), token, style)
            words += found
            x += advance + gap
        line = Line(tuple(words), _frame(words), row)
        picture = pen._image
        _check_inside(line.box, picture.size, style)
        if pen is self._ink_pen:
            self._tint(line, style)
        return line

    def _set_token(
        self, pen: ImageDraw.ImageDraw, at: tuple[float, float], token: str, style: Style
    ) -> tuple[float, list[Word]]:
        """A token's advance and its word; a formula with text about it is one word as well."""
        x, y = at
        boxes: list[NDArray[np.float32]] = []
        has_formula = False
        for piece in _pieces(style.face, token):
            if piece.file:
                shape = _shape(piece.file, style.size, piece.text, style.tracking * style.size)
                self._draw_run(pen, (x, y), piece, style, shape)
                boxes.append(shape.boxes + np.array([x, y, x, y], np.float32))
                x += shape.advance
            else:
                ink = _formula(piece.text, style.size, style.formulas)
                boxes.append(_stamp(pen, ink.mask, x, y - ink.baseline))
                has_formula, x = True, x + ink.advance
        together = np.concatenate(boxes)
        if has_formula:
            together = np.r_[together.min(0)[:2], together.max(0)[2:]][None]
        return x - at[0], [Word(token, _corners(together), has_formula)]

    def _draw_run(
        self, pen: ImageDraw.ImageDraw, at: tuple[float, float], piece: _Piece, style: Style, shape: _Shape
    ) -> None:
        font = load(piece.file, style.size)
        if style.outline is not None and pen is self._ink_pen:
            width = max(1, style.size // 14)
            self.pen.text(at, piece.text, font=font, fill=style.outline, anchor="ls", stroke_width=width)
        if not style.tracking:
            pen.text(at, piece.text, font=font, fill=255, anchor="ls")
            return
        for i, character in enumerate(piece.text):
            start = font.getlength(piece.text[:i]) + i * style.tracking * style.size
            pen.text((at[0] + start, at[1]), character, font=font, fill=255, anchor="ls")

    def _tint(self, line: Line, style: Style) -> None:
        if style.colour != BLACK:
            x1, y1, x2, y2 = line.box
            self._colour_pen.rectangle((x1 - 2, y1 - 2, x2 + 2, y2 + 2), fill=style.colour)

    def _write_turned(
        self,
        pivot: tuple[float, float],
        left: float,
        tokens: Sequence[str],
        style: Style,
        gap: float,
        row: int,
        angle: float,
    ) -> Line:
        """Sets the line upright on a strip of its own, then turns strip and annotation alike about the pivot."""
        above, start = 2 * style.size, float(style.size)
        reach = 2 * style.size + sum(self.measure(token, style) + gap for token in tokens)
        strip = Image.new("L", (int(reach) + style.size, 4 * style.size))
        line = self._set(ImageDraw.Draw(strip), (start, above), tokens, replace(style, outline=None), gap, row)
        matrix = cv2.getRotationMatrix2D((start + pivot[0] - left, above), -angle, 1.0)
        matrix[:, 2] += np.array(pivot) - (start + pivot[0] - left, above)
        line = transformed(line, lambda points: (points @ matrix[:, :2].T + matrix[:, 2]).astype(np.float32))
        _check_inside(line.box, self.ink.size, style)
        turned = cv2.warpAffine(np.asarray(strip), matrix, self.ink.size, flags=cv2.INTER_LINEAR)
        self._merge(turned.astype(np.uint8))
        self._tint(line, style)
        return line

    def _merge(self, mask: NDArray[np.uint8]) -> None:
        self.ink.paste(Image.fromarray(np.maximum(np.asarray(self.ink), mask)))

    def wrap(self, text: str, style: Style, width: float, first: float = 0.0) -> list[str]:
        """Breaks text into lines of at most `width` pixels; the first is `first` pixels shorter.

        Raises Overflow for a word that is wider than a line and may not be broken.
        """
        lines: list[str] = []
        space, room, current = self.space(style), width - first, ""
        used = 0.0
        for token, spaced in _breakable(text):
            wide = sum(_piece_width(piece, style) for piece in _pieces(style.face, token))
            before = space if spaced and current else 0.0
            if current and used + before + wide > room:
                lines.append(current)
                current, used, room, before = "", 0.0, width, 0.0
            if wide > room:
                raise Overflow(f"{token!r} is wider than its line")
            current += (" " if before else "") + token
            used += before + wide
        return [*lines, current] if current else lines

    def paragraph(
        self,
        x: float,
        y: float,
        width: float,
        text: str,
        style: Style,
        align: str = "left",
        indent: float = 0.0,
    ) -> tuple[list[Line], float]:
        """Lines of wrapped text (`align` "left", "centre", "right" or "justify"), the first baseline one `pitch` below
        `y`; returns them and the y below the last line, from where the next paragraph may start."""
        texts = self.wrap(text, style, width, indent)
        lines = []
        for i, content in enumerate(texts):
            y += style.pitch
            start = x + (0 if i else indent)
            spaces = content.count(" ")
            if align == "justify" and spaces and i + 1 < len(texts):
                slack = x + width - start - self.measure(content, style)
                lines.append(self.write(start, y, content, style, space=self.space(style) + slack / spaces))
            else:
                part = {"centre": 0.5, "right": 1.0}.get(align, 0.0)
                lines.append(self.write(x + part * width if part else start, y, content, style, part))
        return lines, y + 0.25 * style.size

    def formula(self, x: float, y: float, latex: str, style: Style, align: float = 0.5) -> Line:
        """A displayed formula, its top at `y`: a line of one word, the LaTeX between `$$`."""
        ink = _formula(_DISPLAY + latex, style.size, style.formulas)
        box = _stamp(self._ink_pen, ink.mask, x - align * ink.mask.shape[1], y)
        word = Word(f"$${latex}$$", _corners(box), formula=True)
        line = Line((word,), _frame([word]))
        self._tint(line, style)
        return line

    # Everything that is not text

    def rule(self, x1: float, y1: float, x2: float, y2: float, colour: Colour = BLACK, width: int = 1) -> None:
        """A straight line."""
        self.pen.line((x1, y1, x2, y2), fill=colour, width=width)

    def fill(self, x1: float, y1: float, x2: float, y2: float, colour: Colour) -> None:
        """A filled rectangle."""
        self.pen.rectangle((x1, y1, x2, y2), fill=colour)

    def picture(self, x: float, y: float, image: Image.Image) -> None:
        """Pastes a picture with its top left corner at (x, y)."""
        self.graphics.paste(image, (round(x), round(y)))

    # What it all means

    def next_row(self) -> int:
        """A number for lines that stand beside each other."""
        self._rows += 1
        return self._rows

    def block(
        self,
        kind: str,
        lines: Iterable[Line] = (),
        markup: str = "",
        region: tuple[float, float, float, float] | None = None,
        translation: str = "",
    ) -> None:
        """Adds the next block to be read. `region` is x1, y1, x2, y2 of its picture or rules."""
        if kind not in BLOCK_KINDS:
            raise ValueError(f"{kind!r} is no kind of block")
        outline = _outline(region) if region else np.zeros((0, 2), np.float32)
        self.blocks.append(Block(kind, tuple(lines), markup, outline, translation))

    def field(self, name: str, value: Any, lines: Iterable[Line]) -> None:
        """A named value that these lines hold; for a list of objects, all lines of all of them."""
        self.fields[name] = value
        self.evidence[name] = tuple(lines)

    def question(self, en: str, zh: str, answer: str, lines: Iterable[Line]) -> None:
        """A question that these lines answer."""
        self.questions.append((Question(en, zh, answer, ()), tuple(lines)))


def transformed(line: Line, move: Any) -> Line:
    """The line with every point (n, 2) sent through `move`."""
    words = tuple(
        replace(word, characters=move(word.characters.reshape(-1, 2)).reshape(-1, 4, 2)) for word in line.words
    )
    return Line(words, move(line.quad), line.row)


def _breakable(text: str) -> list[tuple[str, bool]]:
    """Tokens that lines may be broken between, each with whether a space stands before it."""
    found = []
    for token in _TOKEN.findall(text):
        parts = [token] if "$" in token or not _WIDE.search(token) else _han_parts(token)
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


def _stamp(pen: ImageDraw.ImageDraw, mask: NDArray[np.uint8], x: float, y: float) -> NDArray[np.float32]:
    """Draws an ink mask with its top left corner at (x, y), rounded; its box as (1, 4). Raises Overflow."""
    height, width = mask.shape
    left, top = round(x), round(y)
    room = pen._image.size
    if left < EDGE or top < EDGE or left + width > room[0] - EDGE or top + height > room[1] - EDGE:
        raise Overflow("a formula stands beyond the edge of the sheet")
    pen.bitmap((left, top), Image.fromarray(mask), fill=255)
    return np.array([[left, top, left + width, top + height]], np.float32)


def _corners(boxes: NDArray[np.float32]) -> Points:
    """Boxes (n, 4), grown by half a pixel for their soft edges, as corners (n, 4, 2)."""
    x1, y1, x2, y2 = (boxes + np.array([-0.5, -0.5, 0.5, 0.5], np.float32)).T
    corners: Points = np.stack(
        [np.stack([x1, y1], 1), np.stack([x2, y1], 1), np.stack([x2, y2], 1), np.stack([x1, y2], 1)], 1
    )
    return corners


def _frame(words: Sequence[Word]) -> Points:
    points = np.concatenate([word.characters.reshape(-1, 2) for word in words])
    (x1, y1), (x2, y2) = points.min(0), points.max(0)
    return np.array([[x1, y1], [x2, y1], [x2, y2], [x1, y2]], np.float32)


def _outline(region: tuple[float, float, float, float]) -> Points:
    """Points along a rectangle's edges, close enough to follow a curled page."""
    x1, y1, x2, y2 = region
    along = np.linspace(0, 1, 17, dtype=np.float32)
    xs, ys = x1 + (x2 - x1) * along, y1 + (y2 - y1) * along
    left, top = np.full_like(ys, x1), np.full_like(xs, y1)
    edges = [(xs, top), (xs, np.full_like(xs, y2)), (left, ys), (np.full_like(ys, x2), ys)]
    outline: Points = np.concatenate([np.stack(edge, 1) for edge in edges]).astype(np.float32)
    return outline


def _check_inside(box: tuple[float, float, float, float], size: tuple[int, int], style: Style) -> None:
    if min(box[0], box[1]) < EDGE or box[2] > size[0] - EDGE or box[3] > size[1] - EDGE:
        raise Overflow(f"text of size {style.size} stands beyond the edge of the sheet")
