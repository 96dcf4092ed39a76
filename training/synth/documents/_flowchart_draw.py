"""A flowchart's shapes and arrows, drawn with soft edges."""

from __future__ import annotations

import random
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from training.synth.documents._figure import Theme, on
from training.synth.documents._flowchart_graph import SHAPES, Graph
from training.synth.documents._flowchart_layout import Curve, Layout
from training.synth.sheet import WHITE, Colour, Sheet

_SHIFT = 4  # OpenCV's fixed-point coordinates: sixteenths of a pixel

Picture = NDArray[np.uint8]


@dataclass(frozen=True)
class Pens:
    """How shapes and arrows are drawn; widths and the arrows' `head` in pixels."""

    fills: dict[str, Colour]  # by shape
    edge: Colour
    edge_width: int
    arrow: Colour
    arrow_width: int
    head: float
    open_head: bool
    shadow: Colour | None
    ink: Colour

    def text(self, shape: str) -> Colour:
        """The colour of the text in a shape: the theme's where it can be read."""
        return self.ink if on(self.fills[shape]) == on(tuple(255 - c for c in self.ink)) else on(self.fills[shape])  # type: ignore[arg-type]


def choose_pens(rng: random.Random, theme: Theme, size: int) -> Pens:
    """Pens in a theme's colours for text of this size."""
    draw = rng.random()
    plain = theme.background if draw < 0.35 else WHITE if draw < 0.5 and not theme.dark else None
    colours = {}
    strength = rng.choice([0.2, 0.3, 0.45, 1.0])
    one = rng.randrange(4)
    for i, shape in enumerate(SHAPES):
        colour = theme.palette[one if draw < 0.7 else i]
        mixed = [round(strength * c + (1 - strength) * b) for c, b in zip(colour, theme.background, strict=True)]
        colours[shape] = plain or (mixed[0], mixed[1], mixed[2])
    return Pens(
        fills=colours,
        edge=rng.choice([theme.text, theme.text, theme.palette[one], theme.muted]),
        edge_width=rng.choice([1, 1, 2, 2, 3]),
        arrow=rng.choice([theme.text, theme.muted, theme.muted]),
        arrow_width=rng.choice([1, 1, 2, 2]),
        head=size * rng.uniform(0.45, 0.7),
        open_head=rng.random() < 0.2,
        shadow=theme.grid if rng.random() < 0.12 and not theme.dark else None,
        ink=theme.text,
    )


def draw_graph(sheet: Sheet, graph: Graph, layout: Layout, pens: Pens) -> None:
    """Draws all arrows and shapes on the sheet's graphics."""
    picture = np.array(sheet.graphics)
    for curve in layout.curves:
        _draw_arrow(picture, curve, pens)
    for node, outline in zip(graph.nodes, layout.outlines, strict=True):
        shape = _rounded(outline) if node.shape == "rounded" else outline
        if pens.shadow is not None:
            cv2.fillPoly(picture, [_fixed(shape + 4)], pens.shadow, cv2.LINE_AA, _SHIFT)
        cv2.fillPoly(picture, [_fixed(shape)], pens.fills[node.shape], cv2.LINE_AA, _SHIFT)
        cv2.polylines(picture, [_fixed(shape)], True, pens.edge, pens.edge_width, cv2.LINE_AA, _SHIFT)
    sheet.picture(0, 0, Image.fromarray(picture))


def _fixed(points: Curve) -> NDArray[np.int32]:
    return np.round(points * (1 << _SHIFT)).astype(np.int32)


def _draw_arrow(picture: Picture, curve: Curve, pens: Pens) -> None:
    """A line with its head at the end."""
    tip = curve[-1]
    before = np.linalg.norm(curve - tip, axis=1) > pens.head
    back = curve[np.flatnonzero(before)[-1]] if before.any() else curve[0]
    along = (tip - back) / max(1e-6, float(np.linalg.norm(tip - back)))
    across = np.array([-along[1], along[0]])
    base = tip - pens.head * along
    sides = base + 0.4 * pens.head * across, base - 0.4 * pens.head * across
    # The line stops within the head, so that a thick one does not blunt the tip.
    shaft = np.concatenate([curve[before], [tip - 0.5 * pens.head * along if not pens.open_head else tip]])
    cv2.polylines(picture, [_fixed(shaft)], False, pens.arrow, pens.arrow_width, cv2.LINE_AA, _SHIFT)
    corners = _fixed(np.array([sides[0], tip, sides[1]]))
    if pens.open_head:
        cv2.polylines(picture, [corners], False, pens.arrow, pens.arrow_width, cv2.LINE_AA, _SHIFT)
    else:
        cv2.fillPoly(picture, [corners], pens.arrow, cv2.LINE_AA, _SHIFT)


def _rounded(outline: Curve) -> Curve:
    """A box with its corners rounded by a quarter of its height."""
    (x1, y1), (x2, y2) = outline.min(0), outline.max(0)
    radius = 0.25 * min(y2 - y1, x2 - x1)
    centres = [
        (x2 - radius, y2 - radius),
        (x1 + radius, y2 - radius),
        (x1 + radius, y1 + radius),
        (x2 - radius, y1 + radius),
    ]
    quarter = np.linspace(0, np.pi / 2, 9)
    corners = []
    for i, centre in enumerate(centres):
        turn = quarter + i * np.pi / 2
        corners.append(np.array(centre) + radius * np.stack([np.cos(turn), np.sin(turn)], 1))
    return np.concatenate(corners)
