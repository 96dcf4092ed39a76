"""The served mode of the speed benchmark: what is sent, how it is timed and told; never how long anything took."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from eval.speed import __main__ as speed
from eval.speed import report, served, worker
from eval.speed.served import WARM_TOKENS, Work, cpu_seconds, exchange, fresh, measure, spread, works
from eval.speed.summary import with_ratios
from hyocr.canvas import stretched
from hyocr.engines.base import Generation, Request
from hyocr.errors import EngineError
from tests.fakes import FakeEngine, answer, page_image


def request(red: int = 255, max_tokens: int = 9) -> Request:
    return Request(Image.new("RGB", (64, 32), (red, 0, 0)), "read", max_tokens)


def row(work: str, concurrency: int, rate: float, latency: float) -> dict[str, Any]:
    return {
        "work": work,
        "concurrency": concurrency,
        "requests_per_second": rate,
        "pages_per_second": None,
        "tokens_per_second": 0.0,
        "latency_p50": latency,
        "latency_p95": 2 * latency,
        "wall_seconds": 1 / rate,
        "cpu_seconds": 1.5 / rate,
    }


@pytest.fixture
def page_file(tmp_path: Path) -> str:
    page_image(["Total 12.50", "Cash"]).save(tmp_path / "page.png")
    return str(tmp_path / "page.png")


def test_groups_wait_for_their_last_and_keep_their_order() -> None:
    engine = FakeEngine()
    engine.generate = lambda group: time.sleep(0.02 * len(group)) or [engine.reply(one) for one in group]
    requests = [request(red) for red in range(5)]
    answers, seconds = exchange(engine, requests, concurrency=2, clients=False)
    assert answers == [engine.reply(one) for one in requests]
    assert seconds[0] == seconds[1] >= 0.04
    assert seconds[2] == seconds[3] != seconds[1]
    assert seconds[4] >= 0.02


def test_clients_send_one_request_each_so_many_at_once() -> None:
    together = threading.Barrier(3)

    def reply(one: Request) -> Generation:
        together.wait(timeout=10)  # breaks unless three are under way
        return answer(str(one.max_tokens))

    engine = FakeEngine(reply)
    answers, seconds = exchange(engine, [request(max_tokens=i + 1) for i in range(6)], concurrency=3, clients=True)
    assert [one.text for one in answers] == list("123456")
    assert [len(call) for call in engine.calls] == [1] * 6
    assert len(seconds) == 6


def test_a_row_adds_up() -> None:
    engine = FakeEngine(lambda one: time.sleep(0.01) or answer("four"))
    found = measure(engine, Work("lines", 2, [request()] * 4, [request(max_tokens=3)] * 2, 0.25), clients=False)
    assert [[one.max_tokens for one in call] for call in engine.calls] == [[3, 3], [9, 9], [9, 9]]
    assert (found["requests"], found["tokens"]) == (4, 16)
    assert found["seconds"] >= 0.04
    assert found["requests_per_second"] == pytest.approx(4 / found["seconds"])
    assert found["pages_per_second"] == pytest.approx(1 / found["seconds"])
    assert found["tokens_per_second"] == pytest.approx(16 / found["seconds"])
    assert 0.02 <= found["latency_p50"] <= found["latency_p95"] <= found["seconds"]
    assert measure(engine, Work("questions", 1, [request()], [], None), clients=False)["pages_per_second"] is None


def test_no_image_is_sent_twice_but_for_the_questions_about_one_page() -> None:
    pages = [page_image(["Total 12.50", "Cash"]), page_image(["One", "Two", "Three"], width=500)]
    sent = list(works(pages, most=None))
    assert [(work.name, work.concurrency, len(work.requests), len(work.warm)) for work in sent] == [
        ("lines", 1, 32, 1), ("lines", 8, 64, 8), ("lines", 32, 128, 8),
        ("pages", 1, 2, 1), ("pages", 8, 8, 8), ("pages", 32, 32, 8),
        ("questions, one page", 1, 8, 1), ("questions, a page each", 1, 8, 1),
        ("questions, one page", 8, 8, 8), ("questions, a page each", 8, 8, 8),
    ]  # fmt: skip
    assert [work.pages for work in sent] == [2 / 5] * 3 + [1] * 3 + [None] * 4
    images = []
    for work in sent:
        one_page = {id(one.image) for one in work.requests}
        assert len(one_page) == (1 if work.name == "questions, one page" else len(work.requests))
        assert all(one.max_tokens == WARM_TOKENS for one in work.warm)
        images += [one.image for one in work.warm] + [one.image for one in work.requests[-len(one_page) :]]
    as_read = [stretched(image, 2) if image.height == 32 else image for image in images]
    assert len({(image.size, image.tobytes()) for image in as_read}) == len(images)
    for one_page, each in (sent[6:8], sent[8:]):  # the same work, but for what can be kept
        assert [one.prompt for one in one_page.requests] == [one.prompt for one in each.requests]
        assert len({one.prompt for one in each.requests}) == 8
        unmarked = [fresh(one.image, 0).tobytes() for one in one_page.requests + each.requests]
        assert len(set(unmarked)) == 1
    assert all(one.single_line for work in sent[:3] for one in work.requests)


def test_the_same_is_sent_to_every_engine() -> None:
    first, second = (list(works([page_image(["Total 12.50", "Cash"])], most=3)) for _ in range(2))
    assert first == second
    assert all(len(work.requests) <= 3 for work in first)


def test_a_blank_page_has_no_lines_to_send() -> None:
    names = {work.name for work in works([Image.new("RGB", (64, 64), "white")], most=1)}
    assert names == {"pages", "questions, one page", "questions, a page each"}


def test_samples_are_taken_from_everywhere() -> None:
    assert spread("abcdef", 3) == ["a", "c", "e"]
    assert spread("ab", 4) == ["a", "a", "b", "b"]


def test_cpu_time_counts_processes_below_this_one_alive_and_dead() -> None:
    burn = "import time\nwhile time.process_time() < 0.3: pass\n"
    before = cpu_seconds()
    subprocess.run([sys.executable, "-c", burn], check=True)
    between = cpu_seconds()
    assert between - before >= 0.28  # /proc counts in hundredths
    command = [sys.executable, "-c", burn + "print(flush=True)\ninput()"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True) as child:
        assert child.stdout
        child.stdout.readline()
        assert cpu_seconds() - between >= 0.28
        child.communicate(b"\n")


def test_ratios_are_to_one_request_at_a_time_of_the_same_work() -> None:
    base = [row("lines", 1, 4.0, 0.25), row("lines", 8, 16.0, 0.5), row("pages", 1, 0.5, 2.0)]
    lines, pages = with_ratios([row("lines", 8, 8.0, 1.0), row("pages", 32, 1.0, 30.0)], base)
    assert lines["ratios"] == {
        "requests_per_second": 2, "latency_p50": 4, "latency_p95": 4, "wall_seconds": 0.5, "cpu_seconds": 0.5
    }  # fmt: skip
    assert (pages["ratios"]["requests_per_second"], pages["ratios"]["latency_p50"]) == (2, 15)
    assert with_ratios(base, base)[1]["ratios"]["requests_per_second"] == 4


def test_a_row_of_the_table() -> None:
    [found] = with_ratios([row("lines", 8, 125.0, 0.0625)], [row("lines", 1, 50.0, 0.02)])
    found |= {"tokens_per_second": 1999.6}
    expected = "| vLLM's server | lines | 8 | 125 (2.50) | – | 2000 | 0.0625 (3.12) | 0.125 (3.12) | "
    assert report.served("server", {"rows": [found]}) == expected + "0.00800 (0.400) | 0.0120 (0.400) |"


def test_one_run_of_all_engines(
    page_file: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    started = []

    @contextmanager
    def running(name: str, model: str, vllm: dict[str, Any]) -> Iterator[FakeEngine]:
        started.append((name, vllm))
        if name == "server":
            raise EngineError("It is ill.")
        yield FakeEngine(lambda one: answer("text"))

    def run(arguments: list[str], threads: int) -> speed.Finished:
        try:
            found = worker.measure(arguments[1], **json.loads(arguments[2]))
        except EngineError as error:
            raise speed.MeasureError(str(error)) from None
        return speed.Finished(json.dumps(found), 1.0, 200.0)

    monkeypatch.setattr(served, "running", running)
    monkeypatch.setattr(served, "build", lambda: "cpu")
    monkeypatch.setattr(speed, "run_alone", run)
    monkeypatch.setenv("VLLM_CPU_OMP_THREADS_BIND", "nobind")
    monkeypatch.setenv("VLLM_LOGGING_LEVEL", "ERROR")
    output = tmp_path / "served.json"
    asked = [page_file, "--served", "--served-requests", "2", "--threads", "1", "--output", str(output)]
    speed.main([*asked, "--vllm", '{"max_num_seqs": 4}'])
    assert started == [(name, {"max_num_seqs": 4}) for name in ("transformers", "vllm", "server")]
    engines = json.loads(output.read_text())["engines"]
    assert engines["server"] == {"error": "It is ill."}
    for name in ("transformers", "vllm"):
        assert len(engines[name]["rows"]) == 10
        assert all(one["requests"] == 2 and one["ratios"]["requests_per_second"] > 0 for one in engines[name]["rows"])
        assert engines[name]["peak_mib"] == 200
    header, _, head, rule, *rows, last = capsys.readouterr().out.splitlines()
    assert "{'max_num_seqs': 4}" in header
    assert len(rows) == 20
    assert {line.count("|") for line in (head, rule, *rows)} == {11}
    assert last == "| vLLM's server | not measured: It is ill. |"


def test_without_vllm_it_says_so(monkeypatch: pytest.MonkeyPatch, page_file: str) -> None:
    def missing() -> str:
        raise EngineError("vLLM is not installed")

    monkeypatch.setattr(served, "build", missing)
    for engine in ("vllm", "server"):
        with pytest.raises(EngineError, match="vLLM is not installed"):
            worker.measure("served", paths=[page_file], model="nano", threads=1, engine=engine, vllm={}, most=1)


@pytest.mark.parametrize(
    "arguments", [["--served", "--vllm", "[1]"], ["--served", "--vllm", "{"], ["--vllm", '{"a": 1}']]
)
def test_wrong_settings_are_wrong_usage(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        speed.main(["page.png", *arguments])
    assert stopped.value.code == 2
    assert "--vllm" in capsys.readouterr().err
