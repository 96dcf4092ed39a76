"""Questions about text alone, without an image, and answers that are made of that text."""

from __future__ import annotations

import json
import random
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from hyocr.engines.base import Request, Verbatim, refuse_verbatim
from hyocr.engines.transformers import TransformersEngine, _batches
from hyocr.engines.verbatim import NOT_THERE, Grammar, Spelling, State
from hyocr.errors import EngineError
from hyocr.model.chat import messages
from tests.fixtures_model import IMAGE

RECEIPT = 'GREEN  TEA "1"\n\n 12/03/2018 \\  x\nTOTAL   9.54 é'
NAMES = ("company", 'the "total"', "date")


def text(prompt: str, max_tokens: int = 12, verbatim: Verbatim | None = None, temperature: float = 0.0) -> Request:
    return Request(None, prompt, max_tokens, temperature=temperature, verbatim=verbatim)


def picture(width: int, height: int) -> Image.Image:
    return Image.linear_gradient("L").resize((width, height)).convert("RGB")


def test_the_chat_has_no_image() -> None:
    assert messages("q", image=False)[1]["content"] == [{"type": "text", "text": "q"}]
    assert messages("q")[1]["content"][0] == {"type": "image"}


def test_answers_are_those_of_the_stock_model(tiny_engine: TransformersEngine) -> None:
    """The library's own generate on the same tokens; the answers depend on the prompt."""
    prompts = ["TOTAL 9.54\n\nWhat is the total?", "What?"]
    answers = tiny_engine.generate([text(prompt) for prompt in prompts])
    for prompt, answer in zip(prompts, answers, strict=True):
        job = tiny_engine._prompter.job(0, text(prompt))
        ids = tiny_engine._prompter.processor.tokenizer(job.prompt, return_tensors="pt", add_special_tokens=False)
        stock = tiny_engine._model.generate(
            input_ids=ids["input_ids"], max_new_tokens=12, do_sample=False, repetition_penalty=1.0,
            eos_token_id=sorted(tiny_engine._prompter.stops),
        )  # fmt: skip
        written = b"".join(tiny_engine._prompter.pieces[token] for token in stock[0, job.length :].tolist())
        assert written.decode(errors="replace").rstrip("\ufffd") == answer.text.rstrip("\ufffd")
        assert answer.prompt_tokens == job.length == ids["input_ids"].shape[1]
    assert answers[0].text != answers[1].text


def test_mixed_with_images_and_of_all_lengths(tiny_engine: TransformersEngine) -> None:
    requests = [
        text("a"), Request(picture(64, 32), "read", 12), text("a much longer text, total 12.50 " * 3),
        Request(picture(96, 64), "read the text", 12), text("b"),
    ]  # fmt: skip
    together = tiny_engine.generate(requests)
    for request, answer in zip(requests, together, strict=True):
        [alone] = tiny_engine.generate([request])
        assert (answer.text, answer.prompt_tokens) == (alone.text, alone.prompt_tokens)
        assert answer.logprobs == pytest.approx(alone.logprobs, abs=1e-4)
    jobs = [tiny_engine._prompter.job(i, request) for i, request in enumerate(requests)]
    assert [{job.request.image is None for job in batch} for batch in _batches(jobs, 10**6)] == [{True}, {False}]


def test_streams_text(tiny_engine: TransformersEngine) -> None:
    request = text("read the text", 16)
    assert "".join(tiny_engine.stream(request)) == tiny_engine.generate([request])[0].text


@pytest.mark.parametrize(
    ("prompt", "problem"),
    [
        ("total " * 3000, r"Request 1: prompt take \d+ tokens, the model holds 2048; ask about less text at once"),
        (f"read {IMAGE}", "Request 1: the model cannot take this prompt: it has the token"),
    ],
)
def test_a_prompt_that_cannot_be(tiny_engine: TransformersEngine, prompt: str, problem: str) -> None:
    with pytest.raises(EngineError, match=problem):
        tiny_engine.generate([text("read"), text(prompt)])


def test_precision(tiny_checkpoint: Path) -> None:
    """The language model's alone: lines are read as ever."""
    asked = [text("TOTAL 9.54"), Request(picture(64, 32), "read", 8)]
    engine = TransformersEngine(str(tiny_checkpoint), "cpu", precision="bfloat16")
    assert {parameter.dtype for parameter in engine._model.model.language_model.parameters()} == {torch.bfloat16}
    assert {parameter.dtype for parameter in engine._model.model.vision_tower.parameters()} == {torch.float32}
    assert all(answer.logprobs for answer in engine.generate(asked))
    assert TransformersEngine("nano", "cpu")._model.lm_head.weight.dtype == torch.float32
    with pytest.raises(EngineError, match='no precision "int3"; choose auto'):
        TransformersEngine("nano", "cpu", precision="int3")


def test_other_engines_refuse_verbatim() -> None:
    with pytest.raises(EngineError, match="Request 1: verbatim answers need the transformers engine"):
        refuse_verbatim([text("a"), text("b", verbatim=Verbatim("x"))])


@pytest.mark.parametrize("seed", range(4))
def test_a_random_model_answers_with_spans(tiny_engine: TransformersEngine, seed: int) -> None:
    wanted = [Verbatim(RECEIPT, NAMES), Verbatim(RECEIPT)]
    torch.manual_seed(seed)
    requests = [text(f"{seed}", 400, one, temperature) for one in wanted for temperature in (0.0, 5.0)]
    for request, answer in zip(requests, tiny_engine.generate(requests), strict=True):
        assert answer.finish_reason in ("stop", "repetition")
        assert answer.finish_reason == "repetition" or valid(answer.text, request.verbatim)


def valid(answer: str, wanted: Verbatim | None) -> bool:
    """Whether an answer is what `Verbatim` says, told in another way than the grammar does."""
    assert wanted
    flat = " ".join(wanted.text.split())
    if not wanted.names:
        return answer == NOT_THERE or (answer in flat and answer.strip() == answer != "")
    found = json.loads(answer)
    order = [wanted.names.index(name) for name in found]
    spans = all(value in flat and value.strip() == value != "" for value in found.values())
    return spans and order == sorted(set(order)) and answer == json.dumps(found, ensure_ascii=False)


class Bytes:
    """A vocabulary of all bytes, some longer pieces and one token that writes nothing."""

    pieces = [bytes([i]) for i in range(256)] + [b"", b'{"', b'": "', b"GREEN", b" TEA", b"9.5", b'"}', b'", "', b"12"]

    def __len__(self) -> int:
        return len(self.pieces)

    def __getitem__(self, token: int) -> bytes:
        return self.pieces[token]


STOP = 256
SPELLING = Spelling(Bytes())


@settings(max_examples=60, deadline=None)
@given(st.randoms(use_true_random=False), st.text(max_size=40), st.lists(st.text(min_size=1, max_size=8), unique=True))
def test_whatever_is_chosen_is_valid(rng: random.Random, page: str, names: list[str]) -> None:
    page = page.encode(errors="ignore").decode()
    wanted = Verbatim(page, tuple(name.encode(errors="ignore").decode() or "x" for name in names))
    if len(set(wanted.names)) < len(names):
        return
    grammar = Grammar(SPELLING, [STOP], wanted)
    state, written = grammar.start, b""
    while (token := rng.choice(grammar.allowed(state))) != STOP:
        written += SPELLING.pieces[token]
        state = grammar.after(state, token)
    assert valid(written.decode(), wanted)


def reachable(answer: str, wanted: Verbatim) -> bool:
    """Whether an answer can be written, byte by byte, and end there."""
    grammar = Grammar(SPELLING, [STOP], wanted)
    state: State = grammar.start
    for byte in answer.encode():
        if byte not in grammar.allowed(state):
            return False
        state = grammar.after(state, byte)
    return STOP in grammar.allowed(state)


@pytest.mark.parametrize(
    "answer",
    [
        {"company": 'GREEN TEA "1"', 'the "total"': "9.54", "date": "12/03/2018"},
        {"company": '"1" 12', "date": "03"}, {'the "total"': "\\ x TOTAL 9.54 é"}, {},
    ],
)  # fmt: skip
def test_answers_that_can_be(answer: dict[str, str]) -> None:
    assert reachable(json.dumps(answer, ensure_ascii=False), Verbatim(RECEIPT, NAMES))


@pytest.mark.parametrize(
    "answer",
    [
        '{"date": "03", "company": "TEA"}', '{"company": "EEN"}', '{"company": "GREE"}', '{"company": ""}',
        '{"company": " TEA"}', '{"company": "BLUE"}', '{"other": "TEA"}', '{"date": "03"', '{"company": null}',
    ],
)  # fmt: skip
def test_answers_that_cannot_be(answer: str) -> None:
    assert not reachable(answer, Verbatim(RECEIPT, NAMES))


def test_a_bare_answer() -> None:
    assert reachable("TOTAL 9.54", Verbatim(RECEIPT))
    assert reachable(NOT_THERE, Verbatim(RECEIPT))
    assert not reachable("", Verbatim(RECEIPT))
    assert reachable("9.54", Verbatim("RM9.54"))


def test_the_eye_alone_reads_as_the_whole_checkpoint() -> None:
    from hyocr.canvas import canvas
    from hyocr.engines.line_head import load_line_head, load_line_head_alone
    from hyocr.model.checkpoint import load
    from hyocr.model.folder import find

    requests = [Request(canvas(picture(200, 40)), "", single_line=True)]
    alone, whole = load_line_head_alone(find("nano")), load_line_head(load("nano", "cpu"))
    assert alone.read(requests) == whole.read(requests)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_one_row_attends_by_groups_as_in_the_library(dtype: torch.dtype) -> None:
    from transformers.integrations.sdpa_attention import sdpa_attention_forward

    from hyocr.model.attention import _attend

    torch.manual_seed(0)
    query, key, value = (torch.randn(2, heads, n, 32, dtype=dtype) for heads, n in ((6, 1), (2, 9), (2, 9)))
    mask = torch.ones(2, 1, 1, 9, dtype=torch.bool)
    mask[0, ..., :4] = False
    module = SimpleNamespace(num_key_value_groups=3, is_causal=True, training=False)
    given = _attend(module, query, key, value, mask, scaling=0.2)[0]
    expected = sdpa_attention_forward(module, query, key, value, mask, scaling=0.2)[0]
    torch.testing.assert_close(given, expected)
