"""What is tried when the model gets stuck on a page: a loop, or no end within its tokens.

1. The same request with a repetition penalty.
2. The page line by line, where the task can be done so: a line is too short to get lost in, and a bad one costs no
   other. Lines that stop badly are asked again with the penalty.
3. The best of these attempts, with the finish reason that it had.

No rung begins when the page's budget is over, and nothing that goes wrong on one loses what an earlier one read: the
result stays as it was, "partial", and its error tells what the rung met.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, replace

from hyocr.document import FinishReason, PageError, PageResult, Strategy
from hyocr.engines.base import Budget, Engine, Generation, Request
from hyocr.errors import HyocrError

PENALTY = 1.08
"""HunyuanOCR 1.5's own repetition penalty (its published sampling settings)."""

STUCK: tuple[FinishReason, ...] = ("repetition", "length")
"""Finish reasons that another attempt may better."""

WORST_FIRST: tuple[FinishReason, ...] = ("cancelled", "timeout", "repetition", "length", "stop")


@dataclass(frozen=True)
class Retry:
    """Another attempt begins, by `strategy`, because the one before stopped for `reason`."""

    reason: FinishReason
    strategy: Strategy


Attempt = Callable[[PageResult, Strategy, float], Iterator[Retry]]
"""Reads the page into a blank result by a strategy with a repetition penalty; retries of its own are told."""


def climb(
    attempt: Attempt, result: PageResult, rungs: Sequence[tuple[Strategy, float]], budget: Budget
) -> Generator[Retry, None, PageResult]:
    """Reads the page into `result` and, where it gets stuck, tries the rungs (strategy, penalty) one after the other.

    Returns the best result, which counts all attempts. Raises what the first attempt raises.
    """
    blank = replace(result, lines=[], unparsed=[], observation=[], fields=[], contradictions=[])
    yield from attempt(result, result.strategy, 1.0)
    best, tries, stuck = result, result.attempts, result.finish_reason in STUCK
    for strategy, penalty in rungs if stuck else ():
        if budget.over() or not stuck:
            break
        yield Retry(best.finish_reason, strategy)
        again = replace(blank, strategy=strategy, lines=[], unparsed=[], observation=[], fields=[], contradictions=[])
        try:
            yield from attempt(again, strategy, penalty)
        except Exception as error:  # whatever it is, the text that was read is worth more
            best.error = page_error(error)
            tries += again.attempts
            break
        tries += again.attempts
        best = max(best, again, key=lambda one: _worth(one.text, one.finish_reason))
        stuck = best.finish_reason != "stop"
    if stuck and rungs and (reason := budget.over()):
        best.finish_reason = reason  # it might have become better
    best.attempts = tries
    return best


def ask_again(
    engine: Engine, requests: Sequence[Request], answers: list[Generation], result: PageResult, budget: Budget
) -> Iterator[Retry]:
    """Makes the requests whose answers are stuck once more, with the penalty, and puts the better ones into `answers`.

    `result`, that of the page, counts the attempt.
    """
    stuck = [i for i, answer in enumerate(answers) if answer.finish_reason in STUCK]
    if not stuck or budget.over():
        return
    yield Retry(worst(answers), result.strategy)
    result.attempts += 1
    try:
        again = engine.generate([replace(requests[i], repetition_penalty=PENALTY) for i in stuck])
    except Exception as error:  # as in `climb`
        result.error = page_error(error)
        return
    for i, answer in zip(stuck, again, strict=True):
        answers[i] = max(answers[i], answer, key=lambda one: _worth(one.text, one.finish_reason))


def page_error(error: Exception) -> PageError:
    """This error as a page's, a sentence in any case."""
    message = str(error)
    if not isinstance(error, HyocrError):
        said = " ".join(message.split())[:300].rstrip(".") or "it says no more"
        message = f"Something unexpected stopped this page ({said}); read it again, or report it if that does not help."
    return PageError(type(error).__name__, message)


def worst(answers: Sequence[Generation]) -> FinishReason:
    """The worst finish reason among these answers; "stop" if there are none."""
    reasons = {answer.finish_reason for answer in answers}
    return next((reason for reason in WORST_FIRST if reason in reasons), "stop")


def _worth(text: str, reason: FinishReason) -> tuple[bool, int, int]:
    """What makes one attempt better than another: it has text, a good finish, much text."""
    return bool(text.strip()), WORST_FIRST.index(reason), len(text)
