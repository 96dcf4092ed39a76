"""Text and coordinates as JSON objects with "box" or "bbox" and "text", in an array or not, fenced, broken or cut.

Objects are matched one by one, so a broken one costs only itself. They are flat, so nothing here nests or recurses,
and an attempt at one never runs past the start of the next: linear time (see wire_markup on the patterns).
"""

from __future__ import annotations

import json
import re

from hyocr.tasks.wire import Found, points
from hyocr.tasks.wire_markup import TAG

NOISE = re.compile(rf"```(?:json)?|[\[\]{{}},]|{TAG.pattern}")
EMPTY = re.compile(r"\s*+(?:```(?:json)?)?\s*+\[\s*+\]\s*+(?:```)?\s*+")

_STRING = r'"[^"\\]*+(?:\\.[^"\\]*+)*"'
_ARRAY = r"\[[^\[\]{}]*+(?:\[[^\[\]{}]*+\][^\[\]{}]*+)*\]"
_VALUE = rf'{_STRING}|{_ARRAY}|[^\s"\[\]{{}},]++'
_MEMBER = rf"{_STRING}\s*+:\s*+(?:{_VALUE})"
_OBJECT = re.compile(rf"\{{\s*+{_MEMBER}(?:\s*+,\s*+{_MEMBER})*\s*+,?\s*+(?:\}}|\Z)", re.DOTALL)
_SPLIT = re.compile(rf"(?P<key>{_STRING})\s*+:\s*+(?P<value>{_VALUE})", re.DOTALL)


def scan(raw: str) -> list[Found]:
    """The lines in `raw`: every object with a box and a text that is not blank."""
    return [found for match in _OBJECT.finditer(raw) if (found := _record(raw, match.start(), match.end()))]


def _record(raw: str, start: int, end: int) -> Found | None:
    """The object at `raw[start:end]` as a line; its other members stay uncovered. None if it is no line."""
    text: re.Match[str] | None = None
    corners = None
    covered, at = [], start
    for member in _SPLIT.finditer(raw, start + 1, end):
        key = member["key"][1:-1]
        box = points(member["value"]) if key in ("box", "bbox") else None
        if key == "text" and text is None:
            text = member
        elif box and corners is None:
            corners = box
        else:
            covered.append((at, member.start()))
            at = member.end()
    covered.append((at, end))
    if text is None or corners is None:
        return None
    words = _string(text["value"])
    quoted = text["value"].startswith('"')
    inside = (text.start("value") + quoted, text.end("value") - quoted)
    return Found(words, *inside, corners, tuple(covered)) if words else None


def _string(value: str) -> str:
    """A JSON string's or number's text, stripped; what JSON forbids (a lone backslash) stays as written."""
    if value == "null" or value.startswith("["):
        return ""
    if not value.startswith('"'):
        return value
    try:
        decoded = str(json.loads(value, strict=False))
    except ValueError:
        decoded = value[1:-1]
    # Half a surrogate pair is valid JSON but cannot be written to a file.
    return decoded.encode("utf-16", "surrogatepass").decode("utf-16", "replace").strip()
