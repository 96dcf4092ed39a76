"""What signs are drawn on: boards, discs, arrows, posts."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import ImageDraw

from training.synth.annotation import Bounds
from training.synth.documents._scene import Entry, Turn, panel
from training.synth.sheet import WHITE, Colour, Sheet


@dataclass(frozen=True)
class Sign:
    """What stands on a sign and what it looks like; `outdoors` asks for a street behind it, not a wall."""

    entries: Sequence[Entry]
    ground: Colour | None = None  # None: any
    shape: str = "box"
    align: str = "centre"
    aspect: tuple[float, float] = (1.2, 3.0)
    style: str = "sans"
    outdoors: bool = False
    arrow: str = ""
    head: Colour | None = None  # colour of a band behind the first entry
    largest: float = 0.5


def inside(sign: Sign, box: Bounds) -> Bounds:
    """Where text may stand: less of a triangle or a disc than of a box."""
    x1, y1, x2, y2 = box
    wide, tall = x2 - x1, y2 - y1
    left, top, right, bottom = {
        "box": (0.06, 0.08, 0.06, 0.08),
        "board": (0.07, 0.07, 0.07, 0.07),
        "disc": (0.2, 0.26, 0.2, 0.26),
        "octagon": (0.13, 0.26, 0.13, 0.26),
        "triangle": (0.28, 0.5, 0.28, 0.1),
        "arrow": (0.06, 0.12, 0.2, 0.12),
    }[sign.shape]
    if sign.arrow and sign.shape == "box":
        left += 0.24 * (sign.arrow == "left")
        right += 0.24 * (sign.arrow == "right")
        bottom += 0.25 * (sign.arrow == "up")
    return x1 + left * wide, y1 + top * tall, x2 - right * wide, y2 - bottom * tall


def post(rng: random.Random, sheet: Sheet, x: float, y: float, width: float) -> None:
    """One post or two from below `y` to the ground."""
    shade = rng.randint(70, 180)
    for side in rng.choice([(0.0,), (-0.3, 0.3)]):
        left, thick = x + side * width, max(4, 0.025 * width)
        sheet.fill(left - thick, y, left + thick, sheet.height, (shade, shade, shade))
        sheet.fill(left - thick, y, left - 0.4 * thick, sheet.height, (shade // 2, shade // 2, shade // 2))


def board(rng: random.Random, sheet: Sheet, sign: Sign, box: Bounds, turn: Turn, ink: Colour) -> None:
    """The sign without its text: ground, edge, head, arrow."""
    assert sign.ground is not None
    ground, draw = sign.ground, rng.random()
    thick = max(2, round(0.012 * (box[2] - box[0]) * rng.uniform(0.6, 2)))
    edge = rng.choice([ink, ink, WHITE, (60, 60, 60)]) if draw < 0.6 else None
    radius = rng.choice([0.0, 0.0, 0.06, 0.12]) * (box[3] - box[1])

    def paint(pen: ImageDraw.ImageDraw) -> None:
        _shape(pen, sign.shape, box, ground, edge, thick, radius)
        if sign.head is not None:
            x1, y1, x2, _ = box
            inner = inside(sign, box)
            foot = inner[1] + 0.33 * (inner[3] - inner[1])
            pen.rectangle((x1 + thick, y1 + thick, x2 - thick, foot), fill=sign.head)
        if sign.arrow and sign.shape == "box":
            _arrow(pen, box, sign.arrow, ink)

    panel(sheet, turn, paint, rng.choice([0.0, 0.0, rng.uniform(4, 14)]))


def _shape(
    pen: ImageDraw.ImageDraw,
    shape: str,
    box: Bounds,
    ground: Colour,
    edge: Colour | None,
    thick: int,
    radius: float,
) -> None:
    x1, y1, x2, y2 = box
    wide, tall = x2 - x1, y2 - y1
    if shape == "disc":
        pen.ellipse(box, fill=ground, outline=(200, 20, 30), width=round(0.09 * wide))
    elif shape == "octagon":
        cut = 0.29
        near, far = (cut, 1 - cut), (0.0, 1.0)
        corners = [(near[0], 0), (near[1], 0), (1, near[0]), (1, near[1]), (near[1], 1), (near[0], 1)]
        corners += [(far[0], near[1]), (far[0], near[0])]
        pen.polygon([(x1 + a * wide, y1 + b * tall) for a, b in corners], fill=ground, outline=WHITE, width=thick)
    elif shape == "triangle":
        corners = [(0.5, 0.0), (1.0, 1.0), (0.0, 1.0)]
        points = [(x1 + a * wide, y1 + b * tall) for a, b in corners]
        pen.polygon(points, fill=ground, outline=(200, 20, 30), width=round(0.05 * wide))
    elif shape == "arrow":
        points = [(x1, y1), (x2 - 0.18 * wide, y1), (x2, (y1 + y2) / 2), (x2 - 0.18 * wide, y2), (x1, y2)]
        pen.polygon(points, fill=ground, outline=edge, width=thick)
    else:
        pen.rounded_rectangle(box, radius, fill=ground, outline=edge, width=thick)
        if edge is None and shape == "box" and min(wide, tall) > 90:
            for x, y in ((x1, y1), (x2, y1), (x1, y2), (x2, y2)):  # screws
                a, b = (x + 9 if x == x1 else x - 9), (y + 9 if y == y1 else y - 9)
                pen.ellipse((a - 3, b - 3, a + 3, b + 3), fill=(120, 120, 120))


def _arrow(pen: ImageDraw.ImageDraw, box: Bounds, way: str, ink: Colour) -> None:
    """A plain arrow at the side that it points to."""
    x1, y1, x2, y2 = box
    size = min(0.2 * (x2 - x1), 0.22 * (y2 - y1) if way == "up" else 0.6 * (y2 - y1))
    x = {"left": x1 + 0.05 * (x2 - x1) + size / 2, "right": x2 - 0.05 * (x2 - x1) - size / 2, "up": (x1 + x2) / 2}[way]
    y = y2 - 0.08 * (y2 - y1) - size / 2 if way == "up" else (y1 + y2) / 2
    outline = [(-0.5, 0), (0, -0.4), (0, -0.14), (0.5, -0.14), (0.5, 0.14), (0, 0.14), (0, 0.4)]
    turned = {"left": [(a, b) for a, b in outline], "right": [(-a, b) for a, b in outline]}
    turned["up"] = [(b, a) for a, b in outline]
    pen.polygon([(x + a * size, y + b * size) for a, b in turned[way]], fill=ink)
