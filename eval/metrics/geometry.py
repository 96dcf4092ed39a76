"""What the metrics over boxes share: corners of a line, areas in common, IoU matrices, IoU of unions.

IoU(a, b) = area(a and b) / area(a or b), in 0..1; areas are those of continuous coordinates (a box from 0 to 10 is 10
wide, not 11).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely  # type: ignore[import-untyped]
from numpy.typing import NDArray

from eval.metrics.pooled import ratio
from hyocr.document import Box, Line


def corners(line: Line) -> NDArray[np.float64]:
    """(points, 2): the line's polygon, or the four corners of its box, clockwise from the top left.

    Raises ValueError if it has neither.
    """
    if line.polygon is not None:
        return np.asarray(line.polygon, np.float64).reshape(-1, 2)
    if line.box is None:
        raise ValueError(f"the line {line.text!r} has no box")
    b = line.box
    return np.array([(b.x1, b.y1), (b.x2, b.y1), (b.x2, b.y2), (b.x1, b.y2)], np.float64)


def polygons(rings: Sequence[NDArray[np.float64]]) -> NDArray[np.object_]:
    """(n,) shapely polygons from rings of corners. Inside is what a ring goes around an odd number of times; a ring
    without area becomes an empty polygon.
    """
    made = [shapely.Polygon(ring) if len(ring) > 2 else shapely.Polygon() for ring in rings]
    return np.asarray(shapely.make_valid(np.array(made, object), method="structure", keep_collapsed=False), object)


def common_area(a: NDArray[np.object_], b: NDArray[np.object_]) -> NDArray[np.float64]:
    """(n, m) areas that shapely polygons (n,) and (m,) have in common."""
    areas = np.zeros((len(a), len(b)))
    rows, columns = shapely.STRtree(b).query(a)  # those whose bounding boxes meet
    areas[rows, columns] = shapely.area(shapely.intersection(a[rows], b[columns]))
    return areas


def iou(a: Sequence[Line], b: Sequence[Line]) -> NDArray[np.float64]:
    """(len(a), len(b)) IoU of lines, by their polygons where any line has one. 0 where nothing has an area.

    Raises ValueError if a line has neither box nor polygon.
    """
    rings_a, rings_b = [corners(line) for line in a], [corners(line) for line in b]
    if any(line.polygon is not None for line in (*a, *b)):
        shapes_a, shapes_b = polygons(rings_a), polygons(rings_b)
        common, areas_a, areas_b = common_area(shapes_a, shapes_b), shapely.area(shapes_a), shapely.area(shapes_b)
    else:  # the same, faster
        boxes_a, boxes_b = np.reshape(rings_a, (-1, 4, 2)), np.reshape(rings_b, (-1, 4, 2))
        low = np.maximum(boxes_a[:, None, 0], boxes_b[None, :, 0])
        high = np.minimum(boxes_a[:, None, 2], boxes_b[None, :, 2])
        common = np.maximum(high - low, 0).prod(axis=2)
        areas_a, areas_b = (np.maximum(boxes[:, 2] - boxes[:, 0], 0).prod(axis=1) for boxes in (boxes_a, boxes_b))
    return np.asarray(ratio(common, areas_a[:, None] + areas_b[None, :] - common))


def union_iou(a: Sequence[Box], b: Sequence[Box]) -> float:
    """IoU of all that the boxes `a` cover together with all that `b` cover, 0..1; 0 where neither has an area."""
    one, other = (shapely.union_all([shapely.box(s.x1, s.y1, s.x2, s.y2) for s in side]) for side in (a, b))
    whole = shapely.area(shapely.union(one, other))
    return float(shapely.area(shapely.intersection(one, other)) / whole) if whole else 0.0
