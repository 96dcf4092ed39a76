"""Subtitles: frames of a film, each to be answered with the subtitle it shows, or nothing.

Protocol: edits pooled over all frames (runs of white space, line ends included, count as one space), and the share of
frames whose answer is right to the last character. A frame without a subtitle is right if the answer is empty, and
whatever is answered there counts as insertions; so pages are ranked by the second. Prompt: "subtitles".

Folder: the frames in `frames`, and the truth as
* `truth.jsonl`: `image` (within `frames`) and `text` per line; or
* one `.srt` file: a frame shows what is on screen in the middle of its span, which its name starts with as
  VideoSubFinder writes it, `H_MM_SS_mmm__H_MM_SS_mmm`.
For the test clip of RapidVideOCR the truth is PUBLISHED here: three subtitles in four frames.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from eval.benchmarks.base import Item, Number, ratio, rgb
from eval.benchmarks.files import checked, json_lines, text_file, unique
from eval.metrics.cer import character_errors
from eval.metrics.text import single_spaces
from eval.predictions import Prediction

NAME = "subtitles"
TASK = "subtitles"
FOLDER = "../shared/data/video"
LICENCE = "RapidVideOCR tests, Apache-2.0"
MAIN = "exact"
ERRORS = frozenset({"cer"})


class Cue(NamedTuple):
    """A subtitle and when it shows, in milliseconds."""

    start: int
    end: int
    text: str


PUBLISHED = (
    Cue(41, 416, "空间里面他绝对赢不了的"),
    Cue(458, 1166, "我进去帮他"),
    Cue(1583, 2541, "你们接着善后"),
)
"""What RapidVideOCR's README gives for its clip `2.mp4`; its tests expect the first and the last."""

PUBLISHED_SPANS = [(41, 415), (416, 1165), (1166, 1540), (1541, 2540)]
"""The frames of that clip, in milliseconds."""

_TIME = r"(\d+):(\d\d):(\d\d)[,.](\d{3})"
_TIMES = re.compile(rf"\s*{_TIME}\s*-->\s*{_TIME}")
_SPAN = re.compile(r"(\d+)_(\d\d)_(\d\d)_(\d{3})__(\d+)_(\d\d)_(\d\d)_(\d{3})")
_IMAGES = {".jpeg", ".jpg", ".png"}


def load(folder: Path) -> list[Item]:
    """The frames by name; the truth is the text on screen, "" where there is none."""
    frames = sorted(path for path in (folder / "frames").glob("*") if path.suffix.lower() in _IMAGES)
    if not frames:
        raise FileNotFoundError(f"There are no images at {folder / 'frames'}; name the folder that holds `frames`.")
    texts = _texts(folder, frames)
    items = [Item(path.stem, partial(rgb, path), texts[path.name], texts[path.name]) for path in frames]
    return unique(items, folder / "frames")


def _texts(folder: Path, frames: Sequence[Path]) -> dict[str, str]:
    """The text of every frame by its file's name."""
    path = folder / "truth.jsonl"
    if path.is_file():
        rows = [checked(row, {"image": str, "text": str}, where) for where, row in json_lines(path)]
        texts = {row["image"]: row["text"] for row in rows}
        if left := [frame.name for frame in frames if frame.name not in texts]:
            raise ValueError(f"{path} has no text for {left[0]}.")
        return texts
    spans = [_span(frame) for frame in frames]
    found = sorted(folder.glob("*.srt"))
    if len(found) > 1:
        raise ValueError(f"{folder} holds several .srt files; leave the one with the true subtitles.")
    if not found and spans != PUBLISHED_SPANS:
        raise FileNotFoundError(f"There is no truth at {folder}; it should hold truth.jsonl or an .srt file.")
    cues = list(parse_srt(found[0])) if found else PUBLISHED
    return {
        frame.name: "\n".join(cue.text for cue in cues if cue.start <= (start + end) / 2 < cue.end)
        for frame, (start, end) in zip(frames, spans, strict=True)
    }


def parse_srt(path: Path) -> Iterator[Cue]:
    """The cues of an SRT file. Raises ValueError naming the line that should be a cue's times."""
    lines = [line.strip() for line in text_file(path).splitlines()]
    i = 0
    while i < len(lines):
        if not lines[i]:
            i += 1
            continue
        i += lines[i].isdecimal()  # the cue's number
        times = _TIMES.match(lines[i]) if i < len(lines) else None
        if not times:
            raise ValueError(f'{path}, line {i + 1}: expected times like "00:00:01,000 --> 00:00:02,500".')
        first = i = i + 1
        while i < len(lines) and lines[i]:
            i += 1
        yield Cue(_milliseconds(times.groups()[:4]), _milliseconds(times.groups()[4:]), "\n".join(lines[first:i]))


def _span(frame: Path) -> tuple[int, int]:
    found = _SPAN.match(frame.name)
    if not found:
        raise ValueError(f"{frame}: the name of a frame starts with its span, such as 0_00_01_166__0_00_01_540.")
    return _milliseconds(found.groups()[:4]), _milliseconds(found.groups()[4:])


def _milliseconds(parts: Sequence[str]) -> int:
    hours, minutes, seconds, rest = map(int, parts)
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + rest


def measure(item: Item, prediction: Prediction) -> dict[str, float]:
    """Edits, characters, and whether the frame is right."""
    errors = character_errors(single_spaces(prediction.output), single_spaces(item.truth))
    right = prediction.answered and errors.edits == 0  # no answer is no empty answer
    return {"edits": errors.edits, "characters": errors.length, "exact": right, "frames": 1}


def scores(sums: Mapping[str, Number]) -> dict[str, Number]:
    """The character error rate, and the share of frames without an error."""
    return {"cer": ratio(sums["edits"], sums["characters"], math.nan), "exact": ratio(sums["exact"], sums["frames"])}
