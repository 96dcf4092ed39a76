"""Two processes with a micro-batch each take the steps of one process with both, and go on with each other's runs."""

import importlib.util
import json
import os
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path

import pytest
import torch
import yaml

from tests.fonts import needs_fonts
from training.config import Stage
from training.pretrain import Trainer

ROOT = Path(__file__).parents[1]
STAGE = Stage(
    steps=4,
    accumulate=2,
    mixture={"lines": 0.4, "text": 0.6},  # some micro-batches are text alone: one process's tower has nothing to do
    widths={64: 1},
    length=40,
    rows=1,
    freeze=["vision_tower.layers.0.self_attn"],
    checkpointing=True,
    workers=0,
    log_every=1,
    eval_every=2,
    eval_samples=4,
    save_every=2,
    warmup=2,
)

needs_launcher = pytest.mark.skipif(
    importlib.util.find_spec("accelerate") is None,
    reason="accelerate, which starts several processes, is not installed",
)


def launch(stage: Stage, processes: int) -> None:
    """Trains under the launcher, on CPUs whatever the machine has."""
    file = Path(stage.output).with_suffix(".yaml")
    file.write_text(yaml.safe_dump(asdict(stage)))
    command = [sys.executable, "-m", "accelerate.commands.launch", "--multi_gpu", "--num_machines", "1"]
    command += ["--num_processes", str(processes), "--main_process_port", "0", "--mixed_precision", "no"]
    command += ["--dynamo_backend", "no", "-m", "training.pretrain", str(file)]
    environment = os.environ | {"CUDA_VISIBLE_DEVICES": "", "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=400)
    assert done.returncode == 0, done.stdout + done.stderr


def progress(folder: Path) -> dict[int, dict[str, float]]:
    """Losses and gradient norm by step."""
    lines = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
    told = ("norm", "loss/lines", "loss/text", "ctc", "error")
    return {(line["step"], "error" in line): {name: line[name] for name in told if name in line} for line in lines}


def assert_equal_runs(one: Path, other: Path) -> None:
    told = progress(other)
    for step, facts in progress(one).items():
        assert facts == pytest.approx(told[step], rel=2e-4), step  # written with four digits
    states = [torch.load(folder / "resume.pt", weights_only=True) for folder in (one, other)]
    for part in ("parameters", "average"):
        torch.testing.assert_close(states[0][part], states[1][part], rtol=1e-5, atol=1e-5)
    for name, state in states[0]["optimiser"].items():
        torch.testing.assert_close(state, states[1]["optimiser"][name], rtol=1e-4, atol=1e-5)


@needs_fonts
@needs_launcher
def test_two_processes_equal_one_and_continue_its_run(tmp_path, monkeypatch):
    monkeypatch.setenv("HYOCR_FLOAT32", "1")  # in bfloat16 the sums of other batches are rounded otherwise
    one, two, mixed = (tmp_path / name for name in ("one", "two", "mixed"))
    Trainer(replace(STAGE, output=str(one))).run()
    launch(replace(STAGE, output=str(two), accumulate=1), processes=2)
    assert_equal_runs(one, two)
    interrupted = Trainer(replace(STAGE, output=str(mixed)))
    for packs in interrupted._steps():
        interrupted.train_step(packs)
        if interrupted.step == 2:
            break
    interrupted.save()
    launch(replace(STAGE, output=str(mixed), accumulate=1), processes=2)
    states = [torch.load(folder / "resume.pt", weights_only=True) for folder in (one, mixed)]
    torch.testing.assert_close(states[0]["average"], states[1]["average"], rtol=1e-5, atol=1e-5)
