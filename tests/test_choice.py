"""The model that a command takes where none is named."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from hyocr.cli import app
from hyocr.errors import HyocrError
from hyocr.model import choice, smollm2, store
from hyocr.model.choice import best_model, choose_model
from hyocr.tasks import TASKS

RECEIPT = Path(__file__).parents[1] / "examples/receipt.jpg"
FETCH = "Asking needs the model small (98 MB): run hyocr fetch small, or name another with --model."


@pytest.fixture(params=[True, False], ids=["fetched", "not fetched"])
def fetched(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> bool:
    monkeypatch.setenv("HYOCR_CACHE", str(tmp_path))
    if request.param:
        store.small_folder().mkdir()
        store.write_base_json("a.gguf", "0")
    return bool(request.param)


def test_what_is_named_is_taken(fetched: bool) -> None:
    for task in TASKS:
        assert choose_model(task, "org/name") == "org/name"
        assert choose_model(task, None, adapter="folder") == "nano"
        assert choose_model(task, None, engine="http://127.0.0.1:8000/v1") == "nano"


def test_nano_reads(fetched: bool) -> None:
    assert {choose_model(task, None) for task in ("read", "spotting")} == {"nano"}


def test_small_answers(fetched: bool) -> None:
    for task in ("ask", "evidence", "fields", "key"):
        if fetched:
            assert choose_model(task, None) == "small"
        else:
            with pytest.raises(HyocrError) as raised:
                choose_model(task, None)
            assert str(raised.value) == FETCH
    assert tuple(smollm2.METADATA_OF_SMALL["observes"]) == choice.OBSERVED


def test_neither_translates(fetched: bool) -> None:
    for task in TASKS:
        if task.startswith("translate"):
            with pytest.raises(HyocrError, match="name one with --model"):
                choose_model(task, None)


def test_every_task_has_its_model(fetched: bool) -> None:
    assert {task for task in TASKS if not task.startswith("translate")} == {*choice.READ, *choice.OBSERVED}


def test_a_service_takes_the_best_there_is(fetched: bool) -> None:
    assert best_model() == ("small" if fetched else "nano")
    assert best_model("http://127.0.0.1:8000/v1") == "nano"


@pytest.mark.parametrize(
    "arguments",
    [
        ["ask", "Total?", RECEIPT],
        ["extract", "total", RECEIPT],
        ["batch", RECEIPT, "out", "--task", "key", "--question", "total"],
        ["label", RECEIPT, "-o", "out", "--task", "ask", "--question", "Total?"],
    ],
    ids=lambda arguments: arguments[0],
)
def test_commands_say_what_to_fetch(arguments: list[object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HYOCR_CACHE", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, [*map(str, arguments)])
    assert (done.exit_code, done.stdout, done.stderr) == (1, "", f"error: {FETCH}\n")
    assert not (tmp_path / "out").exists()


def test_info_tells_of_small(fetched: bool) -> None:
    shown = CliRunner().invoke(app, ["info"]).stdout
    assert "name:       nano\n" in shown
    there = str(store.small_folder()) if fetched else "not fetched: run hyocr fetch small"
    assert f"small:      {there}\n" in shown
    assert "small:" not in CliRunner().invoke(app, ["info", "--model", "nano"]).stdout


def test_small_is_named_everywhere_as_not_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HYOCR_CACHE", str(tmp_path))
    sentence = 'error: "small" is not on this machine yet: run hyocr fetch small\n'
    for arguments in (["info", "--model", "small"], ["read", str(RECEIPT), "--model", "small", "-q"]):
        done = CliRunner().invoke(app, arguments)
        assert (done.exit_code, done.stderr) == (1, sentence)
