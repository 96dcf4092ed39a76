"""What a request may ask of every engine: a penalty for repetition, and a budget that ends it."""

from __future__ import annotations

import codecs
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
import torch
from PIL import Image
from transformers import RepetitionPenaltyLogitsProcessor

from hyocr.canvas import canvas
from hyocr.engines import faults
from hyocr.engines import transformers as engine_module
from hyocr.engines.base import Budget, Generation, Request
from hyocr.engines.decoding import choose, decode, penalised
from hyocr.engines.line_head import LOOKS, LineHead, read_single_lines
from hyocr.engines.server import ServerEngine
from hyocr.engines.transformers import TransformersEngine
from hyocr.engines.writer import Pieces, TokenWriter
from hyocr.model.chat import messages
from tests.fake_server import SECONDS, FakeServer, Reply, running, vllm
from tests.fixtures_model import tiny_tokenizer

IMAGE = Image.effect_noise((64, 32), 90).convert("RGB")
PAGE = Request(IMAGE, "read the text", max_tokens=30)


# The penalty


def writer(penalty: float) -> TokenWriter:
    return TokenWriter(Pieces(tiny_tokenizer(), set()), set(), 9, replace(PAGE, repetition_penalty=penalty))


def test_the_penalty_chooses_and_the_probability_stays_the_models() -> None:
    """2.0 / 1.08 = 1.85 < 1.9 and -1.0 * 1.08 = -1.08 < -1.05; 2.0 / 1.02 = 1.96 > 1.9."""
    logits = torch.tensor([[2.0, 1.9, -3.0], [-1.0, -1.05, -3.0], [2.0, 1.9, -3.0], [2.0, 1.9, -3.0]])
    seen = [torch.tensor([True, False, True]) for _ in range(3)]
    writers = [writer(1.08), writer(1.08), writer(1.02), writer(1.0)]
    tokens, logprobs = choose(logits, writers, [*seen, None])
    assert tokens.tolist() == [1, 1, 0, 0]
    assert torch.allclose(logprobs, logits.log_softmax(-1).gather(1, tokens[:, None])[:, 0])
    assert [marks.tolist() for marks in seen] == [[True, True, True], [True, True, True], [True, False, True]]


def test_the_penalty_is_the_librarys() -> None:
    torch.manual_seed(0)
    logits, ids = torch.randn(1, 50), torch.randint(0, 50, (1, 30))
    seen = torch.zeros(50, dtype=torch.bool)
    seen[ids[0]] = True
    expected = RepetitionPenaltyLogitsProcessor(1.3)(ids, logits.clone())
    assert torch.equal(penalised(logits[0], seen, 1.3), expected[0])


def test_answers_are_those_of_the_librarys_generate(tiny_engine: TransformersEngine) -> None:
    """Also when a batch mixes prompts, penalties and lengths, so that rows are padded and leave it."""
    requests = [
        replace(PAGE, repetition_penalty=1.3),
        replace(PAGE, prompt="x", max_tokens=12),
        replace(PAGE, prompt="检测", repetition_penalty=2.0),
        replace(PAGE, prompt="total", max_tokens=5),
        replace(PAGE, prompt="total", max_tokens=5),
    ]
    written = tiny_engine.generate(requests)
    for request, generation in zip(requests, written, strict=True):
        assert generation.text == by_the_library(tiny_engine, request)
    assert written[0].text != tiny_engine.generate([PAGE])[0].text


def by_the_library(engine: TransformersEngine, request: Request) -> str:
    model, processor, pieces = engine._model, engine._prompter.processor, engine._prompter.pieces
    prompt = processor.apply_chat_template(messages(request.prompt), tokenize=False)
    inputs = processor(text=[prompt], images=[[request.image]], return_tensors="pt")
    with torch.inference_mode():
        ids = model.generate(
            **inputs,
            max_new_tokens=request.max_tokens,
            do_sample=False,
            repetition_penalty=request.repetition_penalty,
        )
    answer = ids[0, inputs["input_ids"].shape[1] :].tolist()
    stop = next((i for i, token in enumerate(answer) if token in engine._prompter.stops), len(answer))
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")  # without a character that is cut off
    return decoder.decode(b"".join(pieces[token] for token in answer[:stop]))


# Budgets, in process


@contextmanager
def after_steps(steps: int, call: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """Calls something after so many tokens; yields the sizes of the batches that ran."""
    batches: list[int] = []

    def stepping(model: Any, inputs: Any, writers: Sequence[TokenWriter]) -> Iterator[None]:
        batches.append(len(writers))
        for step, _ in enumerate(decode(model, inputs, writers), 1):
            if step == steps:
                call()
            yield

    with monkeypatch.context() as patch:
        patch.setattr(engine_module, "decode", stepping)
        yield batches


def test_a_cancelled_answer_keeps_what_was_written(
    tiny_engine: TransformersEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    [whole], budget = tiny_engine.generate([PAGE]), Budget()
    assert whole.finish_reason == "length"
    with after_steps(10, budget.cancel, monkeypatch):
        cut, other = tiny_engine.generate([replace(PAGE, budget=budget), PAGE])
    assert cut.finish_reason == "cancelled"
    assert 0 < len(cut.text) < len(whole.text)
    assert whole.text.startswith(cut.text)
    assert cut.logprobs == pytest.approx(whole.logprobs[: len(cut.logprobs)], abs=1e-4)
    assert len(cut.logprobs) == len(cut.ends) == len([end for end in whole.ends if end <= len(cut.text)])
    assert (other.text, other.finish_reason) == (whole.text, "length")


def test_no_batch_begins_when_the_budget_is_over(
    tiny_engine: TransformersEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    budget = Budget()
    monkeypatch.setattr(tiny_engine, "_batch_tokens", 1)  # one request each
    asked = [replace(PAGE, budget=budget)] * 3
    with after_steps(2, budget.cancel, monkeypatch) as batches:
        first, second, third = tiny_engine.generate(asked)
        assert batches == [1]
        assert (second.text, second.finish_reason, third.finish_reason) == ("", "cancelled", "cancelled")
        assert first.text
        [late] = tiny_engine.generate([replace(PAGE, budget=Budget(0))])
        assert (late.text, late.finish_reason, batches) == ("", "timeout", [1])


def test_an_answer_that_ends_by_itself_is_complete() -> None:
    budget = Budget(0)
    tokens = tiny_tokenizer().encode("ab", add_special_tokens=False)
    ended = TokenWriter(Pieces(tiny_tokenizer(), set()), {7}, 9, replace(PAGE, budget=budget))
    ended.push(7, -1.0)
    last = TokenWriter(Pieces(tiny_tokenizer(), set()), set(), 1, replace(PAGE, budget=budget))
    last.push(tokens[0], -1.0)
    cut = TokenWriter(Pieces(tiny_tokenizer(), set()), set(), 9, replace(PAGE, budget=budget))
    cut.push(tokens[0], -1.0)
    assert [one.generation(0).finish_reason for one in (ended, last, cut)] == ["stop", "length", "timeout"]


class CountedHead(LineHead):
    """Reads the width of an image; calls something after so many batches."""

    def __init__(self, batches: int, call: Any) -> None:
        self._batch_pixels = 1  # one image each
        self._left, self._call = batches, call

    def _read(self, images: list[Image.Image]) -> list[Generation]:
        self._left -= 1
        if self._left == 0:
            self._call()
        assert self._left >= 0
        return [Generation(str(image.width), "stop") for image in images]


def test_lines_end_between_batches() -> None:
    budget = Budget()
    head = CountedHead(len(LOOKS) + 2, budget.cancel)
    lines = [
        Request(canvas(Image.new("RGB", (200, 32), c)), "", single_line=True, budget=budget)
        for c in ("red", "tan", "blue")
    ]
    done = read_single_lines(head, lines)
    reasons = [done[i].finish_reason for i in range(3)]
    # Looks of one width are read together: eight of eighteen are done, so no line has all of its six.
    assert reasons == ["cancelled"] * 3
    assert [bool(done[i].text) for i in range(3)] == [True] * 3
    unread = read_single_lines(CountedHead(0, None), lines)
    assert [unread[i] for i in range(3)] == [Generation("", "cancelled")] * 3


# Budgets and the penalty, on a server


@pytest.fixture
def server() -> Iterator[FakeServer]:
    with running(FakeServer()) as server:
        yield server


def test_the_penalty_is_sent_only_where_there_is_one(server: FakeServer) -> None:
    with ServerEngine(server.url) as engine:
        engine.generate([PAGE])
        engine.generate([replace(PAGE, repetition_penalty=1.08)])
    assert [body.get("repetition_penalty") for body in server.bodies] == [None, 1.08]


def test_a_server_that_knows_no_penalty_is_asked_without(server: FakeServer) -> None:
    refusal = Reply(status=400, message="Unrecognized request argument supplied: repetition_penalty")
    server.replies = [refusal, Reply(vllm("ok"))]
    with ServerEngine(server.url) as engine:
        for _ in range(2):
            assert engine.generate([replace(PAGE, repetition_penalty=1.08)])[0].text == "ok"
    assert [body.get("repetition_penalty") for body in server.bodies] == [1.08, None, None]


@pytest.mark.parametrize("reason", ["cancelled", "timeout"])
@pytest.mark.parametrize(
    "reply",
    [
        Reply(then="hang"),
        Reply(vllm("Total", " 12")[:2], then="hang"),
        Reply(status=429, message="busy", headers={"Retry-After": "60"}),
    ],
    ids=["no first byte", "amid the answer", "pause before the next try"],
)
def test_a_budget_ends_the_wait_for_a_server(server: FakeServer, reply: Reply, reason: str) -> None:
    server.replies = [reply]
    budget = Budget(0.2 if reason == "timeout" else None)
    if reason == "cancelled":
        threading.Timer(0.2, budget.cancel).start()
    with ServerEngine(server.url) as engine:  # whose own patience is longer than the server's here, 20 seconds
        [generation] = engine.generate([replace(PAGE, budget=budget)])
    assert generation.finish_reason == reason
    assert "Total 12".startswith(generation.text)


def test_a_budget_ends_the_wait_for_a_turn_and_leaves_the_others(server: FakeServer) -> None:
    budget, go_on = Budget(), threading.Event()
    server.replies = [Reply(vllm("first"), before=lambda: go_on.wait(SECONDS)), Reply(vllm("never"))]
    answers: list[Generation] = []
    with ServerEngine(server.url, concurrency=1) as engine:
        first = threading.Thread(target=lambda: answers.extend(engine.generate([PAGE])))
        first.start()
        while not server.bodies:
            time.sleep(0.01)
        threading.Timer(0.1, budget.cancel).start()
        [queued] = engine.generate([replace(PAGE, budget=budget)])
        assert (queued.text, queued.finish_reason, answers) == ("", "cancelled", [])
        go_on.set()
        first.join(SECONDS)
        assert engine.generate([replace(PAGE, budget=budget)])[0].finish_reason == "cancelled"
    assert [answer.text for answer in answers] == ["first"]
    assert len(server.bodies) == 1


def test_the_longest_try_is_kept(server: FakeServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faults, "BACKOFF", 0.001)
    budget = Budget()
    again = Reply(vllm("Total", "x")[:1], then="hang", before=budget.cancel)
    server.replies = [Reply(vllm("Total", " 12", "x")[:2], then="break"), again]
    with ServerEngine(server.url) as engine:
        [generation] = engine.generate([replace(PAGE, budget=budget)])
    assert generation == Generation("Total 12", "cancelled", (-0.01, -0.02), (5, 8))


def test_a_budget_ends_a_stream_and_closes_the_connection(server: FakeServer) -> None:
    server.replies = [Reply(vllm("Total", " 12")[:2], then="hang")]
    budget, written = Budget(), ""
    with ServerEngine(server.url) as engine:
        stream = engine.stream(replace(PAGE, budget=budget))
        while written != "Total 12":
            written += next(stream)
        budget.cancel()
        with pytest.raises(StopIteration) as end:
            next(stream)
        assert end.value.value == Generation("Total 12", "cancelled", (-0.01, -0.02), (5, 8))
        assert server.wait_for_leaving()
