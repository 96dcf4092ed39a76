"""The marks of a chart, drawn by Matplotlib's Agg renderer in pixels of the sheet, y downwards; never any text.

Axes of Matplotlib's own take three times as long as the few lines they consist of, so they are drawn as lines here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Polygon, Rectangle, Wedge
from matplotlib.transforms import Affine2D
from PIL import Image

from training.synth.sheet import Colour

_DPI = 72  # a point is a pixel

Dash = Literal["-", "--", ":"]


def _rgb(colour: Colour) -> tuple[float, float, float]:
    return colour[0] / 255, colour[1] / 255, colour[2] / 255


class Canvas:
    """A picture of `width` x `height` pixels that marks are added to, later ones over earlier ones."""

    def __init__(self, width: int, height: int, background: Colour) -> None:
        self._figure = Figure(figsize=(width / _DPI, height / _DPI), dpi=_DPI, facecolor=_rgb(background))
        self._canvas = FigureCanvasAgg(self._figure)
        self._downwards = Affine2D().scale(1, -1).translate(0, height)
        self._level = 0.0

    def _add(self, artist: Artist) -> None:
        self._level += 1
        artist.set_zorder(self._level)
        self._figure.add_artist(artist)

    def box(
        self,
        x1: float,
        y1: float,
        x2: float,
        y2: float,
        fill: Colour,
        edge: Colour | None = None,
        width: float = 1.0,
        hatch: str = "",
    ) -> None:
        """A rectangle between two corners, with an edge if it has a colour; a hatch is drawn in the edge's colour."""
        self._add(
            Rectangle(
                (min(x1, x2), min(y1, y2)),
                abs(x2 - x1),
                abs(y2 - y1),
                transform=self._downwards,
                facecolor=_rgb(fill),
                edgecolor="none" if edge is None else _rgb(edge),
                linewidth=width if edge is not None else 0.0,
                hatch=hatch or None,
            )
        )

    def line(
        self,
        points: Sequence[tuple[float, float]],
        colour: Colour,
        width: float = 1.0,
        dash: Dash = "-",
        marker: str = "",
        size: float = 0.0,
        face: Colour | None = None,
    ) -> None:
        """A line through points, with markers if given ("o", "s", ...; `size` across, filled with `face`)."""
        self._add(
            Line2D(
                [x for x, _ in points],
                [y for _, y in points],
                transform=self._downwards,
                color=_rgb(colour),
                linewidth=width,
                linestyle=dash,
                marker=marker or "None",
                markersize=size,
                markerfacecolor=_rgb(colour if face is None else face),
                markeredgecolor=_rgb(colour),
                markeredgewidth=max(1.0, size / 8),
                solid_joinstyle="round",
            )
        )

    def area(self, points: Sequence[tuple[float, float]], fill: Colour, opacity: float = 1.0) -> None:
        """A filled polygon."""
        corners = np.array(points, float)
        self._add(
            Polygon(corners, closed=True, transform=self._downwards, facecolor=_rgb(fill), alpha=opacity, linewidth=0)
        )

    def wedge(
        self,
        centre: tuple[float, float],
        radius: float,
        start: float,
        end: float,
        fill: Colour,
        edge: Colour,
        width: float,
        hole: float = 0.0,
    ) -> None:
        """A sector from `start` to `end` degrees (clockwise on the sheet from the right), open within radius `hole`."""
        ring = radius - hole if hole else None
        self._add(
            Wedge(
                centre,
                radius,
                start,
                end,
                width=ring,
                transform=self._downwards,
                facecolor=_rgb(fill),
                edgecolor=_rgb(edge) if width else "none",
                linewidth=width,
            )
        )

    def image(self) -> Image.Image:
        """Everything drawn so far."""
        self._canvas.draw()
        return Image.fromarray(np.asarray(self._canvas.buffer_rgba())[..., :3].copy())
