"""The data engine: deterministic, honest about its hold-outs, boxes that follow the ink."""

import random
import re

import cv2
import numpy as np
import pytest

from tests.fonts import HELD_OUT, TRAINING, needs_fonts
from training.synth import degrade
from training.synth.fonts import can_draw, load
from training.synth.lines import draw_sample
from training.synth.text import ALPHABET, TextSource, is_held_out_word


@needs_fonts
def test_same_seed_same_sample():
    first, second = (draw_sample(random.Random("7/3"), TRAINING, TextSource(), 12) for _ in range(2))
    assert first.text == second.text
    assert first.image.tobytes() == second.image.tobytes()


@needs_fonts
@pytest.mark.parametrize("rows", [1, 3])
def test_quads_stay_with_their_lines(rows):
    for seed in range(40):
        sample = draw_sample(random.Random(seed), TRAINING, TextSource(), 10, rows)
        assert len(sample.quads) == sample.text.count("\n") + 1
        for quad in sample.quads:
            inside = quad.clip(0, [sample.image.width, sample.image.height])
            assert np.abs(inside - quad).max() < 0.25 * sample.image.height  # margins cut into a line a little at most


def test_warp_moves_points_with_the_ink():
    for seed in range(50):
        mask = np.zeros((80, 200), np.uint8)
        mask[30:50, 60:140] = 255
        corners = np.array([[60, 30], [140, 30], [140, 50], [60, 50]], np.float32)
        warped, moved = degrade.warp(random.Random(seed), mask, corners, strength=3.0)
        ys, xs = np.nonzero(warped > 127)
        ink = np.array([xs.min(), ys.min(), xs.max() + 1, ys.max() + 1])
        box = np.r_[moved.min(0), moved.max(0)]
        assert np.abs(ink - box).max() <= 2.5


def test_training_text_never_holds_a_held_out_word_and_testing_text_always_does():
    rng = random.Random(1)
    train, test = TextSource(("several ordinary words of prose about bread",), ("Ann Smith",)), TextSource(testing=True)
    for _ in range(500):
        for word in re.findall(r"[^\W\d_]{3,}", train._prose(rng) + " " + train._name(rng)):
            assert not is_held_out_word(word)
        for word in re.findall(r"[^\W\d_]{3,}", test._prose(rng)):
            assert is_held_out_word(word)


def test_lines_are_single_spaced_within_the_alphabet_and_about_as_long_as_asked():
    rng = random.Random(2)
    for _ in range(500):
        length = rng.randint(1, 40)
        text = TextSource().line(rng, length)
        assert text == " ".join(text.split())
        assert set(text) <= set(ALPHABET)
        assert 1 <= len(text) <= 1.3 * length + 1


@needs_fonts
def test_sixty_latin_families_for_training_and_none_shared_with_testing():
    assert len(TRAINING) >= 60
    assert not set(TRAINING) & set(HELD_OUT)
    assert not {path for paths in TRAINING.values() for path in paths} & {
        path for paths in HELD_OUT.values() for path in paths
    }


@needs_fonts
def test_only_glyphs_the_font_has_are_drawn():
    path = next(iter(TRAINING.values()))[0]
    assert can_draw(path, "A")
    assert not can_draw(path, "\U0010fffd")


def shape(path: str, character: str) -> np.ndarray:
    """The glyph's ink, stretched to a square."""
    mask = load(path, 64).getmask(character, mode="L")
    ink = np.asarray(mask, np.uint8).reshape(mask.size[::-1])
    return cv2.resize(ink, (32, 32), interpolation=cv2.INTER_AREA).astype(np.float32).ravel()


@needs_fonts
def test_no_face_draws_small_capitals_for_lower_case():
    """Nobody could tell "total" from "TOTAL" there, and a reader would learn the wrong case."""
    for path in (path for paths in TRAINING.values() for path in paths):
        alike = [np.corrcoef(shape(path, letter), shape(path, letter.upper()))[0, 1] for letter in "aegrtn"]
        assert np.mean(alike) < 0.75, path
