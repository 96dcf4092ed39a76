"""Text and coordinates in HunyuanOCR's markup, with its special tokens kept, spelled as placeholders, or stripped.

The output is cut at its tags into elements (text, box, or junk), and neighbouring texts and boxes are paired.

Linear time: in the patterns a run of one kind of character is possessive (`*+`), and each repeated group starts with a
character that cannot end the run before it. (Repeated groups are not possessive: Python 3.11 mishandles some of those.)
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from hyocr.tasks.wire import Found, Points, points, trimmed

TAG = re.compile(
    r"<(?P<slash>/?)(?P<name>ref|quad|box|poly|det|point|pFig|hy-meta|layout|think|answer)>|<none>"
    r"|<[｜|]hy_place[▁_]holder[▁_]no[▁_](?P<number>10[89]|11[0-9])[｜|]>"
)
BOX_TAGS = ("quad", "box", "poly", "det")

# Placeholder numbers of the published vocabulary: even opens, the next odd number closes.
_PLACEHOLDERS = {108: "box", 110: "quad", 112: "ref", 114: "pFig", 116: "det", 118: "point"}
_OPAQUE = ("hy-meta", "think")  # what they hold is theirs, tags included

_NUMBER = r"-?[0-9]{1,40}+(?:\.[0-9]{1,40}+)?"
_PAIR = rf"\(\s*+{_NUMBER}\s*+,\s*+{_NUMBER}\s*+\)"
_BARE_PAIRS = re.compile(rf"{_PAIR}(?:\s*+,\s*+{_PAIR})+|(?:<pos_[0-9]{{1,40}}+>){{4,}}")
_BARE_BRACKETS = re.compile(rf"\[\s*+{_NUMBER}(?:\s*+,\s*+{_NUMBER}){{3}}\s*+\]")


@dataclass(frozen=True)
class Tag:
    """An opening or closing tag and where it stands; `name` is "" for one that only separates."""

    name: str
    opens: bool
    start: int
    end: int


@dataclass(frozen=True)
class Element:
    """A stretch `start:end` of output, its tags included: text at `inner`, a box with `points`, or neither (junk)."""

    kind: Literal["text", "box", "junk"]
    start: int
    end: int
    inner: tuple[int, int] = (0, 0)
    points: Points = ()


def tags(raw: str) -> Iterator[Tag]:
    """Every tag of `raw`, in order."""
    for match in TAG.finditer(raw):
        name, opens = match["name"] or "", not match["slash"]
        if match["number"]:
            number = int(match["number"])
            name, opens = _PLACEHOLDERS[number - number % 2], number % 2 == 0
        yield Tag(name, opens and bool(name), match.start(), match.end())


def marked(raw: str) -> bool:
    """Whether `raw` has a tag that says where a text or a box is."""
    return any(tag.name == "ref" or tag.name in BOX_TAGS for tag in tags(raw))


def scan(raw: str) -> list[Found]:
    """The lines in `raw`: neighbouring text and box elements, text first unless the output starts with a tagged box."""
    elements = _elements(raw)
    box_first = bool(elements) and elements[0].kind == "box" and raw[elements[0].start] == "<"
    wanted = ("box", "text") if box_first else ("text", "box")
    found, i = [], 0
    while i + 1 < len(elements):
        first, second = elements[i : i + 2]
        if (first.kind, second.kind) == wanted:
            text, box = (second, first) if box_first else (first, second)
            start, end = text.inner
            found.append(Found(raw[start:end], start, end, box.points, ((first.start, second.end),)))
            i += 2
        else:
            i += 1
    return found


def _elements(raw: str) -> list[Element]:
    cuts = [*tags(raw), Tag("", False, len(raw), len(raw))]
    coordinates = _bare_coordinates(raw, cuts)
    elements: list[Element] = []
    opened: Tag | None = None
    at = 0
    for tag in cuts:
        closes = opened is not None and tag.name == opened.name and not tag.opens
        if opened is None or opened.name == "answer":
            elements += _bare(raw, at, tag.start, coordinates)
        else:
            start = opened.start if at == opened.end else at
            elements.append(_tagged(raw, opened.name, (start, tag.end if closes else tag.start), (at, tag.start)))
        if opened is None or opened.name not in _OPAQUE or closes or (tag.name == "ref" and tag.opens):
            opened = tag if tag.opens else None
        at = tag.end
    return elements


def _bare_coordinates(raw: str, cuts: list[Tag]) -> re.Pattern[str] | None:
    """How coordinates outside tags are written here. One output uses one way: with box tags, all else is text."""
    if any(tag.name in BOX_TAGS for tag in cuts):
        return None
    if _BARE_PAIRS.search(raw):
        return _BARE_PAIRS
    # Brackets in braces belong to broken JSON, where the text around them is no line.
    return None if "{" in raw else _BARE_BRACKETS


def _bare(raw: str, start: int, end: int, coordinates: re.Pattern[str] | None) -> Iterator[Element]:
    at = start
    for match in coordinates.finditer(raw, start, end) if coordinates else ():
        yield from _text(raw, at, match.start())
        at = match.end()
        yield _box(raw, match.span(), match.span())
    yield from _text(raw, at, end)


def _text(raw: str, start: int, end: int) -> Iterator[Element]:
    inner = trimmed(raw, start, end)
    if inner[0] < inner[1]:
        yield Element("text", *inner, inner)


def _box(raw: str, outer: tuple[int, int], inner: tuple[int, int]) -> Element:
    corners = points(raw[slice(*inner)])
    return Element("box", *outer, points=corners) if corners else Element("junk", *outer)


def _tagged(raw: str, name: str, outer: tuple[int, int], inner: tuple[int, int]) -> Element:
    if name in BOX_TAGS:
        return _box(raw, outer, inner)
    words = trimmed(raw, *inner)
    # Empty text is junk, not nothing: its box must not go to the line before it.
    return Element("text", *outer, words) if name == "ref" and words[0] < words[1] else Element("junk", *outer)
