"""Where the glyphs of a formula stand: TeX's rules for rows, scripts, fractions, roots and arrays, with coarse metrics.

Enough for measures that ask which glyphs there are and how they lie to each other (`eval.metrics.cdm`), not for the
eye: every glyph has one of a few widths and heights, and fonts are ignored. The rules follow appendix G of The
TeXbook in outline: scripts at 0.7 of the size, fractions around the axis 0.25 em above the baseline, limits of sums
above and below. Each function puts boxes together in time linear in their glyphs.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

AXIS, SCRIPT, GAP = 0.25, 0.7, 0.12
LARGE = frozenset("∑∏∐⋃⋂⋁⋀⨁⨂⨀⨄⨆∫∬∭∮")
_RELATIONS = frozenset("=+<>±∓×÷≤≥≠≡≈∼≃≅∝∈∉⊂⊃⊆⊇→←↔⇒⇐⇔↦⟶⟵⟷⟹⟸⟺∪∩∧∨⊕⊗⊙⊖⪯⪰≪≫⊢⊣⊨∘⋆") | {"-"}
_NARROW, _WIDE = frozenset("iljftrI.,:;'|!()[]{}⟨⟩/ιℓ‖⌊⌋⌈⌉"), frozenset("mwMWæœ")
_TALL, _DEEP = frozenset("bdfhklitδβλθξζℓ"), frozenset("gjpqyμηρφχψξζβγς,;")


class Glyph(NamedTuple):
    """A visible token and its box in em of the outermost size: y upwards, 0 on the baseline."""

    text: str
    left: float
    bottom: float
    right: float
    top: float


class Box(NamedTuple):
    """Glyphs in reading order, with the extent they claim: `width` from x = 0, `height` above and `depth` below y = 0.

    `limits`: scripts go above and below, as on a sum.
    """

    width: float = 0.0
    height: float = 0.0
    depth: float = 0.0
    glyphs: tuple[Glyph, ...] = ()
    limits: bool = False


def shift(box: Box, x: float, y: float, scale: float = 1.0) -> list[Glyph]:
    """The box's glyphs, scaled about its origin and then moved."""
    return [
        Glyph(text, x + scale * left, y + scale * bottom, x + scale * right, y + scale * top)
        for text, left, bottom, right, top in box.glyphs
    ]


def character(text: str) -> Box:
    """One character with its class's width and height; relations and signs have space around them."""
    if text in LARGE:
        width = 0.6 if text in "∫∬∭∮" else 1.1
        return Box(width + 0.2, 0.95, 0.45, (Glyph(text, 0.1, -0.45, 0.1 + width, 0.95),), text not in "∫∬∭∮")
    if text in _RELATIONS:
        return Box(1.3, 0.6, 0.1, (Glyph(text, 0.25, 0.0, 1.05, 0.5),))
    width = 0.35 if text in _NARROW else 0.85 if text in _WIDE else 0.7 if text.isupper() else 0.5
    if text in "()[]{}|/‖⟨⟩":
        height, depth = 0.75, 0.25
    else:
        tall = text in _TALL or not text.islower()
        height, depth = 0.15 if text in ".," else 0.7 if tall else 0.45, 0.2 if text in _DEEP else 0.0
    if text == "'":
        return Box(0.3, 0.75, 0.0, (Glyph(text, 0.05, 0.4, 0.25, 0.75),))
    return Box(width, height, depth, (Glyph(text, 0.0, -depth, width, height),))


def row(boxes: Sequence[Box]) -> Box:
    """Boxes side by side on one baseline; a lone box stays as it is."""
    if len(boxes) == 1:
        return boxes[0]
    glyphs: list[Glyph] = []
    x = height = depth = 0.0
    for box in boxes:
        glyphs += shift(box, x, 0.0)
        x, height, depth = x + box.width, max(height, box.height), max(depth, box.depth)
    return Box(x, height, depth, tuple(glyphs))


def scripts(base: Box, sub: Box | None, sup: Box | None) -> Box:
    """A base with its subscript and superscript at 0.7 of its size; the glyphs come in that order."""
    if base.limits:
        return stack(base, sub, sup)
    glyphs, width, height, depth = list(base.glyphs), base.width, base.height, base.depth
    if sub is not None:
        y = -max(0.2, base.depth + 0.05, SCRIPT * sub.height - 0.35)
        glyphs += shift(sub, base.width, y, SCRIPT)
        width, depth = base.width + SCRIPT * sub.width, max(depth, SCRIPT * sub.depth - y)
    if sup is not None:
        y = max(0.4, base.height - 0.25, SCRIPT * sup.depth + 0.2)
        glyphs += shift(sup, base.width, y, SCRIPT)
        width, height = max(width, base.width + SCRIPT * sup.width), max(height, y + SCRIPT * sup.height)
    return Box(width, height, depth, tuple(glyphs))


def stack(base: Box, below: Box | None, above: Box | None) -> Box:
    """A base with smaller boxes centred below and above it."""
    width = max(box.width * size for box, size in ((base, 1.0), (below, SCRIPT), (above, SCRIPT)) if box is not None)
    glyphs, height, depth = shift(base, (width - base.width) / 2, 0.0), base.height, base.depth
    if below is not None:
        y = -depth - GAP - SCRIPT * below.height
        glyphs += shift(below, (width - SCRIPT * below.width) / 2, y, SCRIPT)
        depth = SCRIPT * below.depth - y
    if above is not None:
        y = height + GAP + SCRIPT * above.depth
        glyphs += shift(above, (width - SCRIPT * above.width) / 2, y, SCRIPT)
        height = y + SCRIPT * above.height
    return Box(width, height, depth, tuple(glyphs), base.limits)


def fraction(above: Box, below: Box) -> Box:
    """Numerator, bar and denominator around the axis."""
    width = max(above.width, below.width) + 0.2
    up, down = AXIS + GAP + above.depth, AXIS - GAP - below.height
    glyphs = [
        *shift(above, (width - above.width) / 2, up),
        Glyph("fraction bar", 0.0, AXIS - 0.02, width, AXIS + 0.02),
        *shift(below, (width - below.width) / 2, down),
    ]
    return Box(width, up + above.height, below.depth - down, tuple(glyphs))


def root(body: Box, degree: Box | None) -> Box:
    """The radical sign with its bar is one glyph, before its body and after its degree."""
    indent = 0.75 + (max(0.0, 0.5 * degree.width - 0.3) if degree else 0.0)
    glyphs = shift(degree, 0.0, 0.4 * body.height, 0.5) if degree else []
    glyphs.append(Glyph("√", indent - 0.75, -body.depth - 0.05, indent + body.width, body.height + GAP))
    glyphs += shift(body, indent, 0.0)
    return Box(indent + body.width, body.height + GAP, body.depth + 0.05, tuple(glyphs))


def accent(name: str, body: Box, wide: bool, under: bool) -> Box:
    """A mark over (or under) its body, as wide as the body if `wide`; the mark comes first, as in LaTeX."""
    width = max(body.width, 0.4) if wide else 0.4
    left = (body.width - width) / 2
    bottom = -body.depth - 0.2 if under else body.height + 0.05
    glyphs = (Glyph(name, left, bottom, left + width, bottom + 0.15), *body.glyphs)
    height, depth = (body.height, body.depth + 0.2) if under else (body.height + 0.2, body.depth)
    return Box(body.width, height, depth, glyphs, name in ("⏞", "⏟"))


def fenced(left: str, body: Box, right: str) -> Box:
    """A body between delimiters as tall as itself; "." is none."""
    top, bottom = max(0.75, body.height), -max(0.25, body.depth)
    glyphs: list[Glyph] = []
    x = 0.0
    for part in (left, body, right):
        if isinstance(part, Box):
            glyphs += shift(part, x, 0.0)
            x += part.width
        elif part != ".":
            glyphs.append(Glyph(part, x, bottom, x + 0.35, top))
            x += 0.35
    return Box(x, top, -bottom, tuple(glyphs))


def array(rows: Sequence[Sequence[Box]]) -> Box:
    """Cells in columns, centred, an em apart; the whole is centred on the axis."""
    widths = [max(line[i].width for line in rows if i < len(line)) for i in range(max(map(len, rows)))]
    heights = [max(0.7, *(cell.height for cell in line)) for line in rows]
    depths = [max(0.3, *(cell.depth for cell in line)) for line in rows]
    total = sum(heights) + sum(depths) + 0.2 * (len(rows) - 1)
    glyphs: list[Glyph] = []
    y = AXIS + total / 2
    for line, height, depth in zip(rows, heights, depths, strict=True):
        x, y = 0.0, y - height
        for cell, width in zip(line, widths, strict=False):
            glyphs += shift(cell, x + (width - cell.width) / 2, y)
            x += width + 1.0
        y -= depth + 0.2
    return Box(sum(widths) + len(widths) - 1.0, AXIS + total / 2, total / 2 - AXIS, tuple(glyphs))
