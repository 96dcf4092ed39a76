"""Fields of pages as answers of rows, for checkpoints that read line by line (`hyocr.extraction`).

Whoever labels a page writes down its fields, not where they stand. So the checkpoint reads the page's rows, and each
value is looked for in what it read, misreadings allowed for: in one row, or in a run of rows that it goes on over. Rows
without a field answer `{}`; of these as many are kept as there are others, chosen by seed. Rows that hold a value once
more are left out: they are neither right nor wrong.
"""

from __future__ import annotations

import io
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from PIL import Image
from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from hyocr import output
from hyocr.extraction import page_rows
from hyocr.tasks import fields
from training.finetune.images import look
from training.finetune.rows import Row

ENOUGH = 75.0
"""Per cent of a value that must be found in the rows it is said to stand on."""
MOST_ROWS = 6
"""Rows that a value may go on over."""
MARGIN = 5.0
"""Per cent that one place must be better than another to count as better."""


Read = Callable[[Sequence[Image.Image]], list[str]]
"""Reads line canvases."""


def spread(row: Row, reading: Read, folder: Path) -> Iterator[dict[str, Any]]:
    """The rows of a data file that a page of fields becomes, their canvases written to `folder` as PNG files."""
    canvases = [one.image for one in page_rows(look(row))]
    pieces = divided(reading(canvases), wanted(row.answer))
    for number in _kept(pieces, random.Random(row.number)):
        path = folder / f"{row.number:07d}_{number:03d}.png"
        output.write(path, _png(canvases[number]))
        answer = fields.written(pieces[number] or {})
        yield {"image": str(path.resolve()), "line": True, "prompt": row.prompt, "answer": answer, "group": row.group}


def wanted(answer: str) -> dict[str, str]:
    """The text fields of an answer; others (lists, objects) stand on no row."""
    found = fields.parse_object(answer) or {}
    return {name: value for name, value in found.items() if isinstance(value, str) and value.strip()}


def divided(texts: Sequence[str], values: Mapping[str, str]) -> list[dict[str, str] | None]:
    """What each row answers; None for a row that is left out.

    A value that stands on several rows is taken from the first of those that name the field ("TOTAL 9.00"), if any
    does.
    """
    answers: list[dict[str, str] | None] = [{} for _ in texts]
    for name, value in values.items():
        places = _places(texts, value)
        if not places:
            continue
        named = [place for place in places if _found(texts[place[0]], name) >= ENOUGH]
        chosen = (named or places)[0]
        for number, piece in zip(chosen, _cut([texts[i] for i in chosen], value), strict=True):
            answer = answers[number]
            if piece and answer is not None:
                answer[name] = piece
        for place in places:
            if place is not chosen and not answers[place[0]]:
                answers[place[0]] = None
    return answers


def _places(texts: Sequence[str], value: str) -> list[range]:
    """The rows, or else the run of rows, that the value is found on best; none where it is found nowhere."""
    found = [_found(text, value) for text in texts]
    best = max(found, default=0.0)
    run, fit = _run(texts, value)
    if run and fit > best + MARGIN:
        return [run]
    return [range(i, i + 1) for i, one in enumerate(found) if one >= max(ENOUGH, best - MARGIN)]


def _found(text: str, value: str) -> float:
    """How much of the value stands in the text, 0 to 100, case aside."""
    whole = fuzz.partial_ratio if len(text) >= len(value) else fuzz.ratio
    return float(whole(value.casefold(), text.casefold()))


def _run(texts: Sequence[str], value: str) -> tuple[range | None, float]:
    best: tuple[range | None, float] = (None, ENOUGH)
    for start in range(len(texts) - 1):
        for stop in range(start + 2, min(start + MOST_ROWS, len(texts)) + 1):
            joined = " ".join(texts[start:stop])
            if len(joined) > 1.5 * len(value):
                break
            fit = float(fuzz.ratio(value.casefold(), joined.casefold()))
            if fit > best[1]:
                best = (range(start, stop), fit)
    return best


def _cut(texts: Sequence[str], value: str) -> list[str]:
    """The value in as many pieces as there are rows, cut between words where their texts end."""
    joined = " ".join(texts)
    gaps = [0, *(i + 1 for i, letter in enumerate(value) if letter in " ,"), len(value)]
    edges, end = [0], -1
    for text in texts[:-1]:
        end += len(text) + 1
        edges.append(min(gaps, key=lambda gap: abs(gap - _there(joined, value, end))))
    edges.append(len(value))
    return [value[start:stop].strip() for start, stop in pairwise(edges)]


def _there(text: str, value: str, place: int) -> int:
    """Where in the value the letter at `place` of the text lies, the two aligned with the fewest edits."""
    for step in Levenshtein.opcodes(text.casefold(), value.casefold()):
        if step.src_start <= place < step.src_end:
            return min(step.dest_start + place - step.src_start, step.dest_end)
    return len(value)


def _kept(pieces: Sequence[dict[str, str] | None], rng: random.Random) -> list[int]:
    """The rows with a field, and as many of those without."""
    full = [i for i, answer in enumerate(pieces) if answer]
    empty = [i for i, answer in enumerate(pieces) if answer == {}]
    return sorted([*full, *rng.sample(empty, min(len(empty), max(1, len(full))))])


def _png(image: Image.Image) -> bytes:
    data = io.BytesIO()
    image.save(data, "PNG")
    return data.getvalue()
