"""Answers in two parts, what was read and what was concluded from it, and the tags that mark them.

`<observation>lines</observation><think>why</think><answer>answer</answer>`, the middle left out or not: the template of
VIDEOP2R (arXiv 2511.11113), whose observation is here the text as it stands in the image.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from hyocr.document import Unparsed
from hyocr.engines.base import Generation
from hyocr.tasks import read
from hyocr.tasks.base import Parsed
from hyocr.tasks.wire import trimmed

Span = tuple[int, int]
"""Where a stretch of output begins and ends, without the whitespace around it."""

_TAG = re.compile(r"<(?P<slash>/?)(?P<name>observation|think|answer)>")


@dataclass(frozen=True)
class Parts:
    """Where an output says what was read, what was concluded (empty spans where it does not), and what is neither."""

    observation: Span
    answer: Span
    rest: list[Span]


def tagged(raw: str) -> Parts:
    """The parts as tags mark them, each up to its closing tag, the next tag or the end; the first of each kind counts.

    Without `<answer>`, what stands last outside all tags is the answer, and so is all of an output without tags.
    Thoughts before the answer, between both their tags, are no part of the result.
    """
    sections = list(_sections(raw))
    observation = next((span for name, span, _ in sections if name == "observation"), (0, 0))
    outside = [span for name, span, _ in sections if not name and span[0] < span[1]]
    answer = next((span for name, span, _ in sections if name == "answer"), outside[-1] if outside else (0, 0))
    kept = [span for name, span, closed in sections if not (name == "think" and closed and span[1] < answer[0])]
    rest = [span for span in kept if span[0] < span[1] and span not in (observation, answer)]
    return Parts(observation, answer, rest)


def parsed(generation: Generation, parts: Parts) -> Parsed:
    """The answer as text and the observation line by line, each with the confidence of the tokens that wrote it."""
    raw = generation.text
    unparsed = [Unparsed(raw[start:end], start) for start, end in parts.rest]
    return Parsed(raw[slice(*parts.answer)], [], unparsed, read.lines(generation, *parts.observation))


def _sections(raw: str) -> Iterator[tuple[str, Span, bool]]:
    """The stretches around the tags: the tag each stands in ("" for none), where, and whether its own tag closes it."""
    opened, at = "", 0
    for tag in _TAG.finditer(raw):
        closed = bool(tag["slash"]) and tag["name"] == opened
        yield opened, trimmed(raw, at, tag.start()), closed
        opened, at = "" if tag["slash"] else tag["name"], tag.end()
    yield opened, trimmed(raw, at, len(raw)), False
