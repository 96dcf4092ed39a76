"""One answer as its tokens arrive: text, log-probabilities, offsets, and when to stop."""

from __future__ import annotations

import codecs
from bisect import bisect_right
from collections.abc import Sequence
from typing import Any

from hyocr.document import FinishReason
from hyocr.engines.base import Budget, Generation, Request
from hyocr.engines.repetition import find_loop
from hyocr.engines.verbatim import Grammar
from hyocr.errors import CheckpointError

CHECK_EVERY = 32
"""Tokens between two looks for a loop."""

_PAIRS = ("p", "box", "quad", "ref", "pFig", "det", "point")
PUBLISHED_MARKUP = {
    f"<｜hy_place▁holder▁no▁{106 + 2 * i + j}｜>": f"<{slash}{name}>"
    for i, name in enumerate(_PAIRS)
    for j, slash in enumerate(("", "/"))
}
"""HunyuanOCR's vocabulary stores its markup under numbered names (106 to 119): `<quad>` is place holder 110."""


class Pieces:
    """What each token id writes, in UTF-8 bytes: control tokens nothing, markup tokens their name."""

    def __init__(self, tokenizer: Any, control: set[int]) -> None:
        added = {i: token.content for i, token in tokenizer.added_tokens_decoder.items()}
        self._bytes: list[bytes] = []
        for i, token in enumerate(tokenizer.convert_ids_to_tokens(range(len(tokenizer)))):
            if i in control or token is None:
                self._bytes.append(b"")
            elif i in added:
                self._bytes.append(PUBLISHED_MARKUP.get(added[i], added[i]).encode())
            else:
                self._bytes.append(_spell(token))

    def __len__(self) -> int:
        return len(self._bytes)

    def __getitem__(self, token: int) -> bytes:
        # Vocabularies are padded to a round number: ids beyond the tokenizer's write nothing.
        return self._bytes[token] if token < len(self._bytes) else b""


class Writer:
    """Collects one answer, piece by piece, a piece being what one token writes. `finish` is None while it goes on.

    It ends where it stands when `budget` is over.
    """

    def __init__(self, max_tokens: int, budget: Budget) -> None:
        self.text = ""
        self.finish: FinishReason | None = None
        self._max_tokens = max_tokens
        self._budget = budget
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        self._count = 0
        self._waiting = 0  # tokens whose character is not complete yet
        self._logprobs: list[float] = []
        self._ends: list[int] = []

    def write(self, piece: bytes, logprob: float) -> None:
        """Takes the next token's UTF-8 bytes (none, or part of a character) and decides whether it was the last one."""
        self._count += 1
        self._write(piece, logprob)
        last = self._count >= self._max_tokens
        if (last or self._count % CHECK_EVERY == 0) and self._cut_loop():
            self.finish = "repetition"
        elif last:
            self.finish = "length"
        else:
            self.look()

    def look(self) -> None:
        """Ends the answer if its budget is over; `write` looks after each token."""
        if self.finish is None:
            self.finish = self._budget.over()

    def generation(self, prompt_tokens: int) -> Generation:
        """The finished answer. Bytes of a character cut off by the end are not text; their tokens end where it ends."""
        assert self.finish is not None
        return Generation(self.text, self.finish, tuple(self._logprobs), tuple(self._ends), prompt_tokens)

    def _write(self, piece: bytes, logprob: float) -> None:
        if not piece:
            return
        before = len(self.text)
        self.text += self._decoder.decode(piece)
        self._logprobs.append(logprob)
        self._ends.append(len(self.text))
        if len(self.text) == before:
            self._waiting += 1
        elif self._waiting:
            # The tokens that began a character belong to it, not to the text before it.
            for i in range(len(self._ends) - 1 - self._waiting, len(self._ends) - 1):
                self._ends[i] = before + 1
            self._waiting = 0

    def _cut_loop(self) -> bool:
        loop = find_loop(self.text)
        if loop is None:
            return False
        self.text = self.text[: loop.keep]
        kept = bisect_right(self._ends, loop.keep)
        if kept == 0 or self._ends[kept - 1] < loop.keep:
            kept += 1  # the token that wrote the end of the first copy and more
        self._ends = [min(end, loop.keep) for end in self._ends[:kept]]
        self._logprobs = self._logprobs[:kept]
        return True


class TokenWriter(Writer):
    """Collects the answer to a request from token ids: `pieces` says what each writes, one of `stops` ends the answer.

    `max_tokens` is what the model has room for, at most what the request allows. With a `grammar` the answer is one of
    those that it knows.
    """

    def __init__(
        self, pieces: Pieces, stops: set[int], max_tokens: int, request: Request, grammar: Grammar | None = None
    ) -> None:
        super().__init__(max_tokens, request.budget)
        self.temperature, self.repetition_penalty = request.temperature, request.repetition_penalty
        self._pieces, self._stops = pieces, stops
        self._grammar, self._state = grammar, grammar.start if grammar else frozenset()

    @property
    def allowed(self) -> Sequence[int] | None:
        """The tokens that may come next; None for any."""
        return None if self._grammar is None else self._grammar.allowed(self._state)

    def push(self, token: int, logprob: float) -> None:
        """Takes the next token and decides whether it was the last one."""
        if self._grammar is not None:
            self._state = self._grammar.after(self._state, token)
        if token in self._stops:
            self.finish = "stop"
        else:
            self.write(self._pieces[token], logprob)


def _spell(token: str) -> bytes:
    try:
        return bytes(_BYTE_OF[character] for character in token)
    except KeyError:
        raise CheckpointError(
            f"The tokenizer is not byte-level BPE (token {token!r}); HunYuanVL checkpoints come with a byte-level one."
        ) from None


def _byte_of_character() -> dict[str, int]:
    """The alphabet of byte-level BPE (GPT-2): printable bytes stand for themselves, the others for U+0100 onwards."""
    plain = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    rest: Sequence[int] = [byte for byte in range(256) if byte not in plain]
    return {chr(byte): byte for byte in plain} | {chr(256 + i): byte for i, byte in enumerate(rest)}


_BYTE_OF = _byte_of_character()
