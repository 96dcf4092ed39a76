"""The trainer: its batched forward is the stock model's, and a stopped run resumes with the same losses."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from PIL import Image

from hyocr.tasks import read
from tests.fonts import needs_fonts
from training.checkpoint import load_weights
from training.config import Stage, read_stage
from training.data import LineBatches
from training.pretrain import Trainer
from training.tokenizer import processor_nano

STAGES = Path(__file__).parents[1] / "training/stages"
TINY = Stage(
    steps=4,
    widths={64: 1, 128: 2},
    pixels=32 * 128 * 4,
    workers=0,
    log_every=1,
    eval_every=4,
    eval_lines=4,
    save_every=2,
    warmup=2,
)


def stock_loss(trainer: Trainer, image: Image.Image, text: str) -> torch.Tensor:
    """Language loss of one image through the processor and the unmodified forward of transformers."""
    processor = processor_nano(trainer.tokenizer)
    content = [{"type": "image"}, {"type": "text", "text": read.prompt("en")}]
    prompt = processor.apply_chat_template([{"role": "user", "content": content}], add_generation_prompt=True)
    inputs = processor(text=[prompt], images=[image], return_tensors="pt")
    answer = torch.tensor([trainer.answers.encode(text, by_character=True)])
    ids = torch.cat([inputs["input_ids"], answer], dim=1)
    labels = torch.cat([torch.full_like(inputs["input_ids"], -100), answer], dim=1)
    return trainer.model(
        input_ids=ids,
        attention_mask=torch.ones_like(ids),
        pixel_values=inputs["pixel_values"],
        image_grid_thw=inputs["image_grid_thw"],
        mm_token_type_ids=(ids == trainer.model.config.image_token_id).int(),
        labels=labels,
    ).loss


@needs_fonts
def test_batched_losses_equal_the_stock_forward(tmp_path):
    trainer = Trainer(replace(TINY, output=str(tmp_path)))
    batch = trainer.data[0]
    with torch.no_grad():
        ours, _ = trainer.losses(batch, 0)
        tokens = [len(trainer.answers.encode(text, True)) for text in batch.texts]
        images = [Image.fromarray(image.numpy()) for image in batch.images]
        losses = [stock_loss(trainer, image, text) for image, text in zip(images, batch.texts, strict=True)]
    expected = sum(float(loss) * count for loss, count in zip(losses, tokens, strict=True)) / sum(tokens)
    assert float(ours) == pytest.approx(expected, rel=1e-4)


def metrics(folder) -> list[dict]:
    lines = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
    return [{key: line[key] for key in ("step", "language", "ctc", "norm")} for line in lines if "norm" in line]


@needs_fonts
def test_stopped_run_resumes_with_the_same_losses(tmp_path):
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    Trainer(replace(TINY, output=str(whole))).run()
    interrupted = Trainer(replace(TINY, output=str(parts)))
    train_step = interrupted._train_step

    def stop_after_three(batch):
        if interrupted.step == 3:
            raise KeyboardInterrupt
        return train_step(batch)

    interrupted._train_step = stop_after_three
    with pytest.raises(KeyboardInterrupt):
        interrupted.run()
    resumed = Trainer(replace(TINY, output=str(parts)))
    assert resumed.step == 2  # the last saved state; step 3 is done again
    resumed.run()
    by_step = {line["step"]: line for line in metrics(parts)}
    assert [by_step[line["step"]] for line in metrics(whole)] == metrics(whole)
    for name, value in Trainer(replace(TINY, output=str(whole))).named.items():
        torch.testing.assert_close(value, resumed.named[name], rtol=0, atol=0)


@needs_fonts
def test_step_k_is_always_the_same_batch(tmp_path):
    first, second = (Trainer(replace(TINY, output=str(tmp_path / name))).data[7] for name in "ab")
    assert first.texts == second.texts
    assert torch.equal(first.images, second.images)


@needs_fonts
def test_regions_have_several_rows_and_no_ctc_loss(tmp_path):
    trainer = Trainer(replace(TINY, output=str(tmp_path), regions=1.0))
    batch = trainer.data[1]
    assert batch.images.shape[1] == 32 * batch.rows > 32
    assert all(text.count("\n") == batch.rows - 1 for text in batch.texts)
    language, ctc = trainer.losses(batch, 1)
    assert float(language.detach()) > 0 == float(ctc)


@needs_fonts
def test_real_crops_are_mixed_in_at_their_own_width(tmp_path):
    crops = [(Image.new("RGB", (78, 48), (10, 200, 30)), "green")]
    data = LineBatches(seed=1, widths={64: 1, 128: 1}, pixels=32 * 256 * 40, crops=crops, real=0.5)
    batches = [data[step] for step in range(6)]
    real = [(text == "green", batch.images.shape[2]) for batch in batches for text in batch.texts]
    assert {width for is_real, width in real if is_real} == {64}
    narrow = [is_real for is_real, width in real if width == 64]
    assert 0.3 < sum(narrow) / len(narrow) < 0.7


@needs_fonts
def test_a_checkpoint_survives_saving_with_its_ctc_head(tmp_path):
    trainer = Trainer(replace(TINY, output=str(tmp_path), steps=2))
    trainer.run()
    loaded = load_weights(str(tmp_path / "checkpoint"))
    for name, value in loaded.model.named_parameters():
        torch.testing.assert_close(value, trainer.average[name], rtol=0, atol=0)
    for name, value in loaded.head.named_parameters():
        torch.testing.assert_close(value, trainer.average[f"ctc.{name}"], rtol=0, atol=0)


@pytest.mark.parametrize("path", sorted(STAGES.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_stage_file_is_a_stage(path):
    assert read_stage([str(path), "--steps", "7"]).steps == 7


def test_an_unknown_setting_is_refused(tmp_path):
    (tmp_path / "odd.yaml").write_text("learning_rate: 1")
    with pytest.raises(SystemExit, match="learning_rate"):
        read_stage([str(tmp_path / "odd.yaml")])
