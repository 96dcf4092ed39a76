from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image, ImageDraw

from hyocr.canvas import stretched
from hyocr.engines import transformers as engine_module
from hyocr.engines.base import Generation, Request
from hyocr.engines.decoding import choose, decode
from hyocr.engines.prompting import Job
from hyocr.engines.repetition import SPAN
from hyocr.engines.transformers import TransformersEngine, _batches
from hyocr.engines.writer import CHECK_EVERY, Pieces, TokenWriter
from hyocr.errors import EngineError
from hyocr.model.chat import messages
from tests.fixtures_model import ASSISTANT, IMAGE, QUAD, QUAD_END, REF, REF_END, SEPARATOR, tiny_tokenizer


def picture(width: int, height: int, text: str = "Total 12.50") -> Image.Image:
    image = Image.new("RGB", (width, height), "white")
    ImageDraw.Draw(image).text((3, height // 3), text, fill="black")
    return image


def mixed_requests() -> list[Request]:
    sizes = [(64, 32), (128, 64), (96, 96), (64, 160), (200, 40), (128, 64), (32, 64)]
    prompts = ["read", "read the text in the image", "检测", "total", "read", "total", "x"]
    lengths = [24, 6, 24, 1, 40, 12, 30]
    return [
        Request(picture(*size, text=f"{i} Total"), prompt, max_tokens=length)
        for i, (size, prompt, length) in enumerate(zip(sizes, prompts, lengths, strict=True))
    ]


@contextmanager
def scripted(engine: TransformersEngine, tokens: Sequence[int]) -> Iterator[None]:
    """Makes the model write `tokens`, then end its answer."""
    steps = iter([*tokens, *[engine._prompter.processor.tokenizer.convert_tokens_to_ids(ASSISTANT)] * 2])

    def write(module: Any, inputs: Any, logits: torch.Tensor) -> torch.Tensor:
        forced = torch.full_like(logits, -20.0)
        forced[..., next(steps)] = 20.0
        return forced

    hook = engine._model.lm_head.register_forward_hook(write)
    try:
        yield
    finally:
        hook.remove()


def encode(text: str) -> list[int]:
    return list(tiny_tokenizer().encode(text, add_special_tokens=False))


def write(engine: TransformersEngine, text: str, max_tokens: int = 5000) -> Generation:
    """What comes back when the model writes `text`."""
    with scripted(engine, encode(text)):
        return engine.generate([Request(picture(64, 32), "read", max_tokens)])[0]


def test_lines_are_stretched_as_the_checkpoint_asks_and_pages_are_not(
    tiny_checkpoint: Path, tiny_engine: TransformersEngine, tmp_path: Path
) -> None:
    folder = shutil.copytree(tiny_checkpoint, tmp_path / "wide")
    (folder / "hyocr.json").write_text('{"line_stretch": 2}')
    engine = TransformersEngine(str(folder), device="cpu")
    page = Request(picture(128, 32), "read", max_tokens=8)
    line, wide = replace(page, single_line=True), replace(page, image=stretched(page.image, 2))
    asked = replace(page, line_canvas=True)
    assert engine.generate([line, asked, page]) == tiny_engine.generate([wide, wide, page])
    assert tiny_engine.generate([line]) == tiny_engine.generate([page])


def test_a_batch_gives_what_each_request_gives_alone(tiny_engine: TransformersEngine) -> None:
    requests = mixed_requests()
    together = tiny_engine.generate(requests)
    for request, batched in zip(requests, together, strict=True):
        (alone,) = tiny_engine.generate([request])
        assert batched.text == alone.text
        assert (batched.ends, batched.finish_reason) == (alone.ends, alone.finish_reason)
        assert batched.prompt_tokens == alone.prompt_tokens
        assert batched.logprobs == pytest.approx(alone.logprobs, abs=1e-4)
    assert len({generation.text for generation in together}) == len(together)


def test_several_batches_keep_the_order(tiny_engine: TransformersEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    requests = mixed_requests()
    expected = [generation.text for generation in tiny_engine.generate(requests)]
    monkeypatch.setattr(tiny_engine, "_batch_tokens", 120)
    assert [generation.text for generation in tiny_engine.generate(requests)] == expected
    assert tiny_engine.generate([]) == []


def test_batches_stay_within_the_budget() -> None:
    request = Request(picture(32, 32), "")
    jobs = [Job(i, request, "", length, 10) for i, length in enumerate([5, 90, 40, 40, 7, 200])]
    batches = _batches(jobs, budget=100)
    assert [[job.index for job in batch] for batch in batches] == [[5], [1], [2, 3], [4, 0]]


def test_log_probabilities_are_those_of_a_teacher_forced_forward(tiny_engine: TransformersEngine) -> None:
    """The library's own greedy `generate`, then its own forward over prompt and answer."""
    request = Request(picture(96, 64), "read the text", max_tokens=20)
    model, processor = tiny_engine._model, tiny_engine._prompter.processor
    prompt = processor.apply_chat_template(messages(request.prompt), tokenize=False)
    inputs = processor(text=[prompt], images=[[request.image]], return_tensors="pt")
    length = inputs["input_ids"].shape[1]
    with torch.inference_mode():
        ids = model.generate(**inputs, max_new_tokens=20, do_sample=False)
        types = torch.nn.functional.pad(inputs["mm_token_type_ids"], (0, ids.shape[1] - length))
        logits = model(**{**inputs, "input_ids": ids, "mm_token_type_ids": types, "attention_mask": None}).logits
    answer = ids[0, length:]
    forced = logits[0, length - 1 : -1].log_softmax(-1).gather(1, answer[:, None])[:, 0].tolist()
    written = [bool(tiny_engine._prompter.pieces[token]) for token in answer.tolist()]
    (generation,) = tiny_engine.generate([request])
    expected = [logprob for logprob, wrote in zip(forced, written, strict=True) if wrote]
    assert generation.logprobs == pytest.approx(expected, abs=1e-4)
    assert generation.prompt_tokens == length


def test_the_prompt_is_the_published_layout(tiny_engine: TransformersEngine) -> None:
    prompt = tiny_engine._prompter.job(0, Request(picture(64, 32), "检测")).prompt
    tokens = tiny_tokenizer().tokenize(prompt)
    assert tokens[:2] == ["<｜hy_begin▁of▁sentence｜>", SEPARATOR]
    assert tokens[3] == IMAGE
    assert tokens[-1] == "<｜hy_User｜>"


def test_ends_cover_the_text(tiny_engine: TransformersEngine) -> None:
    for generation in tiny_engine.generate(mixed_requests()):
        assert len(generation.ends) == len(generation.logprobs)
        assert list(generation.ends) == sorted(generation.ends)
        assert generation.ends[-1] == len(generation.text)
        assert generation.confidence()[0] == pytest.approx(
            torch.tensor(generation.logprobs).double().mean().exp().item()
        )


def test_tokens_of_one_character_end_with_it() -> None:
    tokenizer = tiny_tokenizer()
    writer = TokenWriter(Pieces(tokenizer, set()), set(), 100, Request(picture(64, 32), "read"))
    text = "é漢!🎉"
    characters = [tokenizer.encode(character, add_special_tokens=False) for character in text]
    for at, character in enumerate(characters):
        for token in character:
            writer.push(token, -float(at))
    writer.finish = "stop"
    generation = writer.generation(0)
    assert generation.text == text
    assert generation.ends == tuple(at + 1 for at, tokens in enumerate(characters) for _ in tokens)
    assert max(map(len, characters)) > 1


def test_a_character_cut_by_the_length_is_not_written() -> None:
    tokenizer = tiny_tokenizer()
    tokens = tokenizer.encode("a🎉", add_special_tokens=False)
    writer = TokenWriter(Pieces(tokenizer, set()), set(), len(tokens) - 1, Request(picture(64, 32), "read"))
    for token in tokens[:-1]:
        writer.push(token, -1.0)
    generation = writer.generation(0)
    assert (generation.text, generation.finish_reason) == ("a", "length")
    assert set(generation.ends) == {1}


STREAMED = "价格 Total: é 12.50 € 🎉 <answer>检测!"


def test_streaming_gives_the_text_of_generate(tiny_engine: TransformersEngine) -> None:
    request = Request(picture(64, 32), "read", max_tokens=500)
    with scripted(tiny_engine, encode(STREAMED)):
        pieces = list(tiny_engine.stream(request))
    assert "".join(pieces) == STREAMED == write(tiny_engine, STREAMED).text
    assert len(pieces) > 10
    assert "�" not in "".join(pieces)


def test_a_stream_returns_the_generation(tiny_engine: TransformersEngine) -> None:
    request = mixed_requests()[0]
    stream, pieces = tiny_engine.stream(request), []
    while True:
        try:
            pieces.append(next(stream))
        except StopIteration as stop:
            generation = stop.value
            break
    (expected,) = tiny_engine.generate([request])
    assert generation == expected
    assert "".join(pieces) == expected.text


def test_markup_is_kept_and_control_tokens_are_not(tiny_engine: TransformersEngine) -> None:
    """Place holders get their names back; "!" is id 0, which HunyuanOCR 1.0's config calls the separator."""
    assert encode("!") == [0]
    answer = f"{REF}Total!{REF_END}{SEPARATOR}{QUAD}(1,2),(30,40){QUAD_END}{IMAGE}<answer>"
    generation = write(tiny_engine, answer)
    assert generation.text == "<ref>Total!</ref><quad>(1,2),(30,40)</quad><answer>"
    assert generation.finish_reason == "stop"


@pytest.mark.parametrize("text", ["-" * 40, "0000000", "Price " + "." * 120 + " 7", "<td></td>" * 20 + "</tr>"])
def test_printed_repetitions_are_written_in_full(tiny_engine: TransformersEngine, text: str) -> None:
    generation = write(tiny_engine, text)
    assert (generation.text, generation.finish_reason) == (text, "stop")


def test_a_loop_stops_the_row_and_is_trimmed(tiny_engine: TransformersEngine) -> None:
    generation = write(tiny_engine, "Total 12.50\n" + "apple pear " * 200)
    assert generation.finish_reason == "repetition"
    assert generation.text == "Total 12.50\napple pear "
    assert generation.ends[-1] == len(generation.text)
    assert len(generation.ends) == len(generation.logprobs)


def test_a_loop_is_seen_at_the_length_stop(tiny_engine: TransformersEngine) -> None:
    length = SPAN + 1
    assert length % CHECK_EVERY != 0
    generation = write(tiny_engine, "#" * 5000, max_tokens=length)
    assert generation.finish_reason == "repetition"
    assert generation.text == "#"


def test_a_loop_ends_a_stream(tiny_engine: TransformersEngine) -> None:
    with scripted(tiny_engine, encode("#" * 2000)):
        text = "".join(tiny_engine.stream(Request(picture(64, 32), "read", max_tokens=5000)))
    assert set(text) == {"#"}
    assert len(text) < 400


def test_length_stop(tiny_engine: TransformersEngine) -> None:
    generation = write(tiny_engine, "98765", max_tokens=4)
    assert (generation.text, generation.finish_reason) == ("9876", "length")


def test_the_context_bounds_the_answer(tiny_engine: TransformersEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    request = Request(picture(64, 32), "read", max_tokens=500)
    length = tiny_engine._prompter.job(0, request).length
    monkeypatch.setattr(tiny_engine._prompter, "context", length + 3)
    generation = write(tiny_engine, "98765")
    assert (generation.text, generation.finish_reason) == ("987", "length")
    monkeypatch.setattr(tiny_engine._prompter, "context", length)
    with pytest.raises(EngineError, match=f"Request 0: image and prompt take {length} tokens, the model holds"):
        tiny_engine.generate([request])


@pytest.mark.parametrize(
    ("request_", "reason"),
    [
        (Request(Image.new("RGB", (4100, 20)), "read"), "aspect ratio"),
        (Request(picture(64, 32), f"read {IMAGE}"), "number of images"),
    ],
)
def test_a_bad_request_is_named(tiny_engine: TransformersEngine, request_: Request, reason: str) -> None:
    with pytest.raises(EngineError, match=rf"Request 1: .*{reason}"):
        tiny_engine.generate([Request(picture(64, 32), "read"), request_])


def test_a_batch_that_does_not_fit_is_halved(tiny_engine: TransformersEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    requests = mixed_requests()
    expected = [generation.text for generation in tiny_engine.generate(requests)]
    tried: list[int] = []

    def cramped(model: Any, inputs: Any, writers: Any) -> Iterator[None]:
        tried.append(len(writers))
        if len(writers) > 2:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return decode(model, inputs, writers)

    monkeypatch.setattr(engine_module, "decode", cramped)
    assert [generation.text for generation in tiny_engine.generate(requests)] == expected
    assert tried == [7, 3, 1, 2, 4, 2, 2]


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (RuntimeError("DefaultCPUAllocator: can't allocate memory"), "out of memory"),
        (RuntimeError("kernel image is invalid"), "the model failed: kernel"),
    ],
)
def test_failures_are_engine_errors(
    tiny_engine: TransformersEngine, monkeypatch: pytest.MonkeyPatch, error: Exception, reason: str
) -> None:
    def fail(*args: Any) -> Iterator[None]:
        raise error

    monkeypatch.setattr(engine_module, "decode", fail)
    request = Request(picture(64, 32), "read")
    with pytest.raises(EngineError, match=rf"Request 0: {reason}"):
        tiny_engine.generate([request])
    with pytest.raises(EngineError, match=rf"Request 0: {reason}"):
        next(tiny_engine.stream(request))


def test_temperature_samples_and_reports_the_models_own_probability() -> None:
    torch.manual_seed(0)
    logits = torch.tensor([[2.0, 1.0, 0.0]]).repeat(400, 1)
    greedy = Request(picture(64, 32), "read")
    writers = [TokenWriter(Pieces(tiny_tokenizer(), set()), set(), 9, replace(greedy, temperature=t)) for t in (0, 2.0)]
    tokens, logprobs = choose(logits, [writers[0]] * 200 + [writers[1]] * 200, [None] * 400)
    assert set(tokens[:200].tolist()) == {0}
    share = (tokens[200:] == 0).float().mean().item()
    assert share == pytest.approx(torch.tensor([1.0, 0.5, 0.0]).softmax(0)[0].item(), abs=0.1)
    assert torch.allclose(logprobs, logits.log_softmax(-1).gather(1, tokens[:, None])[:, 0])
