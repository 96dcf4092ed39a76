"""Every effect does something, more so the more severe it is, and what develop reports is true of its image."""

import random

import cv2
import numpy as np
import pytest

from training.synth import effects, photo

INK_EFFECTS = [effects.thermal_fading, effects.dropped_rows]
EFFECTS = sorted(
    {effect for chain in photo.CHAINS.values() for effect, *_ in chain}, key=lambda effect: effect.__name__
)
LINE = 30.0


def ink(height: int = 320, width: int = 420) -> np.ndarray:
    """Lines of dashes, thin strokes and dots, about 30 pixels high: as much like text as effects can tell."""
    mask = np.zeros((height, width), np.uint8)
    rng = random.Random(0)
    for y in range(20, height - 40, 42):
        x = 20
        while x < width - 40:
            for _ in range(rng.randint(2, 7)):
                cv2.line(mask, (x, y + rng.randint(0, 22)), (x + rng.randint(0, 9), y + rng.randint(0, 22)), 255, 3)
                x += 8
            x += 14
    return mask


def page() -> np.ndarray:
    """Dark ink on slightly grey paper, RGB."""
    return cv2.merge([240 - (ink().astype(np.int16) * 210 // 255).astype(np.uint8)] * 3)


def worn(effect: photo.Effect, severity: float, seed: int) -> np.ndarray:
    return effect(random.Random(seed), ink() if effect in INK_EFFECTS else page(), severity, LINE)


@pytest.mark.parametrize("effect", EFFECTS + INK_EFFECTS, ids=lambda effect: effect.__name__)
def test_more_severe_changes_more(effect: photo.Effect) -> None:
    before = (ink() if effect in INK_EFFECTS else page()).astype(np.float32)
    for seed in range(8):
        after = [worn(effect, severity, seed) for severity in (0.2, 0.5, 1.0)]
        assert all(image.shape == before.shape and image.dtype == np.uint8 for image in after)
        changes = [float(np.abs(image - before).mean()) for image in after]
        if effect in photo.LOCAL and max(changes) == 0:
            continue  # it fell beside the page
        assert 0 < changes[0] < changes[1] < changes[2]
        assert np.array_equal(worn(effect, 0.5, seed), after[1])  # nothing random but what rng says


def test_effects_leave_their_input_alone() -> None:
    for effect in EFFECTS + INK_EFFECTS:
        image = ink() if effect in INK_EFFECTS else page()
        before = image.copy()
        effect(random.Random(1), image, 0.7, LINE)
        assert np.array_equal(image, before), effect.__name__


@pytest.mark.parametrize("profile", photo.PROFILES)
def test_develop_reports_what_it_did_and_blanks_nothing(profile: str) -> None:
    image, untouched = page(), 0
    text = ink() > 128
    for seed in range(100):
        after, defects = photo.develop(random.Random(seed), image, LINE, profile)
        assert after.shape == image.shape
        assert after.dtype == np.uint8
        if not defects:
            untouched += 1
            assert np.array_equal(after, image)
        assert abs(float(after[text].mean()) - float(after[~text].mean())) > 8, defects
        for defect in defects:
            assert 0 < defect.severity <= 1
            if defect.box is not None:
                x1, y1, x2, y2 = defect.box
                assert 0 <= x1 < x2 <= image.shape[1]
                assert 0 <= y1 < y2 <= image.shape[0]
    assert untouched == 0 if profile == "fax" else untouched >= 8


def test_a_local_defect_is_within_its_box() -> None:
    for effect in photo.LOCAL:
        image = page()
        after = effect(random.Random(4), image, 0.8, LINE)
        box = photo._changes(image, after)
        assert box is not None
        x1, y1, x2, y2 = (round(side) for side in box)
        change = np.abs(after.astype(int) - image)
        assert change[y1:y2, x1:x2].sum() > 0.9 * change.sum()
        assert (x2 - x1) * (y2 - y1) < 0.95 * image.shape[0] * image.shape[1]


def test_develop_and_wear_follow_from_the_random_state() -> None:
    for profile in photo.PROFILES:
        for seed in range(5):
            runs = [photo.develop(random.Random(seed), page(), LINE, profile) for _ in range(2)]
            assert runs[0][0].tobytes() == runs[1][0].tobytes()
            assert runs[0][1] == runs[1][1]
            runs = [photo.wear_ink(random.Random(seed), ink(), LINE, profile) for _ in range(2)]
            assert runs[0][0].tobytes() == runs[1][0].tobytes()


def test_thermal_ink_wears_and_is_not_lost() -> None:
    mask, worn_pages = ink(), 0
    for seed in range(150):
        after, defects = photo.wear_ink(random.Random(seed), mask, LINE, "thermal")
        assert np.array_equal(after, mask) == (not defects)
        assert float(after.sum()) > 0.2 * float(mask.sum())
        worn_pages += bool(defects)
    assert 40 < worn_pages < 120
    assert photo.wear_ink(random.Random(0), mask, LINE, "screen")[1] == []


def test_backgrounds_have_the_asked_size_and_differ() -> None:
    for profile in photo.PROFILES:
        sheets = [photo.paper(random.Random(seed), 90, 130, profile) for seed in range(12)]
        assert {sheet.shape for sheet in sheets} == {(90, 130, 3)}
        assert min(sheet.mean() for sheet in sheets) > 200
        assert len({sheet.tobytes() for sheet in sheets}) > 1
    grounds = [photo.surroundings(random.Random(seed), 91, 131) for seed in range(12)]
    assert {ground.shape for ground in grounds} == {(91, 131, 3)}
    assert len({ground.tobytes() for ground in grounds}) == 12


def test_an_unknown_profile_is_refused() -> None:
    with pytest.raises(ValueError, match="choose one of: clean"):
        photo.develop(random.Random(0), page(), LINE, "xerox")
