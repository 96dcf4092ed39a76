"""Contact sheets to look at: documents with their boxes, or a task's questions and answers.

    python -m training.synth preview --task receipts --n 16
    python -m training.synth preview --task read_at --n 16
    python -m training.synth preview --task receipts --n 10 --beside ../shared/data/receipts

Lines are outlined in blue, blocks in red; of a task's samples whatever the answer has boxes for, and the point asked.
"""

from __future__ import annotations

import random
import textwrap
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from PIL import Image, ImageDraw

from eval.benchmarks.base import rgb
from eval.benchmarks.layout_blocks import layout_blocks
from eval.receipts_data import receipts
from hyocr.document import Line
from hyocr.engines.base import Generation
from hyocr.tasks import spotting
from training.synth.annotation import Bounds, Document
from training.synth.engine import Engine, kinds
from training.synth.fonts import load
from training.synth.samples import Sample, sample_task, task_names

CELL = 380
_TEXT_ROWS, _TEXT_SIZE, _TEXT_COLUMNS = 7, 11, 62
_BLUE, _RED, _GREEN = (40, 90, 230), (220, 50, 40), (20, 140, 60)


def preview(engine: Engine, name: str, count: int, seed: int, split: str = "train", columns: int = 4) -> Image.Image:
    """A contact sheet of a document type or a task. Raises ValueError for a name that is neither."""
    file = _font(engine, split)
    if name in kinds():
        cells = [_document_cell(engine.document(f"{name}/{split}/{seed}/{i}"), file) for i in range(count)]
    elif name in task_names():
        found = _samples(engine, name, seed, split)
        cells = [_sample_cell(sample, document, file) for document, sample in islice(found, count)]
        if not cells:
            raise ValueError(f"no document of the first ones has anything to ask for {name!r}: try another --seed")
    else:
        known = ", ".join([*kinds(), *task_names()])
        raise ValueError(f"There is neither a document type nor a task {name!r}; choose one of: {known}.")
    return _sheet(cells, columns)


def beside(engine: Engine, folder: Path, count: int, seed: int, columns: int = 5) -> Image.Image:
    """Real receipts of the dev split above, drawn ones of the "receipts" type below, without boxes."""
    file = _font(engine, "train")
    cells = [_cell(rgb(receipt.path), receipt.path.stem, "", file) for receipt in receipts(folder, "dev")[:count]]
    ids = [f"receipts/train/{seed}/{index}" for index in range(count)]
    cells += [_cell(engine.document(id).image, id, "", file) for id in ids]
    return _sheet(cells, columns)


def _font(engine: Engine, split: str) -> str:
    return engine.world(split).faces.pick(random.Random(0), "zh", "sans").files[0]


def _samples(engine: Engine, name: str, seed: int, split: str) -> Iterator[tuple[Document, Sample]]:
    """One sample per document, document types taking turns as long as they have any for the task."""
    module, left = sample_task(name), kinds()
    for index in range(10_000):
        if not left:
            return
        for kind in list(left):
            document = engine.document(f"{kind}/{split}/{seed}/{index}")
            rng = random.Random(f"{document.id}#{name}")
            found = module.samples(rng, document, rng.choice(("en", "zh")))
            if found:
                yield document, rng.choice(found)
            elif index > 2:
                left.remove(kind)


def _document_cell(document: Document, file: str) -> Image.Image:
    image = document.image.copy()
    pen = ImageDraw.Draw(image)
    width = max(1, max(image.size) // 500)
    for block in document.blocks:
        pen.rectangle(_grown(block.box, 3), outline=_RED, width=width)
    for line in document.lines:
        pen.rectangle(line.box, outline=_BLUE, width=width)
    wrong = ", ".join(f"{defect.type} {defect.severity:.1f}" for defect in document.defects)
    return _cell(image, f"{document.id} {document.language} {document.profile} {wrong}", "", file)


def _sample_cell(sample: Sample, document: Document, file: str) -> Image.Image:
    image = sample.image.copy()
    pen = ImageDraw.Draw(image)
    width = max(1, max(image.size) // 400)
    places = layout_blocks if sample.task == "layout" else _spotted
    for line in places(sample.answer, *image.size):
        if line.box:
            pen.rectangle((line.box.x1, line.box.y1, line.box.x2, line.box.y2), outline=_BLUE, width=width)
    if {"x", "y"} <= set(sample.values):
        x, y = (int(sample.values[axis]) / 1000 * side for axis, side in zip("xy", image.size, strict=True))
        size = 6 * width
        pen.ellipse((x - size, y - size, x + size, y + size), outline=_RED, width=2 * width)
    return _cell(image, f"{document.id}: {sample.prompt}", sample.answer, file)


def _spotted(answer: str, width: int, height: int) -> list[Line]:
    return spotting.parse(Generation(answer, "stop"), width, height).lines


def _cell(image: Image.Image, title: str, text: str, file: str) -> Image.Image:
    cell = Image.new("RGB", (CELL, CELL + (_TEXT_ROWS * (_TEXT_SIZE + 3) if text else 2 * (_TEXT_SIZE + 3))), "white")
    image.thumbnail((CELL - 4, CELL - 4), Image.Resampling.LANCZOS)
    cell.paste(image, ((CELL - image.width) // 2, 0))
    font, pen = load(file, _TEXT_SIZE), ImageDraw.Draw(cell)
    # Han characters are twice as wide as others: half as many columns are safe for any text.
    titles = _folded(title, 2)
    for i, row in enumerate(titles + (_folded(text, _TEXT_ROWS - 2) if text else [])):
        colour = _GREEN if i < len(titles) else (0, 0, 0)
        pen.text((3, CELL + i * (_TEXT_SIZE + 3)), row, font=font, fill=colour)
    return cell


def _folded(text: str, most: int) -> list[str]:
    wide = sum(ord(character) > 0x2E80 for character in text) > 0.3 * len(text)
    rows = [
        row for line in text.split("\n") for row in textwrap.wrap(line, _TEXT_COLUMNS // 2 if wide else _TEXT_COLUMNS)
    ]
    return [*rows[: most - 1], "…"] if len(rows) > most else rows


def _grown(box: Bounds, by: float) -> Bounds:
    return box[0] - by, box[1] - by, box[2] + by, box[3] + by


def _sheet(cells: Sequence[Image.Image], columns: int) -> Image.Image:
    columns = min(columns, len(cells))
    height = max(cell.height for cell in cells)
    sheet = Image.new("RGB", (columns * CELL, -(-len(cells) // columns) * height), "white")
    for i, cell in enumerate(cells):
        sheet.paste(cell, (i % columns * CELL, i // columns * height))
    return sheet
