"""What was changed between a truth and an answer, for people to look at.

Levenshtein's opcodes (rapidfuzz, bit-parallel: words^2 / 64 steps) align words first; the characters of a changed
stretch are aligned only where it is short and its two sides are alike, since scattered single letters in common tell a
reader nothing.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from rapidfuzz.distance import Levenshtein

WORDS = 50_000
"""A text with more words than this (a second of aligning) is not compared, but shown as replaced."""
CHARACTERS = 2_000
"""A changed stretch with a longer side is shown as replaced."""
ALIKE = 0.5
"""Least normalised similarity of a changed stretch's two sides for its characters to be aligned."""

# A word with the space behind it (spaces counted as words would be matched with each other before words are), or one
# Chinese or Japanese character, which are written without spaces.
_CJK = r"\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_WORD = re.compile(rf"[{_CJK}]\s*|[^\s{_CJK}]+\s*|\s+")

Kind = Literal["same", "deleted", "inserted"]


class Change(NamedTuple):
    """A stretch of text: in both, only in the truth ("deleted"), or only in the answer ("inserted")."""

    kind: Kind
    text: str


def diff(truth: str, answer: str) -> list[Change]:
    """The stretches in reading order; neighbours differ in kind, and what was deleted stands before what replaced it.

    "same" and "deleted" joined are `truth`, "same" and "inserted" joined are `answer`.
    """
    there, given = _WORD.findall(truth), _WORD.findall(answer)
    if max(len(there), len(given)) > WORDS and truth != answer:
        return _replaced(truth, answer)
    changes: list[Change] = []
    for same, left, right in _stretches(there, given):
        changes += [Change("same", "".join(there[left]))] if same else _words(there[left], given[right])
    return _joined(changes)


def _words(old: list[str], new: list[str]) -> list[Change]:
    """A changed stretch: compared by characters if its sides are alike; if not, then at least as far as its words are
    alike one by one, from either end."""
    if _alike("".join(old), "".join(new)):
        return _characters("".join(old), "".join(new))
    shorter = min(len(old), len(new))
    head = next((at for at in range(shorter) if not _alike(old[at], new[at])), shorter)
    rest = shorter - head
    tail = next((at for at in range(rest) if not _alike(old[-1 - at], new[-1 - at])), rest)
    changes: list[Change] = []
    for pair in zip(old[:head], new[:head], strict=True):
        changes += _characters(*pair)
    changes += _replaced("".join(old[head : len(old) - tail]), "".join(new[head : len(new) - tail]))
    for pair in zip(old[len(old) - tail :], new[len(new) - tail :], strict=True):
        changes += _characters(*pair)
    return changes


def _alike(old: str, new: str) -> bool:
    return max(len(old), len(new)) <= CHARACTERS and Levenshtein.normalized_similarity(old, new) >= ALIKE


def _characters(old: str, new: str) -> list[Change]:
    changes: list[Change] = []
    for same, left, right in _stretches(old, new):
        changes += [Change("same", old[left])] if same else _replaced(old[left], new[right])
    return changes


def _stretches(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[bool, slice, slice]]:
    """Whether the two sides are the same, and their slices; changes that touch are one stretch."""
    begun: tuple[int, int] | None = None
    for step in Levenshtein.opcodes(old, new):
        if step.tag == "equal":
            if begun:
                yield False, slice(begun[0], step.src_start), slice(begun[1], step.dest_start)
                begun = None
            yield True, slice(step.src_start, step.src_end), slice(step.dest_start, step.dest_end)
        elif begun is None:
            begun = step.src_start, step.dest_start
    if begun:
        yield False, slice(begun[0], len(old)), slice(begun[1], len(new))


def _replaced(old: str, new: str) -> list[Change]:
    sides: list[Change] = [Change("deleted", old), Change("inserted", new)]
    return [side for side in sides if side.text]


def _joined(changes: list[Change]) -> list[Change]:
    """Neighbours of one kind made one; of a run of changes, what was deleted is put first."""
    joined: list[Change] = []
    for same, run in itertools.groupby(changes, key=lambda change: change.kind == "same"):
        texts = {"same": "", "deleted": "", "inserted": ""}
        for kind, text in run:
            texts[kind] += text
        joined += [Change("same", texts["same"])] if same else _replaced(texts["deleted"], texts["inserted"])
    return joined
