"""Whole real receipts: all their text, each line with its box, or their four key fields."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from eval.benchmarks.receipts_fields import KEYS
from eval.receipts_data import receipts
from hyocr import wording
from hyocr.lines import continues, reading_order
from training.example import Example, SampleError
from training.sources.crops import read_labels
from training.sources.pictures import Fit, read_image, reason, relit
from training.synth.annotation import Block, Document, Line, Points, Word
from training.synth.samples import spotted
from training.synth.tasks.fields import fenced

Box = tuple[int, int, int, int]

CUT_OFF, KEPT = 0.6, 4
"""At most this share of the blank margin is cut off on each side, and at least so many pixels are left."""

SCALES = (0.75, 1.1)
RESIZED = 0.5
"""Share of receipts that are drawn at another scale than their file's."""


@dataclass(frozen=True)
class LabelledReceipt:
    """A receipt's file, its lines in reading order, and its key fields as the truth has them (upper-cased)."""

    path: Path
    lines: list[tuple[str, Box]]
    fields: dict[str, str]


def labelled_receipts(folder: Path, labels: str = "") -> list[LabelledReceipt]:
    """The receipts of the train split; lines have their case from `labels` (see `crops.read_labels`) where it is known.

    A line without a label keeps its upper-cased text: it stands on the page, whatever its case.
    """
    pages = receipts(folder, "train")
    texts = iter(read_labels(labels, sum(len(page.lines()) for page in pages)))
    found = []
    for page in pages:
        lines = [(" ".join((next(texts) or text).split()), box) for text, box in page.lines()]
        order = reading_order(np.array([_strip(box) for _, box in lines]).reshape(-1, 5))
        found.append(LabelledReceipt(page.path, [lines[i] for i in order], page.fields))
    return found


def _strip(box: Box) -> tuple[float, float, float, float, float]:
    """As `hyocr.strips` has level lines."""
    x1, y1, x2, y2 = box
    return x1, x2, (y1 + y2) / 2, y2 - y1, 0


class Receipts:
    """One task ("read", "spotting" or "fields") of whole receipts."""

    def __init__(self, task: str, pages: Sequence[LabelledReceipt], languages: Sequence[str], fit: Fit) -> None:
        self.task, self.pages, self.languages, self.fit = task, pages, languages, fit
        self.answer = ANSWERS[task]

    def draw(self, rng: random.Random, width: int) -> Example:
        """A receipt. Raises SampleError for a file that cannot be read."""
        language = rng.choice(self.languages)
        document = photographed(rng, rng.choice(self.pages))
        values = {"keys": wording.listed(document.fields)} if self.task == "fields" else {}
        try:
            image = self.fit(document.image)
        except ValueError as error:
            raise SampleError(document.id, reason(error)) from error
        question = wording.prompt(self.task, language, **values)
        return Example(f"receipts/{self.task}", question, self.answer(document), image, asked=self.task)


def photographed(rng: random.Random, page: LabelledReceipt) -> Document:
    """The receipt with other margins, in another scale, light and focus; its lines as an annotated document."""
    image = read_image(page.path)
    left, top, right, bottom = _cuts(rng, image.size, [box for _, box in page.lines])
    image = image.crop((left, top, right, bottom))
    scale = rng.uniform(*SCALES) if rng.random() < RESIZED else 1.0
    if scale != 1:
        size = (max(1, round(scale * image.width)), max(1, round(scale * image.height)))
        image = image.resize(size, Image.Resampling.BICUBIC)
    quads = [_quad(box, (left, top), scale) for _, box in page.lines]
    lines = [Line((Word(text, quad[None]),), quad) for (text, _), quad in zip(page.lines, quads, strict=True)]
    return Document(
        id=str(page.path),
        kind="receipts",
        language="en",
        image=relit(rng, image),
        ink=np.zeros((0, 0), np.uint8),  # not known
        blocks=(Block("text", _in_rows(lines), "", np.zeros((0, 2), np.float32)),),
        fields={key: page.fields[key] for key in KEYS if page.fields.get(key, "").strip()},
        evidence={},
        questions=(),
        defects=(),
        profile="scan",
    )


def _cuts(rng: random.Random, size: tuple[int, int], boxes: Sequence[Box]) -> Box:
    """A random cut through the margins, text left whole; half of the time none."""
    if not boxes or rng.random() < 0.5:
        return 0, 0, *size
    corners = np.array(boxes)
    (x1, y1), (x2, y2) = corners[:, :2].min(0), corners[:, 2:].max(0)
    blank = (x1, y1, size[0] - x2, size[1] - y2)
    left, top, right, bottom = (int(rng.uniform(0, CUT_OFF) * max(0, side - KEPT)) for side in blank)
    return left, top, size[0] - right, size[1] - bottom


def _quad(box: Box, origin: tuple[int, int], scale: float) -> Points:
    x1, y1, x2, y2 = box
    corners = np.array([[x1, y1], [x2, y1], [x2, y2], [x1, y2]], np.float32)
    moved: Points = ((corners - np.array(origin)) * scale).astype(np.float32)
    return moved


def _in_rows(lines: Sequence[Line]) -> tuple[Line, ...]:
    """The lines with the rows that they are read in, as `hyocr.lines.rows` groups them in use."""
    found: list[Line] = []
    for line in lines:
        beside = found and continues(found[-1].quad.astype(np.float64), line.quad.astype(np.float64))
        found.append(Line(line.words, line.quad, found[-1].row + (not beside) if found else 0))
    return tuple(found)


def _read(document: Document) -> str:
    return "\n".join(document.rows)


def _spotting(document: Document) -> str:
    return "".join(spotted(line.text, line.box, document) for line in document.lines)


def _fields(document: Document) -> str:
    return fenced(document.fields)


ANSWERS: dict[str, Callable[[Document], str]] = {"read": _read, "spotting": _spotting, "fields": _fields}
