"""What a formula is made of: strings that matplotlib's mathtext can set, and nodes for what it cannot."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TypeAlias

from training.synth.formula import names

_SAME_FONT = re.compile(r"(\\math(rm|it|bf|sf|tt|cal|frak|scr|bfit)\{[A-Za-z0-9]+)\}\\math\2\{(?=[A-Za-z0-9])")
_SHORT_GROUP = 4  # longer ones are set from their pieces, which are remembered


@dataclass(frozen=True)
class Table:
    """Rows of cells; `columns` holds one of l, c, r for each column, repeated as needed."""

    rows: tuple[tuple[Row, ...], ...]
    columns: str
    kind: str  # "matrix", "cases", "align" (displayed lines), "small" (\substack, smallmatrix)
    verticals: tuple[int, ...] = ()  # a rule before this column
    horizontals: tuple[int, ...] = ()  # a rule above this row


@dataclass(frozen=True)
class Fence:
    """A body between two delimiters as tall as it is; "." stands for none."""

    left: str
    body: Row
    right: str


@dataclass(frozen=True)
class Fraction:
    """Two rows over each other: with a rule, or between two delimiters."""

    top: Row
    bottom: Row
    delimiters: str  # "" for a rule, else two characters, ".." for none
    small: bool  # text style: both parts are set smaller


@dataclass(frozen=True)
class Root:
    degree: Row  # empty for a square root
    body: Row


@dataclass(frozen=True)
class Scripts:
    """What stands below and above a nucleus (`limits`), or at its right."""

    nucleus: Row
    below: Row
    above: Row
    limits: bool
    native: bool = False  # an operator to which mathtext gives limits by itself


@dataclass(frozen=True)
class Decorated:
    """A body with a stretched sign: overline, underline, overbrace, underbrace, over-arrows, boxed, or a long arrow."""

    sign: str
    body: Row


Node: TypeAlias = str | Table | Fence | Fraction | Root | Scripts | Decorated
Row: TypeAlias = tuple[Node, ...]


def plain(row: Row) -> str | None:
    """The row as one mathtext string, or None if there is something in it that mathtext cannot set."""
    parts = [node if isinstance(node, str) else source_of(node) for node in row]
    if any(part is None for part in parts):
        return None
    return merged("".join(str(part) for part in parts))


def merged(source: str) -> str:
    """With neighbouring letters of one font in one group."""
    while (shorter := _SAME_FONT.sub(r"\1", source)) != source:
        source = shorter
    return source


def source_of(node: Node) -> str | None:
    """A node as a mathtext string, or None."""
    if isinstance(node, Fence):
        body = plain(node.body)
        return None if body is None else f"{{\\left{node.left} {body or '{}'}\\right{node.right} }}"
    if isinstance(node, Fraction):
        top, bottom = plain(node.top), plain(node.bottom)
        if top is None or bottom is None:
            return None
        if not node.delimiters:
            return ("\\frac" if node.small else "\\dfrac") + braced(top) + braced(bottom)
        left, right = (mark.strip(".") for mark in node.delimiters)
        return f"\\genfrac{{{left}}}{{{right}}}{{0}}{{{int(node.small)}}}{braced(top)}{braced(bottom)}"
    if isinstance(node, Root):
        degree, body = plain(node.degree), plain(node.body)
        if degree is None or body is None:
            return None
        return "\\sqrt" + (f"[{braced(degree)}]" if degree else "") + braced(body)
    if isinstance(node, Scripts):
        base, under, over = plain(node.nucleus), plain(node.below), plain(node.above)
        if base is None or under is None or over is None or (node.limits and not node.native):
            return None
        if node.native and not node.limits and base.strip()[1:] in names.LIMIT_FUNCTIONS:
            base = f"\\operatorname{{{base.strip()[1:]}}}"  # this name does not take limits, nor does a group
        elif len(node.nucleus) > 1 or (node.native and not node.limits):
            base = braced(base)
        return base + (f"_{{{under}}}" if under else "") + (f"^{{{over}}}" if over else "")
    if isinstance(node, Decorated) and node.sign in ("overline", "underline", "overrightarrow", "overleftarrow"):
        body = plain(node.body)
        return None if body is None else f"\\{node.sign}{braced(body)}"
    return None


def braced(source: str) -> str:
    """In braces; mathtext wants something in them."""
    return "{" + (source or "{}") + "}"


def group(row: Row) -> Row:
    """A group is one nucleus; fractions and fences that stand alone in one stay what they are."""
    if len(row) == 1 and not isinstance(row[0], str):
        return row
    if all(isinstance(node, str) for node in row) and len(row) <= _SHORT_GROUP:
        return (braced(plain(row) or ""),)
    return row


def as_table(rows: list[list[Row]], rules: list[int], name: str, columns: str) -> Table:
    """A table from its cells, the rows with a rule above, its environment and the columns given to it."""
    width = max(len(row) for row in rows)
    verticals = tuple(len(part) for part in _prefixes(columns))
    letters = re.sub(r"[|\s]", "", columns)
    if columns and not re.fullmatch(r"[lcr]+", letters):
        raise ValueError("LaTeX: an array's columns are given in a way that this module does not know")
    if columns and width > len(letters):
        raise ValueError("LaTeX: a row has more cells than the array has columns")
    kind = "align" if not name or name in names.DISPLAYED else "cases" if "cases" in name else "matrix"
    if name in ("substack", "smallmatrix"):
        kind = "small"
    if kind == "align" and not letters:
        letters = (
            "c" if width == 1 and name in names.CENTRED else "rcl" if name in ("", "eqnarray") and width == 3 else "rl"
        )
        if width == 1 and not name:
            letters = "l"
    filled = tuple((*row, *[()] * (width - len(row))) for row in rows)
    return Table(filled, letters or ("l" if kind == "cases" else "c"), kind, verticals, tuple(rules))


def _prefixes(columns: str) -> list[str]:
    """For each | in an array's columns, the column letters before it."""
    return [re.sub(r"[|\s]", "", columns[:at]) for at, mark in enumerate(columns) if mark == "|"]
