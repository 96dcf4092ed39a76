"""Rounds of requests, and a judgement of every answer."""

from __future__ import annotations

import asyncio
import json
import time
from asyncio import IncompleteReadError
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from eval.load.client import Address, Answer, chat, get
from eval.load.mix import GOOD, Ask, Mix
from hyocr.errors import EngineError
from hyocr.model.folder import find

SILENCE_SECONDS = 600.0
"""After which a request counts as unanswered."""

IDLE_SECONDS = 60
"""Given to a server to forget the requests of clients that left."""

UNANSWERED = (OSError, IncompleteReadError, TimeoutError, ValueError)


@dataclass(frozen=True)
class Outcome:
    """What came of a request. `status` None: nothing. `said`: the text of a good answer, the message of a refusal.

    `mistake` says what should not have been. `differs`: the text is another one than alone.
    """

    ask: Ask
    status: int | None
    said: str
    seconds: float
    mistake: str | None
    differs: bool = False


@dataclass(frozen=True)
class Round:
    """Outcomes in the order sent, seconds in all, and the server's memory in MiB after it (None: unknown)."""

    outcomes: tuple[Outcome, ...]
    seconds: float
    memory: float | None


@dataclass(frozen=True)
class Load:
    """A whole measurement. `faults` are those of the server as such, not of one answer."""

    rounds: tuple[Round, ...]
    faults: tuple[str, ...]

    @property
    def mistakes(self) -> list[str]:
        """All that should not have been, in sentences."""
        return [*(one.mistake for turn in self.rounds for one in turn.outcomes if one.mistake), *self.faults]


def load(url: str, requests: int, concurrency: int, rounds: int = 1, memory: Callable[[], float] | None = None) -> Load:
    """Sends identical rounds of `requests`, `concurrency` at a time; every good request has been sent alone before.

    `memory` tells the MiB that the server holds. Raises EngineError where the server does not even answer alone.
    """
    return asyncio.run(_load(Address(url), requests, concurrency, rounds, memory))


async def _load(
    address: Address, requests: int, concurrency: int, rounds: int, memory: Callable[[], float] | None
) -> Load:
    model = await _model(address)
    asks = Mix(model, find("nano").line_stretch).round(requests, seed=0)
    alone = await _alone(address, asks)
    done = []
    for _ in range(rounds):
        started = time.perf_counter()
        outcomes = await _round(address, asks, concurrency, alone)
        seconds = time.perf_counter() - started
        done.append(Round(tuple(outcomes), seconds, memory() if memory else None))
    return Load(tuple(done), tuple(await _faults(address)))


async def _model(address: Address) -> str:
    try:
        answer = await get(address, "/v1/models")
        return str(json.loads(answer.body)["data"][0]["id"])
    except (*UNANSWERED, KeyError, LookupError, TypeError) as error:
        raise EngineError(f"Port {address.port} does not list a model ({error!r}); start a server there.") from error


async def _alone(address: Address, asks: Sequence[Ask]) -> dict[bytes, str]:
    """The text of every good request, asked by itself."""
    texts: dict[bytes, str] = {}
    for ask in asks:
        if ask.alone and ask.alone not in texts:
            outcome = await _outcome(address, Ask(ask.kind, ask.alone, 200), {})
            if outcome.mistake:
                raise EngineError(f"A good request that is sent alone already fails: {outcome.mistake}")
            texts[ask.alone] = outcome.said
    return texts


async def _round(address: Address, asks: Sequence[Ask], concurrency: int, alone: dict[bytes, str]) -> list[Outcome]:
    slots = asyncio.Semaphore(concurrency)

    async def one(ask: Ask) -> Outcome:
        async with slots:
            return await _outcome(address, ask, alone)

    return await asyncio.gather(*map(one, asks))


async def _outcome(address: Address, ask: Ask, alone: dict[bytes, str]) -> Outcome:
    started = time.perf_counter()
    try:
        async with asyncio.timeout(SILENCE_SECONDS):
            answer = await chat(address, ask.body, ask.manner)
    except UNANSWERED as error:
        return Outcome(ask, None, "", time.perf_counter() - started, f"{ask.kind}: no answer ({error!r})")
    seconds = time.perf_counter() - started
    if answer is None:
        return Outcome(ask, None, "", seconds, None)
    try:
        said = _text(answer.body) if answer.status == 200 else str(json.loads(answer.body)["error"]["message"])
    except (ValueError, LookupError, TypeError) as error:
        shown = answer.body[-200:]
        return Outcome(ask, answer.status, "", seconds, f"{ask.kind}: HTTP {answer.status}, {error!r} in ...{shown!r}")
    differs = ask.alone is not None and alone.get(ask.alone, said) != said
    return Outcome(ask, answer.status, said, seconds, _mistake(ask, answer, said, differs, alone), differs)


def _mistake(ask: Ask, answer: Answer, said: str, differs: bool, alone: dict[bytes, str]) -> str | None:
    if answer.status != ask.status:
        return f"{ask.kind}: HTTP {answer.status} instead of {ask.status}: {said[:200]}"
    if answer.status != 200:
        return None if len(said.split()) > 3 else f"{ask.kind}: no sentence but {said!r}"
    # A page's greedy answer may turn at a near tie when other requests share its batch (eval.parity); no line's did.
    if differs and ask.kind.startswith("line") and ask.alone:
        return f"{ask.kind}: {said!r}, but alone {alone[ask.alone]!r}"
    return None


def _text(body: bytes) -> str:
    """Of a whole answer, streamed or not. Raises ValueError for a stream without an end, LookupError for no chat."""
    if not body.startswith(b"data: "):
        return str(json.loads(body)["choices"][0]["message"]["content"])
    *events, end = [event.removeprefix(b"data: ") for event in body.strip().split(b"\n\n")]
    if end != b"[DONE]":
        raise ValueError("the stream has no end")
    choices = [choice for event in events for choice in json.loads(event)["choices"]]
    if choices[-1]["finish_reason"] not in ("stop", "length"):
        raise ValueError("the stream has no finish reason")
    return "".join(choice["delta"].get("content") or "" for choice in choices)


async def _faults(address: Address) -> list[str]:
    """Whether the server is well and at rest, after some patience."""
    try:
        for _ in range(IDLE_SECONDS):
            health, running = await get(address, "/health"), await _running(address)
            if health.status != 200:
                return [f"/health: HTTP {health.status} after the load."]
            if running == 0:
                return []
            await asyncio.sleep(1)
    except UNANSWERED as error:
        return [f"The server does not answer any more ({error!r})."]
    return [f"{running:g} requests are still at work {IDLE_SECONDS} seconds after the last answer."]


async def _running(address: Address) -> float:
    """Requests that vLLM says it works on or lets wait. Raises ValueError where it does not say."""
    lines = (await get(address, "/metrics")).body.decode().splitlines()
    names = ("vllm:num_requests_running", "vllm:num_requests_waiting{")
    counts = [float(line.rpartition(" ")[2]) for line in lines if line.startswith(names)]
    if not counts:
        raise ValueError("no vllm:num_requests_running in /metrics")
    return sum(counts)


def table(outcomes: Sequence[Outcome]) -> str:
    """A line for each kind: how many were sent, what was expected, what came."""
    rows = [f"{'kind':22}{'sent':>5}  expected  came"]
    for kind in dict.fromkeys(one.ask.kind for one in sorted(outcomes, key=lambda one: one.ask.kind not in GOOD)):
        some = [one for one in outcomes if one.ask.kind == kind]
        came: Counter[Any] = Counter(one.status or "nothing" for one in some)
        shown = ", ".join(f"{count} x {status}" for status, count in came.items())
        rows.append(f"{kind:22}{len(some):5}  {some[0].ask.status or 'nothing'!s:8}  {shown}")
    return "\n".join(rows)
