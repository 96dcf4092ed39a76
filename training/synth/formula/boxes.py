"""Sets the pieces of `formula.tree`: each becomes a box of glyphs and polygons, measured in em from its baseline.

mathtext sets the plain strings; tables, fences, scripts and decorations follow the habits of TeX (The TeXbook,
appendix G) closely enough to look like it. x grows to the right, y upwards.
"""

from __future__ import annotations

import functools
import logging
import math
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from matplotlib.font_manager import FontProperties
from matplotlib.ft2font import FT2Font
from matplotlib.mathtext import MathTextParser

from training.synth.formula import names, shapes
from training.synth.formula.nodes import Decorated, Fence, Fraction, Node, Root, Row, Scripts, Table, merged, source_of

if TYPE_CHECKING:  # a name of its type stub only
    from matplotlib.ft2font import GlyphIndexType

AXIS = 0.25  # height of a fraction's rule over the baseline
RULE = 0.045
_SMALL = 0.7
_UNITS = 1000  # mathtext rounds a formula's height up to whole pixels: large ones make that invisible
_MOST_PIECES = 1500
_DUMMY = 0xA4  # what mathtext draws, from a STIX font, for a glyph that it cannot find
# A formula that the fonts lack is refused here; mathtext's own warning of it would only fill the log.
logging.getLogger("matplotlib.mathtext").setLevel(logging.ERROR)


# Names that mathtext's Unicode tables take for another sign; those of Computer Modern are right.
_VARIANTS = {"\\epsilon ": "\u03f5", "\\preceq ": "\u2aaf", "\\succeq ": "\u2ab0"}


@dataclass(frozen=True)
class Glyph:
    font: FT2Font
    index: GlyphIndexType
    size: float  # em
    x: float
    y: float


@dataclass(frozen=True)
class Polygon:
    points: tuple[shapes.Point, ...]


Mark: TypeAlias = Glyph | Polygon


@dataclass(frozen=True)
class Box:
    width: float
    height: float  # over the baseline
    depth: float  # below it
    marks: tuple[Mark, ...] = ()

    def moved(self, x: float, y: float, scale: float = 1) -> tuple[Mark, ...]:
        """The marks, first scaled and then moved."""
        found: list[Mark] = []
        for mark in self.marks:
            if isinstance(mark, Glyph):
                place = (mark.x * scale + x, mark.y * scale + y)
                found.append(Glyph(mark.font, mark.index, mark.size * scale, *place))
            else:
                found.append(Polygon(tuple((px * scale + x, py * scale + y) for px, py in mark.points)))
        return tuple(found)

    def scaled(self, scale: float) -> Box:
        return Box(self.width * scale, self.height * scale, self.depth * scale, self.moved(0, 0, scale))


_FUNCTION = re.compile(
    r"\\(?:operatorname|log|ln|exp|sin|cos|tan|cot|sec|csc|sinh|cosh|tanh|coth|arcsin|arccos|arctan|det|dim|gcd|ker|arg"
    r"|deg|max|min|sup|inf|lim|hom|lg|Pr)(?![a-zA-Z])"
)
# Between the end of one string (before the zero) and the beginning of the next.
_JOINT = re.compile(
    r"^[A-Za-z0-9.]*[A-Za-z0-9]\0[A-Za-z0-9]$|\d\0\.$|\d\.\0\d$|\\math(\w+)\{[A-Za-z0-9]+\}\0\\math\1\{[A-Za-z0-9]+\}$"
    r"|^\\(?:[a-z]{2,6} |operatorname\{[^{}]*\})\0[(\[|]$"
)


def run(source: str, fontset: str) -> Box:
    """One string that mathtext sets. Raises ValueError if it cannot, or lacks a glyph."""
    # A font reads its file as it goes, at a place that forked processes share and move for each other: to each its own.
    return _run(source, fontset, os.getpid())


@functools.lru_cache(maxsize=1)
def _mathtext(process: int) -> MathTextParser[Any]:
    return MathTextParser("path")


@functools.lru_cache(maxsize=5_000)
def _run(source: str, fontset: str, process: int) -> Box:
    if fontset != "cm":
        for name, sign in _VARIANTS.items():
            source = source.replace(name, sign)
    try:
        fonts = FontProperties(size=_UNITS, math_fontfamily=fontset)
        result = _mathtext(process).parse(f"${source}$", 72, fonts)
    except (ValueError, RecursionError) as error:
        # A failed parse leaves mathtext's spacing state behind; a fresh parser's first parse clears it.
        MathTextParser("path").parse("$x$", 72)
        reason = next((line for line in reversed(str(error).splitlines()) if "Unknown symbol" in line), "")
        raise ValueError(f"LaTeX: mathtext cannot set it: {reason.split(', found')[0] or source[:60]}") from None
    marks: list[Mark] = []
    for font, size, code, index, x, y in result.glyphs:
        if index == 0 or (code == _DUMMY and font.family_name.startswith("STIX")):
            raise ValueError(f"LaTeX: the {fontset} fonts lack a sign of this formula")
        marks.append(Glyph(font, index, size / _UNITS, x / _UNITS, y / _UNITS))
    for left, bottom, width, height in result.rects:
        marks.append(_rectangle(left / _UNITS, bottom / _UNITS, width / _UNITS, height / _UNITS))
    depth = result.depth / _UNITS
    return Box(result.width / _UNITS, result.height / _UNITS - depth, depth, tuple(marks))


def _rectangle(x: float, y: float, width: float, height: float) -> Polygon:
    return Polygon(((x, y), (x + width, y), (x + width, y + height), (x, y + height)))


def row(pieces: Row, fontset: str) -> Box:
    """Pieces side by side on one baseline; strings that touch are set as one."""
    width = height = depth = 0.0
    marks: list[Mark] = []
    before: Node = ""
    for piece in _words(pieces):
        if isinstance(piece, str):
            # The empty group tells mathtext that something stands before, so that an operator is a binary one.
            box = run(piece if before in names.BEFORE_SIGN or piece not in names.SIGNS else "{}" + piece, fontset)
        else:
            box = node(piece, fontset)
        width += _gap(before, piece)
        before = piece
        marks.extend(box.moved(width, 0))
        width, height, depth = width + box.width, max(height, box.height), max(depth, box.depth)
        if len(marks) > _MOST_PIECES:
            raise ValueError(f"LaTeX: more than {_MOST_PIECES} signs")
    return Box(width, height, depth, tuple(marks))


def _gap(before: Node, piece: Node) -> float:
    """The thin space around operators and inner formulas, where mathtext has not set one."""
    if not before:
        return 0.0
    if any(isinstance(side, (Table, Fence)) or (isinstance(side, Scripts) and side.limits) for side in (before, piece)):
        return 0.14
    last, first = _sign(before), _sign(piece)
    if isinstance(before, str) and last.startswith(("\\int ", "\\oint ", "\\iint ", "\\iiint ")):
        return 0.2  # a slanted integral reaches out of its box
    if _FUNCTION.match(last):
        return 0.14 if isinstance(before, Scripts) and first not in ("(", "[") else 0.0
    return 0.14 if _FUNCTION.match(first) and last not in names.BEFORE_SIGN | {"|"} else 0.0


def _sign(piece: Node) -> str:
    """The string of a piece, or of its nucleus."""
    if isinstance(piece, Scripts) and piece.nucleus:
        return _sign(piece.nucleus[-1])
    return piece if isinstance(piece, str) else "x"


def _words(pieces: Row) -> list[Node]:
    """Strings that must be set as one (numbers, words, a function before its bracket) are joined, others stay alone.

    mathtext takes a millisecond for a few signs, so that what comes again and again is better set once and remembered.
    """
    joined: list[Node] = []
    for piece in pieces:
        if (
            isinstance(piece, str)
            and joined
            and isinstance(joined[-1], str)
            and _JOINT.search(f"{joined[-1]}\0{piece}")
        ):
            joined[-1] = merged(joined[-1] + piece)
        elif piece:
            joined.append(piece)
    return joined


def node(piece: Node, fontset: str) -> Box:
    """One piece that is not a string."""
    if isinstance(piece, Table):
        return _table(piece, fontset)
    if isinstance(piece, Fence):
        return _fence(piece, fontset)
    if isinstance(piece, Fraction):
        return _fraction(piece, fontset)
    if isinstance(piece, Root):
        return _root(piece, fontset)
    if isinstance(piece, Scripts):
        return _limits(piece, fontset) if piece.limits else _scripts(piece, fontset)
    if isinstance(piece, Decorated):
        return _decorated(piece, fontset)
    return run(piece, fontset)


def _table(table: Table, fontset: str) -> Box:
    gap, strut, lead = {
        "matrix": (0.9, 0.75, 0.25), "cases": (1.0, 0.75, 0.25), "align": (0.0, 0.75, 0.4), "small": (0.6, 0.65, 0.15)
    }[table.kind]  # fmt: skip
    prefix: Row = ("{}",) if table.kind == "align" else ()
    cells = [[row(prefix * (at > 0) + cell, fontset) for at, cell in enumerate(line)] for line in table.rows]
    letters = [table.columns[at % len(table.columns)] for at in range(len(cells[0]))]
    widths = [max(line[at].width for line in cells) for at in range(len(letters))]
    lefts, x = [], 0.1
    for at, width in enumerate(widths):
        lefts.append(x)
        ends_pair = table.kind == "align" and letters[at] == "l" and at + 1 < len(widths)
        x += width + (1.5 if ends_pair else gap if at + 1 < len(widths) else 0.1)
    marks: list[Mark] = []
    y, tops = 0.0, []
    for line in cells:
        tops.append(y)
        y -= max(strut, *(cell.height for cell in line))
        for at, cell in enumerate(line):
            slack = widths[at] - cell.width
            marks.extend(cell.moved(lefts[at] + {"l": 0.0, "c": slack / 2, "r": slack}[letters[at]], y))
        y -= max(strut / 3, *(cell.depth for cell in line)) + lead
    bottom = y + lead
    marks += [
        _rectangle(0, tops[at] + lead / 2 if at < len(tops) else bottom - lead / 2, x, RULE) for at in table.horizontals
    ]
    edges = [(lefts[at] - gap / 2 if 0 < at < len(lefts) else 0 if at == 0 else x - RULE) for at in table.verticals]
    marks += [_rectangle(edge, bottom - lead / 2, RULE, lead - bottom) for edge in edges]
    scale = _SMALL if table.kind == "small" else 1.0
    up = AXIS - bottom / 2 * scale  # centred on the axis
    box = Box(x, 0, 0, tuple(marks))
    return Box(x * scale, up, bottom * -scale - up, box.moved(0, up, scale))


def _fence(fence: Fence, fontset: str) -> Box:
    return _between(fence.left, row(fence.body, fontset), fence.right, fontset)


def _between(left: str, body: Box, right: str, fontset: str) -> Box:
    half = max(body.height - AXIS, body.depth + AXIS, 0.5) + 0.05
    x = 0.05
    marks: list[Mark] = []
    for part in (left, body, right):
        box = part if isinstance(part, Box) else _delimiter(part, 2 * half, fontset)
        marks.extend(box.moved(x, 0))
        x += box.width
    return Box(x + 0.05, AXIS + half, half - AXIS, tuple(marks))


def _delimiter(mark: str, height: float, fontset: str) -> Box:
    """A delimiter centred on the axis: from the font up to the largest that fonts have, then as an outline."""
    if mark == ".":
        return Box(0.1, 0, 0)
    if height > 3.2 or mark in ("|", "\\|"):  # mathtext scales bars up, which makes them fat
        width, outlines = shapes.delimiter(mark, height)
        return Box(width, height / 2 + AXIS, height / 2 - AXIS, _polygons(outlines, 0, AXIS))
    found = [run(f"\\left{mark} \\rlap{{\\phantom{{{strut}}}}}\\right.", fontset) for strut in names.STRUTS]
    box = min(found, key=lambda box: abs(math.log((box.height + box.depth) / height)))
    scale = height / (box.height + box.depth)
    up = AXIS - (box.height - box.depth) / 2 * scale
    return Box(box.width * scale, height / 2 + AXIS, height / 2 - AXIS, box.moved(0, up, scale))


def _fraction(fraction: Fraction, fontset: str) -> Box:
    scale = _SMALL if fraction.small else 1.0
    top, bottom = row(fraction.top, fontset).scaled(scale), row(fraction.bottom, fontset).scaled(scale)
    width = max(top.width, bottom.width) + 0.2
    clear = 0.12 + RULE / 2
    up = max(AXIS + clear + top.depth, 0.6 * scale)
    down = max(clear - AXIS + bottom.height, 0.6 * scale)
    marks = top.moved((width - top.width) / 2, up) + bottom.moved((width - bottom.width) / 2, -down)
    if not fraction.delimiters:
        marks += (_rectangle(0.05, AXIS - RULE / 2, width - 0.1, RULE),)
        return Box(width, up + top.height, down + bottom.depth, marks)
    stack = Box(width, up + top.height, down + bottom.depth, marks)
    return _between(fraction.delimiters[0], stack, fraction.delimiters[1], fontset)


def _root(root: Root, fontset: str) -> Box:
    """A radical sign of the font around nothing, scaled to the body's height, with its rule drawn as long as needed."""
    body, degree = row(root.body, fontset), row(root.degree, fontset).scaled(_SMALL**2)
    needed = max(body.height, 0.5) + max(body.depth, 0.05) + 0.18
    found = [run(f"\\sqrt{{\\rlap{{\\phantom{{{strut}}}}}}}", fontset) for strut in names.ROOT_STRUTS]
    sign = min(found, key=lambda box: abs(math.log((box.height + box.depth) / needed)))
    corners = next(mark.points for mark in sign.marks if isinstance(mark, Polygon))
    left, top = corners[0][0], max(y for _, y in corners)
    scale = needed / (top + sign.depth)
    rise = max(body.height, 0.5) + 0.18 - top * scale
    thickness = max(y for _, y in corners) - corners[0][1]
    start = max(0.0, degree.width + 0.05 - left * scale * 0.55)
    glyphs = Box(0, 0, 0, tuple(mark for mark in sign.marks if isinstance(mark, Glyph)))
    marks = glyphs.moved(start, rise, scale)
    begin, over = start + left * scale, top * scale + rise
    marks += (_rectangle(begin - 0.01, over - thickness, body.width + 0.16, thickness),)
    marks += body.moved(begin + 0.08, 0)
    lift = over - needed * 0.42 + degree.depth
    marks += degree.moved(max(0.0, start + left * scale * 0.55 - degree.width - 0.05), lift)
    return Box(begin + body.width + 0.2, max(over + 0.05, lift + degree.height), needed - over, marks)


def _limits(piece: Scripts, fontset: str) -> Box:
    base = row(piece.nucleus, fontset)
    below, above = (row(part, fontset).scaled(_SMALL) for part in (piece.below, piece.above))
    width = max(base.width, below.width, above.width)
    marks = base.moved((width - base.width) / 2, 0)
    height, depth = base.height, base.depth
    if piece.above:
        marks += above.moved((width - above.width) / 2, height + 0.12 + above.depth)
        height += 0.12 + above.depth + above.height
    if piece.below:
        marks += below.moved((width - below.width) / 2, -depth - 0.12 - below.height)
        depth += 0.12 + below.height + below.depth
    return Box(width, height, depth, marks)


def _scripts(piece: Scripts, fontset: str) -> Box:
    """Scripts at the right of their nucleus: where mathtext puts them on a sign, by TeX's rule on anything larger."""
    below, above = (row(part, fontset).scaled(_SMALL) for part in (piece.below, piece.above))
    model = Scripts(piece.nucleus, ("1",) * bool(piece.below), ("1",) * bool(piece.above), False, piece.native)
    source = source_of(model) if len(piece.nucleus) == 1 and isinstance(piece.nucleus[0], str) else None
    if source is not None:
        base = run(source, fontset)
        count = bool(piece.below) + bool(piece.above)  # the last glyphs are the ones, the upper one first
        places = [(mark.x, mark.y) for mark in base.marks[-count:] if isinstance(mark, Glyph)]
        base = Box(places[0][0], base.height, base.depth, base.marks[:-count])
        up, down = (places[0] if piece.above else (0.0, 0.0)), (places[-1] if piece.below else (0.0, 0.0))
        raised, lowered = (up[0], max(up[1], above.depth + 0.15)), (down[0], max(-down[1], below.height - 0.4))
    else:
        base = row(piece.nucleus, fontset)
        raised = (base.width + 0.05, max(0.38, base.height - 0.3, above.depth + 0.15))
        lowered = (base.width + 0.02, max(0.18, base.depth + 0.05, below.height - 0.35))
    if piece.below and piece.above:
        lowered = (lowered[0], max(lowered[1], below.height + 0.1 - (raised[1] - above.depth)))
    marks, width, height, depth = base.marks, base.width, base.height, base.depth
    if piece.above:
        marks += above.moved(*raised)
        width, height = raised[0] + above.width + 0.05, max(height, raised[1] + above.height)
    if piece.below:
        marks += below.moved(lowered[0], -lowered[1])
        width, depth = max(width, lowered[0] + below.width + 0.05), max(depth, lowered[1] + below.depth)
    return Box(width, height, depth, marks)


def _decorated(piece: Decorated, fontset: str) -> Box:
    body = row(piece.body, fontset)
    if piece.sign.startswith("x"):  # a long arrow as wide as what stands over and under it
        width = body.width * _SMALL + 0.7
        return Box(width, AXIS + 0.2, 0.2 - AXIS, _polygons(shapes.arrow(width, piece.sign[1:]), 0, AXIS))
    if piece.sign in ("boxed", "fbox"):
        x, height, depth = 0.25, body.height + 0.25, body.depth + 0.25
        sides = shapes.frame(body.width + 2 * x, height + depth, RULE)
        return Box(body.width + 2 * x, height, depth, body.moved(x, 0) + _polygons(sides, 0, -depth))
    thickness, sign = 0.12, shapes.line(body.width, RULE)
    if piece.sign.endswith("arrow"):
        thickness, sign = 0.4, shapes.arrow(max(body.width, 0.6), piece.sign.removeprefix("over"))
    elif piece.sign.endswith("brace"):
        thickness, sign = 0.4, shapes.brace(max(body.width, 0.8), piece.sign == "overbrace")
    width = max(max(x for x, _ in points) for points in sign)
    inset = (width - body.width) / 2
    if piece.sign.startswith("under"):
        marks = _polygons(sign, 0, -body.depth - thickness / 2 - 0.05)
        return Box(width, body.height, body.depth + thickness + 0.05, body.moved(inset, 0) + marks)
    marks = _polygons(sign, 0, body.height + thickness / 2 + 0.05)
    return Box(width, body.height + thickness + 0.05, body.depth, body.moved(inset, 0) + marks)


def _polygons(outlines: Sequence[tuple[shapes.Point, ...]], x: float, y: float) -> tuple[Mark, ...]:
    return Box(0, 0, 0, tuple(Polygon(points) for points in outlines)).moved(x, y)
