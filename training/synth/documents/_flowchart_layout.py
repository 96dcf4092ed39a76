"""Where a flowchart's nodes and arrows stand: laid out by Graphviz (https://graphviz.org/docs/layouts/dot/).

Graphviz draws nothing here and knows no text: it is told sizes in pixels (a point is a pixel) and gives places.
"""

from __future__ import annotations

import json
import math
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from training.synth.documents._flowchart_graph import Graph
from training.synth.sheet import Overflow

_PER_INCH = 72
_TIMEOUT = 20.0  # seconds; a layout takes a hundredth of one
_SHAPES = {"rounded": "box"}
_BOX = '<<TABLE BORDER="0" FIXEDSIZE="TRUE" WIDTH="{0}" HEIGHT="{1}"><TR><TD></TD></TR></TABLE>>'

Curve = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Layout:
    """Pixels from the top left corner. `outlines` are polygons (n, 2), `curves` (n, 2) run from tail to head, close
    enough together to be drawn as straight pieces; `labels` are the centres of the arrows' labels, if placed."""

    width: float
    height: float
    centres: tuple[tuple[float, float], ...]
    outlines: tuple[Curve, ...]
    curves: tuple[Curve, ...]
    labels: tuple[tuple[float, float] | None, ...]


def lay_out(
    graph: Graph,
    sizes: Sequence[tuple[float, float]],
    labels: Sequence[tuple[float, float]],
    direction: str,
    splines: str,
    gaps: tuple[float, float],
) -> Layout:
    """Places for nodes of these sizes and labels of these (0, 0 for none), all (width, height) in pixels.

    `splines` is "spline", "polyline" or "ortho" (which leaves labels unplaced), `gaps` lie between nodes beside each
    other and between ranks. Raises RuntimeError without Graphviz, Overflow for what it fails to lay out.
    """
    lines = [
        f"rankdir={'LR' if direction == 'LR' else 'TB'};splines={splines};"
        f"nodesep={gaps[0] / _PER_INCH:.3f};ranksep={gaps[1] / _PER_INCH:.3f};",
        'node[label="",fixedsize=true,vertices=""];edge[arrowhead=none];',
    ]
    for i, (node, (width, height)) in enumerate(zip(graph.nodes, sizes, strict=True)):
        shape = _SHAPES.get(node.shape, node.shape)
        lines.append(f"{i}[shape={shape},width={width / _PER_INCH:.4f},height={height / _PER_INCH:.4f}];")
    for edge, (width, height) in zip(graph.edges, labels, strict=True):
        text = f"[label={_BOX.format(math.ceil(width), math.ceil(height))}]" if width and splines != "ortho" else ""
        lines.append(f"{edge.tail}->{edge.head}{text};")
    return _read(json.loads(_run("digraph{" + "\n".join(lines) + "}")), graph)


def _run(source: str) -> str:
    command = ["dot", "-Tjson0"]
    try:
        done = subprocess.run(command, input=source, capture_output=True, text=True, timeout=_TIMEOUT, check=True)
    except FileNotFoundError:
        raise RuntimeError("Flowcharts are laid out by Graphviz: install it (apt-get install graphviz).") from None
    except subprocess.TimeoutExpired:
        raise RuntimeError(f"Graphviz took more than {_TIMEOUT:.0f} s to lay out a flowchart.") from None
    except subprocess.CalledProcessError as error:
        # Its right-angled routes fail an assertion now and then (2.43: maze.c, chkSgraph).
        raise Overflow(f"Graphviz could not lay out a flowchart: {error.stderr.strip()}") from None
    return done.stdout


def _read(found: Any, graph: Graph) -> Layout:
    _, _, width, height = map(float, found["bb"].split(","))

    def point(text: str) -> tuple[float, float]:
        x, y = map(float, text.split(","))
        return x, height - y

    centres, outlines = [], []
    names = [int(node["name"]) for node in found["objects"]]
    for node in sorted(found["objects"], key=lambda node: int(node["name"])):
        centre = point(node["pos"])
        flat = np.array(node["vertices"].split(), float).reshape(-1, 2) * _PER_INCH
        if node["shape"] == "ellipse":
            flat = _ellipse(float(node["width"]) * _PER_INCH, float(node["height"]) * _PER_INCH)
        centres.append(centre)
        outlines.append(np.array(centre) + flat * [1, -1])
    by_ends = {(names[edge["tail"]], names[edge["head"]]): edge for edge in found.get("edges", ())}
    edges = [by_ends[edge.tail, edge.head] for edge in graph.edges]
    raw = [_curve(np.array([point(text) for text in edge["pos"].split()])) for edge in edges]
    curves = tuple(
        _led_to(_led_to(curve, outlines[edge.head])[::-1], outlines[edge.tail])[::-1]
        for edge, curve in zip(graph.edges, raw, strict=True)
    )
    labels = tuple(point(edge["lp"]) if "lp" in edge else None for edge in edges)
    return Layout(width, height, tuple(centres), tuple(outlines), curves, labels)


def _ellipse(width: float, height: float) -> Curve:
    turn = np.linspace(0, 2 * np.pi, 72, endpoint=False)
    return np.stack([width / 2 * np.cos(turn), height / 2 * np.sin(turn)], 1)


def _led_to(curve: Curve, outline: Curve) -> Curve:
    """The curve, led straight on to an outline that it ends before, as right-angled routes do at slanted sides."""
    shape, end = outline.astype(np.float32), curve[-1]
    along = end - curve[-2]
    step = along / max(1e-6, float(np.linalg.norm(along)))
    for reach in np.arange(0.0, 60.0, 0.5):
        x, y = end + reach * step
        if cv2.pointPolygonTest(shape, (float(x), float(y)), True) >= -1.0:
            return curve if reach == 0 else np.concatenate([curve, [(x, y)]])
    return curve


def _curve(controls: Curve) -> Curve:
    """Points along cubic Bézier pieces whose control points are given one after another."""
    t = np.linspace(0, 1, 13)[:, None]
    weights = np.concatenate([(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3], 1)
    pieces = [weights @ controls[i : i + 4] for i in range(0, len(controls) - 1, 3)]
    return np.concatenate([pieces[0], *(piece[1:] for piece in pieces[1:])])
