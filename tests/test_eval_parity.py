from __future__ import annotations

import sys
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import pytest

from eval import parity, serving
from eval.parity import Divergence, compare, images, main, report
from hyocr.engines.base import Generation
from hyocr.errors import EngineError
from tests.fakes import answer, page_image


def words(*tokens: str, logprob: float = -0.1) -> Generation:
    """An answer of these tokens; the first has the log-probability `logprob`, each later one 0.1 less."""
    ends = [len("".join(tokens[: i + 1])) for i in range(len(tokens))]
    return Generation("".join(tokens), "stop", tuple(logprob - 0.1 * i for i in range(len(tokens))), tuple(ends))


def test_identical_answers_agree() -> None:
    answers = [words("TO", "TAL"), answer(""), Generation("untold", "stop")]
    found = compare(answers, answers)
    assert (found.images, found.agree, found.texts, found.finish_reasons, found.counts) == (3, 3, 3, 3, 3)
    assert (found.tokens, found.largest, found.divergences) == (2, 0.0, ())
    assert found.enough


def test_a_divergence_in_the_middle_is_placed_and_what_follows_is_not_compared() -> None:
    reference = words("TO", "TAL", " 9", ".00", " RM", logprob=-0.1)
    other = words("TO", "TAL", " 8", ".00", " RM", logprob=-0.125)
    far = replace(other, logprobs=(*other.logprobs[:3], -9.0, -9.0))
    found = compare([answer("x"), reference], [answer("x"), far])
    assert (found.agree, found.texts, found.finish_reasons, found.counts) == (1, 1, 2, 2)
    assert found.tokens == 3
    assert found.largest == pytest.approx(0.025)
    [one] = found.divergences
    assert (one.image, one.token, one.character) == (1, 2, 5)
    assert one.next == (" 9.00 RM", " 8.00 RM")
    assert one.logprobs == pytest.approx((-0.3, -0.325))
    assert one.gap == pytest.approx(0.025)
    assert not found.enough


def test_the_longer_answer_goes_on_where_the_other_ends() -> None:
    short, long = words("9", ".00"), words("9", ".00", " RM")
    [one] = compare([short], [long]).divergences
    assert one == Divergence(0, 2, 4, ("", " RM"), (None, pytest.approx(-0.3)), ("stop", "stop"))
    assert one.gap is None
    assert compare([long], [short]).divergences[0].next == (" RM", "")


def test_without_log_probabilities_texts_are_compared_by_character() -> None:
    reference = words("TO", "TAL 9")
    same, other = Generation("TOTAL 9", "stop"), Generation("TOTAL 8", "stop")
    found = compare([reference, reference], [same, other])
    assert (found.agree, found.counts, found.tokens, found.largest) == (1, 2, 0, None)
    assert found.divergences == (Divergence(1, None, 6, ("9", "8"), (None, None), ("stop", "stop")),)


def test_another_finish_reason_is_a_difference_at_the_end() -> None:
    found = compare([answer("ab")], [answer("ab", "length")])
    assert (found.agree, found.texts, found.finish_reasons) == (0, 1, 0)
    assert found.divergences == (Divergence(0, 2, 2, ("", ""), (None, None), ("stop", "length")),)


def test_the_same_text_in_other_tokens_is_a_difference() -> None:
    found = compare([words("a", "bc", "d")], [words("a", "b", "cd", "")])
    assert (found.agree, found.texts, found.counts) == (0, 1, 0)
    [one] = found.divergences
    assert (one.token, one.character) == (1, 1)


def test_an_answer_more_or_less_cannot_be_compared() -> None:
    with pytest.raises(ValueError, match="zip"):
        compare([answer("a")], [])


def test_48_of_50_are_enough_and_47_are_not() -> None:
    right, wrong = [answer("a")], [answer("b")]
    assert compare(right * 50, right * 48 + wrong * 2).enough
    assert not compare(right * 50, right * 47 + wrong * 3).enough


def test_the_report_names_image_place_choices_and_gap(tmp_path: Path) -> None:
    page_image(["TEA HOUSE", "TOTAL 9.00"]).save(tmp_path / "a.png")
    asked = images(2, 100, [tmp_path / "a.png"])
    found = compare([words("TO", "TAL"), answer("x")], [words("TO", logprob=-0.2), answer("y", logprob=-0.3)])
    first, page, line = report("vllm", found, asked).splitlines()
    assert first.startswith("vllm against transformers: 0 of 2 images agree (texts 0, finish reasons 2, ")
    assert first.endswith("log-probabilities within 1.0e-01 over 1 equal tokens")
    assert page == "  page a.png: token 1, character 2: 'TAL' at -0.200000 | end (stop)"
    assert line == "  line 0 of a.png: token 0, character 0: 'x' at -0.100000 | 'y' at -0.300000; gap 2.0e-01"


def test_images_are_half_pages_and_half_lines_of_all_files(tmp_path: Path) -> None:
    files = [tmp_path / "a.png", tmp_path / "b.png"]
    for file in files:
        page_image(["TEA HOUSE", "12/03/2018", "TOTAL 9.00", "THANK YOU"]).save(file)
    four, ten = images(4, 100, files), images(10, 100, files)
    assert [one.about for one in four] == ["page a.png", "page b.png", "line 0 of a.png", "line 0 of b.png"]
    assert [one.request.single_line for one in four] == [False, False, True, True]
    assert [one.request.max_tokens for one in four[:2]] == [100, 100]
    assert four[2].request.image.height == 32
    assert len(ten) == 10
    assert sum(one.request.single_line for one in ten) == 8
    assert [one.about for one in images(1, 100, files)] == ["page a.png"]


def test_without_vllm_it_says_so(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def build() -> str:
        raise EngineError("vLLM is not installed.")

    monkeypatch.setattr(parity, "build", build)
    monkeypatch.setattr(parity, "_environment", lambda threads: None)
    monkeypatch.setattr("sys.argv", ["parity"])
    assert main() == 1
    assert capsys.readouterr().err == "eval.parity: vLLM is not installed.\n"


SERVER = """#!{python}
import subprocess, sys
from http.server import BaseHTTPRequestHandler, HTTPServer
subprocess.Popen(["sh", "-c", "trap '' TERM; sleep 60 & wait; wait"])
class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
HTTPServer(("127.0.0.1", int(sys.argv[sys.argv.index("--port") + 1])), Handler).serve_forever()
"""


def pretend(program: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets `served` start this program instead of Python, and put its log into the folder."""
    (folder / "program").write_text(program.format(python=sys.executable))
    (folder / "program").chmod(0o755)
    monkeypatch.setattr("sys.executable", str(folder / "program"))
    monkeypatch.setattr("tempfile.tempdir", str(folder))


@pytest.mark.parametrize("error", [None, KeyboardInterrupt])
def test_a_server_and_its_children_are_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: type[BaseException] | None
) -> None:
    pretend(SERVER, tmp_path, monkeypatch)
    monkeypatch.setattr(serving, "STOP_SECONDS", 0.5)  # its children do not heed SIGTERM
    with pytest.raises(error) if error else nullcontext(), serving.served() as server:
        assert server.url == f"http://127.0.0.1:{server.port}/v1"
        assert server.pids()["api_server"] == server.process.pid
        assert len(server.pids()) >= 2
        assert server.rss_mib() > 5
        if error:
            raise error
    assert server.pids() == {}
    assert server.log.exists() == bool(error)


def test_a_server_that_does_not_come_up_leaves_its_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pretend("#!/bin/sh\necho The port is taken.\nexit 3\n", tmp_path, monkeypatch)
    with (
        pytest.raises(EngineError, match=r"ended with exit code 3; its log ends:\nThe port is taken.$"),
        serving.served(),
    ):
        pytest.fail("it came up")
    [log] = tmp_path.glob("hyocr-serve-*.log")
    assert str(log) in capsys.readouterr().err
