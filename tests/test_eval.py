"""Running, scoring and comparing: what is written, what survives an interruption, what broken files get."""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

import eval.__main__ as command
from eval.benchmarks import BENCHMARKS, benchmark
from eval.benchmarks.base import Benchmark
from eval.compare import compare
from eval.predictions import Prediction
from eval.runner import predict
from eval.scoring import interval, resampled, resamples, score_pages, summary
from hyocr.document import Box, Field, Line
from tests.receipts_folder import PAGES, make_receipts

ROOT = Path(__file__).parents[1]


class FakeSystem:
    """Answers with the truth, counts the questions, and fails where told to."""

    name = "fake"
    tasks = frozenset({"read"})

    def __init__(self, stop_at: str | None = None, size: int = 1) -> None:
        self.settings = {"threads": "2"}
        self.stop_at = stop_at
        self.size = size
        self.asked: list[str] = []

    def batch(self, task):
        return self.size

    def answer(self, task, pages):
        for item, _ in pages:
            if item.id == self.stop_at:
                raise KeyboardInterrupt
            self.asked.append(item.id)
        return [Prediction(item.id, item.text, confidence=0.5) for item, _ in pages]


@pytest.fixture
def receipts(tmp_path: Path) -> Path:
    return make_receipts(tmp_path / "receipts")


@pytest.fixture
def eval_command(monkeypatch, receipts, capsys):
    """Runs `python -m eval ARGUMENTS --data receipts`; gives the exit code and what was printed to standard error."""

    def do(*arguments: object, system: FakeSystem | None = None) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["eval", *map(str, arguments), "--data", str(receipts)])
        monkeypatch.setattr(command, "load_system", lambda *_: system)
        code = command.main()
        return code, capsys.readouterr().err

    return do


def write(path: Path, answers: dict[str, str]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps({"id": i, "output": text}) + "\n" for i, text in answers.items()), "utf-8")
    return path


TRUTH = {name: "\n".join(lines) for name, lines in PAGES.items()}


def test_every_benchmark_has_the_shape_of_its_siblings():
    for name in BENCHMARKS:
        module = benchmark(name)
        assert name == module.NAME
        for member in Benchmark.__annotations__:
            assert hasattr(module, member), f"{name}.{member}"
        assert all(map(callable, (module.load, module.measure, module.scores)))


def test_a_perfect_answer_scores_one(tmp_path, eval_command):
    path = write(tmp_path / "mine.jsonl", TRUTH)
    code, _ = eval_command("score", path, "--bench", "receipts")
    scores = json.loads((tmp_path / "mine-receipts" / "scores.json").read_text())
    assert code == 0
    assert scores["scores"]["word_f1"] == {"value": 1.0, "low": 1.0, "high": 1.0}
    assert (scores["items"], scores["missing"], scores["failed"], scores["seconds"]) == (4, 0, 0, None)


def test_missing_pages_count_as_wrong_and_are_counted(tmp_path, eval_command):
    path = write(tmp_path / "mine.jsonl", {name: TRUTH[name] for name in "abc"})
    code, said = eval_command("score", path, "--bench", "receipts", "--output", tmp_path / "new" / "folder")
    scores = json.loads((tmp_path / "new" / "folder" / "scores.json").read_text())
    assert code == 2
    assert "1 of 4 pages have no prediction in" in said
    assert scores["missing"] == 1
    words = {name: len(TRUTH[name].replace("/", " ").replace(".", " ").split()) for name in PAGES}
    recall = 1 - words["d"] / sum(words.values())
    assert scores["scores"]["word_recall"]["value"] == pytest.approx(recall, abs=1e-6)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ('{"id": "a", "output": "x"}\n{"id": "zz", "output": "x"}\n', 'line 2: the benchmark has no page "zz"'),
        ('{"id": "a", "output": "x"}\n{"id": "a", "output": "x"}\n', 'line 2: page "a" comes a second time'),
        ('{"id": "a", "output": "x"}\n{"id": "b", "out', "line 2: this is not JSON"),
        ('["a", "x"]\n', "line 1: a prediction is an object"),
        ('{"id": "a"}\n', "line 1: a prediction is an object"),
        ('{"id": "a", "output": "x", "seconds": "fast"}\n', 'line 1: "seconds" should be a number from 0'),
        ('{"id": "a", "output": "x", "confidence": 93}\n', '"confidence" should be a number from 0 to 1'),
        ('{"id": "a", "output": "x", "lines": [{"text": "x", "box": [1, 2]}]}\n', 'line 1: each of "lines"'),
        ('{"id": "a", "output": "x", "lines": ["x"]}\n', 'line 1: each of "lines" is an object'),
        ('{"id": "a", "output": "x", "lines": [{"text": "x"}]}\n', 'line 1: each of "lines" has a "box"'),
        ('{"id": "a", "output": "x", "lines": [{"text": "x", "box": [3, 0, 1, 9]}]}\n', 'has a "box"'),
        ('{"id": "a", "output": "x", "lines": [{"text": "x", "box": [NaN, 0, 1, 9]}]}\n', "NaN is no number"),
        ('{"id": "a", "output": "x", "lines": [{"text": "x", "box": [0, 0, 1e999, 9]}]}\n', 'has a "box"'),
        ('{"id": "a", "output": "x", "lines": [{"text": "x", "polygon": [[0, 0], [1, 0], [1, 1]]}]}\n', "four corners"),
        ('{"id": "a", "output": "x", "fields": {"total": "9"}}\n', 'line 1: "fields" should be a list'),
        ('{"id": "a", "output": "x", "fields": [{"name": "total"}]}\n', 'line 1: each of "fields" is an object'),
        (
            '{"id": "a", "output": "x", "fields": [{"name": "a", "value": "b", "boxes": [[1]]}]}\n',
            'the "boxes" of a field',
        ),
        ('{"id": "a", "output": "x", "seconds": -1}\n', '"seconds" should be a number from 0'),
        ('{"id": "a", "output": "x", "status": "missing"}\n', '"status" should be one of ok, partial, failed'),
        ("[" * 100_000 + "\n", "line 1: this is not JSON"),
        ("\xff\xfe", "cannot be read"),
    ],
)
def test_a_broken_file_gets_a_sentence_and_exit_code_2(tmp_path, eval_command, content, sentence):
    path = tmp_path / "predictions.jsonl"
    path.write_text(content, "latin-1")
    code, said = eval_command("score", path, "--bench", "receipts")
    assert (code, said.count("\n")) == (2, 1)
    assert sentence in said
    assert not (tmp_path / "scores.json").exists()


def test_nothing_to_score_is_printed_as_such(tmp_path, eval_command, receipts, capsys, monkeypatch):
    bench = benchmark("receipts_lines")
    blank = [replace(item, truth="", text="") for item in bench.load(receipts)]
    monkeypatch.setattr(bench, "load", lambda _: blank)
    path = write(tmp_path / "mine.jsonl", {item.id: "" for item in blank})
    monkeypatch.setattr(sys, "argv", ["eval", "score", str(path), "--bench", "receipts_lines"])
    assert command.main() == 0
    assert "nothing to score" in capsys.readouterr().out


def test_no_file_and_no_data_get_a_sentence_each(tmp_path, eval_command, receipts):
    assert eval_command("score", tmp_path / "none.jsonl", "--bench", "receipts")[0] == 2
    (receipts / "manifest.jsonl").unlink()
    code, said = eval_command("score", tmp_path / "none.jsonl", "--bench", "receipts")
    assert (code, "There is no" in said) == (2, True)


def test_the_same_predictions_scored_twice_give_identical_bytes(tmp_path, receipts):
    answers = TRUTH | {"b": "BOOK SHIP", "c": ""}
    path = write(tmp_path / "theirs.jsonl", answers)
    for seed in "12":  # in processes of their own: the order of sets is the process's
        command = ["score", str(path), "--bench", "receipts", "--data", str(receipts), "--output", str(tmp_path / seed)]
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        subprocess.run([sys.executable, "-m", "eval", *command], cwd=ROOT, env=environment, check=True)
    for name in ("scores.json", "report.html"):
        assert (tmp_path / "1" / name).read_bytes() == (tmp_path / "2" / name).read_bytes()


def test_a_run_goes_on_where_it_was_stopped(tmp_path, eval_command):
    folder = tmp_path / "run"
    arguments = ("run", "--bench", "receipts", "--output", folder)
    code, said = eval_command(*arguments, system=FakeSystem(stop_at="c"))
    assert (code, "goes on where it was" in said) == (130, True)
    with (folder / "predictions.jsonl").open("a") as file:
        file.write('{"id": "c", "outp')  # cut short by a crash
    again = FakeSystem()
    assert eval_command(*arguments, system=again)[0] == 0
    assert again.asked == ["c", "d"]
    rows = [json.loads(line) for line in (folder / "predictions.jsonl").read_text().splitlines()]
    assert [row["id"] for row in rows] == list("abcd")
    assert json.loads((folder / "scores.json").read_text())["scores"]["exact_f1"]["value"] == 1
    assert json.loads((folder / "run.json").read_text())["peak_mib"] > 10


def test_a_run_with_other_settings_does_not_mix_with_what_is_there(tmp_path, eval_command):
    folder = tmp_path / "run"
    assert eval_command("run", "--bench", "receipts", "--output", folder, system=FakeSystem())[0] == 0
    code, said = eval_command("run", "--bench", "receipts", "--output", folder, "--count", 2, system=FakeSystem())
    assert (code, "another count" in said) == (2, True)


@pytest.mark.parametrize("inside", [True, False])
def test_a_page_whose_image_is_broken_fails_alone(tmp_path, eval_command, receipts, inside):
    data = (receipts / "b.png").read_bytes()
    middle = data.index(b"IDAT") + 40  # damage inside, which Pillow meets with another error than a file cut short
    (receipts / "b.png").write_bytes(data[:middle] + b"\0" * 40 + data[middle + 40 :] if inside else data[:100])
    folder, system = tmp_path / "run", FakeSystem(size=4)
    assert eval_command("run", "--bench", "receipts", "--output", folder, system=system)[0] == 0
    assert system.asked == ["a", "c", "d"]
    rows = [json.loads(line) for line in (folder / "predictions.jsonl").read_text().splitlines()]
    assert [row["id"] for row in rows] == list("abcd")
    assert "cannot be opened" in rows[1]["error"]
    assert json.loads((folder / "scores.json").read_text())["failed"] == 1


def test_a_system_that_cannot_do_the_task_says_so(tmp_path, eval_command):
    code, said = eval_command("run", "--bench", "receipts_fields", "--output", tmp_path / "run", system=FakeSystem())
    assert (code, 'cannot do the task "fields"' in said) == (3, True)


def test_a_full_disk_keeps_what_is_done(tmp_path, receipts):
    bench = benchmark("receipts")
    items = bench.load(receipts)
    predict(bench, items[:2], FakeSystem(), tmp_path)
    size = (tmp_path / "predictions.jsonl").stat().st_size
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 5, limits[1]))
    try:
        with pytest.raises(OSError, match="too large"):
            predict(bench, items, FakeSystem(), tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    predict(bench, items, FakeSystem(), tmp_path)
    rows = [json.loads(line) for line in (tmp_path / "predictions.jsonl").read_text().splitlines()]
    assert [row["id"] for row in rows] == list("abcd")


def test_lines_and_fields_survive_being_written_and_read(tmp_path):
    from eval.predictions import read_predictions

    line = Line("x", Box(1.0, 2.0, 3.0, 4.0), ((1.0, 2.0), (3.0, 2.5), (3.0, 4.0), (1.0, 4.0)), confidence=0.25)
    field = Field("total", "9.00", True, [Box(1.0, 2.0, 3.0, 4.0)], confidence=0.5)
    prediction = Prediction("a", "x\ny", (line,), (field,), "raw", 0.5, 3, "stop", 0.75, "partial", "why")
    (tmp_path / "p.jsonl").write_text(prediction.to_json() + "\n", "utf-8")
    assert read_predictions(tmp_path / "p.jsonl") == {"a": prediction}


def pages_of(folder: Path, answers: dict[str, str]):
    bench = benchmark("receipts")
    return score_pages(bench, bench.load(folder), {i: Prediction(i, text) for i, text in answers.items()})


def test_bootstrap_weights_redraw_as_many_pages_as_there_are():
    weights = resamples(7)
    assert (weights.sum(axis=1) == 7).all()
    assert weights.mean(axis=0) == pytest.approx([1] * 7, abs=0.15)


def test_an_interval_is_that_of_the_resampled_scores(receipts):
    bench = benchmark("receipts")
    pages = pages_of(receipts, {"a": TRUTH["a"], "b": TRUTH["b"]})  # half of the pages right, half missing
    low, high = interval(resampled(bench, pages)["word_recall"])
    assert 0 <= low < 0.5 < high <= 1
    result = summary(bench, pages)
    assert result["missing"] == 2
    assert result["scores"]["word_recall"]["low"] == round(low, 6)


def test_confidences_are_judged_by_the_main_score(receipts):
    bench = benchmark("receipts")
    items = bench.load(receipts)
    texts = [TRUTH["a"], TRUTH["b"], "", ""]
    for confidences, area in (((0.9, 0.9, 0.1, 0.1), (0 + 0 + 1 / 3 + 1 / 2) / 4), ((0.1, 0.1, 0.9, 0.9), None)):
        answers = zip(items, texts, confidences, strict=True)
        predictions = {item.id: Prediction(item.id, text, confidence=sure) for item, text, sure in answers}
        found = summary(bench, score_pages(bench, items, predictions))["confidence"]
        assert (found["pages"], found["risk"]) == (4, 0.5)
        if area is not None:
            assert found["aurc"] == pytest.approx(area, abs=1e-6)
            assert found["ece"] == pytest.approx(0.1)
        else:
            assert found["aurc"] > 0.5
            assert found["ece"] == pytest.approx(0.9)


def test_a_comparison_is_paired(receipts):
    bench = benchmark("receipts")
    half = {"a": TRUTH["a"], "b": TRUTH["b"]}
    assert all(d.low == d.high == 0 for d in compare(bench, pages_of(receipts, half), pages_of(receipts, half)))
    slightly = {i: text.replace("TOTAL", "TOTAI") for i, text in TRUTH.items()}
    f1 = {d.name: d for d in compare(bench, pages_of(receipts, slightly), pages_of(receipts, TRUTH))}["word_f1"]
    assert f1.a < f1.b == 1
    assert f1.clear
    assert f1.low > 0


def test_compare_prints_differences_of_two_runs(tmp_path, eval_command, capsys):
    eval_command("run", "--bench", "receipts", "--output", tmp_path / "one", system=FakeSystem())
    worse = write(tmp_path / "worse.jsonl", TRUTH | {"a": "", "b": ""})
    assert eval_command("compare", worse, tmp_path / "one", "--bench", "receipts")[0] == 0
    code, said = eval_command("compare", tmp_path / "one", tmp_path / "three")
    assert (code, "cannot be read" in said) == (2, True)


def test_compare_shows_the_difference_and_says_what_is_missing(tmp_path, eval_command, monkeypatch, capsys, receipts):
    half = write(tmp_path / "half.jsonl", {name: TRUTH[name] for name in "ab"})
    whole = write(tmp_path / "whole.jsonl", TRUTH)
    command_line = ["eval", "compare", half, whole, "--bench", "receipts", "--data", receipts]
    monkeypatch.setattr(sys, "argv", list(map(str, command_line)))
    assert command.main() == 2
    printed = capsys.readouterr()
    assert "2 of 4 pages have no prediction" in printed.err
    [row] = [line.split() for line in printed.out.splitlines() if line.startswith("word_recall")]
    assert float(row[2]) == 1
    assert float(row[1]) + float(row[3]) == pytest.approx(1, abs=1e-3)


def test_two_checkpoints_or_commits_do_not_share_a_folder(tmp_path, eval_command):
    folder, other = tmp_path / "run", FakeSystem()
    other.settings = {"threads": "2", "weights": "abc"}
    eval_command("run", "--bench", "receipts", "--output", folder, system=FakeSystem())
    code, said = eval_command("run", "--bench", "receipts", "--output", folder, system=other)
    assert (code, "another settings" in said) == (2, True)


def test_a_run_leaves_predictions_that_it_did_not_make_alone(tmp_path, eval_command):
    path = write(tmp_path / "run" / "predictions.jsonl", {"a": "THEIRS"})
    before = path.read_bytes()
    code, said = eval_command("run", "--bench", "receipts", "--output", tmp_path / "run", system=FakeSystem())
    assert (code, "no run made" in said) == (2, True)
    assert path.read_bytes() == before


@pytest.mark.parametrize("content", ["", "[1]", "{}", '{"benchmark": "receipts"}'])
def test_a_broken_run_json_gets_a_sentence(tmp_path, eval_command, content):
    folder = tmp_path / "run"
    eval_command("run", "--bench", "receipts", "--output", folder, system=FakeSystem())
    (folder / "run.json").write_text(content)
    for arguments in (("run", "--bench", "receipts", "--output", folder), ("compare", folder, folder)):
        code, said = eval_command(*arguments, system=FakeSystem())
        assert (code, said.count("\n")) == (2, 1)


def test_a_second_run_is_kept_out_of_the_folder(tmp_path, receipts):
    bench = benchmark("receipts")
    items = bench.load(receipts)

    class Nosy(FakeSystem):
        def answer(self, task, pages):
            with pytest.raises(ValueError, match="another run is writing"):
                predict(bench, items, FakeSystem(), tmp_path)
            return super().answer(task, pages)

    predict(bench, items, Nosy(), tmp_path)
    assert len((tmp_path / "predictions.jsonl").read_text().splitlines()) == 4


def test_a_failed_page_is_wrong_whatever_it_says(receipts):
    bench = benchmark("receipts")
    items = bench.load(receipts)[:1]
    [page] = score_pages(bench, items, {"a": Prediction("a", TRUTH["a"], status="failed")})
    assert page.scores["word_f1"] == 0


def test_what_cannot_be_scored_is_null(receipts):
    bench = benchmark("receipts_lines")
    items = [replace(item, truth="", text="") for item in bench.load(receipts)]
    result = summary(bench, score_pages(bench, items, {item.id: Prediction(item.id, "") for item in items}))
    assert result["scores"]["cer"] == {"value": None, "low": None, "high": None}


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ({"split": "dev"}, '"image" should be a string'),
        ({"words": [1]}, "strings"),
        ({"boxes": [[1, 2, 3]]}, "each word has a box|four numbers"),
    ],
)
def test_a_broken_manifest_gets_a_sentence_with_its_line(receipts, row, sentence):
    manifest = receipts / "manifest.jsonl"
    rows = [json.loads(line) for line in manifest.read_text().splitlines()]
    rows[1] = row if "split" in row else rows[1] | row
    manifest.write_text("".join(json.dumps(each) + "\n" for each in rows))
    with pytest.raises(ValueError, match=rf"line 2: .*({sentence})"):
        benchmark("receipts").load(receipts)


def test_a_table_puts_systems_side_by_side(tmp_path, receipts):
    if not shutil.which("tesseract"):
        pytest.skip("tesseract is not installed")
    arguments = ["--bench", "receipts", "receipts_fields", "--systems", "tesseract", "no/such/model"]
    arguments += ["--data", str(receipts), "--count", "2", "--output", str(tmp_path / "table")]
    done = subprocess.run([sys.executable, "-m", "eval", "table", *arguments], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 1
    rows = {row[1].strip(): row[2:4] for line in done.stdout.splitlines() if len(row := line.split("|")) > 3}
    assert rows["receipts: word_f1"][1].strip() == "failed"
    assert float(rows["receipts: word_f1"][0].split("[")[0]) > 50
    assert rows["receipts_fields: s/page, mean (95th percentile)"][0].strip() == "–"
    assert (tmp_path / "table" / "table.md").read_text() == done.stdout
    assert (tmp_path / "table" / "receipts" / "tesseract" / "report.html").exists()
