"""What is known of a rendered document: each character's place, and from it words, lines, blocks, fields and questions.

All points are (x, y) in pixels of the final image, after every warp. Words stand in the order in which they are read,
and nothing here says that reading goes to the right.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Points = NDArray[np.float32]
Bounds = tuple[float, float, float, float]
"""x1, y1, x2, y2."""

BLOCK_KINDS = (
    *("title", "section_title", "paragraph", "list", "caption", "footnote", "header", "footer", "table", "formula"),
    *("figure", "chart", "flowchart", "code", "field", "stamp", "subtitle", "text"),
)
"""Names are the published layout classes where there is one (HunyuanOCR 1.5); "text" is loose text of any kind."""


def bounds(points: Iterable[Points]) -> Bounds:
    """The upright box around point arrays (n, 2)."""
    together = np.concatenate(list(points))
    (x1, y1), (x2, y2) = together.min(0), together.max(0)
    return float(x1), float(y1), float(x2), float(y2)


@dataclass(frozen=True, eq=False)
class Word:
    """A run without spaces. `characters` (n, 4, 2) are their ink boxes' corners, clockwise from the top left.

    A formula is one word, `$LaTeX$`, with the corners of its slices instead.
    """

    text: str
    characters: Points
    formula: bool = False

    @cached_property
    def box(self) -> Bounds:
        """Around all ink."""
        return bounds([self.characters.reshape(-1, 2)])


@dataclass(frozen=True, eq=False)
class Line:
    """Words beside each other. `quad` (4, 2) is the line's frame, clockwise from where the text's top left was set.

    Lines of one `row` >= 0 stand beside each other, as name and price on a receipt, and are read as one.
    """

    words: tuple[Word, ...]
    quad: Points
    row: int = -1

    @property
    def text(self) -> str:
        """The words with single spaces between them."""
        return " ".join(word.text for word in self.words)

    @cached_property
    def box(self) -> Bounds:
        """Around all ink."""
        return bounds(word.characters.reshape(-1, 2) for word in self.words)

    @cached_property
    def height(self) -> float:
        """Of the frame, along its own left edge."""
        return float(np.linalg.norm(self.quad[3] - self.quad[0]))


@dataclass(frozen=True, eq=False)
class Block:
    """Lines that belong together. `markup` is what parsing writes for the block, "" for what parsing leaves out.

    `region` (n, 2) outlines what is not text (a table's rules, a picture); empty for plain text.
    `translation` is the markup in another language, where there is one.
    """

    kind: str
    lines: tuple[Line, ...]
    markup: str
    region: Points
    translation: str = ""

    @cached_property
    def box(self) -> Bounds:
        """Around the region and all ink."""
        parts = [word.characters.reshape(-1, 2) for line in self.lines for word in line.words]
        return bounds([self.region, *parts] if len(self.region) else parts)


@dataclass(frozen=True)
class Question:
    """Something to ask of the document, in English and Chinese, with its answer and the lines that hold it."""

    en: str
    zh: str
    answer: str
    evidence: tuple[int, ...]


@dataclass(frozen=True)
class Defect:
    """What spoils an image: its type, how badly (0..1, 1 is barely legible), and where; None is everywhere."""

    type: str
    severity: float
    box: Bounds | None = None


@dataclass(frozen=True, eq=False)
class Document:
    """A rendered image (RGB) with all that is known of it. `ink` (h, w) is its text alone, in 0..255, undegraded.

    `fields` are strings, or lists of objects of strings (line items); `evidence` holds the lines that each field's
    value stands in, by the field's name. `target` is the language of the blocks' translations. Lines are counted in
    reading order.
    """

    id: str
    kind: str
    language: str
    image: Image.Image
    ink: NDArray[np.uint8]
    blocks: tuple[Block, ...]
    fields: dict[str, Any]
    evidence: dict[str, tuple[int, ...]]
    questions: tuple[Question, ...]
    defects: tuple[Defect, ...]
    profile: str
    target: str = ""

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """All lines in reading order."""
        return tuple(line for block in self.blocks for line in block.lines)

    @cached_property
    def rows(self) -> tuple[str, ...]:
        """The text as it is read: one string per line, lines of one row together."""
        rows: list[str] = []
        last = -1
        for line in self.lines:
            if line.row >= 0 and line.row == last:
                rows[-1] += " " + line.text
            else:
                rows.append(line.text)
            last = line.row
        return tuple(rows)

    @property
    def markup(self) -> str:
        """What parsing writes: Markdown with HTML tables and LaTeX, in reading order."""
        return "\n\n".join(block.markup for block in self.blocks if block.markup)
