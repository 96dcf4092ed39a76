"""Finding delimited stretches of text in linear time, however hostile the text is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple


class Delimiters(NamedTuple):
    """What opens and what closes a stretch."""

    opening: str
    closing: str


class Stretch(NamedTuple):
    """`text[start:end]` with its delimiters; `body` is what stands between them."""

    start: int
    end: int
    delimiters: Delimiters
    body: str


class _Next:
    """The next place of a string in a text; asked for ever greater positions it reads the text once."""

    def __init__(self, text: str, string: str) -> None:
        self._text, self._string, self._at = text, string, -1

    def __call__(self, position: int) -> int:
        """First place at or after `position`, the text's length where there is none."""
        if self._at < position:
            found = self._text.find(self._string, position)
            self._at = len(self._text) if found < 0 else found
        return self._at


def delimited(text: str, pairs: Sequence[Delimiters], within_line: bool = False) -> Iterator[Stretch]:
    """All stretches from left to right, none inside another; at one place the first of `pairs` that closes counts.

    Equal to the alternation of `opening(.*?)closing` as a regular expression, dot matching newlines unless
    `within_line`.
    """
    openings = [_Next(text, pair.opening) for pair in pairs]
    closings = [_Next(text, pair.closing) for pair in pairs]
    newlines = [_Next(text, "\n") for _ in pairs]
    position = 0
    while (start := min(find(position) for find in openings)) < len(text):
        position = start + 1
        for pair, opening, closing, newline in zip(pairs, openings, closings, newlines, strict=True):
            if opening(start) != start:
                continue
            inner = start + len(pair.opening)
            close = closing(inner)
            if close < len(text) and not (within_line and newline(inner) < close):
                position = close + len(pair.closing)
                yield Stretch(start, position, pair, text[inner:close])
                break


def without(text: str, pair: Delimiters, replacement: str = "") -> str:
    """The text with every stretch between the two delimiters, and they themselves, replaced."""
    kept, position = [], 0
    for stretch in delimited(text, [pair]):
        kept += [text[position : stretch.start], replacement]
        position = stretch.end
    return "".join(kept) + text[position:]
