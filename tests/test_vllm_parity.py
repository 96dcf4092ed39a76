from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from eval.parity import images
from hyocr.engines.base import Budget, Generation, Request
from hyocr.engines.transformers import TransformersEngine
from hyocr.engines.vllm import VllmEngine
from hyocr.errors import EngineError
from hyocr.tasks import read
from tests.vllm_server import check_parity

if find_spec("vllm") is None:
    pytest.skip("vLLM is not installed (make test-vllm)", allow_module_level=True)

EXAMPLES = Path(__file__).parent.parent / "examples"
ASKED = images(6, 96, [EXAMPLES / "receipt.jpg", EXAMPLES / "page.png"])


@pytest.fixture(scope="module")
def reference() -> TransformersEngine:
    return TransformersEngine("nano", device="cpu", line_reader="language")


@pytest.fixture(scope="module")
def engine() -> Iterator[VllmEngine]:
    """One for all tests, as it takes most of a minute to start."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OMP_NUM_THREADS", "1")
        with closing(VllmEngine("nano", line_reader="language")) as engine:
            yield engine


def streamed(engine: VllmEngine, request: Request) -> tuple[str, Generation]:
    pieces, stream = "", engine.stream(request)
    while True:
        try:
            pieces += next(stream)
        except StopIteration as end:
            return pieces, end.value


def test_pages_and_lines_get_transformers_answers(engine: VllmEngine, reference: TransformersEngine) -> None:
    requests = [one.request for one in ASKED]
    assert [request.single_line for request in requests] == [False] * 2 + [True] * 4
    check_parity(ASKED, reference, engine, tokens=200)


def test_threads_share_the_engine(engine: VllmEngine) -> None:
    requests = [ASKED[i % len(ASKED)].request for i in range(12)]
    alone = [answer.text for answer in engine.generate(requests)]
    with ThreadPoolExecutor(len(requests)) as pool:
        together = list(pool.map(lambda request: engine.generate([request])[0].text, requests))
    assert together == alone


def test_cancelled_requests_end_where_they_stand(engine: VllmEngine) -> None:
    budget = Budget()
    requests = [replace(ASKED[-1].request, budget=budget)] * 40
    with ThreadPoolExecutor(1) as pool:
        answers = pool.submit(engine.generate, requests)
        budget.cancel()
        assert "cancelled" in {answer.finish_reason for answer in answers.result(60)}
    [answer] = engine.generate([ASKED[-1].request])
    assert answer.finish_reason == "stop"


def test_a_stream_is_the_answer_in_pieces(engine: VllmEngine) -> None:
    for one in (ASKED[0], ASKED[-1]):
        [answer] = engine.generate([one.request])
        assert answer.text
        text, returned = streamed(engine, one.request)
        assert text == returned.text == answer.text
        assert returned.finish_reason == answer.finish_reason


def test_a_stream_that_is_closed_early_leaves_nothing_behind(engine: VllmEngine) -> None:
    page, line = ASKED[0].request, ASKED[-1].request
    [before] = engine.generate([line])
    stream = engine.stream(page)
    next(stream)
    stream.close()
    assert engine.generate([line])[0].text == before.text
    assert streamed(engine, line)[0] == before.text


def test_a_stream_and_a_batch_may_interleave(engine: VllmEngine) -> None:
    page, line = ASKED[0].request, ASKED[-1].request
    [alone], [before] = engine.generate([page]), engine.generate([line])
    stream = engine.stream(page)
    text = next(stream)
    assert engine.generate([line])[0].text == before.text
    assert engine.generate([page])[0].text == alone.text  # long enough for the stream's answer to end meanwhile
    assert text + "".join(stream) == alone.text


def dotted(width: int, height: int) -> Image.Image:
    """A row of dots: what nano writes of it without end changes with its weights."""
    image = Image.new("RGB", (width, height), "white")
    pen = ImageDraw.Draw(image)
    for x in range(8, width, 24):
        pen.ellipse([x, height // 2, x + 6, height // 2 + 6], fill="black")
    return image


def test_a_loop_is_stopped_where_transformers_stops_it(engine: VllmEngine, reference: TransformersEngine) -> None:
    pictures = [Image.new("RGB", (192, 768), "black"), dotted(1024, 256), dotted(768, 384), dotted(1024, 512)]
    asked = [Request(picture, read.prompt(), max_tokens=600) for picture in pictures]
    answers = reference.generate(asked)
    looping, expected = next(
        (one, answer) for one, answer in zip(asked, answers, strict=True) if answer.finish_reason == "repetition"
    )
    [given] = engine.generate([looping])
    assert (given.finish_reason, given.text) == ("repetition", expected.text)
    text, returned = streamed(engine, looping)
    assert (returned.finish_reason, returned.text) == ("repetition", expected.text)
    assert text.startswith(expected.text)
    assert len(text) >= len(expected.text) + 200  # the loop as it was written


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (Request(Image.new("RGB", (4000, 8), "white"), "read"), "Request 1: the model cannot take this image"),
        (Request(Image.new("RGB", (64, 32), "white"), "read " * 20_000), "Request 1: image and prompt take"),
    ],
)
def test_a_request_it_cannot_take_is_named_and_does_no_harm(engine: VllmEngine, asked: Request, said: str) -> None:
    line = ASKED[-1].request
    [before] = engine.generate([line])
    with pytest.raises(EngineError, match=said):
        engine.generate([line, asked])
    assert engine.generate([line])[0].text == before.text


def test_a_dead_process_is_an_error_and_not_a_wait() -> None:
    """Last, in an engine of its own."""
    with closing(VllmEngine("nano", line_reader="language")) as engine:
        stream = engine.stream(ASKED[0].request)
        next(stream)
        for process in engine._engine.engine_core.resources.engine_manager.processes:
            os.kill(process.pid, signal.SIGKILL)
        with pytest.raises(EngineError, match="vLLM failed"):
            list(stream)
        with pytest.raises(EngineError, match="vLLM failed"):
            engine.generate([ASKED[-1].request])
