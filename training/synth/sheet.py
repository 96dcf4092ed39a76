"""The surface that documents are drawn on. Whatever is written is recorded, character by character, as it is drawn.

Three layers of one size: `graphics` (RGB: all that is not text, on white), `ink` (how much text is on a pixel) and
`colour` (the text's colour there). They stay apart until the ink has been worn (`training.synth.engine`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate, product
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from training.synth import typeset
from training.synth.annotation import BLOCK_KINDS, Block, Line, Points, Question, Word
from training.synth.fonts import load
from training.synth.typeset import BLACK, WHITE, Colour, Overflow, Piece, Style, formula_size

__all__ = ["BLACK", "EDGE", "WHITE", "Colour", "Overflow", "Sheet", "Style", "formula_size", "transformed"]

EDGE = 2.0
"""Pixels between any ink and the sheet's edges."""

Box = tuple[float, float, float, float]

_SLICE = 24  # pixels
_SOFT_EDGE = np.array([-0.5, -0.5, 0.5, 0.5], np.float32)
_CLOCKWISE = np.array([[0, 1], [2, 1], [2, 3], [0, 3]])


@dataclass
class Sheet:
    """A page being drawn. Blocks are added in the order in which they are read.

    `profiles` weighs the ways in which it may be worn and photographed (`photo.PROFILES`); with `paper` it is printed
    on paper, otherwise its graphics are all there is to see. `sizes` are those of all lines, in pixels per em.
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
        self.sizes: list[int] = []

    # Writing

    def measure(self, text: str, style: Style) -> float:
        """The width of a line in pixels."""
        tokens = typeset.TOKEN.findall(text)
        return sum(typeset.width(token, style) for token in tokens) + max(0, len(tokens) - 1) * self.space(style)

    def space(self, style: Style) -> float:
        """The width of a space in pixels."""
        return typeset.space(style)

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
        tokens = typeset.TOKEN.findall(text)
        if not tokens or not style.face.can_draw(typeset.FORMULA.sub("", text)):
            raise ValueError(f"{style.face.family} cannot draw {text!r}")
        self.sizes.append(style.size)
        gap = self.space(style) if space is None else space
        left = x
        if align:
            left -= align * (self.measure(text, style) + (gap - self.space(style)) * (len(tokens) - 1))
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
        boxes: list[Box] = []
        ends, formulas = [], []
        for token in tokens:
            found, has_formula, advance = self._set_token(pen, (x, y), token, style)
            boxes += found
            ends.append(len(boxes))
            formulas.append(has_formula)
            x += advance + gap
        corners = _corners(np.array(boxes, np.float32))
        words = tuple(
            Word(token, corners[start:end], has_formula)
            for token, start, end, has_formula in zip(tokens, [0, *ends], ends, formulas, strict=False)
        )
        line = Line(words, _frame(corners), row)
        _check_inside(line, pen._image.size, style)
        if pen is self._ink_pen:
            self._tint(line, style)
        return line

    def _set_token(
        self, pen: ImageDraw.ImageDraw, at: tuple[float, float], token: str, style: Style
    ) -> tuple[Sequence[Box], bool, float]:
        """Draws a token, one word even with a formula in it; its boxes, whether it has one, and its advance."""
        x, y = at
        boxes: list[Box] = []
        has_formula = False
        for piece in typeset.pieces(style.face, token):
            if piece.file:
                boxes += self._set_run(pen, (round(x), round(y)), piece, style)
                x += typeset.run(piece, style).advance
            else:
                ink = typeset.formula(piece.text, style)
                boxes.append(_stamp(pen, ink.mask, x, y - ink.baseline))
                has_formula, x = True, x + ink.advance
        return _slices(boxes) if has_formula else boxes, has_formula, x - at[0]

    def _set_run(self, pen: ImageDraw.ImageDraw, at: tuple[int, int], piece: Piece, style: Style) -> list[Box]:
        """Draws a run and gives its characters' boxes."""
        if style.outline is not None and pen is self._ink_pen:
            width, font = max(1, style.size // 14), load(piece.file, style.size)
            self.pen.text(at, piece.text, font=font, fill=style.outline, anchor="ls", stroke_width=width)
        typeset.draw_run(pen, at, piece, style)
        x, y = at
        return [(x1 + x, y1 + y, x2 + x, y2 + y) for x1, y1, x2, y2 in typeset.run(piece, style).boxes]

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
        _check_inside(line, self.ink.size, style)
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
        return typeset.wrap(text, style, width, first)

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
        self.sizes.append(style.size)
        ink = typeset.formula(typeset.DISPLAY + latex, style)
        box = _stamp(self._ink_pen, ink.mask, x - align * ink.mask.shape[1], y)
        corners = _corners(np.array(_slices([box]), np.float32))
        line = Line((Word(f"$${latex}$$", corners, formula=True),), _frame(corners))
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


def transformed(line: Line, move: Callable[[Points], Points]) -> Line:
    """The line with every point (n, 2) sent through `move`."""
    return all_transformed([line], move)[0]


def all_transformed(lines: Sequence[Line], move: Callable[[Points], Points]) -> list[Line]:
    """The lines with every point (n, 2) sent through `move`, in one call."""
    parts = [part for line in lines for part in (*(word.characters for word in line.words), line.quad)]
    moved = iter(moved_together([part.reshape(-1, 2) for part in parts], move))
    return [
        Line(
            tuple(Word(word.text, next(moved).reshape(-1, 4, 2), word.formula) for word in line.words),
            next(moved),
            line.row,
        )
        for line in lines
    ]


def moved_together(parts: Sequence[Points], move: Callable[[Points], Points]) -> list[Points]:
    """Arrays of points (n, 2), all sent through `move` in one call."""
    if not parts:
        return []
    ends = list(accumulate(map(len, parts)))
    moved = move(np.concatenate(parts))
    return [moved[start:end] for start, end in zip([0, *ends], ends, strict=False)]


def _stamp(pen: ImageDraw.ImageDraw, mask: NDArray[np.uint8], x: float, y: float) -> Box:
    """Draws an ink mask with its top left corner at (x, y), rounded; its box. Raises Overflow."""
    height, width = mask.shape
    left, top = round(x), round(y)
    room = pen._image.size
    if left < EDGE or top < EDGE or left + width > room[0] - EDGE or top + height > room[1] - EDGE:
        raise Overflow("a formula stands beyond the edge of the sheet")
    pen.bitmap((left, top), Image.fromarray(mask), fill=255)
    return left, top, left + width, top + height


def _slices(boxes: Sequence[Box]) -> list[Box]:
    """The box around boxes, cut into upright slices narrow and low enough to follow a curled page."""
    together = np.array(boxes, np.float32)
    (x1, y1), (x2, y2) = together.min(0)[:2], together.max(0)[2:]
    xs, ys = (np.linspace(a, b, 2 + int((b - a) / _SLICE), dtype=np.float32) for a, b in ((x1, x2), (y1, y2)))
    return [(*low, *high) for low, high in zip(product(xs[:-1], ys[:-1]), product(xs[1:], ys[1:]), strict=True)]


def _corners(boxes: NDArray[np.float32]) -> Points:
    """Boxes (n, 4), grown by half a pixel for their soft edges, as corners (n, 4, 2)."""
    grown = boxes + _SOFT_EDGE
    return grown[:, _CLOCKWISE]


def _frame(corners: Points) -> Points:
    """The upright rectangle around corners (n, 4, 2)."""
    (x1, y1), (x2, y2) = corners.min((0, 1)), corners.max((0, 1))
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


def _check_inside(line: Line, size: tuple[int, int], style: Style) -> None:
    box = line.box
    if min(box[0], box[1]) < EDGE or box[2] > size[0] - EDGE or box[3] > size[1] - EDGE:
        raise Overflow(f"text of size {style.size} stands beyond the edge of the sheet")
