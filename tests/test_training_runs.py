"""The run scripts: each is sound shell and names files that exist; nano's GPU run goes the whole way in small."""

import json
import math
import os
import re
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest
from PIL import Image

from tests.fonts import needs_fonts
from tests.receipts_folder import make_receipts
from training.checkpoint import load_weights

ROOT = Path(__file__).parents[1]
SCRIPTS = sorted((ROOT / "training/runs").glob("*.sh"))
STAGES = ("nano_h200_2_multimodal", "nano_h200_3_long", "nano_h200_4_sft")


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_a_script_is_sound_and_what_it_names_exists(script):
    subprocess.run(["bash", "-n", script], check=True)
    text = script.read_text(encoding="utf-8")
    stages = [f"training/stages/{name}.yaml" for name in re.findall(r"^train (\w+)", text, re.MULTILINE)]
    files = re.findall(r"\btraining/[\w/]+\.(?:yaml|sh)\b", text)
    modules = [name.replace(".", "/") + ".py" for name in re.findall(r"-m (training(?:\.\w+)+)", text)]
    assert stages or files
    assert [name for name in (*stages, *files, *modules) if not (ROOT / name).is_file()] == []


def make_formulas(folder: Path) -> Path:
    """Two pictures, as a formulas folder has them; no formula can be read in them."""
    (folder / "images").mkdir(parents=True)
    rows = []
    for name, split in (("a", "train"), ("b", "dev")):
        Image.new("L", (200, 60), 255).save(folder / f"images/{name}.png")
        rows.append({"image": f"images/{name}.png", "latex": "a ^ 2", "split": split})
    (folder / "manifest.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return folder


def run(tmp_path: Path, *arguments: str, **environment: Path | str) -> subprocess.CompletedProcess[str]:
    """The GPU run's script."""
    settings = {name: str(value) for name, value in environment.items()}
    return subprocess.run(
        [ROOT / "training/runs/nano_h200.sh", *arguments],
        env={**os.environ, "PYTHON": sys.executable, "RUNS": str(tmp_path / "runs"), **settings},
        capture_output=True,
        text=True,
    )


@needs_fonts
def test_nano_is_packed_for_trained_exported_and_reads(tmp_path):
    receipts, formulas = make_receipts(tmp_path / "receipts", "train"), make_formulas(tmp_path / "formulas")
    manifest = receipts / "manifest.jsonl"
    *train, last = manifest.read_text().splitlines()
    manifest.write_text("\n".join([last.replace('"train"', '"dev"'), *train]))
    done = run(tmp_path, "--smoke", RECEIPTS=receipts, FORMULAS=formulas)
    assert done.returncode == 0, done.stderr
    runs = tmp_path / "runs/nano_h200_smoke"
    packed = {path.name for folder in ("receipts", "formulas") for path in (runs / "luggage" / folder).glob("*/*")}
    assert packed == {"a.webp", "b.webp", "c.webp", "a.png"}  # nothing of the dev splits
    seen = set()
    for stage in STAGES:
        lines = [json.loads(line) for line in (runs / stage / "metrics.jsonl").read_text().splitlines()]
        losses = {key: value for line in lines for key, value in line.items() if key.startswith("loss/")}
        assert losses
        assert all(map(math.isfinite, losses.values()))
        seen |= {key.removeprefix("loss/") for key in losses}
    assert {"crops", "lines"} <= seen
    model = load_weights(str(runs / "nano_h200_export")).model
    before = load_weights(str(ROOT / "hyocr/weights/nano")).model
    assert any((a != b).any() for a, b in zip(model.parameters(), before.parameters(), strict=True))
    assert (runs / "receipt.txt").read_text().strip()


def test_a_stage_that_fails_stops_the_run_and_the_same_command_goes_on(tmp_path):
    calls, broken, luggage, python = (tmp_path / name for name in ("calls", "broken", "luggage", "python"))
    luggage.mkdir()
    for file in (calls, broken, luggage / "unpacked"):
        file.touch()
    python.write_text(
        f"""#!/bin/sh
echo "$*" >> {calls}
case "$*" in *"-m training.pretrain"*) mkdir -p "$5";; esac
case "$*" in *stages/nano_h200_3*) test ! -e {broken} || exit 3;; esac
"""
    )
    python.chmod(0o755)
    command = partial(run, tmp_path, "--steps", "5", PYTHON=python, LUGGAGE=luggage)
    assert command().returncode == 3
    assert len(calls.read_text().splitlines()) == 2
    broken.unlink()
    done = command()
    assert done.returncode == 0, done.stderr
    *stages, export = calls.read_text().splitlines()
    names = [STAGES[0], STAGES[1], STAGES[1], STAGES[2]]
    for call, name in zip(stages, names, strict=True):
        assert call.startswith(f"-m training.pretrain training/stages/{name}.yaml --output {tmp_path}/runs/{name} ")
        assert call.endswith(" --steps 5")
    assert f"--init {tmp_path}/runs/{STAGES[1]}/checkpoint " in stages[-1]
    assert f"--checkpoint {tmp_path}/runs/{STAGES[2]}/checkpoint" in export
