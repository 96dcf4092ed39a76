"""The speed benchmark's shape: which figures are there and how they add up, never how long anything took."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image

import eval.systems
from eval.predictions import Prediction
from eval.speed import __main__ as speed
from eval.speed import ours, report, worker
from eval.speed.phases import PHASES, Clock, Sample, by_phase, clocked, rate
from eval.speed.summary import summary
from hyocr.engines.base import Request
from hyocr.engines.transformers import TransformersEngine
from hyocr.errors import InputError
from tests.fakes import SECOND_PAGE_DAMAGED_PDF, many_pages, page_image

LANGUAGE = {"preprocess", "vision", "prefill", "decode"}


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("pages") / "page.png"
    page_image(["Total 12.50", "Cash"], width=300).resize((192, 96)).save(path)
    return str(path)


@pytest.fixture(scope="module")
def ctc_checkpoint(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Random weights of nano's size whose head reads something everywhere."""
    from training.checkpoint import load_weights, save_weights

    path = tmp_path_factory.mktemp("nano") / "checkpoint"
    weights = load_weights("new")
    with torch.no_grad():
        weights.head.project.weight.normal_(0, 1)
    save_weights(weights, path)
    (path / "hyocr.json").write_text('{"name": "nano", "default_strategy": "lines", "line_reader": "ctc"}')
    return str(path)


@pytest.fixture(autouse=True)
def short_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hyocr.tasks.read.MAX_TOKENS", 12)


@pytest.fixture
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Measures without starting processes; what would have been started is listed."""
    started: list[list[str]] = []

    def run(arguments: list[str], threads: int) -> speed.Finished:
        started.append(arguments)
        if arguments[0] == "hyocr":
            return speed.Finished("", 1.5, 300.0)
        return speed.Finished(json.dumps(worker.measure(arguments[1], **json.loads(arguments[2]))), 1.0, 200.0)

    monkeypatch.setattr(speed, "run_alone", run)
    return started


def check_phases(figures: dict[str, Any], expected: set[str]) -> None:
    """All phases are there, those expected took time, the others none, and the means add up to the whole."""
    phases = figures["phases"]
    assert list(phases) == [*PHASES, "rest"]
    assert all(value >= 0 for phase in phases.values() for value in phase.values())
    assert {name for name in PHASES if phases[name]["mean"] > 0} == expected
    assert sum(phases[name]["mean"] for name in PHASES) <= figures["seconds"]["mean"]
    assert sum(phase["mean"] for phase in phases.values()) == pytest.approx(figures["seconds"]["mean"])
    assert figures["seconds"]["median"] <= figures["seconds"]["p95"]


def test_a_phase_inside_another_stops_the_outer_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    times = iter([100, 101, 103, 107, 115, 131])  # start; prefill; vision in it; its end; prefill's end; end
    monkeypatch.setattr("eval.speed.phases._now", lambda: next(times))
    clock = Clock()

    def work() -> str:
        with clock.phase("prefill"), clock.phase("vision"):
            pass
        return "done"

    sample, result = clock.sample(work)
    assert result == "done"
    assert sample.total == 31
    assert {name: seconds for name, seconds in sample.phases.items() if seconds} == {
        "prefill": 2 + 8,
        "vision": 4,
        "rest": 1 + 16,
    }


def test_a_failing_phase_ends_its_clock() -> None:
    clock = Clock()
    with pytest.raises(ValueError, match="no"), clock.phase("vision"):
        raise ValueError("no")
    sample, _ = clock.sample(lambda: None)
    assert sum(sample.phases.values()) == sample.phases["rest"] == sample.total


def test_means_add_up_where_medians_do_not() -> None:
    zero = dict.fromkeys([*PHASES, "rest"], 0.0)
    samples = [
        Sample(1.0, zero | {"vision": 1.0}, 0),
        Sample(2.0, zero | {"decode": 2.0}, 10),
        Sample(6.0, zero | {"vision": 3.0, "decode": 2.0, "rest": 1.0}, 30),
    ]
    figures = by_phase(samples)
    assert figures["samples"] == 3
    assert figures["seconds"] == pytest.approx({"mean": 3.0, "median": 2.0, "p95": 5.6})
    assert figures["phases"]["vision"] == pytest.approx({"mean": 4 / 3, "median": 1.0, "p95": 2.8})
    assert rate(40, samples, ["decode"]) == 10
    assert rate(40, samples, ["vision", "decode"]) == 5
    assert rate(0, samples, ["decode"]) is None
    assert rate(40, samples, ["open"]) is None


def test_summary_of_one_value_is_that_value() -> None:
    assert summary([0.25]) == {"mean": 0.25, "median": 0.25, "p95": 0.25}


def test_the_clocks_change_no_answer_count_its_tokens_and_go_away(tiny_engine: TransformersEngine) -> None:
    requests = [Request(Image.new("RGB", (64 + 32 * i, 64), "white"), "read", 5 + i) for i in range(3)]
    before = tiny_engine.generate(requests)
    generate = TransformersEngine._inputs
    with clocked() as clock:
        sample, answers = clock.sample(tiny_engine.generate, requests)
    assert answers == before
    assert TransformersEngine._inputs is generate
    written = [len(answer.logprobs) for answer in before]
    stopped = sum(answer.finish_reason == "stop" for answer in before)  # the stop token is decoded too
    assert sample.tokens >= sum(written) + stopped - len(requests) > 0  # control tokens write nothing
    assert sample.tokens <= sum(request.max_tokens for request in requests) - len(requests)
    assert {name for name in PHASES if sample.phases[name]} == LANGUAGE


def test_pages_are_timed_by_phase_through_the_language_path(tiny_checkpoint: Path, page: str) -> None:
    figures = ours.read([page, page], str(tiny_checkpoint), None, threads=1, repeat=2)
    assert (figures["strategy"], figures["samples"]) == ("page", 4)
    check_phases(figures, {"open", *LANGUAGE})
    assert figures["tokens_per_second"] > 0
    assert figures["first_token"]["median"] > 0
    assert figures["characters_per_second"] is None
    assert figures["load"] > 0


def test_pages_are_timed_by_phase_through_the_ctc_head(ctc_checkpoint: str, page: str) -> None:
    figures = ours.read([page], ctc_checkpoint, None, threads=1, repeat=2)
    assert (figures["strategy"], figures["line_reader"], figures["samples"]) == ("lines", "ctc", 2)
    check_phases(figures, {"open", "find lines", "preprocess", "vision", "read head"})
    assert figures["characters_per_second"] > 0
    assert figures["tokens_per_second"] is figures["first_token"] is None


@pytest.fixture(scope="module")
def observing_checkpoint(ctc_checkpoint: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The same, said to answer from what it read."""
    path = tmp_path_factory.mktemp("small") / "checkpoint"
    shutil.copytree(ctc_checkpoint, path)
    about = {"name": "small", "default_strategy": "lines", "line_reader": "ctc", "observes": ["fields", "ask"]}
    (path / "hyocr.json").write_text(json.dumps(about))
    return str(path)


@pytest.fixture
def brief(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hyocr.observing.LONGEST", 6)


@pytest.mark.parametrize("verb", ours.ANSWERS)
def test_answers_are_timed_apart_from_reading(observing_checkpoint: str, page: str, verb: str, brief: None) -> None:
    figures = ours.answers([page, page], observing_checkpoint, threads=1, repeat=2, what=verb)
    assert figures["samples"] == 4
    check_phases(figures, {"open", "find lines", "preprocess", "vision", "read head", "prefill", "decode"})
    phases, answering = figures["phases"], figures["answering"]["mean"]
    assert figures["reading"]["mean"] + answering == pytest.approx(figures["seconds"]["mean"])
    assert phases["prefill"]["mean"] + phases["decode"]["mean"] <= answering
    assert phases["vision"]["mean"] <= figures["reading"]["mean"]
    assert 0 < figures["tokens"] <= 5
    assert figures["tokens_per_second"] > 0


def test_all_verbs_are_known_to_the_command() -> None:
    assert tuple(ours.ANSWERS) == report.VERBS


def test_a_checkpoint_that_looks_at_pages_has_no_such_answers(tiny_checkpoint: Path, page: str) -> None:
    with pytest.raises(InputError, match="does not answer from what it read"):
        ours.answers([page], str(tiny_checkpoint), threads=1, repeat=1, what="ask")


def test_answers_are_a_ratio_to_reading_in_the_same_run(
    observing_checkpoint: str,
    page: str,
    brief: None,
    tmp_path: Path,
    in_this_process: list[list[str]],
    capsys: pytest.CaptureFixture[str],
) -> None:
    output = tmp_path / "speed.json"
    speed.main([page, "--model", observing_checkpoint, "--repeat", "1", "--batches", "--output", str(output)])
    figures = json.loads(output.read_text())
    assert [arguments[1] for arguments in in_this_process if arguments[0] != "hyocr"] == ["read", "answers", "answers"]
    for verb in ("extract", "ask"):
        found = figures["answers"][verb]
        assert found["ratio"] == found["seconds"]["median"] / figures["read"]["seconds"]["median"]
        assert found["peak_mib"] == 200
    assert f"ask with {observing_checkpoint}: median" in capsys.readouterr().out


def test_answers_of_a_checkpoint_that_is_not_here_are_a_sentence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def measured(measure: str, threads: int, **arguments: Any) -> dict[str, Any]:
        raise speed.MeasureError("run hyocr fetch small")

    monkeypatch.setattr(speed, "measured", measured)
    found = speed.answers("ask", {}, 1, model="small")
    assert found == {"error": "run hyocr fetch small"}
    assert report.answers("ask", found) == "\nask: not measured: run hyocr fetch small"


def test_the_language_path_is_timed_on_line_crops(tiny_checkpoint: Path, page: str) -> None:
    figures = ours.language([page], str(tiny_checkpoint), threads=1, repeat=2)
    assert figures["together"]["crops"] == 2
    assert figures["samples"] == 4
    check_phases(figures, LANGUAGE)
    assert figures["tokens_per_second"] > 0
    assert figures["first_token"]["median"] > 0


def test_a_page_without_lines_has_no_language_path_to_time(tiny_checkpoint: Path, tmp_path: Path) -> None:
    Image.new("RGB", (64, 64), "white").save(tmp_path / "blank.png")
    assert ours.language([str(tmp_path / "blank.png")], str(tiny_checkpoint), threads=1, repeat=1)["samples"] == 0


@pytest.mark.parametrize(("strategy", "requests"), [("page", 3), ("lines", 6)])
def test_pages_together_are_one_call_of_what_the_reader_sends(
    tiny_checkpoint: Path, page: str, strategy: str, requests: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []
    generate = TransformersEngine.generate
    monkeypatch.setattr(
        TransformersEngine, "generate", lambda self, asked: calls.append(len(asked)) or generate(self, asked)
    )
    figures = ours.batch([page], str(tiny_checkpoint), strategy, threads=1, repeat=2, size=3)
    assert calls[1:] == [requests, requests]  # the first one warms up
    assert (figures["pages"], figures["requests"], figures["samples"]) == (3, requests, 2)
    assert figures["pages_per_second"] == 3 / figures["seconds"]["median"]
    assert figures["seconds"]["mean"] == pytest.approx(figures["prepare"]["mean"] + figures["generate"]["mean"])


def test_large_batches_are_not_repeated_beyond_need(
    tiny_checkpoint: Path, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ours, "MOST_PAGES", 4)
    assert ours.batch([page], str(tiny_checkpoint), None, threads=1, repeat=5, size=2)["samples"] == 2
    assert ours.batch([page], str(tiny_checkpoint), None, threads=1, repeat=5, size=5)["samples"] == 1


def test_every_page_of_a_file_counts(tiny_checkpoint: Path, tmp_path: Path) -> None:
    path = many_pages(tmp_path / "three.tiff", ["red", "white", "blue"], size=(64, 64))
    assert ours.read([str(path)], str(tiny_checkpoint), None, threads=1, repeat=2)["samples"] == 6
    assert ours.batch([str(path)], str(tiny_checkpoint), None, threads=1, repeat=1, size=5)["requests"] == 5


def test_a_page_that_cannot_be_read_is_an_error(tiny_checkpoint: Path, tmp_path: Path) -> None:
    path = tmp_path / "damaged.pdf"
    path.write_bytes(SECOND_PAGE_DAMAGED_PDF)
    with pytest.raises(InputError, match="Page 2 cannot be read"):
        ours.read([str(path)], str(tiny_checkpoint), None, threads=1, repeat=1)


class Beside:
    name = "beside"
    settings = {"version": "1"}  # noqa: RUF012

    def __init__(self, error: str | None = None) -> None:
        self.error = error
        self.sizes: list[tuple[int, int]] = []

    def answer(self, task: str, pages: Any) -> list[Prediction]:
        assert task == "read"
        self.sizes += [image.size for _, image in pages]
        return [Prediction(item.id, "text", error=self.error) for item, _ in pages]


def test_everything_in_one_run_with_ratios(
    ctc_checkpoint: str,
    page: str,
    tmp_path: Path,
    in_this_process: list[list[str]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    beside = Beside()

    def load(engine: str, threads: int) -> Beside:
        if engine == "rapidocr":
            raise ValueError("not here")
        return beside

    monkeypatch.setattr("eval.speed.peer.load_system", load)
    run = speed.run_alone

    def fails_like_a_process(arguments: list[str], threads: int) -> speed.Finished:
        try:
            return run(arguments, threads)
        except ValueError as error:
            raise speed.MeasureError(str(error)) from None

    monkeypatch.setattr(speed, "run_alone", fails_like_a_process)
    output = tmp_path / "speed.json"
    asked = [page, "--model", ctc_checkpoint, "--repeat", "1", "--threads", "1", "--batches", "1", "2", "--peers"]
    speed.main([*asked, "--output", str(output)])
    figures = json.loads(output.read_text())
    assert set(figures) == {"machine", "model", "images", "repeat", "read", "peers", "cold", "language", "batches"}
    assert figures["machine"]["threads"] == 1
    assert figures["read"]["peak_mib"] == figures["language"]["peak_mib"] == 200
    assert figures["cold"].items() >= {"samples": 1, "seconds": summary([1.5]), "peak_mib": 300}.items()
    assert figures["cold"]["load_average"] >= 0
    assert [batch["pages"] for batch in figures["batches"]] == [1, 2]
    assert figures["peers"]["rapidocr"] == {"error": "not here"}
    tesseract = figures["peers"]["tesseract"]
    assert beside.sizes == [(192, 96)] * 2  # once to warm up
    assert tesseract["ratio"] == tesseract["seconds"]["median"] / figures["read"]["seconds"]["median"]
    assert [arguments[1] for arguments in in_this_process] == [
        "read", "peer", "peer", "read", "language", "batch", "batch",
    ]  # fmt: skip
    assert all(arguments[0] == "hyocr" for arguments in in_this_process[3:4])
    printed = capsys.readouterr().out
    for expected in ("find lines", "read head", "characters/s", "tokens/s in decode", "pages/s", "times our median"):
        assert expected in printed
    assert "rapidocr: not measured: not here" in printed


def test_a_checkpoint_that_reads_by_language_is_not_measured_twice(
    tiny_checkpoint: Path, page: str, in_this_process: list[list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    speed.main([page, "--model", str(tiny_checkpoint), "--strategy", "page", "--repeat", "1", "--batches"])
    assert [arguments[:2] for arguments in in_this_process] == [["eval.speed.worker", "read"], ["hyocr", "read"]]
    assert in_this_process[1][-2:] == ["--strategy", "page"]
    printed = capsys.readouterr().out
    assert "first token after" in printed
    assert "prefill" in printed


def test_a_peer_that_fails_on_a_page_is_an_error(page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("eval.speed.peer.load_system", lambda engine, threads: Beside("no memory"))
    with pytest.raises(ValueError, match=r"beside failed on .*page\.png: no memory"):
        worker.measure("peer", paths=[page], engine="tesseract", threads=1, repeat=1)


def run_module(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", *arguments], capture_output=True, text=True)


def test_processes_report_their_output_and_memory() -> None:
    done = speed.run_alone(["this"], threads=1)  # the standard library's smallest program
    assert "Beautiful is better than ugly." in done.output
    assert done.seconds > 0
    assert done.mib > 1


def test_a_failed_process_is_its_last_sentence(page: str) -> None:
    with pytest.raises(speed.MeasureError, match=r'^there is no engine "nobody"'):
        speed.measured("peer", 1, paths=[page], engine="nobody", repeat=1)


def test_neither_the_command_nor_a_peer_loads_our_libraries() -> None:
    code = (
        "import sys, eval.speed.__main__, eval.speed.worker, eval.speed.peer\n"
        "print([name for name in ('torch', 'transformers', 'cv2') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_bad_input_is_a_sentence_and_exit_code_1(
    tmp_path: Path, page: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "text.png").write_text("no image")
    (tmp_path / "empty").mkdir()
    bad = [
        ([str(tmp_path / "none.png")], "does not exist"),
        ([str(tmp_path / "text.png")], "no image and no PDF"),
        ([str(tmp_path / "empty")], "holds no image"),
        ([page, "--output", str(tmp_path / "nowhere" / "speed.json")], "There is no folder"),
    ]
    for arguments, message in bad:
        with pytest.raises(SystemExit) as stopped:
            speed.main(arguments)
        assert stopped.value.code == 1
        error = capsys.readouterr().err
        assert error.startswith("error: ")
        assert message in error
        assert error.count("\n") == 1


@pytest.mark.parametrize(
    "arguments",
    [[], ["page.png", "--repeat", "0"], ["page.png", "--threads", "x"], ["page.png", "--strategy", "words"]],
)
def test_wrong_usage_is_exit_code_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        speed.main(arguments)
    assert stopped.value.code == 2
    assert "usage: python -m eval.speed" in capsys.readouterr().err


def test_the_command_runs_as_a_module() -> None:
    done = run_module("eval.speed", os.devnull)
    assert done.returncode == 1
    assert done.stderr.startswith("error: ")
    assert "Traceback" not in done.stderr


def test_engines_named_for_peers_exist() -> None:
    assert {"transformers", "tesseract", "rapidocr"} == set(eval.systems.ENGINES)
