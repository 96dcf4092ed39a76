"""`hyocr serve` as its users meet it: a real server, asked by OpenAI's client, our engine, our command line, curl."""

from __future__ import annotations

import base64
import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from openai import OpenAI

from eval.load.rounds import load
from eval.parity import images
from eval.serving import Served
from hyocr.engines.base import Generation, Request
from hyocr.engines.server import ServerEngine
from hyocr.engines.transformers import TransformersEngine
from hyocr.errors import EngineError
from hyocr.sources import open_source
from hyocr.tasks import read
from tests.vllm_server import check_parity, start

if find_spec("vllm") is None:
    pytest.skip("vLLM is not installed (make test-vllm)", allow_module_level=True)

ROOT = Path(__file__).parents[1]
RECEIPT = ROOT / "examples/receipt.jpg"
CHAT = "/v1/chat/completions"
LINES = [one for one in images(17, 1, [RECEIPT]) if one.request.single_line][::2]
PATIENCE = 90
"""Seconds to wait for what a server does by itself."""


@pytest.fixture(scope="module")
def reference() -> TransformersEngine:
    return TransformersEngine("nano", device="cpu", line_reader="language")


@pytest.fixture
def engine(live: Served) -> Iterator[ServerEngine]:
    with ServerEngine(live.url) as engine:
        yield engine


def page() -> Any:
    with closing(open_source(RECEIPT)) as source:
        return next(source).image


def chat(url: str = "", **options: Any) -> dict[str, Any]:
    """A request as plain clients send it; the receipt if there is no `url`."""
    url = url or "data:image/jpeg;base64," + base64.b64encode(RECEIPT.read_bytes()).decode()
    content = [{"type": "image_url", "image_url": {"url": url}}, {"type": "text", "text": read.prompt()}]
    return {"model": "nano", "max_tokens": 16, "messages": [{"role": "user", "content": content}], **options}


def ask(live: Served, method: str, path: str, body: dict[str, Any] | None = None) -> tuple[int, str]:
    """The status and what comes with it. Raises OSError or HTTPException where nothing does."""
    with closing(http.client.HTTPConnection("127.0.0.1", live.port, timeout=120)) as connection:
        connection.request(method, path, body and json.dumps(body), {"Content-Type": "application/json"})
        answer = connection.getresponse()
        return answer.status, answer.read().decode()


def refusal(live: Served, path: str, body: dict[str, Any], status: int) -> str:
    """What the server says when it refuses a request with this status."""
    given, text = ask(live, "POST", path, body)
    assert given == status, text
    return str(json.loads(text)["error"]["message"])


def streamed(engine: ServerEngine, request: Request) -> tuple[str, Generation]:
    pieces, stream = "", engine.stream(request)
    while True:
        try:
            pieces += next(stream)
        except StopIteration as end:
            return pieces, end.value


def wait(until: Callable[[], object]) -> bool:
    deadline = time.monotonic() + PATIENCE
    while not until():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.5)
    return True


def test_openais_plain_client_gets_transformers_answer(live: Served, reference: TransformersEngine) -> None:
    answer = OpenAI(base_url=live.url, api_key="none").chat.completions.create(**chat(max_tokens=128)).choices[0]
    [expected] = reference.generate([Request(page(), read.prompt(), max_tokens=128)])
    assert len(expected.text) > 50
    assert answer.message.content == expected.text
    assert answer.finish_reason == expected.finish_reason


def test_our_engine_gets_transformers_lines(engine: ServerEngine, reference: TransformersEngine) -> None:
    assert len(LINES) == 8
    check_parity(LINES, reference, engine, tokens=40)


def test_a_stream_is_the_answer_in_pieces(engine: ServerEngine) -> None:
    for request in (LINES[0].request, Request(page(), read.prompt(), max_tokens=32)):
        [answer] = engine.generate([request])
        assert answer.text
        text, returned = streamed(engine, request)
        assert text == returned.text == answer.text
        assert returned.finish_reason == answer.finish_reason


def command_line(url: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "hyocr", "read", "examples/page.png", "--engine", url, "--quiet"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_the_command_line_reads_through_the_server(live: Served) -> None:
    done = command_line(live.url)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.split()) > 20


def test_the_command_line_says_in_a_sentence_that_no_server_is_there() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/v1"
        done = command_line(url)  # bound, but nobody listens
    assert done.returncode == 1
    assert done.stdout == ""
    [sentence] = done.stderr.splitlines()
    assert url in sentence
    assert sentence.endswith(".")


def test_what_can_be_asked_besides_chat(live: Served) -> None:
    assert ask(live, "GET", "/health")[0] == 200
    assert "\nvllm:prompt_tokens_total{" in ask(live, "GET", "/metrics")[1]
    [model] = json.loads(ask(live, "GET", "/v1/models")[1])["data"]
    assert (model["id"], model["max_model_len"]) == ("nano", 8192)


@pytest.mark.parametrize("path", ["/v1/completions", "/v1/responses", "/v1/embeddings", "/tokenize", "/docs", "/"])
def test_other_routes_are_refused(live: Served, path: str) -> None:
    assert ask(live, "GET", path)[0] == 404
    assert "no such route" in refusal(live, path, {"model": "nano", "prompt": "a", "input": "a"}, 404)


def test_images_are_never_fetched(live: Served) -> None:
    with socket.create_server(("127.0.0.1", 0)) as tempting:
        tempting.setblocking(False)
        url = f"http://127.0.0.1:{tempting.getsockname()[1]}/a.png"
        assert "this server fetches nothing" in refusal(live, CHAT, chat(url), 400)
        with pytest.raises(BlockingIOError):
            tempting.accept()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"truncate_prompt_tokens": 3}, "leave out"),
        ({"mm_processor_kwargs": {"min_pixels": 10**12}}, "leave out"),
        ({"max_tokens": 100_000}, "max_tokens"),
        ({"n": 1000}, "n must be at most"),
        ({"temperature": -1}, "temperature"),
        ({"chat_template": "{{ 1 / 0 }}"}, "template"),
        ({"response_format": {"type": "json_schema", "json_schema": {"name": "a", "schema": {"type": "b"}}}}, "type"),
        ({"tools": [{"type": "function", "function": {"name": "a"}}]}, "tool"),
        ({"messages": [{"role": "user", "content": "a " * 20_000}]}, "context length"),
        ({"messages": [{"role": "user", "content": "\udc80"}]}, ""),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_options_that_cannot_be_met_are_the_clients_mistake(live: Served, options: dict[str, Any], said: str) -> None:
    assert said in refusal(live, CHAT, chat(**options), 400)


def section(readme: str) -> str:
    """What the README says under "Serving"."""
    found = re.search(r"^## Serving\n(.*?)(?=^## |\Z)", readme, flags=re.DOTALL | re.MULTILINE)
    assert found, "the README has no section Serving"
    return found[1]


def blocks(language: str, text: str, port: int) -> list[str]:
    """Examples that ask the server at port 8000, asking the one at `port` instead."""
    found = re.findall(rf"```{language}\n(.*?)```", text, flags=re.DOTALL)
    return [re.sub(r"(127\.0\.0\.1|localhost):8000\b", rf"\1:{port}", block) for block in found]


def test_the_readmes_curl_works(live: Served) -> None:
    if not shutil.which("curl"):
        pytest.skip("curl is not installed")
    examples = blocks("sh", section((ROOT / "README.md").read_text(encoding="utf-8")), live.port)
    commands = [block for block in examples if block.startswith("curl ")]
    assert commands
    for command in commands:
        done = subprocess.run(["bash", "-c", command], cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert '"content"' in done.stdout if "completions" in command else done.stdout.strip(), done.stdout


def test_the_readmes_python_works(live: Served) -> None:
    examples = blocks("python", section((ROOT / "README.md").read_text(encoding="utf-8")), live.port)
    [example] = [block for block in examples if "from openai import OpenAI" in block]
    done = subprocess.run([sys.executable, "-c", example], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


def test_good_requests_are_answered_among_bad_ones(live: Served) -> None:
    done = load(live.url, requests=40, concurrency=8)
    assert done.mistakes == []
    assert len(done.rounds[0].outcomes) == 40


def test_a_killed_engine_is_said_to_the_client_and_ends_the_server(live: Served) -> None:
    """The last test: it kills the server of all the others."""
    with ServerEngine(live.url, retries=0) as engine:
        [before] = engine.generate([LINES[0].request])
        stream = engine.stream(Request(page(), read.prompt(), max_tokens=4096))
        next(stream)
        os.kill(live.pids()["EngineCore"], signal.SIGKILL)
        with pytest.raises(EngineError, match="Request 0: the server at"):
            list(stream)

    def unwell() -> bool:
        try:
            return ask(live, "GET", "/health")[0] != 200
        except (OSError, http.client.HTTPException):
            return True

    assert wait(unwell)
    assert wait(lambda: live.process.poll() is not None)
    assert wait(lambda: not live.pids())
    with start(live.port) as again, ServerEngine(again.url) as engine:
        assert engine.generate([LINES[0].request])[0].text == before.text
