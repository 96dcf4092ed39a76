"""One answer as a server streams it: text in pieces, and beside it the tokens with their log-probabilities."""

from __future__ import annotations

import math
import re
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from hyocr.document import FinishReason
from hyocr.engines.base import Budget, Generation
from hyocr.engines.faults import BrokenStream
from hyocr.engines.writer import PUBLISHED_MARKUP, Writer

_SPECIAL = re.compile("<｜[^<>]{1,64}?｜>|<\\|[^<>]{1,64}?\\|>".encode())
_MARKUP = {name.encode(): markup.encode() for name, markup in PUBLISHED_MARKUP.items()}

_FINISH: dict[str, FinishReason] = {"stop": "stop", "length": "length", "abort": "cancelled"}


class StreamedWriter(Writer):
    """A `Writer` for the chunks of a chat completion.

    The text is what the server says it is. A token counts only once that text confirms its spelling; so a stop token
    that is listed but not part of the answer is never written. Where the two part ways, or where no tokens are sent,
    the rest is written chunk by chunk as text and the answer has no log-probabilities: none are better than some at
    wrong offsets.
    """

    def __init__(self, max_tokens: int, budget: Budget) -> None:
        super().__init__(max_tokens, budget)
        self._tokens: deque[tuple[bytes, float]] = deque()  # not confirmed yet
        self._content = b""  # not written yet
        self._aligned = True

    def take(self, content: str, tokens: Sequence[Mapping[str, Any]]) -> None:
        """The next chunk: its text and its tokens, either of which may be empty or ahead of the other.

        A token is as in OpenAI's chat.completion.chunk: "token", "bytes" (a list, or null) and "logprob".
        """
        if self.finish is not None:
            return
        self._content += content.encode(errors="replace")
        if self._aligned:
            self._tokens.extend((_spelling(token), float(token["logprob"])) for token in tokens)
            self._aligned = self._write_confirmed()
        if not self._aligned:
            self._write_content()

    def end(self, reason: FinishReason) -> None:
        """The server's answer has ended. A loop is looked for at the length stop, as in `Writer.write`."""
        if self.finish is None and self._content:
            self._aligned = False
            self._write_content()
        if self.finish is None:
            self.finish = "repetition" if reason == "length" and self._cut_loop() else reason

    def generation(self, prompt_tokens: int) -> Generation:
        written = super().generation(prompt_tokens)
        return written if self._aligned else replace(written, logprobs=(), ends=())

    def _write_confirmed(self) -> bool:
        """Writes the tokens that the content confirms. False if the content says something else than the tokens."""
        while self._content and self.finish is None:
            # vLLM spells a character of several tokens with the last of them, and the ones before it with nothing.
            blanks = next((i for i, (piece, _) in enumerate(self._tokens) if piece), None)
            if blanks is None:
                return False
            spelling = self._tokens[blanks][0]
            if not self._content.startswith(spelling):
                return spelling.startswith(self._content)  # the rest of the token is still to come
            self._content = self._content[len(spelling) :]
            for piece in _shared(spelling, blanks):
                if self.finish is None:
                    self.write(piece, self._tokens.popleft()[1])
        return True

    def _write_content(self) -> None:
        if self._content:
            self.write(_SPECIAL.sub(lambda match: _MARKUP.get(match[0], b""), self._content), math.nan)
            self._content = b""


def finish_reason(said: str) -> FinishReason:
    """Ours for what a server says. Raises BrokenStream for reasons that are failures of the server."""
    if said not in _FINISH:
        raise BrokenStream(f'it ended with the reason "{said}"')
    return _FINISH[said]


def _spelling(token: Mapping[str, Any]) -> bytes:
    known = token.get("bytes")
    return str(token["token"]).encode(errors="replace") if known is None else bytes(known)


def _shared(spelling: bytes, blanks: int) -> list[bytes]:
    """What a token and the `blanks` blank ones before it write: special tokens their markup or nothing, bytes shared
    out among tokens that belong to one character, so that `Writer` lets all of them end after it."""
    if _SPECIAL.fullmatch(spelling):
        return [b""] * blanks + [_MARKUP.get(spelling, b"")]
    return [spelling[i : i + 1] for i in range(blanks)] + [spelling[blanks:]]
