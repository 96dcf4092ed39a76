"""The one protocol between the reader and whatever runs the model."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Protocol

from PIL import Image

from hyocr.document import FinishReason


@dataclass(frozen=True)
class Request:
    """One image (RGB), one prompt, and how much may be written about it. `temperature` 0 is greedy.

    `single_line` says that the image is one line canvas (`hyocr.canvas`) to be read as plain text: an engine whose
    checkpoint has a faster or surer reader for those may use it instead of the prompt.
    """

    image: Image.Image
    prompt: str
    max_tokens: int = 1024
    temperature: float = 0.0
    single_line: bool = False


@dataclass(frozen=True)
class Generation:
    """What the model wrote.

    `text` keeps markup tokens such as `<ref>` and `<quad>` but not control tokens (begin, end, role).
    `logprobs[i]` is the natural-log probability of token i and `ends[i]` the offset in `text` after it, so that
    `text[a:b]` is covered by the tokens whose end lies in (a, b]; tokens that share a character all end after it. The
    stop token is not among them. Both are empty where an engine cannot tell.
    """

    text: str
    finish_reason: FinishReason
    logprobs: tuple[float, ...] = ()
    ends: tuple[int, ...] = ()
    prompt_tokens: int = 0

    def confidence(self, start: int = 0, end: int | None = None) -> tuple[float | None, float | None]:
        """Geometric mean and minimum probability of the tokens of `text[start:end]`; (None, None) if unknown."""
        stop = len(self.text) if end is None else end
        chosen = self.logprobs[bisect_right(self.ends, start) : bisect_right(self.ends, stop)]
        if not chosen:
            return None, None
        return math.exp(sum(chosen) / len(chosen)), math.exp(min(chosen))


class Engine(Protocol):
    """Runs the checkpoint `name`, whose metadata asks for the reading strategy `default_strategy`."""

    name: str
    default_strategy: str

    def generate(self, requests: Sequence[Request]) -> list[Generation]:
        """One Generation per request, in order. Raises EngineError when the model cannot run."""
        ...

    def stream(self, request: Request) -> Generator[str, None, Generation]:
        """Pieces of text as they are written; the generator returns the Generation, its repetition trimmed."""
        ...

    def close(self) -> None:
        """Releases what the engine holds outside this object: processes, connections."""
        ...
