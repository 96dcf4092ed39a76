from __future__ import annotations

import base64
import io
import os
import signal
import threading
from collections.abc import Generator, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx2
import openai
import pytest
from PIL import Image

from hyocr.canvas import canvas
from hyocr.engines import faults
from hyocr.engines.base import Generation, Request, Verbatim
from hyocr.engines.repetition import SPAN
from hyocr.engines.server import ServerEngine
from hyocr.engines.transformers import TransformersEngine
from hyocr.engines.writer import PUBLISHED_MARKUP
from hyocr.errors import CheckpointError, EngineError
from hyocr.model.folder import BUNDLED, METADATA
from tests.fake_server import SECONDS, Chunk, FakeServer, Reply, free_port, running, text_only, vllm
from tests.fakes import page_image

IMAGE = Image.effect_noise((64, 32), 90).convert("RGB")
NAME_OF = {markup: name for name, markup in PUBLISHED_MARKUP.items()}


def request(prompt: str = "read", max_tokens: int = 1000, **settings: Any) -> Request:
    return Request(IMAGE, prompt, max_tokens, **settings)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeServer]:
    monkeypatch.setattr(faults, "BACKOFF", 0.001)
    monkeypatch.delenv("HYOCR_API_KEY", raising=False)
    before = own_threads()  # Ray's stay until the process ends
    with running(FakeServer()) as server:
        yield server
    assert set(own_threads()) <= set(before)


@pytest.fixture
def engine(server: FakeServer) -> Iterator[ServerEngine]:
    with ServerEngine(server.url) as engine:
        yield engine


def own_threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name.startswith(("hyocr", "asyncio"))]


def ask(engine: ServerEngine, server: FakeServer, *replies: Reply, max_tokens: int = 1000) -> Generation:
    server.replies = list(replies)
    return engine.generate([request(max_tokens=max_tokens)])[0]


def drain(stream: Generator[str, None, Generation]) -> tuple[list[str], Generation]:
    pieces = []
    while True:
        try:
            pieces.append(next(stream))
        except StopIteration as stop:
            return pieces, stop.value


def sent_image(body: dict[str, Any]) -> Image.Image:
    url = body["messages"][1]["content"][0]["image_url"]["url"]
    assert url.startswith("data:image/png;base64,")
    return Image.open(io.BytesIO(base64.b64decode(url.partition(",")[2])))


# What is asked


def test_the_request_is_the_published_chat_with_the_image_as_it_is(server: FakeServer, engine: ServerEngine) -> None:
    engine.generate([request("检测", max_tokens=50, temperature=0.5)])
    (body,) = server.bodies
    system, user = body["messages"]
    assert system == {"role": "system", "content": ""}
    assert [part["type"] for part in user["content"]] == ["image_url", "text"]
    assert user["content"][1] == {"type": "text", "text": "检测"}
    assert sent_image(body).tobytes() == IMAGE.tobytes()
    expected = {"model": "nano", "temperature": 0.5, "max_tokens": 50, "logprobs": True, "skip_special_tokens": False}
    assert expected.items() <= body.items()
    assert body["stream_options"] == {"include_usage": True}


def test_nano_is_known_here(server: FakeServer, engine: ServerEngine) -> None:
    assert (engine.name, engine.default_strategy, engine.line_reader) == ("nano", "lines", "language")
    engine.generate([request("line", single_line=True), request("key", line_canvas=True), request("page")])
    widths = {body["messages"][1]["content"][1]["text"]: sent_image(body).width for body in server.bodies}
    assert widths == {"line": 128, "key": 128, "page": 64}


def test_the_only_model_is_taken_and_a_local_folder_tells_how(server: FakeServer, tmp_path: Path) -> None:
    server.models["data"][0]["id"] = "org/large"
    with ServerEngine(server.url) as engine:
        assert (engine.name, engine.default_strategy) == ("org/large", "page")
        engine.generate([request(single_line=True)])
    assert server.bodies[0]["model"] == "org/large"
    assert sent_image(server.bodies[0]).size == IMAGE.size
    (tmp_path / "config.json").write_text('{"model_type": "hunyuan_vl"}')
    (tmp_path / "hyocr.json").write_text('{"name": "mine", "default_strategy": "lines", "line_reader": "ctc"}')
    for name in ("model.safetensors", "tokenizer.json"):
        (tmp_path / name).touch()
    with ServerEngine(server.url, model=str(tmp_path)) as engine:
        assert (engine.name, engine.default_strategy, engine.line_reader) == ("mine", "lines", "language")
    server.models["data"][0]["id"] = str(tmp_path)  # what vLLM calls a folder
    with ServerEngine(server.url) as engine:
        assert (engine.name, engine.default_strategy) == ("mine", "lines")
    server.models["data"][0] |= {"id": "mine", "root": str(tmp_path)}  # where vLLM says that it lies
    with ServerEngine(server.url) as engine:
        assert (engine.name, engine.default_strategy) == ("mine", "lines")


def test_lines_of_a_checkpoint_that_observes_are_read_here(server: FakeServer, tmp_path: Path) -> None:
    for path in (BUNDLED / "nano").iterdir():
        (tmp_path / path.name).symlink_to(path)
    (tmp_path / METADATA).unlink()
    (tmp_path / METADATA).write_text('{"name": "mine", "line_reader": "ctc", "observes": ["ask"]}')
    server.models["data"][0] |= {"id": "mine", "root": str(tmp_path)}
    line = Request(canvas(page_image(["TOTAL 9.54"]).crop((0, 20, 400, 70))), "read", single_line=True)
    with ServerEngine(server.url) as engine, closing(TransformersEngine("nano", "cpu")) as nano:
        assert (engine.line_reader, engine.observes) == ("ctc", ("ask",))
        [read, answer, again] = engine.generate([line, Request(None, "TOTAL 9.54\n\nTotal?"), line])
        assert read == again == nano.generate([line])[0]
    assert read.text
    assert answer.text == "ok"
    [body] = server.bodies
    assert body["messages"][1] == {"role": "user", "content": "TOTAL 9.54\n\nTotal?"}


def test_small_must_be_here_to_be_asked_elsewhere(
    server: FakeServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HYOCR_CACHE", str(tmp_path))
    server.models["data"][0]["id"] = "small"
    with pytest.raises(CheckpointError, match="hyocr fetch small"):
        ServerEngine(server.url)


def test_verbatim_answers_are_refused(engine: ServerEngine, server: FakeServer) -> None:
    with pytest.raises(EngineError, match="Request 0: verbatim answers need the transformers engine"):
        engine.generate([Request(None, "x", verbatim=Verbatim("x"))])
    assert server.bodies == []


def test_the_key_is_the_argument_or_the_environments(server: FakeServer, monkeypatch: pytest.MonkeyPatch) -> None:
    ServerEngine(server.url).close()
    monkeypatch.setenv("HYOCR_API_KEY", "secret")
    ServerEngine(server.url).close()
    ServerEngine(server.url, api_key="other").close()
    assert server.keys == {"Bearer none", "Bearer secret", "Bearer other"}


# What comes back


def test_text_offsets_and_log_probabilities(server: FakeServer, engine: ServerEngine) -> None:
    """The stop token, which is listed but not in the text, is not part of the answer."""
    generation = ask(engine, server, Reply(vllm("Total", " 12", ".50")))
    assert generation == Generation("Total 12.50", "stop", (-0.01, -0.02, -0.03), (5, 8, 11), prompt_tokens=7)


AS_VLLM = [("", b"", -0.2), ("", b"", -0.3), ("🎉", "🎉".encode(), -0.4)]
RAW = [("�", b"\xf0\x9f", -0.2), ("�", b"\x8e", -0.3), ("�", b"\x89", -0.4)]


@pytest.mark.parametrize("tokens", [AS_VLLM, RAW], ids=["bytes with the last", "each its bytes"])
@pytest.mark.parametrize("together", [True, False])
def test_tokens_of_one_character_end_with_it(
    server: FakeServer, engine: ServerEngine, tokens: list[tuple[str, bytes | None, float]], together: bool
) -> None:
    parts = (
        [Chunk("🎉", tokens)] if together else [Chunk("", tokens[:1]), Chunk("", tokens[1:2]), Chunk("🎉", tokens[2:])]
    )
    generation = ask(engine, server, Reply([*vllm("a")[:1], *parts, *vllm("!")]))
    assert generation.text == "a🎉!"
    assert generation.ends == (1, 2, 2, 2, 3)
    assert generation.logprobs == (-0.01, -0.2, -0.3, -0.4, -0.01)


def test_text_may_arrive_later_than_its_tokens(server: FakeServer, engine: ServerEngine) -> None:
    chunks = [Chunk("a", [("ab", None, -0.1), ("c", b"c", -0.2)]), Chunk("b"), Chunk("cd", [("d", None, -0.3)])]
    assert ask(engine, server, Reply(chunks)) == Generation("abcd", "stop", (-0.1, -0.2, -0.3), (2, 3, 4), 7)


MARKED = [
    NAME_OF["<ref>"],
    "Total",
    "<｜hy_User｜>",
    "</ref>",
    NAME_OF["<quad>"],
    "(1,2)",
    "<|end|>",
    NAME_OF["</quad>"],
]


def test_markup_is_kept_and_control_tokens_are_not(server: FakeServer, engine: ServerEngine) -> None:
    generation = ask(engine, server, Reply(vllm(*MARKED)))
    assert generation.text == "<ref>Total</ref><quad>(1,2)</quad>"
    assert generation.ends == (5, 10, 16, 22, 27, 34)
    assert generation.logprobs == (-0.01, -0.02, -0.04, -0.05, -0.06, -0.08)
    assert ask(engine, server, Reply(text_only(*MARKED))) == Generation(generation.text, "stop", prompt_tokens=7)


@pytest.mark.parametrize(
    "chunks",
    [
        text_only("Total", " 12é", ".50"),
        [*vllm("Total")[:1], Chunk(" 12é", [(" 12�", " 12�".encode(), -0.1)]), *vllm(".50")],
        [*vllm("Total")[:1], Chunk(" 12é"), *vllm(".50")],
    ],
    ids=["none sent", "misspelt", "one missing"],
)
def test_no_log_probabilities_are_better_than_wrong_ones(
    server: FakeServer, engine: ServerEngine, chunks: list[Chunk]
) -> None:
    assert ask(engine, server, Reply(chunks)) == Generation("Total 12é.50", "stop", prompt_tokens=7)


def test_length_stop(server: FakeServer, engine: ServerEngine) -> None:
    stopped = Reply(vllm("9", "8", "7")[:3], finish="length")
    assert ask(engine, server, stopped, max_tokens=3) == Generation(
        "987", "length", (-0.01, -0.02, -0.03), (1, 2, 3), 7
    )
    assert ask(engine, server, stopped, max_tokens=9).finish_reason == "length"  # the context's end
    loop = Reply(text_only("#" * (SPAN + 1)), finish="length")
    assert ask(engine, server, loop, max_tokens=SPAN + 1) == Generation("#", "repetition", prompt_tokens=7)


@pytest.mark.parametrize("known", [True, False])
def test_a_loop_closes_the_stream(server: FakeServer, engine: ServerEngine, known: bool) -> None:
    def chunks(*tokens: str) -> list[Chunk]:
        return vllm(*tokens)[:-1] if known else text_only(*tokens)

    long = [*chunks("Total", "\n"), *chunks("apple", " pear ") * 5000]
    generation = ask(engine, server, Reply(long), max_tokens=10**9)
    assert (generation.text, generation.finish_reason) == ("Total\napple pear ", "repetition")
    assert generation.ends == ((5, 6, 11, 17) if known else ())
    assert server.wait_for_leaving()


def test_an_aborted_answer_is_cancelled_and_a_withheld_one_an_error(server: FakeServer, engine: ServerEngine) -> None:
    assert ask(engine, server, Reply(vllm("a"), finish="abort")).finish_reason == "cancelled"
    with pytest.raises(EngineError, match=r'^Request 0: .* reason "content_filter"'):
        ask(engine, server, Reply(vllm("a"), finish="content_filter"))


# Parameters that a server does not take


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("logprobs", "logprobs are not supported with streaming."),
        ("skip_special_tokens", "Unrecognized request argument supplied: skip_special_tokens"),
        ("max_tokens", "This model's maximum context length is 8192 tokens. However, you requested 8000"),
        ("max_tokens", "max_tokens=8000 cannot be greater than max_model_len=max_total_tokens=8192."),
    ],
)
def test_a_refused_parameter_is_left_out_from_then_on(
    server: FakeServer, engine: ServerEngine, name: str, message: str
) -> None:
    assert ask(engine, server, Reply(status=400, message=message), Reply(vllm("ok")), max_tokens=8000).text == "ok"
    engine.generate([request(max_tokens=8100)])
    engine.generate([request(max_tokens=60)])
    assert [name in body for body in server.bodies] == [True, False, False, name == "max_tokens"]
    assert all({"logprobs", "skip_special_tokens", "max_tokens"} - {name} <= body.keys() for body in server.bodies)


def test_without_max_tokens_the_answer_is_cut_here(server: FakeServer, engine: ServerEngine) -> None:
    long = Reply(vllm(*(f"{i} " for i in range(10_000))))
    generation = ask(engine, server, Reply(status=400, message="maximum context length"), long, max_tokens=4)
    assert (generation.text, generation.finish_reason) == ("0 1 2 3 ", "length")
    assert server.wait_for_leaving()


def test_a_prompt_that_is_too_long_changes_nothing_for_the_next(server: FakeServer, engine: ServerEngine) -> None:
    with pytest.raises(EngineError, match=r"^Request 0: the server at .* HTTP 400: Input length \(9000\) exceeds .*"):
        ask(engine, server, Reply(status=400, message="Input length (9000) exceeds model's maximum context length."))
    ask(engine, server, Reply(vllm("ok")))
    assert ["max_tokens" in body for body in server.bodies] == [True, False, True]


# What goes wrong


def test_an_answer_of_another_kind(server: FakeServer, engine: ServerEngine) -> None:
    with pytest.raises(EngineError, match=r"^Request 0: the server at .* something else than OpenAI's chat API; "):
        ask(engine, server, Reply([Chunk("a", [("a", b"a", "high")])]))  # type: ignore[list-item]
    assert len(server.bodies) == 1


@pytest.mark.parametrize(
    "failure",
    [
        Reply(status=429, message="slow down", headers={"Retry-After": "0"}),
        Reply(status=503, message="starting"),
        Reply(vllm("Total", "x")[:2], then="break"),
        Reply(then="break"),
        Reply(vllm("Total", "x")[:2], then="hang"),
        Reply(then="hang"),
    ],
    ids=["429", "503", "broken answer", "broken connection", "silent answer", "silent server"],
)
def test_what_may_pass_is_tried_again(server: FakeServer, failure: Reply) -> None:
    with ServerEngine(server.url, timeout=0.3) as engine:
        generation = ask(engine, server, failure, failure, Reply(vllm("Total", " 12")))
    assert (generation.text, generation.ends) == ("Total 12", (5, 8))
    assert len(server.bodies) == 3


def test_a_server_asks_for_the_pause() -> None:
    def refusal(asked: str) -> openai.APIStatusError:
        response = httpx2.Response(
            429, headers={"Retry-After": asked}, request=httpx2.Request("POST", "http://127.0.0.1")
        )
        return openai.RateLimitError("slow down", response=response, body=None)

    assert faults.pause(refusal("7"), 0) == 7
    assert faults.pause(refusal("99999"), 0) == faults.LONGEST_RETRY_AFTER
    for attempt, longest in enumerate([0.5, 1, 2, 4]):
        assert longest / 2 <= faults.pause(refusal("nan"), attempt) <= longest
    assert faults.pause(faults.BrokenStream(), 10**6) <= faults.LONGEST_BACKOFF


@pytest.mark.parametrize(
    ("failure", "reason", "tries"),
    [
        (Reply(status=500, message="out of memory"), "fails with HTTP 500 (out of memory); ", 3),
        (Reply(vllm("a")[:1], then="error", message="CUDA"), "fails with HTTP 500 (CUDA); ", 3),
        (Reply(then="break"), "does not answer (", 3),
        (Reply(vllm("a")[:1], then="break"), "does not answer (", 3),
        (Reply(status=400, message="The image is broken."), "HTTP 400: The image is broken.", 1),
        (Reply(status=401, message="no"), "refuses the API key (no); set HYOCR_API_KEY", 1),
    ],
)
def test_what_does_not_pass_names_the_request(server: FakeServer, failure: Reply, reason: str, tries: int) -> None:
    def reply(body: dict[str, Any]) -> Reply:
        return failure if body["messages"][1]["content"][1]["text"] == "bad" else Reply(vllm("ok"))

    server.reply = reply
    with ServerEngine(server.url, retries=2, concurrency=1) as engine, pytest.raises(EngineError) as error:
        engine.generate([request(), request("bad"), request()])
    assert str(error.value).startswith(f"Request 1: the server at {server.url} ")
    assert reason in str(error.value)
    assert len(server.bodies) == 1 + tries


def test_a_server_that_dies(server: FakeServer) -> None:
    with ServerEngine(server.url, retries=1) as engine:
        engine.generate([])
        server.shutdown()
        server.server_close()
        server.replies = [Reply(then="break")]  # for the connection that is still open
        with pytest.raises(EngineError, match=rf"^Request 0: the server at {server.url} does not answer \(.*\); check"):
            engine.generate([request()])


@pytest.mark.parametrize(
    ("models", "status", "reason"),
    [
        ({"error": {"message": "Unauthorized"}}, 401, "refuses the API key (Unauthorized); set HYOCR_API_KEY"),
        ({"detail": "Not Found"}, 404, "(Not Found); check the URL, which usually ends in /v1."),
        ({"error": "loading"}, 503, "fails with HTTP 503"),
        (b"<html>Welcome!</html>", 200, "something else than a list of models; check the URL"),
        (b"<html>Where?</html>", 404, "check the URL"),
        ({"hello": "world"}, 200, "something else than a list of models; check the URL"),
        ({"data": []}, 200, "has no model; start it with one."),
        ({"data": [{"id": "a"}, {"id": "b"}]}, 200, 'does not have "nano"; choose one of a, b.'),
    ],
)
def test_a_server_that_cannot_be_used(server: FakeServer, models: Any, status: int, reason: str) -> None:
    server.models, server.models_status = models, status
    with pytest.raises(EngineError) as error:
        ServerEngine(server.url)
    assert reason in str(error.value)
    assert server.url in str(error.value)


def test_no_server(server: FakeServer) -> None:
    with pytest.raises(EngineError, match=r"does not answer \(.*\); check that it runs"):
        ServerEngine(f"http://127.0.0.1:{free_port()}/v1")
    for url in ("127.0.0.1:8000/v1", "localhost", "http://[", "http://host:99999/v1", "ftp://host/v1"):
        with pytest.raises(EngineError, match="is not the URL of a server; write it like http://127"):
            ServerEngine(url)


# Many at once


def test_as_many_at_once_as_allowed_and_in_order(server: FakeServer) -> None:
    together = threading.Barrier(3)

    def reply(body: dict[str, Any]) -> Reply:
        return Reply(vllm(body["messages"][1]["content"][1]["text"]), before=lambda: together.wait(timeout=SECONDS))

    server.reply = reply
    with ServerEngine(server.url, concurrency=3) as engine:
        generations = engine.generate([request(str(i)) for i in range(12)])
    assert [generation.text for generation in generations] == [str(i) for i in range(12)]
    assert server.most_in_flight == 3


def test_the_first_error_cancels_the_others(server: FakeServer) -> None:
    both = threading.Barrier(2)

    def reply(body: dict[str, Any]) -> Reply:
        both.wait(timeout=SECONDS)
        if body["messages"][1]["content"][1]["text"] == "1":
            return Reply(status=400, message="no")
        return Reply(vllm("a")[:1], then="hang")

    server.reply = reply
    with ServerEngine(server.url, concurrency=2) as engine:
        with pytest.raises(EngineError, match=r"^Request 1: "):
            engine.generate([request(str(i)) for i in range(6)])
        assert server.wait_for_leaving()
    assert len(server.bodies) == 2


@pytest.mark.parametrize("started", [True, False], ids=["amid answers", "before the first byte"])
def test_an_interrupt_closes_all_streams(
    server: FakeServer, engine: ServerEngine, monkeypatch: pytest.MonkeyPatch, started: bool
) -> None:
    both = threading.Barrier(2, action=lambda: os.kill(os.getpid(), signal.SIGINT))
    hang = Reply(vllm("a")[:1] if started else (), then="hang", before=lambda: both.wait(timeout=SECONDS))
    server.replies = [hang, hang, Reply(vllm("ok"))]
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # background jobs ignore it
    try:
        with pytest.raises(KeyboardInterrupt):
            engine.generate([request(), request()])
    finally:
        signal.signal(signal.SIGINT, before)
    assert server.wait_for_leaving(2)
    assert engine.generate([request()])[0].text == "ok"


# One, piece by piece


def test_a_stream_gives_pieces_and_returns_the_generation(server: FakeServer, engine: ServerEngine) -> None:
    server.replies = [Reply(vllm("Total", " 12", ".50"))]
    pieces, generation = drain(engine.stream(request()))
    assert "".join(pieces) == "Total 12.50"
    assert generation == engine.generate([request()])[0]


def test_pieces_are_not_repeated_after_a_broken_connection(server: FakeServer, engine: ServerEngine) -> None:
    server.replies = [Reply(vllm("Total", " 1")[:2], then="break"), Reply(vllm("Total", " 12"))]
    pieces, generation = drain(engine.stream(request()))
    assert "".join(pieces) == generation.text == "Total 12"


def test_closing_a_stream_early_closes_the_connection(server: FakeServer, engine: ServerEngine) -> None:
    server.replies = [Reply(vllm("Total")[:1], then="hang")]
    stream = engine.stream(request())
    assert next(stream) == "Total"
    stream.close()
    assert server.wait_for_leaving()


def test_a_closed_engine_says_so(server: FakeServer, engine: ServerEngine) -> None:
    server.replies = [Reply(vllm("Total")[:1], then="hang")]
    stream = engine.stream(request())
    assert next(stream) == "Total"
    engine.close()
    assert server.wait_for_leaving()
    with pytest.raises(EngineError, match="closed"):
        next(stream)
    with pytest.raises(EngineError, match="closed"):
        engine.generate([request()])
