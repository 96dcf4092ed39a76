"""Labels of arrows with right angles, which Graphviz leaves to its users to place."""

from __future__ import annotations

from collections.abc import Sequence

from training.synth.annotation import Bounds
from training.synth.documents._figure import Room
from training.synth.documents._flowchart_layout import Curve, Layout
from training.synth.sheet import Overflow


def beside_tails(layout: Layout, sizes: Sequence[tuple[float, float]]) -> tuple[tuple[float, float] | None, ...]:
    """The centres of labels of these (width, height) beside the first stretch of their arrows, clear of all else.

    Raises Overflow where there is no such place.
    """
    room = Room()
    obstacles = [_around(outline) for outline in layout.outlines]
    for curve in layout.curves:
        obstacles += [_around(curve[i : i + 2], 2.0) for i in range(len(curve) - 1)]
    found: list[tuple[float, float] | None] = []
    for curve, (width, height) in zip(layout.curves, sizes, strict=True):
        if not width:
            found.append(None)
            continue
        for x, y in _candidates(curve, width, height):
            box = (x - width / 2, y - height / 2, x + width / 2, y + height / 2)
            inside = box[0] > -height and box[2] < layout.width + height
            if inside and not any(_overlap(box, other) for other in obstacles) and room.take(box):
                found.append((x, y))
                break
        else:
            raise Overflow("an arrow has no room for its label")
    return tuple(found)


def _candidates(curve: Curve, width: float, height: float) -> list[tuple[float, float]]:
    """Beside the start of an arrow, on either side, nearer and farther along."""
    (x0, y0), (x1, y1) = curve[0], curve[_first_turn(curve)]
    if abs(x1 - x0) < abs(y1 - y0):
        down = 1 if y1 > y0 else -1
        aside = width / 2 + 3
        return [(x0 + side * aside, y0 + down * height * far) for far in (0.6, 0.8, 1.2, 1.6) for side in (1, -1)]
    right = 1 if x1 > x0 else -1
    above = height / 2 + 3
    starts = (0.1 * width, 0.4 * width, 0.8 * width)
    return [(x0 + right * (width / 2 + far), y0 + side * above) for far in starts for side in (-1, 1)]


def _first_turn(curve: Curve) -> int:
    (x0, y0), _ = curve[0], curve[1]
    for i in range(1, len(curve)):
        if abs(curve[i][0] - x0) > 1 and abs(curve[i][1] - y0) > 1:
            return max(1, i - 1)
    return len(curve) - 1


def _around(points: Curve, grown: float = 1.0) -> Bounds:
    (x1, y1), (x2, y2) = points.min(0), points.max(0)
    return float(x1) - grown, float(y1) - grown, float(x2) + grown, float(y2) + grown


def _overlap(one: Bounds, other: Bounds) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
