"""Draws held-out character error rates over the compute that was spent.

    python -m training.curve training/curve.csv --output docs/nano_curve.svg
    python -m training.curve runs/*/metrics.jsonl --output curve.svg

Files are taken as runs one after the other: each begins where the one before it ended, in minutes of wall-clock time
and in samples seen. A `metrics.jsonl` (see `training.meter`) is one series for each reader, under its folder's name; a
`.csv` has the columns of COLUMNS, minutes and images counted from its own start, and one series for each reader and
canvas widths: figures measured on different widths do not compare.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import cycle
from pathlib import Path

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullFormatter

from hyocr.errors import HyocrError
from hyocr.output import prepare, write

COLUMNS = ("run", "stage", "widths", "minutes", "images", "reader", "cer", "note")
SCORES = {"ctc_cer": "ctc", "cer": "language"}
RATES = ("samples_per_second", "images_per_second")
"""What progress lines call their speed; the second name is that of older logs."""

NAMES = {"ctc": "CTC head", "language": "language model"}
COLOURS = {"ctc": "#0072B2", "language": "#D55E00"}
"""Two of Okabe and Ito's colours, told apart by the colour-blind; like INK they stand out from white and from black."""
INK = "#767676"
MARKS = ("o-", "s--", "^:", "D-.", "v-", "P--", "X:")
TICKS = (1, 2, 5, 10, 20, 50, 100)
NOTE = "Each shape of mark is another set of held-out lines: figures with different shapes do not compare."


@dataclass(frozen=True)
class Point:
    """A held-out CER in per cent, after so many minutes and samples. Only points of one reader and group compare."""

    reader: str
    group: str
    minutes: float
    samples: float
    cer: float


@dataclass(frozen=True)
class Run:
    """Points counted from the run's start, and what it took in all."""

    points: list[Point]
    minutes: float
    samples: float


def read_metrics(path: Path) -> Run:
    """One stage's `metrics.jsonl`. Raises ValueError where it is none; a line that a killed run left half-written is
    passed over.

    A resumed run counts its minutes from 0 again and repeats the steps since its last save: they were spent twice and
    count twice.
    """
    points = []
    before = last = logged = samples = 0.0
    last_step = 0
    for number, text in enumerate(path.read_text(encoding="utf-8", errors="replace").split("\n"), start=1):
        if not text.endswith("}") and (not text or text.startswith("{")):
            continue  # nothing, or half of a line
        try:
            line = json.loads(text)
            step, minutes = int(line["step"]), float(line["minutes"])
            rate = next((float(line[name]) for name in RATES if name in line), None)
            scores = {reader: 100 * float(line[name]) for name, reader in SCORES.items() if name in line}
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(
                f'{path} is no metrics file: line {number} is no JSON object with numbers for "step" and "minutes".'
            ) from error
        if minutes < last or step < last_step:
            before, logged = before + last, 0.0
        if rate is not None:
            samples += rate * 60 * (minutes - logged)
            logged = minutes
        last, last_step = minutes, step
        group = path.resolve().parent.name
        points += [Point(reader, group, before + minutes, samples, cer) for reader, cer in scores.items()]
    return Run(points, before + last, samples)


def read_history(path: Path) -> Run:
    """A CSV of points, in any order. Raises ValueError where columns or numbers are missing."""
    points = []
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        if tuple(rows.fieldnames or ()) != COLUMNS:
            raise ValueError(f"{path} is no history of training: its columns should be {', '.join(COLUMNS)}.")
        for row in rows:
            try:
                minutes, images, cer = (float(row[column]) for column in ("minutes", "images", "cer"))
            except (ValueError, TypeError) as error:
                raise ValueError(f"{path}, line {rows.line_num}: minutes, images and cer should be numbers.") from error
            if row["reader"] not in NAMES:
                raise ValueError(f"{path}, line {rows.line_num}: reader should be one of {', '.join(NAMES)}.")
            points.append(Point(row["reader"], row["widths"], minutes, images, cer))
    return Run(points, max((p.minutes for p in points), default=0), max((p.samples for p in points), default=0))


def chain(runs: Iterable[Run]) -> list[Point]:
    """The points of runs made one after the other, counted from the start of the first."""
    points, minutes, samples = list[Point](), 0.0, 0.0
    for run in runs:
        points += [replace(p, minutes=p.minutes + minutes, samples=p.samples + samples) for p in run.points]
        minutes, samples = minutes + run.minutes, samples + run.samples
    return points


def draw(points: Sequence[Point]) -> bytes:
    """An SVG with a transparent ground: CER, on a logarithmic scale, over minutes and over samples.

    The same points give the same bytes. Raises ValueError if there are none.
    """
    if not points:
        raise ValueError("There is no held-out CER in these files yet: it is written at each `eval_every` steps.")
    buffer = io.BytesIO()
    with matplotlib.rc_context(
        {
            "svg.fonttype": "none",
            "svg.hashsalt": "curve",
            "font.family": "sans-serif",
            "font.size": 9,
            "text.color": INK,
        }
    ):
        figure = Figure(figsize=(8, 4), layout="constrained")
        left, right = figure.subplots(1, 2, sharey=True)
        _panel(left, points, [p.minutes for p in points], "minutes of training (wall clock)")
        _panel(right, points, [p.samples / 1000 for p in points], "samples seen, thousands")
        left.set_ylabel("held-out CER, % (log scale)", color=INK)
        left.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        left.yaxis.set_minor_formatter(NullFormatter())
        left.set_yticks([tick for tick in TICKS if _near(tick, points)])
        figure.legend(*left.get_legend_handles_labels(), loc="outside lower center", ncols=2, frameon=False)
        figure.suptitle(NOTE, fontsize=8)
        figure.savefig(buffer, format="svg", transparent=True, metadata={"Date": None, "Title": "Held-out CER"})
    return buffer.getvalue()


def _panel(axes: Axes, points: Sequence[Point], across: Sequence[float], label: str) -> None:
    axes.set_yscale("log")
    groups = dict.fromkeys(point.group for point in points)
    marks = dict(zip(groups, cycle(MARKS), strict=False))
    for reader, group in dict.fromkeys((point.reader, point.group) for point in points):
        places = [(x, p.cer) for x, p in zip(across, points, strict=True) if (p.reader, p.group) == (reader, group)]
        name = f"{NAMES[reader]}, {group}"
        axes.plot(*zip(*sorted(places), strict=True), marks[group], color=COLOURS[reader], markersize=4, label=name)
    axes.set_xlim(left=0)
    axes.set_xlabel(label, color=INK)
    axes.tick_params(which="both", color=INK, labelcolor=INK)
    axes.grid(color=INK, alpha=0.25, linewidth=0.5)
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(INK)


def _near(tick: float, points: Sequence[Point]) -> bool:
    rates = [point.cer for point in points]
    return min(rates) / 2 <= tick <= max(rates) * 2


def main() -> int:
    """Command line: see the module's docstring."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", type=Path, help="metrics.jsonl or .csv files, in the order they were run")
    parser.add_argument("--output", required=True, type=Path, help="the SVG")
    options = parser.parse_args()
    try:
        runs = [(read_history if path.suffix == ".csv" else read_metrics)(path) for path in options.files]
        picture = draw(chain(runs))
        prepare(options.output.parent)
        write(options.output, picture)
    except OSError as error:
        print(f"Cannot read {error.filename}: {error.strerror}.", file=sys.stderr)
        return 1
    except (ValueError, HyocrError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
