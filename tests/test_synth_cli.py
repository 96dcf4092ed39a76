"""The data engine at the command line: what it writes, how it stops, goes on, and says what is wrong."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest
from PIL import Image

from hyocr import output
from tests.fonts import HELD_OUT, TRAINING, needs_fonts
from training.synth import __main__ as command
from training.synth import export as exporting
from training.synth import held_out, preview
from training.synth.__main__ import main
from training.synth.engine import Engine
from training.synth.faces import chinese_families

DOCUMENTS = ("cards=3", "signs=2")
TASKS = ("read", "spotting_level", "table", "defects")


@pytest.fixture(scope="module")
def fonts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A few fonts, which are loaded sooner than all that are installed."""
    chinese = [file for files in chinese_families(False).values() for file in files if "#" not in file]
    if "DejaVu Sans" not in TRAINING or not chinese:
        pytest.skip("no DejaVu Sans or no Chinese font here: run training/install_fonts.sh")
    folder = tmp_path_factory.mktemp("fonts")
    for file in (*TRAINING["DejaVu Sans"], chinese[0]):
        (folder / Path(file).name).symlink_to(file)
    return folder


@pytest.fixture
def common(fonts: Path, tmp_path: Path) -> list[str]:
    """Options of every command: these fonts, and the built-in text."""
    text = tmp_path / "text"
    text.mkdir()
    return ["--fonts", str(fonts), "--text", str(text)]


def arguments(folder: Path, common: list[str], *more: str, documents: tuple[str, ...] = DOCUMENTS) -> list[str]:
    return ["export", "--output", str(folder), "--documents", *documents, "--tasks", *TASKS, *common, *more]


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def rows(folder: Path) -> list[dict[str, object]]:
    return [json.loads(row) for row in (folder / "train.jsonl").read_text(encoding="utf-8").splitlines()]


# Export


def test_an_export_is_conversations_and_their_images(common: list[str], tmp_path: Path) -> None:
    assert main(arguments(tmp_path / "out", common)) == 0
    found = rows(tmp_path / "out")
    assert len({row["id"] for row in found}) == len(found)
    assert {row["document"] for row in found} == {f"cards/train/1/{i}" for i in range(3)} | {
        f"signs/train/1/{i}" for i in range(2)
    }
    for row in found:
        assert list(row) == ["id", "document", "image_path", "conversations"]
        (path,), (human, gpt) = row["image_path"], row["conversations"]  # type: ignore[misc]
        with Image.open(tmp_path / "out" / path) as image:
            assert image.format == "JPEG"
        assert human["from"] == "human"
        assert human["value"].startswith("<image>\n")
        assert gpt["from"] == "gpt"
        assert isinstance(gpt["value"], str)
    before = files(tmp_path / "out")
    assert main(arguments(tmp_path / "out", common)) == 0  # all done: nothing changes
    assert files(tmp_path / "out") == before


def test_workers_write_the_same_files(common: list[str], tmp_path: Path) -> None:
    assert main(arguments(tmp_path / "one", common)) == 0
    assert main(arguments(tmp_path / "two", common, "--workers", "2")) == 0
    assert files(tmp_path / "one") == files(tmp_path / "two")


def test_an_interrupted_export_goes_on_to_the_same_files(common: list[str], tmp_path: Path) -> None:
    folder = tmp_path / "out"
    assert main(arguments(folder, common)) == 0
    whole = files(folder)
    lines = whole["train.jsonl"].splitlines(keepends=True)
    finished = whole["finished.txt"].splitlines(keepends=True)
    cuts = {
        "in the middle of a line": (b"".join(lines)[:-9], b"".join(finished)),
        "between two lines of a document": (b"".join(lines[:-1]), b"".join(finished[:-1])),
        "before a document was noted": (b"".join(lines), b"".join(finished[:-1])),
        "while a document was noted": (b"".join(lines), b"".join(finished)[:-2]),
        "at the very first": (lines[0][:20], finished[0]),
    }
    for where, (kept, noted) in cuts.items():
        (folder / "train.jsonl").write_bytes(kept)
        (folder / "finished.txt").write_bytes(noted)
        assert main(arguments(folder, common)) == 0
        assert files(folder) == whole, where


@pytest.mark.parametrize("workers", ["0", "2"])
def test_ctrl_c_stops_an_export_with_a_sentence(workers: str, common: list[str], tmp_path: Path) -> None:
    cut, whole = tmp_path / "cut", tmp_path / "whole"
    asked = [sys.executable, "-m", "training.synth", *arguments(cut, common, "--workers", workers)]
    asked[asked.index("cards=3")] = "cards=3000"
    heed = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)  # a shell's background jobs ignore it
    running = subprocess.Popen(asked, stderr=subprocess.PIPE, text=True, start_new_session=True, preexec_fn=heed)
    wait_for(lambda: (cut / "train.jsonl").exists() and (cut / "train.jsonl").stat().st_size > 0, running)
    os.killpg(running.pid, signal.SIGINT)  # as a terminal does: to every process
    _, errors = running.communicate(timeout=60)
    assert running.returncode == 130
    assert "Traceback" not in errors
    assert errors.endswith("Stopped. The same command goes on from here.\n")
    done = len((cut / "finished.txt").read_text(encoding="utf-8").splitlines()) - 1
    enough = (f"cards={done + 1}",)
    assert main(arguments(cut, common, documents=enough)) == 0
    assert main(arguments(whole, common, documents=enough)) == 0
    assert files(cut) == files(whole)


def wait_for(condition, running: subprocess.Popen[str]) -> None:  # type: ignore[no-untyped-def]
    until = time.monotonic() + 60
    while not condition():
        assert running.poll() is None
        assert time.monotonic() < until
        time.sleep(0.05)


def test_a_document_that_fails_costs_only_itself(
    common: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    document = Engine.document

    def broken(engine: Engine, id: str):  # type: ignore[no-untyped-def]
        if id == "cards/train/1/1":
            raise TypeError("a bug\nin two lines")
        return document(engine, id)

    monkeypatch.setattr(Engine, "document", broken)
    assert main(arguments(tmp_path / "out", common)) == 1
    assert capsys.readouterr().err.endswith("cards/train/1/1: TypeError: a bug in two lines\n")
    assert len({row["document"] for row in rows(tmp_path / "out")}) == 4
    monkeypatch.undo()
    assert main(arguments(tmp_path / "out", common)) == 0
    assert len({row["document"] for row in rows(tmp_path / "out")}) == 5


def test_a_full_disk_keeps_what_is_done(
    common: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, written = tmp_path / "out", []

    def full(path: Path, data: bytes) -> None:
        if path.suffix == ".jpg":
            written.append(path)
            if len(written) == 3:
                raise OSError(errno.ENOSPC, "No space left on device")
        write(path, data)

    write = output.write
    monkeypatch.setattr(exporting.output, "write", full)
    assert main(arguments(folder, common)) == 2
    message = capsys.readouterr().err.splitlines()[-1]
    assert "No space left on device" in message
    assert message.endswith("What is done is kept, and the same command goes on from it.")
    assert {row["document"] for row in rows(folder)} == {"cards/train/1/0", "cards/train/1/1"}
    monkeypatch.undo()
    assert main(arguments(folder, common)) == main(arguments(tmp_path / "whole", common)) == 0
    assert files(folder) == files(tmp_path / "whole")


def test_an_export_is_of_the_same_tasks(common: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = arguments(tmp_path / "out", common, documents=("cards=1",))
    assert main(asked) == 0
    before = files(tmp_path / "out")
    asked.remove("defects")
    assert main(asked) == 2
    assert "holds samples of other tasks" in capsys.readouterr().err
    (tmp_path / "out" / "finished.txt").unlink()
    assert main(asked) == 2
    assert "is not a file that this command has written" in capsys.readouterr().err
    assert files(tmp_path / "out")["train.jsonl"] == before["train.jsonl"]


# Previews, held-out sets and speed


@pytest.mark.parametrize("name", ["cards", "layout"])
def test_previews(name: str, common: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preview, "kinds", lambda: ["cards", "signs"])
    path = tmp_path / "sheets" / "sheet.png"
    assert main(["preview", "--task", name, "--n", "3", "--output", str(path), *common]) == 0
    with Image.open(path) as image:
        assert image.width == 3 * preview.CELL
    assert [file.name for file in path.parent.iterdir()] == ["sheet.png"]


def test_a_task_that_nothing_can_be_asked_for(
    common: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(preview, "kinds", lambda: ["cards"])
    path = tmp_path / "sheet.png"
    assert main(["preview", "--task", "chart", "--output", str(path), *common]) == 2
    assert "anything to ask for 'chart'" in capsys.readouterr().err
    assert not path.exists()


def test_ctrl_c_stops_a_preview(
    common: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "preview", interrupted)
    assert main(["preview", "--task", "cards", "--output", str(tmp_path / "sheet.png"), *common]) == 130
    assert capsys.readouterr().err == "Stopped.\n"
    assert not (tmp_path / "sheet.png").exists()


def interrupted(*arguments: object) -> None:
    raise KeyboardInterrupt


@needs_fonts
def test_ctrl_c_leaves_no_manifest_of_other_images(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    held_out.write(tmp_path / "lines", "lines", 2, 1, HELD_OUT)
    assert (tmp_path / "lines" / "manifest.jsonl").exists()
    monkeypatch.setattr(held_out, "families", lambda testing, folders: HELD_OUT)
    monkeypatch.setattr(held_out, "draw", interrupted)
    assert main(["heldout", "--output", str(tmp_path), "--sets", "lines"]) == 130
    assert capsys.readouterr().err.endswith("Stopped.\n")
    assert not (tmp_path / "lines" / "manifest.jsonl").exists()


def test_a_set_is_given_up_where_nothing_can_be_made(
    common: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(held_out, "check_fonts", lambda engine, split: None)
    monkeypatch.setattr(held_out, "families", lambda testing, folders: HELD_OUT)
    monkeypatch.setattr(Engine, "warm_up", lambda engine, split: None)
    monkeypatch.setattr(Engine, "document", lambda engine, id: 1 / 0)
    assert main(["heldout", "--output", str(tmp_path / "out"), "--sets", "points", *common]) == 1
    assert capsys.readouterr().err.count("ZeroDivisionError") == held_out.MOST_FAILURES


def test_speed(common: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["speed", "--types", "cards", "--n", "2", *common]) == 0
    assert capsys.readouterr().out.splitlines()[1].startswith("cards ")
    assert main(["speed", "--types", "cards", "--n", "2", "--workers", "1", *common]) == 0
    assert capsys.readouterr().out.startswith("1 workers: ")


# What is asked wrongly


def test_fonts_without_chinese_are_said_at_once(
    fonts: Path, common: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    latin = tmp_path / "latin"
    latin.mkdir()
    for file in fonts.glob("DejaVu*"):
        (latin / file.name).symlink_to(file.resolve())
    common = ["--fonts", str(latin), *common[2:]]
    for asked in (arguments(tmp_path / "out", common), ["preview", "--task", "cards", *common]):
        assert main(asked) == 2
        assert capsys.readouterr().err.startswith("no installed font draws Chinese")
    assert not (tmp_path / "out").exists()


WRONG = {
    "export --output {tmp}/out --documents reciepts=2": "There is no document type 'reciepts'",
    "export --output {tmp}/out --documents cards=2 --tasks reed": "There is no task 'reed'",
    "export --output {tmp}/out --documents cards": "'cards' should look like receipts=100",
    "export --output {tmp}/out --documents cards=2 --workers -1": "is no whole number",
    "export --output {tmp}/out --documents cards=2 --text {tmp}/none": "there is no text folder",
    "export --output {tmp}/out --documents cards=2 --text ../shared/missing": "there is no text folder",
    "export --output {tmp}/out --documents cards=2 --fonts {tmp}/none": "no usable fonts found",
    "export --output {tmp}/file/out --documents cards=2 --fonts {fonts} --text {tmp}": "Not a directory",
    "export --output {tmp}/out --documents cards=2 --fonts {fonts} --text {tmp}/latin1": "is not UTF-8 text",
    "export --output {tmp}/out --documents cards=2 --fonts {fonts} --text {tmp}/folder": "cannot be read (Is a dir",
    "preview --task cards --output {tmp}/sheet.docx": "should end in the name of an image format",
    "preview --task nothing --fonts {fonts} --text {tmp}": "neither a document type nor a task 'nothing'",
    "preview --task cards --split dev": "invalid choice: 'dev'",
    "preview --task cards --n 0": "is no whole number from 1 up",
    "heldout --output {tmp}/out --sets lines --text {tmp}/none": "there is no text folder",
    "speed --types nothing": "There is no document type 'nothing'",
}


@pytest.mark.parametrize("asked", WRONG)
def test_what_is_asked_wrongly_is_a_sentence(
    asked: str, fonts: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    for name in ("latin1", "folder"):
        (tmp_path / name / "prose_docs").mkdir(parents=True)
    (tmp_path / "latin1/prose_docs/en.txt").write_bytes("Fräulein Müller\n".encode("latin-1"))
    (tmp_path / "folder/prose_docs/en.txt").mkdir()
    try:
        code = main(asked.format(tmp=tmp_path, fonts=fonts).split())
    except SystemExit as exit:  # argparse prints the usage as well
        code = exit.code
    printed = capsys.readouterr()
    assert code == 2
    assert WRONG[asked] in printed.err
    assert len(printed.err.splitlines()) == 1 or printed.err.startswith("usage: ")
    assert not printed.out
    assert not (tmp_path / "out").exists()


def test_the_usual_text_folder_need_not_exist(
    fonts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(command, "DEFAULT_TEXT", Path("nowhere"))
    assert main(["speed", "--types", "signs", "--n", "1", "--fonts", str(fonts)]) == 0
    assert main(["speed", "--types", "signs", "--n", "1", "--fonts", str(fonts), "--text", "nowhere"]) == 2
    assert capsys.readouterr().err == "there is no text folder nowhere: give one that exists, or none\n"
