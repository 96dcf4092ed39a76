"""What a pack is made of: rows that are filled evenly, no length preferred, and word of all that was passed over."""

import json
import random
from dataclasses import replace

import cv2
import numpy as np
import pytest
import torch
from transformers import AutoTokenizer

from training import batches, distributed, meter
from training.batches import Batches
from training.checkpoint import NANO
from training.config import Stage
from training.distributed import World
from training.example import Example, SampleError
from training.meter import Meter
from training.mixture import NothingToDraw

HERE = World(0, 1, torch.device("cpu"))
WORDS = "the line of the other " * 8
"""A fifth as many tokens merged as it has characters."""


class Texts:
    """Plain texts with so many tokens by character."""

    def __init__(self, lengths):
        self.lengths = lengths

    def draw(self, rng, width):
        return Example("text", "", "x" * (self.lengths(rng) - 1), None)


class Pages:
    """Pictures of 32 pixels and an answer."""

    def __init__(self, answer):
        self.answer = answer

    def draw(self, rng, width):
        return Example("pages", "Read.", self.answer(rng), np.zeros((32, 32, 3), np.uint8))


class Broken:
    def __init__(self, error):
        self.error = error

    def draw(self, rng, width):
        if rng.random() < 0.5:
            return Example("crops", "", "x", None)
        raise self.error


@pytest.fixture(scope="module")
def tokenizer():
    return AutoTokenizer.from_pretrained(NANO)


@pytest.fixture
def fed(monkeypatch, tokenizer):
    def make(source, **settings):
        monkeypatch.setattr(batches, "load_sources", lambda stage, testing: {"pages": source})
        return Batches(Stage(mixture={"pages": 1.0, "text": 0.0, "crops": 0.0}, **settings), tokenizer)

    return make


def just_over_half(rng):
    return rng.randint(513, 540) if rng.random() < 0.7 else rng.randint(10, 60)


@pytest.mark.parametrize(
    ("lengths", "rows"),
    [(lambda rng: rng.randint(513, 600), 2), (lambda rng: rng.choice([20, 30, 40]), 3), (just_over_half, 2)],
)
def test_a_pack_has_hardly_more_rows_than_it_should_and_all_lengths_in_their_shares(fed, lengths, rows):
    data = fed(Texts(lengths), length=1024, rows=rows)
    packs = [data[item] for item in range(150)]
    counts = [len(pack.ids) for pack in packs]
    assert max(counts) <= rows + 1
    assert np.mean(counts) < rows + 0.6
    assert np.mean([pack.ids.numel() for pack in packs]) < 1.01 * rows * 1024
    drawn = np.array([length for pack in packs for length in pack.lengths()])
    rng = random.Random(0)
    wanted = [lengths(rng) for _ in range(4000)]
    assert np.mean(drawn) == pytest.approx(np.mean(wanted), rel=0.06)


def test_a_sample_too_long_by_characters_is_tried_with_merged_tokens(fed):
    pack = fed(Pages(lambda rng: WORDS), length=128, rows=1)[0]
    assert len(WORDS) > 128 > max(pack.lengths())
    assert pack.skipped == []
    with pytest.raises(NothingToDraw, match=r"length: 50 samples .* of pages: \d+ tokens are more than 32"):
        fed(Pages(lambda rng: WORDS), length=32, rows=1)[0]


@pytest.mark.parametrize("error", [ValueError("box"), OSError("gone"), cv2.error("empty"), SampleError("pages", "bad")])
def test_a_bad_picture_is_passed_over_under_its_sources_name(fed, error):
    pack = fed(Broken(error), length=64, rows=1)[0]
    assert pack.samples > 10
    assert pack.skipped
    assert all(line.startswith("pages: ") for line in pack.skipped)


def test_all_that_was_skipped_anywhere_is_named_or_counted(fed, tmp_path, monkeypatch):
    data = fed(Pages(lambda rng: rng.choice(["x", WORDS])), length=32, rows=1)
    pack = data[0]
    assert set(pack.skipped) == {"too long: pages"}
    broken = [f"{index}.png: no picture" for index in range(12)]
    elsewhere = ["far.png: gone", "too long: tables"]
    monkeypatch.setattr(distributed, "gathered", lambda names: names + elsewhere)
    written = Meter(tmp_path / "metrics.jsonl", data.tasks, HERE)
    written.add([replace(pack, skipped=pack.skipped + broken * 2)], torch.ones(2 * len(data.tasks) + 4), 0.0)
    written.log(1, lr=0.1)
    line = json.loads((tmp_path / "metrics.jsonl").read_text())
    assert line["skipped"] == len(pack.skipped) + 24 + 2
    assert line["skipped_names"] == sorted([*broken, "far.png: gone"])
    assert line["too_long"] == {"pages": len(pack.skipped), "tables": 1}
    assert line["loss/text"] == 1
    many = meter.passed_over([f"{index}.png" for index in range(300)])
    assert (many["skipped"], len(many["skipped_names"])) == (302, 100)
