"""Named fields of a page, row by row: for models that know single lines and no pages.

Every row of text is asked for the same fields, as one line canvas, and answers with those that stand on it: `{}` for
most rows. What the rows say is then put together into the page's fields, each with the boxes that it comes from.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from hyocr.canvas import HEIGHT, border_colour, canvas
from hyocr.document import Box, Line
from hyocr.engines.base import Budget, Generation, Request
from hyocr.lines import LineCrop, propose, rows
from hyocr.tasks import fields

GAP = HEIGHT
"""Pixels between a row's pieces, however far they stand apart on the page: as between words, not columns."""

LONGEST = 192
"""Most tokens of a row's answer."""


@dataclass(frozen=True)
class Row:
    """One row of a page's text: its canvas, and where it stands."""

    image: Image.Image
    box: Box


def page_rows(image: Image.Image) -> list[Row]:
    """The rows of a page's text, from top to bottom as they are read."""
    return [_row(group) for group in rows([crop for crop in propose(image) if crop.image.width and crop.image.height])]


def _row(group: Sequence[LineCrop]) -> Row:
    """A row's pieces side by side at one height."""
    scales = [HEIGHT / crop.image.height for crop in group]
    pieces = [
        crop.image.resize((max(1, round(crop.image.width * scale)), HEIGHT))
        for crop, scale in zip(group, scales, strict=True)
    ]
    width = sum(piece.width for piece in pieces) + GAP * (len(pieces) - 1)
    joined = Image.new("RGB", (width, HEIGHT), border_colour(np.asarray(pieces[0])))
    left = 0
    for piece in pieces:
        joined.paste(piece, (left, 0))
        left += piece.width + GAP
    boxes = [crop.box for crop in group]
    top, bottom = min(box.y1 for box in boxes), max(box.y2 for box in boxes)
    box = Box(min(box.x1 for box in boxes), top, max(box.x2 for box in boxes), bottom)
    return Row(canvas(joined if len(pieces) > 1 else group[0].image), box)


def requests(page: Sequence[Row], prompt: str, budget: Budget) -> list[Request]:
    """Asks every row."""
    return [Request(row.image, prompt, LONGEST, line_canvas=True, budget=budget) for row in page]


@dataclass(frozen=True)
class _Piece:
    row: int
    text: str
    confidence: tuple[float | None, float | None]

    @property
    def weight(self) -> float:
        return 0.5 if self.confidence[0] is None else self.confidence[0]


def together(
    page: Sequence[Row], answers: Sequence[Generation], names: Sequence[str]
) -> tuple[dict[str, str], list[Line]]:
    """A page's fields from its rows' answers, in the order of `names`, and the lines that they come from.

    Words that go on in the next row are one value, joined by a space; numbers and dates do not go on. Of a field's
    values the one is taken that the model is surest of: probabilities of answers, added up over the rows that give it.
    """
    pieces: dict[str, list[_Piece]] = defaultdict(list)
    for i, answer in enumerate(answers):
        for name, value in (fields.parse_object(answer.text) or {}).items():
            if name in names and isinstance(value, str) and value.strip():
                pieces[name].append(_Piece(i, " ".join(value.split()), answer.confidence()))
    values: dict[str, str] = {}
    lines: list[Line] = []
    for name in names:
        if pieces[name]:
            chosen = _surest(_runs(pieces[name]))
            values[name] = _text(chosen)
            lines += [Line(piece.text, page[piece.row].box, None, *piece.confidence) for piece in chosen]
    return values, lines


def _runs(pieces: Sequence[_Piece]) -> list[list[_Piece]]:
    """Pieces of consecutive rows that are one value."""
    runs: list[list[_Piece]] = []
    for piece in pieces:
        last = runs[-1][-1] if runs else None
        if last and piece.row == last.row + 1 and _wraps(last.text) and _wraps(piece.text) and piece.text != last.text:
            runs[-1].append(piece)
        else:
            runs.append([piece])
    return runs


def _wraps(text: str) -> bool:
    """Whether a text is words rather than a number or a date, which stand on one row."""
    return 2 * sum(letter.isalpha() for letter in text) > len(text.replace(" ", ""))


def _surest(runs: Sequence[list[_Piece]]) -> list[_Piece]:
    votes: dict[str, float] = defaultdict(float)
    for run in runs:
        votes[_text(run)] += sum(piece.weight for piece in run)
    return max(runs, key=lambda run: votes[_text(run)])  # of equal ones the first


def _text(run: Sequence[_Piece]) -> str:
    return " ".join(piece.text for piece in run)
