"""The trainer: a run stopped, killed or out of disk space goes on as if it had not been; broken samples are skipped."""

import json
import resource
import signal
import subprocess
import sys
import time
from dataclasses import asdict, replace
from pathlib import Path

import pytest
import torch
import yaml

from tests.fonts import needs_fonts
from tests.receipts_folder import make_receipts
from training.batches import Batches
from training.checkpoint import NANO, load_weights, save_weights
from training.config import Stage, read_stage
from training.packing import pack
from training.pretrain import Diverged, Trainer

ROOT = Path(__file__).parents[1]
STAGES = ROOT / "training/stages"
TINY = Stage(
    steps=4,
    widths={64: 1, 128: 2},
    length=128,
    rows=2,
    workers=0,
    log_every=1,
    eval_every=4,
    eval_samples=4,
    save_every=2,
    warmup=2,
)


def metrics(folder: Path) -> list[dict]:
    lines = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
    return [{key: line[key] for key in ("step", "loss/lines", "ctc", "norm")} for line in lines if "norm" in line]


def same_weights(a: Path, b: Path) -> None:
    states = [torch.load(folder / "resume.pt", weights_only=True) for folder in (a, b)]
    for part in ("parameters", "average"):
        torch.testing.assert_close(states[0][part], states[1][part], rtol=0, atol=0)


@needs_fonts
def test_stopped_run_resumes_with_the_same_losses(tmp_path):
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    Trainer(replace(TINY, output=str(whole))).run()
    interrupted = Trainer(replace(TINY, output=str(parts)))
    train_step = interrupted.train_step

    def stop_after_three(packs):
        if interrupted.step == 3:
            raise KeyboardInterrupt
        return train_step(packs)

    interrupted.train_step = stop_after_three
    with pytest.raises(KeyboardInterrupt):
        interrupted.run()
    resumed = Trainer(replace(TINY, output=str(parts)))
    assert resumed.step == 2  # the last saved state; step 3 is done again
    resumed.run()
    by_step = {line["step"]: line for line in metrics(parts)}
    assert [by_step[line["step"]] for line in metrics(whole)] == metrics(whole)
    same_weights(whole, parts)


def command(folder: Path, **limits: int) -> subprocess.Popen:
    """The command line on the stage in `folder`, files limited to so many bytes."""

    def limit() -> None:
        if "bytes" in limits:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limits["bytes"], limits["bytes"]))

    arguments = [sys.executable, "-m", "training.pretrain", str(folder / "stage.yaml")]
    pipe = subprocess.PIPE
    return subprocess.Popen(arguments, cwd=ROOT, stdout=pipe, stderr=pipe, text=True, preexec_fn=limit)


@needs_fonts
def test_a_run_survives_kill_and_a_full_disk(tmp_path):
    stage = replace(TINY, steps=8, eval_every=100, save_every=2)
    for name in ("whole", "parts"):
        (tmp_path / name).mkdir()
        settings = asdict(replace(stage, output=str(tmp_path / name)))
        (tmp_path / name / "stage.yaml").write_text(yaml.safe_dump(settings))
    Trainer(replace(stage, output=str(tmp_path / "whole"))).run()
    parts = tmp_path / "parts"
    killed = command(parts)
    while not (parts / "resume.pt").exists():
        assert killed.poll() is None, killed.communicate()
        time.sleep(0.05)
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    saved = (parts / "resume.pt").read_bytes()
    full = command(parts, bytes=2**20)
    _, complaint = full.communicate(timeout=120)
    assert full.returncode == 1
    assert "the same command goes on" in complaint
    assert "Traceback" not in complaint
    assert (parts / "resume.pt").read_bytes() == saved
    rest = command(parts)
    out, complaint = rest.communicate(timeout=120)
    assert rest.returncode == 0, complaint
    assert "resumed from" in out
    same_weights(tmp_path / "whole", parts)


@needs_fonts
def test_a_broken_sample_is_skipped_counted_and_named(tmp_path):
    broken = make_receipts(tmp_path / "receipts", split="train") / "b.png"
    broken.write_bytes(broken.read_bytes()[:200])
    stage = replace(
        TINY, output=str(tmp_path / "run"), receipts=str(tmp_path / "receipts"), length=600, rows=1, max_pixels=40_000
    )
    Trainer(replace(stage, mixture={"lines": 0.7, "receipts/read": 0.3})).run()
    lines = [json.loads(line) for line in (tmp_path / "run/metrics.jsonl").read_text().splitlines()]
    names = [name for line in lines for name in line.get("skipped_names", [])]
    assert names
    assert all(broken.name in name for name in names)
    assert sum(line.get("skipped", 0) for line in lines) >= len(set(names))
    assert any("loss/receipts/read" in line for line in lines)


@needs_fonts
def test_step_k_is_always_the_same_pack_and_tells_the_tasks_apart(tmp_path):
    stage = replace(TINY, mixture={"regions": 0.5, "lines": 0.5}, max_pixels=40_000, stretch={1.0: 1, 2.0: 1})
    tokenizer = load_weights("new").tokenizer
    first, second = (Batches(stage, tokenizer)[7] for _ in "ab")
    for name in ("ids", "labels", "places", "positions", "segments", "tasks"):
        assert torch.equal(getattr(first, name), getattr(second, name))
    assert [images.lines for images in first.images] == [images.lines for images in second.images]
    assert set(first.tasks.tolist()) == {0, 1}


@needs_fonts
def test_accumulated_micro_batches_give_the_step_of_one_large_one(tmp_path):
    trainers = [Trainer(replace(TINY, output=str(tmp_path / name))) for name in "ab"]
    encoder, tasks = trainers[0].data.encoder, trainers[0].data.tasks
    examples = [e for e, _ in zip(trainers[0].data.mixture.examples(0, []), range(12), strict=False)]
    samples = [encoder.encode(e, True) for e in examples]
    together = pack(samples, 128, encoder.pad, tasks)
    halves = [pack(half, 128, encoder.pad, tasks) for half in (samples[:4], samples[4:])]
    norms = [float(trainer.train_step(packs)[1]) for trainer, packs in zip(trainers, ([together], halves), strict=True)]
    assert norms[0] == pytest.approx(norms[1], rel=1e-4)


@needs_fonts
def test_a_checkpoint_survives_saving_with_its_ctc_head(tmp_path):
    trainer = Trainer(replace(TINY, output=str(tmp_path), steps=2, eval_every=2))
    trainer.run()
    for name in ("checkpoint", "best"):
        loaded = load_weights(str(tmp_path / name))
        for key, value in loaded.model.named_parameters():
            torch.testing.assert_close(value, trainer.average[f"model.{key}"], rtol=0, atol=0)
        for key, value in loaded.head.named_parameters():
            torch.testing.assert_close(value, trainer.average[f"head.{key}"], rtol=0, atol=0)


@pytest.mark.parametrize("path", sorted(STAGES.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_stage_file_is_a_stage(path):
    assert read_stage([str(path), "--steps", "7"]).steps == 7


def test_an_unknown_setting_is_refused(tmp_path):
    (tmp_path / "odd.yaml").write_text("learning_rate: 1")
    with pytest.raises(ValueError, match="learning_rate"):
        read_stage([str(tmp_path / "odd.yaml")])


def test_what_a_setting_cannot_be_is_said(tmp_path):
    assert read_stage(["--lr", "1e-3"]).lr == 1e-3
    for arguments, words in (
        (["--lr", "fast"], "lr should be a number, not 'fast'"),
        (["--steps", "1.5"], "steps should be of type int"),
        (["--schedule", "cosin"], "schedule should be one of cosine, linear"),
    ):
        with pytest.raises(ValueError, match=words):
            read_stage(arguments)


@needs_fonts
def test_a_run_goes_on_only_with_its_own_data_and_frees_what_it_names(tmp_path):
    stage = replace(TINY, output=str(tmp_path), steps=2, eval_every=9)
    Trainer(stage).run()
    with pytest.raises(ValueError, match="whose seed was 0, not 1: choose another output"):
        Trainer(replace(stage, seed=1))
    with pytest.raises(ValueError, match="no parameter's name contains 'visiontower'"):
        Trainer(replace(stage, output=str(tmp_path / "b"), freeze=["visiontower"]))


@needs_fonts
def test_a_last_save_that_fails_is_done_again(tmp_path, monkeypatch):
    stage = replace(TINY, output=str(tmp_path), eval_every=9)
    trainer = Trainer(stage)

    def fail(weights, folder):
        if trainer.step == stage.steps:
            raise OSError("No space left on device")
        save_weights(weights, folder)

    monkeypatch.setattr("training.pretrain.save_weights", fail)
    with pytest.raises(OSError, match="No space"):
        trainer.run()
    monkeypatch.undo()
    again = Trainer(stage)
    assert again.step == 2
    again.run()
    saved = load_weights(str(tmp_path / "checkpoint")).head.project.weight
    torch.testing.assert_close(saved, again.average["head.project.weight"], rtol=0, atol=0)


@needs_fonts
def test_a_diverged_run_keeps_what_it_had(tmp_path):
    trainer = Trainer(replace(TINY, output=str(tmp_path)))
    trainer.save(1.0)
    saved = (tmp_path / "resume.pt").read_bytes()
    with pytest.raises(Diverged, match="norm is nan at step 0"):
        trainer.save(float("nan"))
    assert (tmp_path / "resume.pt").read_bytes() == saved


@needs_fonts
def test_a_step_with_nothing_to_learn_from_is_a_step(tmp_path):
    stage = replace(TINY, output=str(tmp_path), mixture={"text": 1, "lines": 1e-9}, freeze=["language_model"])
    trainer = Trainer(stage)
    _, norm = trainer.train_step([trainer.data[0]])
    assert float(norm) == 0


@needs_fonts
def test_a_checkpoint_keeps_its_own_tokenizer_and_trains_with_checkpointing(tmp_path, tiny_checkpoint):
    before = load_weights(str(tiny_checkpoint))
    save_weights(before, tmp_path / "saved")
    after = load_weights(str(tmp_path / "saved"))
    assert len(after.tokenizer) == len(before.tokenizer) != len(load_weights("new").tokenizer)
    trainer = Trainer(replace(TINY, output=str(tmp_path / "run"), init=str(NANO), checkpointing=True))
    assert all(
        layer.training and layer.gradient_checkpointing for layer in trainer.weights.model.model.language_model.layers
    )
