"""A page to look through what the policy of a GRPO run wrote.

    python -m training.rl.view runs/rl_lines
    python -m training.rl.view runs/rl_lines --groups 50

Reads the folder's `metrics.jsonl` and `completions.jsonl`, of a run that is over or still going, and writes
`completions.html` beside them: curves over the steps, then the latest groups of rollouts, newest step first. The page
works from disk and needs nothing but the folder's `images/`. Whatever a policy wrote is text: Jinja escapes it, and the
Content-Security-Policy allows our own script (by its SHA-256) and no address but images. The same files give the same
bytes.
"""

from __future__ import annotations

import argparse
import io
import json
import math
import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path, PurePosixPath
from statistics import fmean
from typing import Any, TypeVar
from urllib.parse import quote

import matplotlib
from jinja2 import Environment
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from eval.diff import Change, diff
from eval.report import page_environment, page_style
from hyocr.errors import HyocrError, InputError
from hyocr.output import write
from hyocr.policy import source_hash
from training.rl.completions import FILE as COMPLETIONS
from training.rl.completions import METRICS

PAGE = "completions.html"
GROUPS = 300
"""So many of the latest groups are shown."""
CHARACTERS = 2_000
"""At most so much of one text is shown and compared."""
WINDOW, POINTS = 10, 500
"""Logged values in a running mean, and most points of one curve."""
PANELS = {
    "reward": "reward",
    "mean of each reward": "rewards/(.+)/mean",
    "groups whose rewards are all alike, share": "frac_reward_zero_std",
    "completion length, tokens": "completions/mean_length",
    "entropy": "entropy",
}
"""Title of a panel, and a regular expression of its metrics: a group in it is what a curve is called."""
INK = "#767676"
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
"""Okabe and Ito's colours, told apart by the colour-blind."""

_TEMPLATES = Path(__file__).parent / "templates"
# What cannot be seen or be written as UTF-8: control characters become their pictures, half surrogate pairs U+FFFD.
_UNSEEN = (
    {code: 0x2400 + code for code in range(32) if chr(code) not in "\t\n"}
    | {0x7F: 0x2421}
    | dict.fromkeys(range(0xD800, 0xE000), 0xFFFD)
)

Row = dict[str, float | None]
Points = list[tuple[int, float]]
T = TypeVar("T")


@dataclass(frozen=True)
class Completion:
    """One rollout; a reward is None where its function had nothing to say. `advantages` has one entry per segment."""

    text: str
    finished: bool
    rewards: Row
    advantages: Row

    @property
    def reward(self) -> float | None:
        """The sum of its rewards (the run's weights are not in the file), None where there are none."""
        known = [value for value in self.rewards.values() if value is not None]
        return sum(known) if known else None


@dataclass(frozen=True)
class Group:
    """One prompt with its rollouts; `image` is a path relative to the run's folder."""

    step: int
    source: str
    task: str
    prompt: str
    answer: str
    image: str | None
    completions: Sequence[Completion] = field(repr=False)

    @property
    def reward(self) -> float | None:
        """The mean over its completions."""
        known = [completion.reward for completion in self.completions if completion.reward is not None]
        return fmean(known) if known else None

    @property
    def reward_names(self) -> list[str]:
        return list(dict.fromkeys(name for completion in self.completions for name in completion.rewards))

    @property
    def segments(self) -> list[str]:
        return list(dict.fromkeys(name for completion in self.completions for name in completion.advantages))

    @property
    def best_first(self) -> list[Completion]:
        return sorted(self.completions, key=lambda c: -math.inf if c.reward is None else c.reward, reverse=True)


def write_page(folder: Path, groups: int = GROUPS) -> Path:
    """Writes the page of a run's folder, all of it or nothing, with the latest `groups` groups.

    Raises InputError where there is no run or a line of it is broken, HyocrError where the page cannot be written.
    """
    if not any((folder / name).is_file() for name in (METRICS, COMPLETIONS)):
        raise InputError(f'"{folder}" is no folder of a GRPO run: it has neither {METRICS} nor {COMPLETIONS}.')
    rows, found = read_metrics(folder / METRICS), read_groups(folder / COMPLETIONS)
    shown = found[:groups]
    style = page_style(_TEMPLATES / "completions.css")
    script = (_TEMPLATES / "completions.js").read_text(encoding="utf-8")
    parts = (
        _environment()
        .get_template("completions.html.jinja")
        .generate(
            name=visible(folder.resolve().name),
            steps=len(rows),
            last=max(rows, default=0),
            curves=Markup(curves(rows)),
            window=WINDOW,
            groups=shown,
            left_out=len(found) - len(shown),
            address=lambda group: address(folder, group.image),
            style=Markup(style),
            script=Markup(script),
            policy="default-src 'none'; img-src 'self' file:; style-src 'unsafe-inline'; "
            f"script-src {source_hash(script)}; base-uri 'none'; form-action 'none'",
        )
    )
    write(folder / PAGE, "".join(parts).encode())
    return folder / PAGE


def read_metrics(path: Path) -> dict[int, Row]:
    """The numbers of every logged step, in order; empty where there is no file yet. Raises InputError.

    A step of a resumed run comes twice: what its last row says counts. Rows without a step are passed over.
    """
    rows: dict[int, Row] = {}
    for row in _read(path, _metrics):
        if row is not None:
            step, numbers = row
            rows[step] = rows.get(step, {}) | numbers
    return dict(sorted(rows.items()))


def read_groups(path: Path) -> list[Group]:
    """All groups, newest step first; empty where there is no file yet. Raises InputError.

    Of a question asked twice in one step, by a run that was resumed, the last answers count.
    """
    groups: dict[tuple[int | str | None, ...], Group] = {}
    for group in _read(path, _group):
        groups[group.step, group.source, group.task, group.prompt, group.answer, group.image] = group
    return sorted(groups.values(), key=lambda group: -group.step)


def visible(text: str) -> str:
    """The text with control characters as pictures (␀), but for tabs and line feeds."""
    return text.translate(_UNSEEN)


def address(folder: Path, image: str | None) -> str | None:
    """A group's picture as the page names it, None if it is not a file within the folder."""
    if not image or PurePosixPath(image).is_absolute() or ".." in PurePosixPath(image).parts:
        return None
    return quote(image) if os.path.isfile(folder / image) else None


def head(text: str) -> str:
    """At most CHARACTERS of it."""
    return text[:CHARACTERS]


def changes(truth: str, text: str) -> list[Change]:
    """How what is shown of a completion differs from what is shown of the truth."""
    return diff(head(truth), head(text))


def curves(rows: Mapping[int, Row]) -> str:
    """An SVG with a transparent ground of the metrics that have values, "" if none has any."""
    panels = _panels(rows)
    if not panels:
        return ""
    buffer = io.BytesIO()
    with matplotlib.rc_context(
        {
            "svg.fonttype": "none",
            "svg.hashsalt": "completions",
            "font.family": "sans-serif",
            "font.size": 9,
            "text.color": INK,
            "text.parse_math": False,  # a reward's name is no formula, whatever it holds
        }
    ):
        columns = min(len(panels), 3)
        rows_of_panels = math.ceil(len(panels) / columns)
        figure = Figure(figsize=(12, 2.6 * rows_of_panels), layout="constrained")
        places = list(figure.subplots(rows_of_panels, columns, squeeze=False).flat)
        for axes, (title, series) in zip(places, panels.items(), strict=False):
            _panel(axes, title, series)
        for axes in places[len(panels) :]:
            axes.remove()
        unsaid = dict.fromkeys(("Creator", "Date", "Format", "Type"))
        figure.savefig(buffer, format="svg", transparent=True, metadata=unsaid)
    svg = buffer.getvalue().decode()
    return svg[svg.index("<svg") :]


def _panels(rows: Mapping[int, Row]) -> dict[str, dict[str, Points]]:
    """Title -> name -> points, of metrics that have values."""
    names = sorted({name for row in rows.values() for name in row})
    panels: dict[str, dict[str, Points]] = {}
    for title, pattern in PANELS.items():
        for match in filter(None, (re.fullmatch(pattern, name) for name in names)):
            points = [(step, value) for step, row in rows.items() if (value := row.get(match[0])) is not None]
            if points:
                panels.setdefault(title, {})[match[match.lastindex or 0]] = points
    return panels


def running_mean(values: Sequence[float], window: int = WINDOW) -> list[float]:
    """Each value's mean with those before it, `window` in all."""
    return [fmean(values[max(end - window, 0) : end]) for end in range(1, len(values) + 1)]


def _panel(axes: Axes, title: str, series: Mapping[str, Points]) -> None:
    for colour, (name, points) in zip(cycle(COLOURS), series.items(), strict=False):
        steps, values = zip(*points, strict=True)
        some = slice(None, None, -math.ceil(len(points) / POINTS))  # from the end: the last is among them
        axes.plot(steps[some], values[some], ".", color=colour, alpha=0.25, markersize=4)
        axes.plot(steps[some], running_mean(values)[some], color=colour, linewidth=1.5, label=name)
    axes.set_title(title, color=INK, fontsize=9)
    if PANELS[title] not in series:  # its curves have names of their own
        axes.legend(frameon=False, fontsize=8)
    axes.tick_params(which="both", color=INK, labelcolor=INK)
    axes.grid(color=INK, alpha=0.25, linewidth=0.5)
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(INK)


def _read(path: Path, parse: Callable[[Any], T]) -> Iterator[T]:
    """Every line of a file that may be missing; a last line that was cut off is left out. Raises InputError."""
    if not path.is_file():
        return
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            try:
                row = json.loads(line)
            except (ValueError, RecursionError) as error:
                if not line.endswith(b"\n"):
                    return  # the run was killed, or is writing just now
                raise InputError(f'"{path}" is broken: line {number} is no JSON.') from error
            try:
                parsed = parse(row)
            except ValueError as error:
                raise InputError(f'"{path}" is broken: in line {number} {error}.') from error
            yield parsed


def _metrics(row: Any) -> tuple[int, Row] | None:
    row = _mapping(row, "the whole")
    if row.get("step") is None:
        return None
    return _step(row), {visible(name): _number(value) for name, value in row.items()}


def _group(row: Any) -> Group:
    row = _mapping(row, "the whole")
    completions = row.get("completions")
    if not isinstance(completions, list):
        raise ValueError('"completions" should be a list')
    image = row.get("image")
    if image is not None and not isinstance(image, str):
        raise ValueError('"image" should be a text')
    source, task, prompt, answer = (_text(row, name) for name in ("source", "task", "prompt", "answer"))
    return Group(_step(row), source, task, prompt, answer, image, [_completion(one) for one in completions])


def _completion(row: Any) -> Completion:
    row = _mapping(row, "a completion")
    rewards, advantages = (
        {visible(key): _number(value) for key, value in _mapping(row.get(name) or {}, f'"{name}"').items()}
        for name in ("rewards", "advantages")
    )
    return Completion(_text(row, "text"), row.get("finished") is not False, rewards, advantages)


def _mapping(value: Any, name: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError(f"{name} should be an object")
    return value


def _step(row: Mapping[str, Any]) -> int:
    step = row.get("step")
    if not isinstance(step, int):
        raise ValueError('"step" should be a whole number')
    return step


def _text(row: Mapping[str, Any], name: str) -> str:
    value = row.get(name)
    if value is not None and not isinstance(value, str):
        raise ValueError(f'"{name}" should be a text')
    return visible(value or "")


def _number(value: Any) -> float | None:
    """None for what is no number, or not a finite one."""
    return float(value) if isinstance(value, int | float) and abs(value) <= sys.float_info.max else None


def _environment() -> Environment:
    environment = page_environment(_TEMPLATES)
    environment.globals |= {"head": head, "visible": visible, "changes": changes, "characters": CHARACTERS}
    environment.filters |= {
        "number": lambda value: "–" if value is None else f"{value:.3f}",
        "signed": lambda value: "–" if value is None else f"{value:+.2f}",
    }
    return environment


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line: see the module's docstring."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="the run's folder")
    parser.add_argument(
        "--groups", type=int, default=GROUPS, help="how many of the latest groups to show (%(default)s)"
    )
    options = parser.parse_args(arguments)
    if options.groups < 0:
        parser.error("--groups should not be negative")
    try:
        print(write_page(options.folder, options.groups))
    except OSError as error:
        print(f'Cannot read "{error.filename}": {error.strerror}.', file=sys.stderr)
        return 1
    except HyocrError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
