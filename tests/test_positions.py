from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image

from hyocr.model.checkpoint import Checkpoint, load

IMAGE = "<｜hy_place▁holder▁no▁100｜><｜hy_place▁holder▁no▁102｜><｜hy_place▁holder▁no▁101｜>"


@pytest.fixture(scope="module")
def loaded(tiny_checkpoint: Path) -> Checkpoint:
    return load(str(tiny_checkpoint), device="cpu")


def prepare(loaded: Checkpoint, prompts: list[str], images: list[list[Image.Image]]) -> tuple[torch.Tensor, Any]:
    inputs = loaded.processor(text=prompts, images=images, padding=True, padding_side="left", return_tensors="pt")
    positions, deltas = loaded.model.model.get_rope_index(
        inputs["input_ids"], inputs["mm_token_type_ids"], inputs["image_grid_thw"], inputs["attention_mask"]
    )
    assert (deltas == 0).all()
    return positions, inputs


def test_rows_of_a_batch_have_the_positions_they_have_alone(loaded: Checkpoint) -> None:
    small, large = Image.new("RGB", (64, 32)), Image.new("RGB", (128, 96))
    prompts, images = [IMAGE + "one", IMAGE + "and " + IMAGE, IMAGE + "three"], [[large], [small, large], [small]]
    together, inputs = prepare(loaded, prompts, images)
    for row, (prompt, row_images) in enumerate(zip(prompts, images, strict=True)):
        alone, _ = prepare(loaded, [prompt], [row_images])
        seen = inputs["attention_mask"][row].bool()
        assert torch.equal(together[:, row, seen], alone[:, 0])


def test_image_axis_counts_from_zero_in_every_row(loaded: Checkpoint) -> None:
    positions, inputs = prepare(loaded, [IMAGE] * 3, [[Image.new("RGB", (64, 32))]] * 3)
    inside = slice(2, -2)  # between <start>, image_begin and image_end, <end>
    assert (positions[3, :, inside] == 0).all()
    stock, _ = type(loaded.model.model).get_rope_index(
        loaded.model.model, inputs["input_ids"], inputs["mm_token_type_ids"], inputs["image_grid_thw"]
    )
    assert stock[3, :, 3].tolist() == [0, 1, 2]  # what the fix is for; remove it once the library counts per row


def test_too_many_images_are_an_error(loaded: Checkpoint) -> None:
    _, inputs = prepare(loaded, [IMAGE], [[Image.new("RGB", (64, 32))]])
    grids = inputs["image_grid_thw"].repeat(2, 1)
    with pytest.raises(ValueError, match="hold 1 image spans, but 2 images"):
        loaded.model.model.get_rope_index(inputs["input_ids"], inputs["mm_token_type_ids"], grids)
