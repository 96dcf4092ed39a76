"""The one protocol between the reader and whatever runs the model."""

from __future__ import annotations

import math
import time
from bisect import bisect_right
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from PIL import Image

from hyocr.document import FinishReason
from hyocr.errors import EngineError


class Budget:
    """How long something may be worked on: for `seconds` (None: as long as it takes), or until `cancel` is called.

    It is over, for the same reason, when the budget that it lies `within` is: that of a page within that of a document.
    Several requests share one budget; any thread may look or cancel.
    """

    def __init__(self, seconds: float | None = None, within: Budget | None = None) -> None:
        self._end = math.inf if seconds is None else time.monotonic() + seconds
        self._within = within
        self._cancelled = False

    def cancel(self) -> None:
        """Ends the budget now; does nothing the second time."""
        self._cancelled = True

    def left(self) -> float:
        """Seconds until the end: 0 after it or when cancelled, infinite where there is none."""
        if self._cancelled:
            return 0.0
        own = max(0.0, self._end - time.monotonic())
        return min(own, self._within.left()) if self._within else own

    def over(self) -> FinishReason | None:
        """Why nothing more should be done, "cancelled" or "timeout", or None."""
        if self._cancelled:
            return "cancelled"
        if self._within and (reason := self._within.over()):
            return reason
        return "timeout" if time.monotonic() >= self._end else None


@dataclass(frozen=True)
class Verbatim:
    """What an answer may be made of: pieces of `text`, from a word's start to a word's end, line ends as spaces.

    With `names` the answer is a JSON object of some of these keys, in this order, each value such a piece;
    without, it is one piece.
    """

    text: str
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Request:
    """One image (RGB), one prompt, and how much may be written about it. `temperature` 0 is greedy.

    Without an image, all that the question is about stands in the prompt.

    `repetition_penalty` divides the positive logits of tokens that stand in the prompt or the answer so far, and
    multiplies the negative ones (CTRL, Keskar et al. 2019, section 4.1); 1 leaves them. When `budget` is over, the
    answer ends where it stands, its finish reason the budget's; engines look between steps.

    `line_canvas` says that the image is one line canvas (`hyocr.canvas`), which a checkpoint may want wider.
    `single_line` says that it is one and to be read as plain text: an engine whose checkpoint has a faster or surer
    reader for those may use it instead of the prompt.
    `verbatim` bounds what the answer may say; only the transformers engine can do that, others raise EngineError.
    """

    image: Image.Image | None
    prompt: str
    max_tokens: int = 1024
    temperature: float = 0.0
    single_line: bool = False
    line_canvas: bool = False
    repetition_penalty: float = 1.0
    verbatim: Verbatim | None = None
    budget: Budget = field(default_factory=Budget, compare=False)

    @property
    def of_line(self) -> bool:
        """Whether the image is one line canvas, whatever is asked of it."""
        return self.single_line or self.line_canvas


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


def refuse_verbatim(requests: Sequence[Request]) -> None:
    """Raise EngineError for a request that only an engine with the decoding in its own hands can answer."""
    for index, request in enumerate(requests):
        if request.verbatim is not None:
            raise EngineError(
                f"Request {index}: verbatim answers need the transformers engine; use that, or ask without verbatim."
            )


def geometric_mean(weighted: Sequence[tuple[float, int]]) -> float | None:
    """Compute exp(sum(w ln p) / sum(w)) of (probability, weight) pairs: 0 if any p is, None of none.

    Weights count as 1 at least.
    """
    total = sum(max(1, weight) for _, weight in weighted)
    logs = sum(max(1, weight) * math.log(max(p, 1e-300)) for p, weight in weighted)
    return min(1.0, math.exp(logs / total)) if weighted else None


class Engine(Protocol):
    """Runs the checkpoint `name`, whose metadata asks for the reading strategy `default_strategy`.

    `concurrency` is how many pages are worth having in work at once; above 1, so many threads may call `generate`.
    """

    name: str
    default_strategy: str
    concurrency: int

    def generate(self, requests: Sequence[Request]) -> list[Generation]:
        """One Generation per request, in order. Raises EngineError when the model cannot run."""
        ...

    def stream(self, request: Request) -> Generator[str, None, Generation]:
        """Pieces of text as they are written; the generator returns the Generation, its repetition trimmed."""
        ...

    def close(self) -> None:
        """Releases what the engine holds outside this object: processes, connections."""
        ...
