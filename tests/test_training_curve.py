"""Compute along a chain of runs, resumed ones among them, and a picture of it that stays text."""

import csv
import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
import torch

pytest.importorskip("matplotlib", reason="needs the train extra")
from training import curve
from training.curve import Point, chain, draw, main, read_history, read_metrics
from training.distributed import World
from training.meter import Meter

HISTORY = Path(curve.__file__).with_name("curve.csv")
DRAWN = Path(curve.__file__).parents[1] / "docs/nano_curve.svg"


def metrics(folder: Path, *lines: dict[str, float]) -> Path:
    folder.mkdir()
    path = folder / "metrics.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def test_minutes_and_samples_add_up_over_a_resumed_run(tmp_path):
    path = metrics(
        tmp_path / "stage",
        {"step": 100, "samples_per_second": 10, "minutes": 1},
        {"step": 100, "ctc_cer": 0.5, "examples": [], "minutes": 1.5},
        {"step": 200, "samples_per_second": 5, "minutes": 3},  # its two minutes hold the look at held-out lines
        {"step": 150, "samples_per_second": 20, "minutes": 0.5},  # stopped, and resumed at step 100
        {"step": 200, "images_per_second": 20, "minutes": 1},
        {"step": 200, "ctc_cer": 0.25, "cer": 0.4, "minutes": 1.1},
    )
    run = read_metrics(path)
    assert run.points == [
        Point("ctc", "stage", 1.5, 600, 50),
        Point("ctc", "stage", pytest.approx(4.1), 2400, 25),
        Point("language", "stage", pytest.approx(4.1), 2400, 40),
    ]
    assert (run.minutes, run.samples) == (pytest.approx(4.1), 2400)


def test_a_run_resumed_later_than_it_had_run_before_shows_by_its_steps(tmp_path):
    before = {"step": 100, "samples_per_second": 1, "minutes": 1}
    again = {"step": 50, "samples_per_second": 1, "minutes": 2}
    assert read_metrics(metrics(tmp_path / "run", before, again)).minutes == 3


def test_a_line_half_written_by_a_killed_run_is_passed_over_before_and_after_it_goes_on(tmp_path):
    path = metrics(tmp_path / "run", {"step": 1, "ctc_cer": 0.5, "minutes": 2})
    whole = path.read_bytes()
    path.write_bytes(whole + '{"step": 2, "examples": ["中'.encode()[:-1])
    assert read_metrics(path).points == [Point("ctc", "run", 2, 0, 50)]
    meter = Meter(path, ["lines"], World(0, 1, torch.device("cpu")))
    meter.write({"step": 2, "ctc_cer": 0.25, "examples": ["\u2028"]})
    meter.write({"step": 3})
    assert path.read_bytes().count(b"\n") == 4
    assert [point.cer for point in read_metrics(path).points] == [50, 25]


def test_runs_follow_each_other_as_series_of_their_own(tmp_path):
    paths = [
        metrics(
            tmp_path / name,
            {"step": 1, "samples_per_second": 1, "minutes": 2},
            {"step": 1, "ctc_cer": 0.5, "minutes": 2},
        )
        for name in ("first", "second")
    ]
    points = chain(read_metrics(path) for path in paths)
    assert [(p.group, p.minutes, p.samples) for p in points] == [("first", 2, 120), ("second", 4, 240)]


def test_the_history_follows_the_log():
    """Run by run: minutes and images grow, each run ends at the log's totals, and the last figure is the log's."""
    run = read_history(HISTORY)
    wide = [p for p in run.points if (p.reader, p.group) == ("ctc", "64 to 1,024 px")]
    assert [p.minutes for p in wide] == sorted(p.minutes for p in wide)
    assert (wide[-1].minutes, wide[-1].samples, wide[-1].cer) == (21 + 18 + 33 + 87 + 105, 1_341_000, 12.2)
    with HISTORY.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["run"] for row in rows} == {"1", "2", "4", "5", "7", "8", "9", "10", "11", "12", "18", "19", "21", "23"}
    assert all(row["note"] for row in rows)


def test_the_picture_in_the_docs_is_small_and_its_words_are_text():
    picture = draw(read_history(HISTORY).points)
    assert picture == draw(read_history(HISTORY).points)
    for drawn in (picture, DRAWN.read_bytes()):
        assert len(drawn) < 60_000
        words = {"".join(e.itertext()).strip() for e in ElementTree.fromstring(drawn).iter() if e.tag.endswith("text")}
        assert {"CTC head, 64 to 192 px", "language model, 64 to 192 px", "10", "50", curve.NOTE} <= words


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("metrics.jsonl", "step 1", "is no metrics file: line 1 is"),
        ("metrics.jsonl", '{"step": 1, "minutes": 1}\n[1]', "is no metrics file: line 2 is"),
        ("metrics.jsonl", '{"step": 1}', "is no metrics file: line 1 is"),
        ("metrics.jsonl", '{"step": 1, "minutes": 1}', "no held-out CER"),
        ("a.csv", "run,minutes\n1,2", "its columns should be run, stage, widths"),
        ("a.csv", ",".join(curve.COLUMNS) + "\n1,a,b,many,2,ctc,3,", "line 2: minutes, images and cer should be"),
        ("a.csv", ",".join(curve.COLUMNS) + "\n1,a,b,1,2,both,3,", "line 2: reader should be"),
    ],
)
def test_what_is_no_metrics_file_is_refused_with_a_sentence(tmp_path, monkeypatch, capsys, name, content, sentence):
    path, output = tmp_path / name, tmp_path / "curve.svg"
    path.write_text(content)
    monkeypatch.setattr("sys.argv", ["curve", str(path), "--output", str(output)])
    assert main() == 1
    message = capsys.readouterr().err
    assert sentence in message
    assert message.count("\n") == 1
    assert not output.exists()
