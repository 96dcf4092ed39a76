"""Answers made of pieces of a text: which tokens may come next, whatever the model would like to write.

Constrained decoding over the bytes of the answer (Willard and Louf 2023, arXiv 2307.09702, with a state machine made
for each text instead of one compiled from a regular expression). The machine is a chain of literals and spans. A state
is the set of all places of it where the answer so far may end: (node, offset). A token is allowed if all its bytes lead
somewhere. Tokens are found by walking from a state along the bytes that are possible there, as long as some token
begins with them, so that few of the vocabulary's tokens are looked at.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from hyocr.engines.base import Verbatim

NOT_THERE = "Not found."
"""What small is taught to answer to a question for something that the page does not have."""

Place = tuple[int, int]
State = frozenset[Place]

END = -1
"""The node after the last one."""

_WORD = re.compile(r"[^\W\d_]+|\d+|\S")
"""A span begins where one of these begins, and ends where one ends."""


class _Written(Protocol):
    """What each token writes, in UTF-8 bytes: `hyocr.engines.writer.Pieces`."""

    def __len__(self) -> int: ...

    def __getitem__(self, token: int) -> bytes: ...


class Spelling:
    """The tokens that write given bytes, and whether some token's bytes begin with them."""

    def __init__(self, pieces: _Written) -> None:
        self.pieces = pieces
        self.tokens: dict[bytes, list[int]] = defaultdict(list)
        for token in range(len(pieces)):
            if piece := pieces[token]:
                self.tokens[piece].append(token)
        self.beginnings = {piece[:end] for piece in self.tokens for end in range(1, len(piece) + 1)}


@dataclass
class _Node:
    """Bytes to be written, from one of `starts` to one of `ends` (offsets), and the nodes that may follow."""

    content: bytes
    starts: Collection[int]
    ends: Collection[int]
    following: list[int] = field(default_factory=list)


class Grammar:
    """The answers that a `Verbatim` allows, token by token: `start`, then `after` each of the `allowed` tokens."""

    def __init__(self, spelling: Spelling, stops: Collection[int], wanted: Verbatim) -> None:
        self._spelling, self._stops = spelling, sorted(stops)
        self._nodes: list[_Node] = []
        text = " ".join(wanted.text.split())
        first = self._object(text, wanted.names) if wanted.names else self._piece(text)
        self.start = self._enter(first)
        self._known: dict[State, list[int]] = {}

    def allowed(self, state: State) -> Sequence[int]:
        """The tokens that may follow: those that end the answer where it may end, and if nothing else is possible."""
        if state not in self._known:
            found = self._tokens(state)
            if not found or (END, 0) in state:
                found += self._stops
            self._known[state] = found
        return self._known[state]

    def after(self, state: State, token: int) -> State:
        """The state after one more token."""
        for byte in self._spelling.pieces[token]:
            state = self._moves(state).get(byte, frozenset())
        return state

    def _tokens(self, state: State) -> list[int]:
        found: list[int] = []
        todo = [(state, b"")]
        while todo:
            at, written = todo.pop()
            found += self._spelling.tokens.get(written, ())
            for byte, then in self._moves(at).items():
                if (longer := written + bytes([byte])) in self._spelling.beginnings:
                    todo.append((then, longer))
        return found

    def _moves(self, state: State) -> dict[int, State]:
        """What each byte that is possible leads to."""
        moves: dict[int, set[Place]] = defaultdict(set)
        for node, offset in state:
            if node != END and offset < len(self._nodes[node].content):
                moves[self._nodes[node].content[offset]] |= self._at(node, offset + 1)
        return {byte: frozenset(places) for byte, places in moves.items()}

    def _at(self, node: int, offset: int) -> State:
        """The places that are reached with that many bytes of a node: there, and at the beginning of what follows."""
        here = self._nodes[node]
        return frozenset({(node, offset)}) | (self._enter(here.following) if offset in here.ends else frozenset())

    def _enter(self, nodes: Sequence[int]) -> State:
        """The places at the beginning of any of the nodes."""
        places: set[Place] = set()
        for node in nodes:
            places |= {(END, 0)} if node == END else {(node, start) for start in self._nodes[node].starts}
        return frozenset(places)

    def _literal(self, content: str, *following: int) -> int:
        data = content.encode()
        self._nodes.append(_Node(data, (0,), (len(data),), list(following)))
        return len(self._nodes) - 1

    def _span(self, text: str, quoted: bool, *following: int) -> int:
        """A piece of the text, from a word's start to a word's end, within quotes written as JSON has it."""
        written = [json.dumps(c, ensure_ascii=False)[1:-1].encode() if quoted else c.encode() for c in text]
        offsets = [0]
        for piece in written:
            offsets.append(offsets[-1] + len(piece))
        words = [(offsets[word.start()], offsets[word.end()]) for word in _WORD.finditer(text)]
        starts, ends = {start for start, _ in words}, {end for _, end in words}
        self._nodes.append(_Node(b"".join(written), starts, ends, list(following)))
        return len(self._nodes) - 1

    def _piece(self, text: str) -> list[int]:
        spans = [self._span(text, False, END)] if text else []
        return [*spans, self._literal(NOT_THERE, END)]

    def _object(self, text: str, names: Sequence[str]) -> list[int]:
        """{"name": "piece", "name": "piece"} with some of the names, in order: made from the last to the first."""
        close = self._literal("}", END)
        later: list[int] = []
        for name in reversed(names if text else ()):
            comma = [self._literal(", ", *later)] if later else []
            value = self._span(text, True, self._literal('"', close, *comma))
            later = [self._literal(f'{json.dumps(name, ensure_ascii=False)}: "', value), *later]
        return [self._literal("{", close, *later)]
