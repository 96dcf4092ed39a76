"""Fine-tuning from rows to an adapter: what is planned, split and divided, and small runs for real."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("jinja2", reason="needs the train extra")
from hyocr.engines.base import Request
from hyocr.engines.transformers import TransformersEngine
from training.finetune.__main__ import main
from training.finetune.dataset import Packs, Rows, Tokeniser
from training.finetune.rows import RowError
from training.finetune.settings import Settings, planned
from training.finetune.spread import divided

RECEIPT = Path(__file__).parents[1] / "examples/receipt.jpg"


@pytest.mark.parametrize(
    ("texts", "values", "expected"),
    [
        (["TOTAL 9.00", "CASH 9.00"], {"total": "9.00"}, [{"total": "9.00"}, None]),
        (["CASH 9.00", "TOTAL 9.00"], {"total": "9.00"}, [None, {"total": "9.00"}]),
        (["CASH 9.00", "T0TAL: 9.00"], {"total": "9.00"}, [None, {"total": "9.00"}]),  # misread
        (["Nothing", "here"], {"total": "9.00"}, [{}, {}]),
        (
            ["GREEN TEA HOUSE", "N0.5 JALAN SGU 18", "TAMAN DAYA", "B1100 JCHOR", "TEL 07"],
            {"address": "NO.5, JALAN SAGU 18, TAMAN DAYA, 81100 JOHOR", "company": "GREEN TEA HOUSE"},
            [
                {"company": "GREEN TEA HOUSE"},
                {"address": "NO.5, JALAN SAGU 18,"},
                {"address": "TAMAN DAYA,"},
                {"address": "81100 JOHOR"},
                {},
            ],
        ),
        (["Date 1/2/19 Total 9.00"], {"date": "1/2/19", "total": "9.00"}, [{"date": "1/2/19", "total": "9.00"}]),
        ([], {"total": "9.00"}, []),
    ],
)
def test_values_are_found_on_rows(texts, values, expected) -> None:
    assert divided(texts, values) == expected


def test_the_plan_goes_by_the_data() -> None:
    settings = Settings(Path("x"), Path("y"))
    small, large = planned(settings, 50, 2_000, 60, 256), planned(settings, 100_000, 40_000_000, 4_000, 1024)
    assert (small.epochs, large.epochs) == (20, 1)
    assert (small.tokens, large.tokens) == (1024, 20480)
    assert small.lr == pytest.approx(1e-3)
    assert large.lr == pytest.approx(2.5e-4)
    full = planned(dataclasses.replace(settings, full=True), 100_000, 40_000_000, 4_000, 1024)
    assert full.lr == pytest.approx(2.5e-5)
    long = planned(dataclasses.replace(settings, tokens=100), 50, 2_000, 60, 256)
    assert long.length >= 60
    assert long.tokens >= 60


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> Path:
    """Five lines of each of four groups, and a page of fields, of the example receipt."""
    folder = tmp_path_factory.mktemp("data")
    rows = [
        {
            "image": str(RECEIPT),
            "box": [130, 40 + 30 * line, 580, 70 + 30 * line],
            "line": True,
            "task": "read",
            "answer": f"LINE {line}",
            "group": f"{group}",
        }
        for group in range(4)
        for line in range(3)
    ]
    page = {"task": "fields", "values": {"keys": ["total"]}, "answer": {"total": "15.90"}, "group": "page"}
    file = folder / "rows.jsonl"
    lines = [json.dumps(row) for row in [*rows, {"image": str(RECEIPT)} | page]]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def run(data: Path, output: Path, *more: str) -> int:
    return main(["--data", str(data), "--output", str(output), "--epochs", "2", "--rank", "4", "--threads", "1", *more])


@pytest.fixture(scope="module")
def done(data: Path, tmp_path_factory) -> Path:
    output = tmp_path_factory.mktemp("run") / "mine"
    assert run(data, output) == 0
    return output


def test_a_run_leaves_an_adapter_and_a_report(done: Path) -> None:
    assert (done / "adapter/adapter_model.safetensors").is_file()
    assert json.loads((done / "adapter/hyocr.json").read_text())["name"] == "nano-mine"
    report = (done / "report.html").read_text(encoding="utf-8")
    assert "before and after" in report
    assert "<script" not in report
    assert not list(done.rglob("*.partial"))
    losses = [json.loads(line)["held_out"] for line in (done / "metrics.jsonl").read_text().splitlines()]
    assert min(losses) < losses[0]


def test_the_adapter_changes_answers(done: Path) -> None:
    from PIL import Image

    from hyocr.canvas import canvas

    line = canvas(Image.open(RECEIPT).crop((130, 40, 580, 70)))
    request = Request(line, "Extract the text in the image.", 24, line_canvas=True)
    [plain] = TransformersEngine("nano", "cpu").generate([request])
    [tuned] = TransformersEngine("nano", "cpu", adapter=done / "adapter").generate([request])
    assert plain.logprobs != tuned.logprobs


def test_the_same_command_gives_the_same_weights(data: Path, done: Path, tmp_path: Path) -> None:
    again = tmp_path / "mine"
    assert run(data, again) == 0
    for name in ("adapter/adapter_model.safetensors", "adapter/ctc/head.safetensors", "after.jsonl"):
        assert (again / name).read_bytes() == (done / name).read_bytes()


def test_a_killed_run_goes_on_to_the_same_weights(data: Path, done: Path, tmp_path: Path, monkeypatch) -> None:
    from training.finetune.train import Tuner

    output, step = tmp_path / "mine", Tuner.train_step

    def killed(self, pack):
        if self.step == 2 and not (output / "stopped").exists():
            (output / "stopped").touch()
            raise KeyboardInterrupt
        return step(self, pack)

    monkeypatch.setattr(Tuner, "train_step", killed)
    assert run(data, output, "--tokens", "256") == 130
    assert (output / "resume.pt").exists()
    assert run(data, output, "--tokens", "256") == 0
    whole = tmp_path / "whole" / "mine"
    assert run(data, whole, "--tokens", "256") == 0
    name = "adapter/adapter_model.safetensors"
    assert (output / name).read_bytes() == (whole / name).read_bytes()


def test_full_fine_tuning_leaves_a_checkpoint(data: Path, tmp_path: Path) -> None:
    output = tmp_path / "full"
    assert run(data, output, "--full", "--part", "connector", "--epochs", "1") == 0
    assert TransformersEngine(str(output / "checkpoint"), "cpu").name == "nano"


def test_what_goes_wrong_on_the_way_is_one_sentence(data: Path, tmp_path: Path, monkeypatch, capsys) -> None:
    assert run(data, tmp_path / "diverged", "--lr", "1e30", "--epochs", "20") == 1
    assert "lower --lr" in capsys.readouterr().err.splitlines()[-1]

    def gone(row, seen):
        raise RowError(row.number, "The file does not exist; check the path.")

    monkeypatch.setattr("training.finetune.dataset.pixels", gone)  # in the process that packs, too
    assert run(data, tmp_path / "gone", "--held-out", "0") == 1
    said = capsys.readouterr().err
    assert "check the path" in said.splitlines()[-1]
    assert "Traceback" not in said


def test_other_settings_are_refused(data: Path, done: Path, capsys) -> None:
    assert run(data, done, "--lr", "0.5") == 1
    assert "choose another output" in capsys.readouterr().err


def test_a_mistake_in_the_data_stops_it(tmp_path: Path, capsys) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text('{"image": "no.jpg", "prompt": "a", "answer": "b"}\n', encoding="utf-8")
    assert run(file, tmp_path / "out") == 1
    assert "line 1" in capsys.readouterr().out
    assert not (tmp_path / "out/adapter").exists()
    assert run(tmp_path / "none.jsonl", tmp_path / "out2") == 1


def test_rows_are_split_by_group_and_packed_the_same_way_each_time(data: Path, done: Path) -> None:
    from hyocr.model.checkpoint import prepare
    from training.finetune.images import sight

    rows = Rows(done / "lines.jsonl", done / "lines.index")
    held = rows.held_out(0.4, 0)
    train, out = rows.split(held)
    groups = [{rows[int(i)].group for i in part} for part in (train, out)]
    assert len(groups[1]) == 2
    assert not groups[0] & groups[1]
    assert sorted([*train, *out]) == list(range(len(rows)))
    assert not len(rows.held_out(0.0, 0))
    prepared = prepare("nano")
    tokeniser = Tokeniser(prepared.processor.tokenizer, sight(prepared), True)
    first, second = (Packs(rows, train, tokeniser, 256, 384, 0) for _ in range(2))
    assert first.steps > 1
    for step in (0, first.steps, first.steps + 1):
        assert np.array_equal(first[step].ids, second[step].ids)
    seen = sum(first[step].samples for step in range(first.steps))
    assert seen == len(train)
