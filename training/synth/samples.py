"""From a document to questions and answers: what one task asks of one image, in the words and formats of `prompts/`."""

from __future__ import annotations

import importlib
import io
import pkgutil
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from PIL import Image

from hyocr import wording
from hyocr.tasks.wire import SCALE
from training.synth import tasks
from training.synth.annotation import Block, Bounds, Document, Line, Points, Word

_WIDE = r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]"
# Chinese uses some Latin signs, which may begin or end its lines.
_RUNS_ON = re.compile(rf"{_WIDE}\n(?:{_WIDE}|[“”‘’—…·])|[“”‘’—…·]\n{_WIDE}")

NO_PASSAGES = frozenset({"table", "chart", "flowchart", "code", "formula"})
"""Kinds of block whose lines are no running text."""


@dataclass(frozen=True)
class Sample:
    """One question to one image and its answer. `task` is a file of `prompts/`, `values` what fills its placeholders.

    `document` is the id that the image can be made from again.
    """

    task: str
    document: str
    image: Image.Image
    answer: str
    values: dict[str, str] = field(default_factory=dict)
    language: str = "en"

    @property
    def prompt(self) -> str:
        """The question as it is sent with the image."""
        return wording.prompt(self.task, self.language, **self.values)


class SampleTask(Protocol):
    """A module of `training.synth.tasks`: samples of one task. `NAME` is the module's own name."""

    NAME: str

    def samples(self, rng: random.Random, document: Document, language: str) -> list[Sample]:
        """What can be asked of the document, in "en" or "zh"; nothing where it has nothing for the task."""
        ...


def task_names() -> list[str]:
    """The names of all tasks."""
    return sorted(module.name for module in pkgutil.iter_modules(tasks.__path__))


def sample_task(name: str) -> SampleTask:
    """The module of a task. Raises ValueError for an unknown one."""
    if name not in task_names():
        raise ValueError(f"There is no task {name!r}; choose one of: {', '.join(task_names())}.")
    module: SampleTask = importlib.import_module(f"{tasks.__name__}.{name}")
    return module


def samples(document: Document, names: Sequence[str], languages: Sequence[str] = wording.LANGUAGES) -> list[Sample]:
    """All samples of these tasks, each task in one of the languages; what is random follows from the document's id."""
    found: list[Sample] = []
    for name in names:
        rng = random.Random(f"{document.id}#{name}")
        found += sample_task(name).samples(rng, document, rng.choice(languages))
    return found


def grid(x: float, y: float, document: Document) -> tuple[int, int]:
    """Pixels as integers 0..1000 over the image's width and height."""
    width, height = document.image.size
    return tuple(min(SCALE, max(0, round(SCALE * value / side))) for value, side in ((x, width), (y, height)))  # type: ignore[return-value]


def corners(box: Bounds, document: Document) -> str:
    """A box as HunyuanOCR writes it: `(x1,y1),(x2,y2)`, integers 0..1000."""
    x1, y1 = grid(box[0], box[1], document)
    x2, y2 = grid(box[2], box[3], document)
    return f"({x1},{y1}),({x2},{y2})"


def spotted(text: str, box: Bounds, document: Document) -> str:
    """Text with its box in HunyuanOCR's markup."""
    return f"<ref>{text}</ref><quad>{corners(box, document)}</quad>"


def flowing(lines: Sequence[Line]) -> str:
    """Lines as one running text: with spaces between them, without where Chinese runs on."""
    text = ""
    for line in lines:
        runs_on = not text or _RUNS_ON.fullmatch(f"{text[-1]}\n{line.text[:1]}")
        text += line.text if runs_on else " " + line.text
    return text


def passages(document: Document) -> list[tuple[Block, str]]:
    """The blocks that are running text, each with its text on one line: no tables, charts or code."""
    return [(block, _running(block)) for block in document.blocks if block.lines and block.kind not in NO_PASSAGES]


def _running(block: Block) -> str:
    """As the markup has it where that is the same but for spaces: where Chinese meets Latin only the markup knows."""
    text = flowing(block.lines)
    return block.markup if block.markup.replace(" ", "") == text.replace(" ", "") else text


def evidence(document: Document, indices: Sequence[int]) -> list[str]:
    """Lines as they are read: neighbours of one row together, as name and price on a receipt."""
    found: list[str] = []
    last = -2
    for index in indices:
        line = document.lines[index]
        if index == last + 1 and line.row >= 0 and line.row == document.lines[last].row:
            found[-1] += " " + line.text
        else:
            found.append(line.text)
        last = index
    return found


def frame(words: Sequence[Word], along: Points) -> Points:
    """The rectangle (4, 2) around the words' ink whose sides lie along the frame `along` of their line."""
    points = np.concatenate([word.characters.reshape(-1, 2) for word in words])
    right = along[1] - along[0]
    right = right / max(float(np.linalg.norm(right)), 1e-6)
    axes = np.stack([right, np.array([-right[1], right[0]])])
    (low_x, low_y), (high_x, high_y) = (points @ axes.T).min(0), (points @ axes.T).max(0)
    turned = np.array([[low_x, low_y], [high_x, low_y], [high_x, high_y], [low_x, high_y]])
    result: Points = (turned @ axes).astype(np.float32)
    return result


def cropped(document: Document, block: Block, rng: random.Random) -> Image.Image:
    """A block and a margin of 1 to 4 % of the image's longer side, or less: other blocks are not let in.

    Where a turned page makes their boxes meet, some of another block may still be seen.
    """
    margin = rng.uniform(0.01, 0.04) * max(document.image.size)
    gaps = [_gap(block.box, other.box) for other in document.blocks if other is not block]
    margin = min([margin, *(max(2.0, gap - 2) for gap in gaps)])
    x1, y1, x2, y2 = block.box
    width, height = document.image.size
    return document.image.crop(
        (
            max(0, int(x1 - margin)),
            max(0, int(y1 - margin)),
            min(width, int(x2 + margin) + 1),
            min(height, int(y2 + margin) + 1),
        )
    )


def _gap(a: Bounds, b: Bounds) -> float:
    """How far a box can grow on all sides before it meets another; 0 and less where they meet."""
    return max(b[0] - a[2], a[0] - b[2], b[1] - a[3], a[1] - b[3])


def encoded(image: Image.Image, format: str, **options: Any) -> bytes:
    """An image file in memory."""
    data = io.BytesIO()
    image.save(data, format, **options)
    return data.getvalue()


def elements(rng: random.Random, document: Document, kind: str) -> list[tuple[Block, Image.Image]]:
    """Blocks of a kind, each with its picture: cut out of the document unless that is about this one alone."""
    found = [block for block in document.blocks if block.kind == kind and block.markup]
    alone = len(found) == 1 and document.kind == f"{kind}s"
    return [(block, document.image if alone else cropped(document, block, rng)) for block in found]
