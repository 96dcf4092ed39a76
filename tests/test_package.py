"""What ships: the wheel holds weights, prompts and types, and imports nothing of the checkout."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True, text=True)
    [path] = folder.glob("*.whl")
    return path


def test_wheel_holds_what_reading_needs(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    needed = ["hyocr/py.typed", "hyocr/cli.py", "hyocr/document.schema.json", "hyocr/prompts/read.yaml"]
    needed += [
        f"hyocr/weights/nano/{name}" for name in ("config.json", "model.safetensors", "tokenizer.json", "hyocr.json")
    ]
    assert [name for name in needed if name not in names] == []
    assert {name.split("/")[0] for name in names if not name.startswith("hyocr-")} == {"hyocr"}
    assert len([name for name in names if name.startswith("hyocr/prompts/")]) == len(
        list((ROOT / "prompts").glob("*.yaml"))
    )


def test_installed_wheel_reads_without_the_checkout(wheel, tmp_path):
    zipfile.ZipFile(wheel).extractall(tmp_path / "site")
    code = """
import sys
sys.path.insert(0, "site")
import hyocr
from hyocr.engines.transformers import TransformersEngine
from hyocr.reader import Reader
from hyocr.wording import prompt
assert hyocr.__file__.startswith(sys.argv[1]), hyocr.__file__
print(prompt("read"))
print(Reader(TransformersEngine("nano")).read(sys.argv[2]).text)
"""
    done = subprocess.run(
        [sys.executable, "-P", "-c", code, str(tmp_path), str(ROOT / "examples/page.png")],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Extract the text" in done.stdout
    assert len(done.stdout.splitlines()) > 10


def test_nano_stays_below_32_megabytes():
    assert (ROOT / "hyocr/weights/nano/model.safetensors").stat().st_size < 32 * 2**20
