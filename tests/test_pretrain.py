"""The trainer: its batched forward is the stock model's, and a stopped run resumes with the same losses."""

import json
from dataclasses import replace

import pytest
import torch
from PIL import Image

from training.config import Stage
from training.pretrain import PROMPTS, Trainer
from training.tokenizer import processor_nano

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
    content = [{"type": "image"}, {"type": "text", "text": PROMPTS["en"]}]
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


def test_step_k_is_always_the_same_batch(tmp_path):
    first, second = (Trainer(replace(TINY, output=str(tmp_path / name))).data[7] for name in "ab")
    assert first.texts == second.texts
    assert torch.equal(first.images, second.images)
