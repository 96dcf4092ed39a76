"""Single lines by the CTC head: the trainer's reading, in order, beside requests that go to the language model."""

import math
from pathlib import Path

import pytest
import torch
from PIL import Image, ImageDraw

from hyocr.canvas import canvas
from hyocr.engines.base import Generation, Request
from hyocr.engines.line_head import LOOKS, _look, consensus
from hyocr.engines.transformers import TransformersEngine
from hyocr.errors import CheckpointError
from hyocr.model import tower
from hyocr.model.folder import HEAD
from training.checkpoint import load_weights, save_weights


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


def trained_reading(weights, image: Image.Image) -> Generation:
    """One canvas as the trainer reads it."""
    pixels = torch.frombuffer(bytearray(image.tobytes()), dtype=torch.uint8).view(1, image.height, image.width, 3)
    with torch.no_grad():
        patches = tower.normalised_patches(pixels, 16)
        hidden = tower.encode(weights.model.model.vision_tower, patches, (2, image.width // 16))
        [path] = weights.head.best_path(weights.head(hidden))
    text = "".join(c.text for c in path)
    return Generation(text, "stop", tuple(c.logprob for c in path), tuple(range(1, len(text) + 1)))


def test_lines_of_mixed_widths_come_back_in_order_as_the_consensus_of_several_looks(folder):
    engine = TransformersEngine(str(folder), line_reader="ctc")
    images = [line(text) for text in ("Total", "a much longer line of text", "9.00", "Cash 10.00")]
    readings = engine.generate([Request(image, "Read.", single_line=True) for image in images])
    weights = load_weights(str(folder))
    for image, reading in zip(images, readings, strict=True):
        looks = [_look(image, *look) for look in LOOKS]
        expected = consensus([trained_reading(weights, look) for look in looks])
        assert reading.text == expected.text != ""
        assert reading.ends == expected.ends
        assert reading.logprobs == pytest.approx(expected.logprobs, rel=1e-3, abs=1e-4)


def test_looks_are_line_canvases_of_their_own_width():
    image = line("Total 9.00")
    assert {_look(image, *look).height for look in LOOKS} == {32}
    assert _look(image, 1.0, 0).tobytes() == image.tobytes()
    assert _look(image, 1.45, 0).width > image.width


def says(text: str, probability: float) -> Generation:
    return Generation(text, "stop", (math.log(probability),) * len(text), tuple(range(1, len(text) + 1)))


@pytest.mark.parametrize(
    ("readings", "kept"),
    [
        ([("Total", 0.9), ("Tota1", 0.9), ("Total", 0.9)], "Total"),  # the majority
        ([("Total", 0.5), ("Tota1", 0.5), ("Tofal", 0.5), ("Tutal", 0.5)], "Total"),  # the one in the middle
        ([("Total", 0.99), ("l", 0.4), ("l", 0.4)], "Total"),  # one sure against two unsure
        ([("", 1.0), ("", 1.0), ("x", 0.3)], ""),  # an empty line
    ],
)
def test_consensus(readings, kept):
    assert consensus([says(*reading) for reading in readings]).text == kept


def test_no_lines_no_readings(folder):
    assert TransformersEngine(str(folder), line_reader="ctc").generate([]) == []


def test_other_requests_go_to_the_language_model(folder):
    engine = TransformersEngine(str(folder), line_reader="ctc")
    page = Request(line("Total"), "Read.", max_tokens=3)
    mixed = engine.generate([page, Request(line("Cash"), "Read.", single_line=True), page])
    alone = TransformersEngine(str(folder), line_reader="language").generate([page])
    assert mixed[0].text == mixed[2].text == alone[0].text
    assert mixed[0].prompt_tokens > 0 == mixed[1].prompt_tokens


def test_a_checkpoint_without_its_head_is_refused_with_a_sentence(folder, tmp_path):
    for path in folder.iterdir():
        if path.name != Path(HEAD).parent.name:
            (tmp_path / path.name).symlink_to(path)
    with pytest.raises(CheckpointError, match="no usable CTC head"):
        TransformersEngine(str(tmp_path), line_reader="ctc")
