"""Where the time of one reading goes: clocks around the functions of `hyocr` that do each part of the work.

Each phase is charged its own time only: the vision tower inside the prefill counts as vision, not as prefill. What no
clock covers (merging, sorting, stacking) is "rest", so that the phases of a sample add up to its total.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar
from unittest.mock import patch

import torch

from eval.speed.summary import summary
from hyocr import observing, reader, sources
from hyocr.engines import decoding, line_head, prompting, transformers, writer
from hyocr.engines.transformers import TransformersEngine
from hyocr.model import ctc, tower

Result = TypeVar("Result")

PHASES = ("open", "find lines", "preprocess", "vision", "read head", "prefill", "decode")
"""Decode the image file; propose lines (OpenCV); canvases, looks, processor and tokenizer; vision tower and connector;
CTC head, best path and consensus; the language model's prompt; its tokens one by one, the choice of each included."""

CLOCKED: tuple[tuple[Any, str, str], ...] = (
    (sources.Pages, "__next__", "open"),
    (reader, "propose", "find lines"),
    (reader, "rows", "find lines"),
    (reader, "canvas", "preprocess"),
    (line_head, "_look", "preprocess"),
    (tower, "normalised_patches", "preprocess"),
    (prompting.Prompter, "job", "preprocess"),
    (TransformersEngine, "_inputs", "preprocess"),
    (tower, "encode", "vision"),
    (decoding, "image_features", "vision"),
    (ctc.CtcHead, "forward", "read head"),
    (ctc.CtcHead, "best_path", "read head"),
    (line_head, "_generation", "read head"),
    (line_head, "consensus", "read head"),
    (decoding, "prefill", "prefill"),
)


@dataclass(frozen=True)
class Sample:
    """One timed piece of work: seconds in all and by phase ("rest" included), and the tokens decoded after the first
    of each answer, which is the prefill's. `answering` are the seconds of all that from having read the page's lines to
    having its answer, whatever their phase (`observing.conclude`)."""

    total: float
    phases: dict[str, float]
    tokens: int
    answering: float = 0.0


class Clock:
    """Seconds of each phase. A phase that begins inside another stops the outer one's clock until it ends."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self.tokens = 0
        self.answering = 0.0
        self._running: list[str] = []
        self._since = 0.0

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Charges what runs inside to `name`."""
        self._charge()
        self._running.append(name)
        try:
            yield
        finally:
            self._charge()
            self._running.pop()

    def sample(self, work: Callable[..., Result], *args: Any) -> tuple[Sample, Result]:
        """Runs `work(*args)` once: its time by phase, and what it returned."""
        self.seconds.clear()
        self.tokens, self.answering = 0, 0.0
        started = _now()
        result = work(*args)
        total = _now() - started
        phases = {name: self.seconds[name] for name in PHASES}
        return Sample(total, phases | {"rest": total - sum(phases.values())}, self.tokens, self.answering), result

    def _charge(self) -> None:
        now = _now()
        if self._running:
            self.seconds[self._running[-1]] += now - self._since
        self._since = now


@contextmanager
def clocked() -> Iterator[Clock]:
    """Puts the clocks around the functions, and takes them away at the end."""
    clock = Clock()
    with ExitStack() as stack:
        for owner, name, phase in CLOCKED:
            stack.enter_context(patch.object(owner, name, _timed(clock, phase, getattr(owner, name))))
        stack.enter_context(patch.object(transformers, "decode", _timed_decode(clock, decoding.decode)))
        stack.enter_context(patch.object(observing, "conclude", _timed_answer(clock, observing.conclude)))
        stack.enter_context(patch.object(writer.TokenWriter, "push", _counted(clock, writer.TokenWriter.push)))
        yield clock


def by_phase(samples: Sequence[Sample]) -> dict[str, Any]:
    """Seconds of the samples in all and by phase. The means of the phases add up to the mean in all; medians do not."""
    names = [*PHASES, "rest"]
    return {
        "samples": len(samples),
        "seconds": summary([sample.total for sample in samples]),
        "phases": {name: summary([sample.phases[name] for sample in samples]) for name in names},
    }


def rate(amount: float, samples: Sequence[Sample], phases: Sequence[str]) -> float | None:
    """`amount` per second of these phases; None where there was nothing to count."""
    seconds = sum(sample.phases[name] for sample in samples for name in phases)
    return amount / seconds if amount and seconds else None


def _now() -> float:
    if torch.cuda.is_available():
        torch.cuda.synchronize()  # kernels run on after the call that started them
    return time.perf_counter()


def _timed(clock: Clock, phase: str, function: Callable[..., Any]) -> Callable[..., Any]:
    def timed(*args: Any, **kwargs: Any) -> Any:
        with clock.phase(phase):
            return function(*args, **kwargs)

    return timed


def _counted(clock: Clock, push: Callable[..., None]) -> Callable[..., None]:
    def counted(*args: Any) -> None:
        clock.tokens += 1
        push(*args)

    return counted


def _timed_answer(clock: Clock, conclude: Callable[..., Iterator[Any]]) -> Callable[..., Iterator[Any]]:
    def timed(*args: Any) -> Iterator[Any]:
        started = _now()
        yield from conclude(*args)  # yields nothing unless it tries again
        clock.answering += _now() - started

    return timed


def _timed_decode(clock: Clock, decode: Callable[..., Iterator[None]]) -> Callable[..., Iterator[None]]:
    """The decode loop is a generator: only its own steps count, not what its caller does in between."""

    def timed(model: Any, inputs: Mapping[str, Any], writers: Sequence[Any]) -> Iterator[None]:
        steps = decode(model, inputs, writers)
        clock.tokens -= len(writers)
        while True:
            with clock.phase("decode"):
                try:
                    next(steps)
                except StopIteration:
                    return
            yield

    return timed
