"""A real server for the tests that need one: `hyocr serve` on this machine, with limits that are reached soon."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from importlib.util import find_spec

import pytest

from eval.load.mix import LIMITS
from eval.parity import Asked, compare, report
from eval.serving import Served, served
from hyocr.engines.base import Engine

# One thread, tied to no core: nano needs no more, and the tests' own work goes on beside it.
ENVIRONMENT = LIMITS | {"VLLM_CPU_OMP_THREADS_BIND": "nobind", "OMP_NUM_THREADS": "1"}


def start(port: int | None = None) -> AbstractContextManager[Served]:
    """Serves nano while the block runs; see `eval.serving`."""
    return served("nano", port, env=ENVIRONMENT)


@contextmanager
def running() -> Iterator[Served]:
    """The same; skips what asks for it where there is no vLLM."""
    if find_spec("vllm") is None:
        pytest.skip("vLLM is not installed (make test-vllm)")
    with start() as server:
        yield server


def check_parity(asked: Sequence[Asked], reference: Engine, other: Engine, tokens: int) -> None:
    """Both engines give the same answers, of more than so many tokens in all, with the same log-probabilities."""
    requests = [one.request for one in asked]
    expected, given = reference.generate(requests), other.generate(requests)
    found = compare(expected, given)
    assert found.agree == len(asked), report(other.name, found, asked)
    assert found.tokens > tokens
    assert found.largest is not None
    assert found.largest < 1e-3
    assert [one.prompt_tokens for one in given] == [one.prompt_tokens for one in expected]
