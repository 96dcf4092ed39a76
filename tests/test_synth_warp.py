"""Points and pixels go through the same map, the whole sheet stays in the result, and the map can be inverted."""

import random

import numpy as np
import pytest

from training.synth import warp

FACTORIES = [warp.scan, warp.photograph, warp.turned]
BENDS = ["curl", "fold", "crumple"]


def dots(width: int, height: int) -> tuple[np.ndarray, np.ndarray]:
    """Black 6x6 squares on white, and their centres."""
    image = np.full((height, width), 255, np.uint8)
    corners = np.stack(np.meshgrid(np.arange(8, width - 13, 28), np.arange(8, height - 13, 28)), -1).reshape(-1, 2)
    for x, y in corners:
        image[y : y + 6, x : x + 6] = 0
    return image, (corners + 3).astype(np.float32)


def worst_miss(mapped: warp.Warp, width: int, height: int) -> float:
    """How far, in pixels, any dot's centroid in the result is from where its centre was said to go."""
    image, centres = dots(width, height)
    ink = 255.0 - mapped.pixels(image, 255)
    misses = []
    for x, y in mapped.points(centres):
        left, top = max(0, int(x) - 8), max(0, int(y) - 8)
        around = ink[top : top + 17, left : left + 17]
        rows, columns = np.mgrid[: around.shape[0], : around.shape[1]]
        at = np.array([(columns * around).sum(), (rows * around).sum()]) / around.sum() + (left + 0.5, top + 0.5)
        misses.append(float(np.hypot(*(at - (x, y)))))
    return max(misses)


@pytest.mark.parametrize("factory", FACTORIES)
def test_points_go_where_pixels_go(factory) -> None:
    shapes = [(260, 340), (340, 250), (200, 600)]
    misses = [worst_miss(factory(random.Random(seed), *shapes[seed % 3]), *shapes[seed % 3]) for seed in range(100)]
    assert max(misses) < 0.6
    assert float(np.median(misses)) < 0.25  # a shift of half a pixel everywhere would be seen here


def test_identity_and_quarter_turns_are_exact() -> None:
    image, _ = dots(120, 90)
    assert np.array_equal(warp.identity(120, 90).pixels(image, 0), image)
    for seed in range(6):
        turned = warp.turned(random.Random(seed), 120, 90)
        assert np.array_equal(turned.pixels(image, 0), np.rot90(image, turned.turns))
        assert worst_miss(turned, 120, 90) < 1e-3
        corners = turned.points(np.array([[0, 0], [120, 90]], np.float32))
        assert {tuple(corners.min(0)), tuple(corners.max(0))} == {(0.0, 0.0), turned.size}


@pytest.mark.parametrize("factory", FACTORIES)
def test_the_whole_sheet_is_in_a_result_of_bounded_size(factory) -> None:
    for seed in range(100):
        width, height = [(600, 850), (850, 600), (220, 900)][seed % 3]
        mapped = factory(random.Random(seed), width, height)
        x, y = np.linspace(0, width, 997), np.linspace(0, height, 997)
        sides = [(x, 0 * x), (x, 0 * x + height), (0 * y, y), (0 * y + width, y)]
        border = mapped.points(np.concatenate([np.stack(side, 1) for side in sides]).astype(np.float32))
        assert border.min() >= -1e-3
        assert (border.max(0) <= np.array(mapped.size) + 1e-3).all()
        assert mapped.size[0] * mapped.size[1] <= warp.GROWTH * width * height


def test_bent_paper_can_be_unbent() -> None:
    steepest, moved = [], []
    for seed in range(200):
        rng = random.Random(seed)
        relief = warp.bend(rng, BENDS[seed % 3], 1.0, 300, rng.choice([200, 400, 1200]))
        steepest.append(relief.steepness())
        moved.append(float(np.abs(relief.displacement).max()))
        assert 0.2 <= relief.light.min() < relief.light.max() <= 1.3
    assert max(steepest) < 0.5
    assert min(moved) > 1  # a bend that moves nothing would pass everything else


def test_the_backward_map_undoes_the_forward_map() -> None:
    for seed in range(40):
        mapped = warp.photograph(random.Random(seed), 300, 400)
        if mapped.turns == 0:
            rows, columns = np.indices(mapped._places.shape[:2])
            nodes = (np.stack([columns, rows], -1) - 0.5) * warp._step(*mapped.size)
            on_sheet = ((mapped._places > 0) & (mapped._places < (300, 400))).all(-1)
            there = mapped.points(mapped._places[on_sheet].astype(np.float32))
            assert np.abs(there - nodes[on_sheet]).max() < 0.05


def test_same_seed_same_bytes() -> None:
    image, _ = dots(200, 300)
    for factory in FACTORIES:
        first, second = (factory(random.Random(7), 200, 300) for _ in range(2))
        assert first.defects == second.defects
        assert first.pixels(image, "replicated").tobytes() == second.pixels(image, "replicated").tobytes()


def test_bends_are_reported_and_shade_the_paper() -> None:
    kinds = set()
    for seed in range(60):
        mapped = warp.photograph(random.Random(seed), 200, 300)
        found = {defect.type for defect in mapped.defects} & set(BENDS)
        light = mapped.shading()
        assert (light is not None) == bool(mapped.relief)
        if light is not None:
            assert light.shape == (mapped.size[1], mapped.size[0])
        kinds |= found
        assert all(0 < defect.severity <= 1 for defect in mapped.defects)
    assert kinds == set(BENDS)
