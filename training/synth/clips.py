"""Short clips with subtitles: frames of one moving scene, and when each subtitle shows.

    write(clip(random.Random(1), Engine().world("test")), Path("clips/1"))

A written clip is what `eval.benchmarks.subtitles` loads.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from training.synth import effects
from training.synth.documents import _subtitles, frames
from training.synth.documents._backgrounds import background
from training.synth.engine import World, blend
from training.synth.sheet import Overflow, Sheet

LAST_ATTEMPT = 30


@dataclass(frozen=True)
class Cue:
    """A subtitle and when it shows, in milliseconds; the lines of `text` are apart by line ends."""

    start_ms: int
    end_ms: int
    text: str


@dataclass(frozen=True)
class Clip:
    """Frames at `rate` a second, from 0 ms on, and the subtitles shown in them."""

    frames: list[Image.Image]
    cues: list[Cue]
    rate: int

    def span(self, index: int) -> tuple[int, int]:
        """When a frame shows: first and last millisecond."""
        return 1000 * index // self.rate, 1000 * (index + 1) // self.rate - 1


def clip(rng: random.Random, world: World, frames: int = 24, rate: int = 8) -> Clip:
    """A new clip of `frames` images at `rate` a second; subtitles of half a second to two, some after a pause.

    Raises RuntimeError if no text fits in thirty attempts.
    """
    for _ in range(LAST_ATTEMPT):
        try:
            return _clip(rng, world, frames, rate)
        except Overflow as error:
            last = error
    raise RuntimeError(f"{LAST_ATTEMPT} clips in a row did not fit: {last}.")


def _clip(rng: random.Random, world: World, count: int, rate: int) -> Clip:
    first = frames.new_frame(rng, world)
    look, shown = _subtitles.choose_look(rng, world, first), rng.random() < 0.5
    edge = first.height * rng.uniform(0.025, 0.1)
    view = _View(rng, first, count)
    compression = rng.uniform(0.1, 0.8)
    images: list[Image.Image] = []
    cues: list[Cue] = []
    while len(images) < count:
        length = min(count - len(images), rng.randint(max(1, rate // 2), 2 * rate))
        silent = rng.random() < 0.3
        said = None if silent else _subtitles.speech(rng, world, first, look, shown)
        if said is not None:
            start, end = (1000 * at // rate for at in (len(images), len(images) + length))
            text = "\n".join(row for row, _ in _subtitles.rows(first, look, said))
            cues.append(Cue(start, end, text))
        for _ in range(length):
            sheet = Sheet(first.width, first.height, first.language, paper=False)
            sheet.picture(0, 0, view.at(len(images)))
            if said is not None:
                tall = _subtitles.height(_subtitles.rows(sheet, look, said))
                _subtitles.write(sheet, look, said, edge if look.place == "top" else sheet.height - edge - tall)
            flat = blend(np.asarray(sheet.colour), np.asarray(sheet.graphics), np.asarray(sheet.ink))
            images.append(Image.fromarray(effects.jpeg(rng, flat, compression, look.style.size)))
    return Clip(images, cues, rate)


class _View:
    """A window that moves steadily over a larger picture."""

    def __init__(self, rng: random.Random, sheet: Sheet, count: int) -> None:
        self.size, self.count = (sheet.width, sheet.height), max(1, count - 1)
        self.room = (round(0.15 * sheet.width), round(0.1 * sheet.height))
        self.picture = background(rng, sheet.width + self.room[0], sheet.height + self.room[1])
        self.start, self.end = ((rng.random(), rng.random()) for _ in range(2))

    def at(self, index: int) -> Image.Image:
        """What is seen in a frame."""
        along = index / self.count
        x, y = (round(room * (a + (b - a) * along)) for room, a, b in zip(self.room, self.start, self.end, strict=True))
        return self.picture.crop((x, y, x + self.size[0], y + self.size[1]))


def write(clip: Clip, folder: Path) -> None:
    """The frames, named by their spans, below `folder / "frames"`, and the truth as an SRT file named like the folder.

    Raises FileExistsError if there are frames already.
    """
    target = folder / "frames"
    if target.is_dir() and any(target.iterdir()):
        raise FileExistsError(f"There are frames at {target}; name a new folder.")
    target.mkdir(parents=True, exist_ok=True)
    for index, frame in enumerate(clip.frames):
        start, end = clip.span(index)
        frame.save(target / f"{_clock(start, '_', '_')}__{_clock(end, '_', '_')}.png")
    cues = (
        f"{number}\n0{_clock(cue.start_ms)} --> 0{_clock(cue.end_ms)}\n{cue.text}\n"
        for number, cue in enumerate(clip.cues, 1)
    )
    (folder / f"{folder.name}.srt").write_text("\n".join(cues), encoding="utf-8")


def _clock(milliseconds: int, between: str = ":", before: str = ",") -> str:
    seconds, rest = divmod(milliseconds, 1000)
    minutes, second = divmod(seconds, 60)
    return f"{minutes // 60}{between}{minutes % 60:02d}{between}{second:02d}{before}{rest:03d}"
