"""Parts of a page that fit a language model: as many rows as it takes at once, with some rows in common."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate

from hyocr.observation import Observation

MOST_TOKENS = 2048
"""Tokens of a prompt: what small models answer well from, whatever their context."""

LEAST_TOKENS = 256
"""Of a part, however long the question is."""

OVERLAP = 4
"""Rows that a part has in common with the one before, so that a value of several rows is whole in one of them."""


def windows(observation: Observation, prompt: str, context: int | None = None) -> list[Observation]:
    """Cut an observation into parts from top to bottom, one if it fits, each of at least a row.

    A part and `prompt` together stay within `MOST_TOKENS` and half of `context`, the tokens that the model takes in
    all; tokens are estimated from above.
    """
    room = min(MOST_TOKENS, context // 2 if context else MOST_TOKENS) - _tokens(prompt)
    rows = observation.text.split("\n")
    costs = [_tokens(row) + 1 for row in rows]
    starts = [0, *accumulate(len(row) + 1 for row in rows)]
    spans = list(_spans(costs, max(LEAST_TOKENS, room)))
    return [_part(observation, starts[first], starts[last] - 1) for first, last in spans]


def _spans(costs: list[float], room: float) -> Iterator[tuple[int, int]]:
    """The rows of each part: from the first up to the second."""
    first = 0
    while True:
        last, left = first, room
        while last < len(costs) and (last == first or costs[last] <= left):
            left -= costs[last]
            last += 1
        yield first, last
        if last == len(costs):
            return
        first = max(first + 1, last - OVERLAP)


def _part(observation: Observation, start: int, end: int) -> Observation:
    chosen = [i for i, at in enumerate(observation.starts) if start <= at < end]
    lines = tuple(observation.lines[i] for i in chosen)
    return Observation(observation.text[start:end], lines, tuple(observation.starts[i] - start for i in chosen))


def _tokens(text: str) -> float:
    """A text's tokens, or more: one for each digit and each byte beyond ASCII, and 2.2 other characters for one."""
    digits = sum(letter.isdigit() for letter in text)
    more = len(text.encode("utf-8", "replace")) - len(text)
    beyond = sum(letter > "\x7f" for letter in text)
    return digits + beyond + more + (len(text) - digits - beyond) / 2.2
