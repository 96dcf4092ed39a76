"""Draws the held-out sets that numbers on drawn text are measured on.

    python -m training.synth heldout --output runs/held_out

`lines` (single lines), `read` (regions of two to four lines), `spotting` (the same kind, with a box for each line),
`line_keys` and `line_evidence` (single lines of labelled values, one of which is asked for) are drawn by rules alone.
The other sets are documents, one folder per task, each image with one question in English: `SETS` says of which types.
`fields_renamed`, `keys_renamed` and `questions_reworded` ask in names and questions that training never uses
(`training.synth.reworded`), the first two the same documents as `fields` and `keys` that have such a name.
Every set has images and a `manifest.jsonl` that `eval.benchmarks.synth_*` read.

Fonts are of families, words of a vocabulary and texts of documents that training never draws (see `fonts.held_out`,
`text.is_held_out_word`, `words.files`); receipt words, and the rules for numbers, prices, codes and dates, are those
of training. The same seed, fonts and text folder give the same texts, and with the same versions of Pillow and of the
FreeType in it the same files.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Callable, Generator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from PIL import Image
from tqdm import tqdm

from hyocr import output
from training.synth import pairs
from training.synth.annotation import Document
from training.synth.engine import Engine, kinds
from training.synth.fonts import families
from training.synth.lines import Sample as Drawn
from training.synth.lines import draw_sample
from training.synth.pool import Failure, check_fonts, made
from training.synth.samples import Sample, encoded, samples
from training.synth.text import TextSource

SEED = 20261121
MOST_FAILURES = 100
"""After so many documents that cannot be made a set is given up."""
COUNTS = {"lines": 1000, "read": 200, "spotting": 200}
LINES = {"line_keys": "key", "line_evidence": "evidence"}
"""Sets of single lines of labelled values (`training.synth.pairs`), by the task that asks them."""
LINES_SIZE = 400


class Set(NamedTuple):
    """A set of documents: a file of `prompts/`, the task that asks it, the types it is asked of, how many images.

    `ask` names the function of `training.synth.reworded` that asks in place of the task.
    """

    prompt: str
    task: str
    types: tuple[str, ...]
    size: int = 100
    ask: str = ""


_PAGES = ("articles", "books", "forms", "invoices", "letters", "papers", "receipts", "slides")
_ALL = (*_PAGES, "cards", "screenshots", "signs", "tables")
_NAMED = ("cards", "forms", "invoices", "letters", "receipts")
_TRANSLATED = ("articles", "frames", "signs")
SETS = {
    "pages": Set("read", "read", _ALL),
    "pages_spotting": Set("spotting", "spotting", _ALL),
    "levels": Set("spotting_level", "spotting_level", _ALL),
    "points": Set("read_at", "read_at", _ALL, 400),
    "characters": Set("characters", "characters", _ALL, 200),
    "parse": Set("parse", "parse", _PAGES),
    "layout": Set("layout", "layout", _PAGES),
    "tables": Set("table", "table", ("tables", "papers")),
    "formulas": Set("formula", "formula", ("formulas", "papers")),
    "charts": Set("chart", "chart", ("charts",)),
    "flowcharts": Set("chart", "chart", ("flowcharts",)),
    "fields": Set("fields", "fields", _NAMED),
    "keys": Set("key", "fields", _NAMED),
    "questions": Set("ask", "ask", (*_ALL, "charts", "flowcharts"), 200),
    "evidence": Set("evidence", "ask", (*_ALL, "charts", "flowcharts"), 200),
    "fields_renamed": Set("fields", "fields", _NAMED, ask="renamed_fields"),
    "keys_renamed": Set("key", "fields", _NAMED, ask="renamed_key"),
    "questions_reworded": Set("ask", "fields", _NAMED, ask="reworded_question"),
    "subtitles": Set("subtitles", "subtitles", ("frames",)),
    "translate_en": Set("translate_en", "translate", _TRANSLATED),
    "translate_zh": Set("translate_zh", "translate", _TRANSLATED),
    "quality": Set("quality", "quality", _ALL, 200),
    "defects": Set("defects", "defects", _ALL, 200),
}


def draw(name: str, seed: int, index: int, fonts: dict[str, list[str]], source: TextSource) -> Drawn:
    """Image `index` of a set drawn by rules; each has a random state of its own, whatever is drawn before it."""
    if name == "lines":  # seeded as ever, so that numbers measured on them stay comparable
        rng = random.Random(f"{seed}/{index}")
        return draw_sample(rng, fonts, source, length=rng.randint(3, 40))
    rng = random.Random(f"{seed}/{name}/{index}")
    while True:
        sample = draw_sample(rng, fonts, source, length=rng.randint(3, 30), rows=rng.randint(2, 4))
        if len(sample.quads) > 1:  # a line that the font has no character of is left out
            return sample


def row(name: str, image: str, sample: Drawn) -> dict[str, Any]:
    """Its entry. Boxes are x1, y1, x2, y2 in pixels: upright, around a line's corners, cut at the edges."""
    if name != "spotting":
        return {"image": image, "text": sample.text}
    width, height = sample.image.size
    lines = []
    for text, quad in zip(sample.text.split("\n"), sample.quads, strict=True):
        corners = quad.clip(0, (width, height))
        box = [round(float(side), 1) for side in (*corners.min(0), *corners.max(0))]
        lines.append({"text": text, "box": box})
    return {"image": image, "width": width, "height": height, "lines": lines}


def write(folder: Path, name: str, count: int, seed: int, fonts: dict[str, list[str]]) -> int:
    """Draws a set by rules into its folder; returns how many images there are."""
    source = TextSource(testing=True)
    drawn = (draw(name, seed, index, fonts, source) for index in range(count))
    return _write(folder, ((sample.image, partial(row, name, sample=sample)) for sample in drawn))


def write_lines(folder: Path, name: str, count: int, seed: int, fonts: dict[str, list[str]]) -> int:
    """Draws a set of LINES into its folder; returns how many images there are."""

    def drawn() -> Generator[tuple[Image.Image, Row], None, None]:
        for index in range(count):
            rng = random.Random(f"{seed}/{name}/{index}")
            sample = pairs.draw(rng, LINES[name], fonts, rng.randint(10, 40), "en")
            yield sample.image, partial(_question_row, sample)

    return _write(folder, drawn())


def write_documents(
    folder: Path, chosen: Set, count: int, seed: int, engine: Engine, workers: int
) -> tuple[int, list[Failure]]:
    """Draws a set of documents into its folder; returns how many images there are, and what could not be made."""
    failures: list[Failure] = []
    return _write(folder, _questions(chosen, count, seed, engine, workers, failures)), failures


Row = Callable[[str], dict[str, Any]]
Ask = Callable[[random.Random, Document], Sample | None]


def _questions(
    chosen: Set, count: int, seed: int, engine: Engine, workers: int, failures: list[Failure]
) -> Generator[tuple[Image.Image, Row], None, None]:
    """The first `count` questions: types take turns, and each document is asked one thing."""
    types = [type for type in chosen.types if type in kinds()]
    ids = (f"{type}/test/{seed}/{index}" for index in range(100 * count) for type in types)
    with closing(made(engine, ids, partial(one_sample, chosen=chosen), workers)) as results:
        for found in results:
            if isinstance(found, Failure):
                failures.append(found)
            elif found is not None:
                yield found.image, partial(_question_row, found)
                count -= 1
            if not count or len(failures) >= MOST_FAILURES:
                return


def one_sample(document: Document, chosen: Set) -> Sample | None:
    """One of the document's samples for the set, asked in English, if it has any."""
    if chosen.ask:
        from training.synth import reworded  # it needs training.sources, which needs SETS

        ask: Ask = getattr(reworded, chosen.ask)
        return ask(random.Random(f"{document.id}#reworded"), document)
    asked = [sample for sample in samples(document, [chosen.task], ("en",)) if sample.task == chosen.prompt]
    return random.Random(document.id).choice(asked) if asked else None


def _question_row(sample: Sample, image: str) -> dict[str, Any]:
    return {
        "image": image,
        "document": sample.document,
        "width": sample.image.width,
        "height": sample.image.height,
        "values": sample.values,
        "answer": sample.answer,
    }


def _write(folder: Path, found: Generator[tuple[Image.Image, Row], None, None]) -> int:
    """Images by number, and the manifest once they are all there; returns how many there are."""
    folder.mkdir(parents=True, exist_ok=True)
    manifest = folder / "manifest.jsonl"
    manifest.unlink(missing_ok=True)  # so that, interrupted, no old manifest stands beside new images
    rows = []
    with closing(found):
        for index, (image, row) in enumerate(found):
            name = f"{index:04d}.png"
            output.write(folder / name, encoded(image, "PNG"))
            rows.append(row(name))
    output.write(manifest, "".join(json.dumps(entry, ensure_ascii=False) + "\n" for entry in rows).encode())
    return len(rows)


def add_options(parser: argparse.ArgumentParser) -> None:
    """The command's own options."""
    parser.add_argument("--output", type=Path, default=Path("runs/held_out"))
    sets = [*COUNTS, *LINES, *SETS]
    parser.add_argument("--sets", nargs="+", choices=sets, default=sets, metavar="SET")
    parser.add_argument("--count", type=count, help="images per set instead of each set's own number")
    parser.add_argument("--workers", type=workers, default=0, help="processes; default: this one alone")
    parser.set_defaults(seed=SEED)


def run(engine: Engine, options: argparse.Namespace) -> int:
    """The fixed evaluation sets of every task, in fonts, words and texts that training never draws."""
    fonts = families(testing=True, folders=engine.folders)
    failures: list[Failure] = []
    if SETS.keys() & set(options.sets):
        check_fonts(engine, "test")
        engine.warm_up("test")
    for name in tqdm(options.sets, unit="set", file=sys.stderr):
        number = options.count or (SETS[name].size if name in SETS else COUNTS.get(name, LINES_SIZE))
        folder = options.output / name
        if name in COUNTS:
            written = write(folder, name, number, options.seed, fonts)
        elif name in LINES:
            written = write_lines(folder, name, number, options.seed, fonts)
        else:
            written, broken = write_documents(folder, SETS[name], number, options.seed, engine, options.workers)
            failures += broken
        print(f"{written} images in {folder}" + (f", {number} were asked for" if written < number else ""))
    for failure in failures:
        print(f"{failure.id}: {failure.reason}", file=sys.stderr)
    return 1 if failures else 0


def count(text: str) -> int:
    """A whole number from 1 up."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 1 up")
    return int(text)


def workers(text: str) -> int:
    """A whole number from 0 up."""
    return 0 if text == "0" else count(text)
