"""Draws the held-out sets that the model card's numbers on drawn text are measured on.

    python -m training.synth.held_out --output runs/held_out

Makes `lines` (single lines), `read` (regions of two to four lines) and `spotting` (the same kind, with a box for each
line), each with images and a `manifest.jsonl` that `eval.benchmarks.synth_*` read. Fonts are of families, and the words
of prose and names of a vocabulary, that training never draws (see `fonts.held_out`, `text.is_held_out_word`); receipt
words, and the rules for numbers, prices, codes and dates, are those of training. The same seed and fonts give the same
texts, and with the same versions of Pillow and of the FreeType in it the same files.
"""

from __future__ import annotations

import argparse
import json
import random
from pathlib import Path
from typing import Any

from training.synth.fonts import FONT_FOLDERS, families
from training.synth.lines import Sample, draw_sample
from training.synth.text import TextSource

COUNTS = {"lines": 1000, "read": 200, "spotting": 200}
SEED = 20261121


def draw(name: str, seed: int, index: int, fonts: dict[str, list[str]], source: TextSource) -> Sample:
    """Image `index` of the set `name`; each has a random state of its own, whatever is drawn before it."""
    if name == "lines":  # seeded as ever, so that numbers measured on them stay comparable
        rng = random.Random(f"{seed}/{index}")
        return draw_sample(rng, fonts, source, length=rng.randint(3, 40))
    rng = random.Random(f"{seed}/{name}/{index}")
    while True:
        sample = draw_sample(rng, fonts, source, length=rng.randint(3, 30), rows=rng.randint(2, 4))
        if len(sample.quads) > 1:  # a line that the font has no character of is left out
            return sample


def row(name: str, image: str, sample: Sample) -> dict[str, Any]:
    """The manifest's entry. Boxes are x1, y1, x2, y2 in pixels: upright, around a line's corners, cut at the edges."""
    if name != "spotting":
        return {"image": image, "text": sample.text}
    width, height = sample.image.size
    lines = []
    for text, quad in zip(sample.text.split("\n"), sample.quads, strict=True):
        corners = quad.clip(0, (width, height))
        box = [round(float(side), 1) for side in (*corners.min(0), *corners.max(0))]
        lines.append({"text": text, "box": box})
    return {"image": image, "width": width, "height": height, "lines": lines}


def write(folder: Path, name: str, count: int, seed: int, fonts: dict[str, list[str]]) -> None:
    """Draws a set into its folder."""
    source = TextSource(testing=True)
    folder.mkdir(parents=True, exist_ok=True)
    rows = []
    for index in range(count):
        sample = draw(name, seed, index, fonts, source)
        image = f"{index:04d}.png"
        sample.image.save(folder / image)
        rows.append(row(name, image, sample))
    text = "".join(json.dumps(entry, ensure_ascii=False) + "\n" for entry in rows)
    (folder / "manifest.jsonl").write_text(text, encoding="utf-8")


def main() -> None:
    """Command line: see the module's docstring."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", type=Path, default=Path("runs/held_out"))
    for name, count in COUNTS.items():
        parser.add_argument(f"--{name}", type=_count, default=count, metavar="COUNT", help=f"default: {count}")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--fonts", type=Path, help="folder of .ttf files instead of the installed ones")
    options = parser.parse_args()
    try:
        fonts = families(testing=True, folders=(options.fonts,) if options.fonts else FONT_FOLDERS)
    except FileNotFoundError as error:
        parser.error(str(error))
    for name in COUNTS:
        count = getattr(options, name)
        write(options.output / name, name, count, options.seed, fonts)
        print(f"{count} images in {options.output / name}")
    print(f"{len(fonts)} held-out font families")


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 1 up")
    return int(text)


if __name__ == "__main__":
    main()
