"""Single lines by the CTC head: the trainer's reading, in order, beside requests that go to the language model."""

import pytest
import torch
from PIL import Image, ImageDraw

from hyocr.canvas import canvas
from hyocr.engines.base import Request
from hyocr.engines.transformers import TransformersEngine
from hyocr.errors import CheckpointError
from hyocr.model import tower
from hyocr.model.ctc import FILE
from training.checkpoint import load_weights, save_weights
from training.ctc import ctc_read


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A checkpoint whose head is random but not shy: it reads something everywhere."""
    path = tmp_path_factory.mktemp("nano") / "checkpoint"
    weights = load_weights("new")
    with torch.no_grad():
        weights.head.project.weight.normal_(0, 1)
    save_weights(weights, path)
    return path


def line(text: str) -> Image.Image:
    image = Image.new("RGB", (20 + 12 * len(text), 40), "white")
    ImageDraw.Draw(image).text((8, 8), text, "black", font_size=22)
    return canvas(image)


def test_lines_of_mixed_widths_come_back_in_order_as_the_trainer_reads_them(folder):
    engine = TransformersEngine(str(folder), line_reader="ctc")
    images = [line(text) for text in ("Total", "a much longer line of text", "9.00", "Cash 10.00")]
    readings = engine.generate([Request(image, "Read.", single_line=True) for image in images])
    weights = load_weights(str(folder))
    for image, reading in zip(images, readings, strict=True):
        pixels = torch.frombuffer(bytearray(image.tobytes()), dtype=torch.uint8).view(1, image.height, image.width, 3)
        patches = tower.normalised_patches(pixels, 16)
        with torch.no_grad():
            hidden = tower.encode(weights.model.model.vision_tower, patches, (2, image.width // 16))
            [expected] = ctc_read(weights.head, weights.head(hidden))
        assert reading.text == expected != ""
        assert reading.ends == tuple(range(1, len(expected) + 1))
        assert all(logprob <= 0 for logprob in reading.logprobs)


def test_other_requests_go_to_the_language_model(folder):
    engine = TransformersEngine(str(folder), line_reader="ctc")
    page = Request(line("Total"), "Read.", max_tokens=3)
    mixed = engine.generate([page, Request(line("Cash"), "Read.", single_line=True), page])
    alone = TransformersEngine(str(folder), line_reader="language").generate([page])
    assert mixed[0].text == mixed[2].text == alone[0].text
    assert mixed[0].prompt_tokens > 0 == mixed[1].prompt_tokens


def test_a_checkpoint_without_its_head_is_refused_with_a_sentence(folder, tmp_path):
    for path in folder.iterdir():
        if path.name != FILE:
            (tmp_path / path.name).symlink_to(path)
    with pytest.raises(CheckpointError, match="no usable CTC head"):
        TransformersEngine(str(tmp_path), line_reader="ctc")
