"""Geometry of a sheet before a scanner or a camera: one smooth map for its pixels and for the points of its annotation.

forward(p) = turn(H(p + d(p))): d bends the paper (curl, folds, crumple), H is a homography (how it is held), turn a
quarter turn. d is bilinear between the nodes of a lattice on the sheet, and so steep at most that p = H^-1(q) - d(p)
contracts: that iteration gives the backward map that pixels need. Points are continuous: pixel (x, y) covers x..x+1 and
y..y+1, its centre is (x + 0.5, y + 0.5), and the box of a whole sheet is (0, 0, width, height).
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from training.synth.annotation import Defect
from training.synth.degrade import noise_generator

Floats = NDArray[np.float32]
Pixels = NDArray[np.uint8]
STEEPEST = 0.4  # bound on the slope of d: each turn of the iteration shrinks the error at least to this part
GROWTH = 1.35  # a result has at most this many times the pixels of its sheet


@dataclass(frozen=True, eq=False)
class Relief:
    """Bent paper on a lattice of nodes every `step` pixels: displacement (rows, columns, 2), light (rows, columns)."""

    step: int
    displacement: Floats
    light: Floats

    def steepness(self) -> float:
        """An upper bound on how much d changes per pixel (its Lipschitz constant)."""
        along = np.linalg.norm(np.diff(self.displacement, axis=1), axis=-1).max()
        down = np.linalg.norm(np.diff(self.displacement, axis=0), axis=-1).max()
        return float(math.hypot(along, down)) / self.step

    def at(self, values: Floats, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Lattice values (rows, columns[, c]) between the nodes at points (..., 2); beyond the sheet as at its edge."""
        rows, columns = values.shape[:2]
        x = (points[..., 0] / self.step).clip(0, columns - 1)
        y = (points[..., 1] / self.step).clip(0, rows - 1)
        left, top = np.minimum(x.astype(np.intp), columns - 2), np.minimum(y.astype(np.intp), rows - 2)
        x, y = x - left, y - top
        corner, before, above = top * columns + left, 1 - x, 1 - y
        planes = values.reshape(rows * columns, -1).T.astype(np.float64)
        parts = [
            (plane.take(corner) * before + plane.take(corner + 1) * x) * above
            + (plane.take(corner + columns) * before + plane.take(corner + columns + 1) * x) * y
            for plane in planes
        ]
        return np.stack(parts, -1).reshape(*corner.shape, *values.shape[2:])


@dataclass(frozen=True, eq=False)
class Warp:
    """A map from a sheet's pixels to those of a result of `size` (width, height); `turns` quarter turns come last."""

    size: tuple[int, int]
    matrix: NDArray[np.float64] | None = None
    relief: Relief | None = None
    turns: int = 0  # counterclockwise
    defects: tuple[Defect, ...] = ()

    @property
    def _unturned(self) -> tuple[int, int]:
        return (self.size[1], self.size[0]) if self.turns % 2 else self.size

    def points(self, points: Floats) -> Floats:
        """Points (n, 2) of the sheet as points of the result, both in pixels."""
        moved = points.astype(np.float64)
        if self.relief is not None:
            moved = moved + self.relief.at(self.relief.displacement, moved)
        if self.matrix is not None:
            moved = project(self.matrix, moved)
        width, height = self._unturned
        for _ in range(self.turns):
            moved = np.stack([moved[:, 1], width - moved[:, 0]], 1)
            width, height = height, width
        return moved.astype(np.float32)

    def pixels(self, image: Pixels, outside: Literal["replicated"] | int | tuple[int, ...]) -> Pixels:
        """The sheet's image (h, w[, c]) as the result shows it; beyond the sheet its edge `replicated`, or a colour."""
        if self.matrix is not None:
            border = cv2.BORDER_REPLICATE if outside == "replicated" else cv2.BORDER_CONSTANT
            colour = 0 if outside == "replicated" else outside
            image = cv2.remap(image, self._map, None, cv2.INTER_LINEAR, borderMode=border, borderValue=colour)
        return np.ascontiguousarray(np.rot90(image, self.turns))

    def shading(self) -> Floats | None:
        """What part of the light each pixel (h, w) of the bent sheet gets, or None where the sheet is flat.

        It goes on over the sheet's edges: multiply before the sheet is laid on what surrounds it.
        """
        if self.relief is None:
            return None
        light = self._enlarged(self.relief.at(self.relief.light, self._places).astype(np.float32))
        return np.ascontiguousarray(np.rot90(light, self.turns))

    @cached_property
    def _places(self) -> NDArray[np.float64]:
        """Where on the sheet the nodes of a lattice on the unturned result come from, (rows, columns, 2)."""
        assert self.matrix is not None
        step = _step(*self._unturned)
        nodes = [(np.arange(length // step + 3) - 0.5) * step for length in self._unturned]
        flat = project(np.linalg.inv(self.matrix).astype(np.float64), np.stack(np.meshgrid(*nodes), -1))
        if self.relief is None:
            return flat
        places = flat
        for _ in range(20):
            before = places
            places = flat - self.relief.at(self.relief.displacement, before)
            if np.abs(places - before).max() < 0.01:
                break
        return places

    @cached_property
    def _map(self) -> Floats:
        """Where on the sheet each pixel of the unturned result comes from, (h, w, 2), as cv2.remap counts."""
        return self._enlarged(self._places.astype(np.float32) - np.float32(0.5))

    def _enlarged(self, nodes: Floats) -> Floats:
        """Values on that lattice for every pixel of the unturned result. Its node j lies at (j - 0.5) steps; cv2.resize
        takes it to be at (j + 0.5), so one step is cut off."""
        width, height = self._unturned
        step = _step(width, height)
        full = cv2.resize(nodes, None, fx=step, fy=step, interpolation=cv2.INTER_LINEAR)
        return np.ascontiguousarray(full[step : step + height, step : step + width])


def project(matrix: NDArray[np.float64], points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Points (..., 2) under a homography (3, 3)."""
    mapped = points @ matrix[:, :2].T + matrix[:, 2]
    result: NDArray[np.float64] = mapped[..., :2] / mapped[..., 2:]
    return result


def _step(width: int, height: int) -> int:
    return max(2, min(8, min(width, height) // 64))


def identity(width: int, height: int) -> Warp:
    """The sheet as it is."""
    return Warp((width, height))


def turned(rng: random.Random, width: int, height: int) -> Warp:
    """A sheet that lies upside down or on a side, and straight."""
    return _turn(rng, identity(width, height))


def scan(rng: random.Random, width: int, height: int) -> Warp:
    """On a flatbed: up to 2 degrees askew, a trace of shear and stretch; 3 % lie on a side or upside down."""
    angle = max(-2.0, min(2.0, rng.gauss(0, 0.7)))
    matrix = _held(angle, (0, 0), rng.gauss(0, 0.004), rng.uniform(0.99, 1.01), width, height)
    margins = [rng.uniform(0, 0.01) if rng.random() < 0.5 else 0.0 for _ in range(4)]
    warp = _framed(rng, matrix, None, width, height, margins, scale=rng.uniform(0.95, 1.05))
    flat = Warp(warp.size, warp.matrix, defects=_noted(rotation=abs(angle) / 15))
    return _turn(rng, flat) if rng.random() < 0.03 else flat


def photograph(rng: random.Random, width: int, height: int) -> Warp:
    """Held in a hand: askew (up to 15 degrees), seen from aside, sometimes curled, folded or crumpled, on a desk."""
    angle = max(-15.0, min(15.0, rng.gauss(0, 4)))
    tilt = tuple(max(-0.25, min(0.25, rng.gauss(0, 0.08))) for _ in range(2))
    matrix = _held(angle, (tilt[0], tilt[1]), rng.gauss(0, 0.015), rng.uniform(0.97, 1.03), width, height)
    bent = rng.random() < 0.6
    kind = rng.choice(["curl", "curl", "fold", "crumple"])
    strength = rng.betavariate(1.5, 2.5)
    relief = bend(rng, kind, strength, width, height) if bent else None
    margins = [rng.uniform(0.0, 0.12) if rng.random() < 0.8 else 0.0 for _ in range(4)]
    warp = _framed(rng, matrix, relief, width, height, margins, scale=rng.uniform(0.85, 1.05))
    severities = {"rotation": abs(angle) / 15, "perspective": math.hypot(*tilt) / 0.36}
    seen = Warp(warp.size, warp.matrix, relief, defects=_noted(**severities, **({kind: strength} if bent else {})))
    return _turn(rng, seen) if rng.random() < 0.03 else seen


def _turn(rng: random.Random, warp: Warp) -> Warp:
    turns = rng.randint(1, 3)
    size = (warp.size[1], warp.size[0]) if turns % 2 else warp.size
    others = tuple(defect for defect in warp.defects if defect.type != "rotation")
    return Warp(size, warp.matrix, warp.relief, turns, (Defect("rotation", 1.0, None), *others))


def _noted(**severities: float) -> tuple[Defect, ...]:
    """What a person would notice: half a degree of rotation and less is called straight."""
    return tuple(Defect(kind, min(1.0, value), None) for kind, value in severities.items() if value > 0.035)


def _held(
    angle: float, tilt: tuple[float, float], shear: float, stretch: float, width: int, height: int
) -> NDArray[np.float64]:
    """The homography of a sheet turned by `angle` degrees about its centre; tilt 0.2: one edge 20 % nearer."""
    centre = np.array([[1, 0, -width / 2], [0, 1, -height / 2], [0, 0, 1.0]])
    aside = np.array([[1, 0, 0], [0, 1, 0], [tilt[0] / width, tilt[1] / height, 1.0]])
    cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    turn = np.array([[cos * stretch, shear - sin, 0], [sin * stretch, cos, 0], [0, 0, 1.0]])
    result: NDArray[np.float64] = aside @ turn @ centre
    return result


def _framed(
    rng: random.Random,
    matrix: NDArray[np.float64],
    relief: Relief | None,
    width: int,
    height: int,
    margins: list[float],
    scale: float,
) -> Warp:
    """The map moved and scaled so that the whole sheet and the margins (parts of its diagonal) make up the result."""
    x, y = np.linspace(0, width, 200), np.linspace(0, height, 200)
    sides = [(x, 0 * x), (x, 0 * x + height), (0 * y, y), (0 * y + width, y)]
    border = np.concatenate([np.stack(side, 1) for side in sides])
    if relief is not None:
        border = border + relief.at(relief.displacement, border)
    border = project(matrix, border)
    # half a pixel of slack: between its 200 points a bent edge may reach out a little further
    low = border.min(0) - np.array(margins[:2]) * math.hypot(width, height) - 0.5
    high = border.max(0) + np.array(margins[2:]) * math.hypot(width, height) + 0.5
    spans = high - low
    scale = min(scale, 0.995 * math.sqrt(GROWTH * width * height / float(spans.prod())))
    placed = np.diag([scale, scale, 1.0]) @ np.array([[1, 0, -low[0]], [0, 1, -low[1]], [0, 0, 1.0]]) @ matrix
    return Warp((math.ceil(spans[0] * scale), math.ceil(spans[1] * scale)), placed, relief)


def bend(rng: random.Random, kind: str, strength: float, width: int, height: int) -> Relief:
    """Paper with a `curl`, with a `fold` or two, or a `crumple`; strength 0..1."""
    step = _step(width, height)
    x, y = np.meshgrid(np.arange(width // step + 2) * step / width, np.arange(height // step + 2) * step / height)
    shapes = {"curl": _curl, "fold": _fold, "crumple": _crumple}
    rise, towards, light = shapes[kind](rng, x, y, width, height)
    displacement = (strength * rise[..., None] * np.array(towards)).astype(np.float32)
    relief = Relief(step, displacement, (1 - strength * (1 - light)).clip(0.2, 1.3).astype(np.float32))
    steepness = relief.steepness()
    return relief if steepness <= STEEPEST else Relief(step, displacement * (STEEPEST / steepness), relief.light)


Grid = NDArray[np.float64]
Shape = tuple[Grid, tuple[float, float], Grid]  # how far each node moves (pixels), which way, and its light


def _curl(rng: random.Random, x: Grid, y: Grid, width: int, height: int) -> Shape:
    """A book's page that falls into the gutter (light goes with it), or a sheet bowed about one axis."""
    sign = rng.choice([-1, 1])
    if rng.random() < 0.5:
        distance = x if rng.random() < 0.5 else 1 - x
        depth = np.exp(-distance / rng.uniform(0.08, 0.2))
        squeeze = 0.4 if distance is x else -0.4  # the page also turns away, its letters become narrow there
        return depth * 0.05 * width, (squeeze, float(sign)), 1 - rng.uniform(0.3, 0.7) * depth
    along, size = (x, width) if rng.random() < 0.6 or height < width else (y, height)
    phase, waves = rng.uniform(0, math.pi), rng.uniform(0.5, 1.1)
    angle = 2 * math.pi * waves * along + phase
    towards = (0.2, float(sign)) if along is x else (float(sign), 0.2)
    return np.sin(angle) * 0.035 * min(size, width), towards, 1 + rng.uniform(0.1, 0.25) * (np.cos(angle) - 0.6)


def _fold(rng: random.Random, x: Grid, y: Grid, width: int, height: int) -> Shape:
    """One crease in the middle or two at the thirds, as letters are folded; each panel has its own light."""
    along = y if rng.random() < 0.7 else x
    rise, light = np.zeros_like(x), np.ones_like(x)
    lean = rng.gauss(0, 0.02)
    for place in rng.choice([(0.5,), (1 / 3, 2 / 3)]):
        across = along - place - rng.gauss(0, 0.01) + lean * (x + y - along - 0.5)
        distance = np.sqrt(across**2 + 0.015**2)
        sign = rng.choice([-1, 1])
        rise += sign * np.exp(-distance / 0.12) * 0.03 * min(width, height)
        light *= 1 - rng.uniform(0.1, 0.4) * np.exp(-((across / 0.01) ** 2))
        light *= 1 - rng.uniform(0.1, 0.25) * sign * np.tanh(across / 0.01) * np.exp(-distance / 0.25)
    angle = rng.uniform(0, 2 * math.pi)
    return rise, (math.cos(angle), math.sin(angle)), light


def _crumple(rng: random.Random, x: Grid, y: Grid, width: int, height: int) -> Shape:
    """Flat triangles between random heights on a coarse, slanted grid; a triangle's light follows from its slope."""
    cell = min(width, height) / rng.uniform(3, 7)
    angle, slant = rng.uniform(0, 2 * math.pi), rng.uniform(0.3, 0.7)
    cos, sin = math.cos(angle), math.sin(angle)
    along = (cos * x * width + sin * y * height) / cell
    across = (cos * y * height - sin * x * width) / cell
    along = along + slant * across + 0.12 * np.sin(2.1 * across + rng.uniform(0, 6))
    along, across = along - along.min(), across - across.min()
    heights = noise_generator(rng).standard_normal((int(across.max()) + 2, int(along.max()) + 2))
    row, column = across.astype(np.intp), along.astype(np.intp)
    down, right = across - row, along - column
    near, far = heights[row, column], heights[row + 1, column + 1]
    upper, lower = heights[row, column + 1], heights[row + 1, column]
    facets = np.where(
        right > down,
        near + right * (upper - near) + down * (far - upper),
        near + down * (lower - near) + right * (far - lower),
    )
    facets = cv2.GaussianBlur(facets, (0, 0), 1.2)
    angle = rng.uniform(0, 2 * math.pi)
    steps = np.gradient(facets)
    slope = (math.cos(angle) * steps[1] + math.sin(angle) * steps[0]) * (cell / _step(width, height))
    angle = rng.uniform(0, 2 * math.pi)
    return facets * 0.06 * cell, (math.cos(angle), math.sin(angle)), 1 - 0.12 * slope
