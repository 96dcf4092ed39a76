"""Outlines of stretched signs: delimiters, braces, arrows and rules as polygons, in em, for any size.

A font has delimiters in a few sizes and builds taller ones from parts; drawn as outlines they are one thing at all
heights. Delimiters are centred on y = 0, horizontal signs begin at x = 0 with their middle at y = 0.
"""

from __future__ import annotations

from typing import TypeAlias

Point: TypeAlias = tuple[float, float]
Outline: TypeAlias = tuple[Point, ...]

_THIN, _THICK = 0.05, 0.1


def _stroke(spine: list[tuple[float, float, float]]) -> Outline:
    """A stroke that runs upwards along (x, y), as thick as its third number, measured across x."""
    left = [(x - thick / 2, y) for x, y, thick in spine]
    right = [(x + thick / 2, y) for x, y, thick in reversed(spine)]
    return tuple(left + right)


def _rectangle(x: float, y: float, width: float, height: float) -> Outline:
    return ((x, y), (x + width, y), (x + width, y + height), (x, y + height))


def _mirrored(outlines: list[Outline], width: float) -> list[Outline]:
    return [tuple((width - x, y) for x, y in outline) for outline in outlines]


def _parenthesis(height: float, width: float) -> list[Outline]:
    """Straight in the middle and bent at its ends, which taper."""
    spine = []
    for step in range(33):
        t = step / 16 - 1
        bend = abs(t) ** (2 if height < 2 else 3)
        spine.append((0.1 + (width - 0.15) * bend, t * height / 2, _THICK * (1 - bend) + _THIN * bend))
    return [_stroke(spine)]


def _brace_spine(length: float, width: float) -> list[tuple[float, float, float]]:
    """(across, along, thickness) of a brace whose point is at across = 0."""
    reach = min(0.5, 0.3 / (length / 2))  # how much of each half is bent, at either end
    spine = []
    for step in range(-32, 33):
        t = abs(step) / 32
        across, thick = width / 2, _THICK
        if t > 1 - reach:
            bend = (t - 1 + reach) / reach
            across, thick = width / 2 + (width / 2 - _THIN) * bend**2, _THICK - 0.03 * bend
        elif t < reach:
            bend = 1 - t / reach
            across, thick = width / 2 - (width / 2 - _THIN) * bend**2, _THICK - 0.03 * bend
        spine.append((across, step / 32 * length / 2, thick))
    return spine


def delimiter(mark: str, height: float) -> tuple[float, list[Outline]]:
    r"""(width, outlines) of a delimiter. Raises ValueError for one that is not drawn stretched."""
    half = height / 2
    if mark in ("|", "\\|"):
        xs = (0.11,) if mark == "|" else (0.08, 0.26)
        return 0.28 if mark == "|" else 0.4, [_rectangle(x, -half, _THIN, height) for x in xs]
    if mark in ("(", ")"):
        width = min(0.35 + 0.08 * height, 0.75)
        outlines = _parenthesis(height, width)
        return width, outlines if mark == "(" else _mirrored(outlines, width)
    if mark in ("\\{", "\\}"):
        width = 0.5
        outlines = [_stroke(_brace_spine(height, width))]
        return width, outlines if mark == "\\{" else _mirrored(outlines, width)
    if mark in ("\\langle", "\\rangle"):
        width = min(0.3 + 0.04 * height, 0.5)
        outlines = [_stroke([(width - 0.06, -half, 0.07), (0.06, 0, 0.07), (width - 0.06, half, 0.07)])]
        return width, outlines if mark == "\\langle" else _mirrored(outlines, width)
    feet = {"[": (-1, 1), "]": (-1, 1), "\\lfloor": (-1,), "\\rfloor": (-1,), "\\lceil": (1,), "\\rceil": (1,)}
    if mark not in feet:
        raise ValueError(f"LaTeX: {mark} is not drawn around a matrix")
    width = 0.4
    outlines = [_rectangle(0.12, -half, 0.06, height)]
    outlines += [_rectangle(0.12, half - 0.05 if end > 0 else -half, 0.25, 0.05) for end in feet[mark]]
    return width, outlines if mark in ("[", "\\lfloor", "\\lceil") else _mirrored(outlines, width)


def brace(width: float, over: bool) -> list[Outline]:
    """A brace that lies, its point upwards for one over something."""
    outline = _stroke(_brace_spine(width, 0.4))
    return [tuple((along + width / 2, (0.2 - across) * (1 if over else -1)) for across, along in outline)]


def line(width: float, thickness: float) -> list[Outline]:
    return [_rectangle(0, -thickness / 2, width, thickness)]


def frame(width: float, height: float, thickness: float) -> list[Outline]:
    """Four sides whose outer edges are the rectangle from (0, 0)."""
    flat = [_rectangle(0, y, width, thickness) for y in (0, height - thickness)]
    return flat + [_rectangle(x, 0, thickness, height) for x in (0, width - thickness)]


def arrow(width: float, direction: str) -> list[Outline]:
    """A long arrow; `direction` is rightarrow or leftarrow."""
    shaft = _rectangle(0, -_THIN / 2, width - 0.04, _THIN)
    head: Outline = ((width, 0), (width - 0.25, 0.17), (width - 0.27, 0.13), (width - 0.12, 0), (width - 0.27, -0.13))
    outlines = [shaft, (*head, (width - 0.25, -0.17))]
    return outlines if direction == "rightarrow" else _mirrored(outlines, width)
