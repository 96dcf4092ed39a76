"""What all rewards share: from a pure score of one answer to a reward function that TRL calls on a batch.

A module has `TASKS`, the files of `prompts/` it judges, `score(output, truth, size)` in 0..1, where `size` is the
image's width and height in pixels, and `reward`, the same over a batch. Whatever an output is, `score` returns; a truth
is taken to be in its task's format, and `score(truth, truth, size)` is 1 unless the truth contradicts itself (a box
without an area): rows of which it is not are worth leaving out of the data.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from PIL import Image

from eval.benchmarks.base import Item
from eval.predictions import Prediction

Size = tuple[int, int]
Score = Callable[[str, str, Size], float]
Judge = Callable[[str, str, str], float]
"""Judges from the question, the true answer and the given one."""
Conversation = str | Sequence[Mapping[str, Any]]
"""A text, or messages with `role` and `content`."""


class Reward(Protocol):
    """A reward function of TRL; metrics are logged under its `__name__`. Lists are of equal length.

    Rows of other tasks get None, which TRL leaves out. An answer that isn't `finished` (it ran into the token limit)
    gets 0, as in HunyuanOCR (arXiv 2511.19575, section 5.2).
    """

    __name__: str

    def __call__(
        self,
        completions: Sequence[Conversation],
        *,
        task: Sequence[str],
        answer: Sequence[str],
        width: Sequence[int],
        height: Sequence[int],
        finished: Sequence[bool | None] | None = None,
        prompts: Sequence[Conversation] | None = None,
        **columns: Any,
    ) -> list[float | None]: ...


def scored(name: str, tasks: frozenset[str], score: Score) -> Reward:
    """The reward function of a score."""
    return _reward(name, tasks, lambda question, truth, output, size: score(output, truth, size))


def judged(name: str, tasks: frozenset[str], judge: Judge) -> Reward:
    """The reward function of a judge, who gets the last message of the prompt as the question."""
    return _reward(name, tasks, lambda question, truth, output, size: judge(question, truth, output))


def text(conversation: Conversation) -> str:
    """A text as it is; of messages the text of the last one."""
    if isinstance(conversation, str):
        return conversation
    content = conversation[-1].get("content") if conversation else None
    if content is None or isinstance(content, str):
        return content or ""
    return "".join(part.get("text") or "" for part in content)


def measured(measure: Callable[[Item, Prediction], dict[str, float]], output: str, truth: str) -> dict[str, float]:
    """What a benchmark measures of one answer."""
    return measure(Item("", _unseen, truth, truth), Prediction("", output))


def _unseen() -> Image.Image:
    raise NotImplementedError("a reward sees no image")


def _reward(name: str, tasks: frozenset[str], value: Callable[[str, str, str, Size], float]) -> Reward:
    def reward(
        completions: Sequence[Conversation],
        *,
        task: Sequence[str],
        answer: Sequence[str],
        width: Sequence[int],
        height: Sequence[int],
        finished: Sequence[bool | None] | None = None,
        prompts: Sequence[Conversation] | None = None,
        **columns: Any,
    ) -> list[float | None]:
        found: list[float | None] = []
        ended = finished or [True] * len(completions)
        asked = prompts or [""] * len(completions)
        rows = zip(completions, task, answer, width, height, ended, asked, strict=True)
        for completion, kind, truth, w, h, complete, question in rows:
            if kind not in tasks:
                found.append(None)
            elif complete is False:
                found.append(0.0)
            else:
                found.append(float(value(text(question), truth, text(completion), (w, h))))
        return found

    reward.__name__ = reward.__qualname__ = name
    return reward
