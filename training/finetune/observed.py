"""Rows about pages as rows about their text, for checkpoints that answer from what they read.

Each page is read once, by the checkpoint's own reader as in use, and laid out as text. The answers are then taught as
they were read (`training.sources.as_read`): a value that was not read at all is left out of a page's fields.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from rapidfuzz import fuzz
from tqdm import tqdm

from hyocr import output
from hyocr.engines.transformers import TransformersEngine
from hyocr.engines.verbatim import NOT_THERE
from hyocr.errors import HyocrError
from hyocr.model.checkpoint import Prepared
from hyocr.observation import Observation, observe
from hyocr.reader import Reader
from hyocr.tasks import evidence, fields, key
from hyocr.tasks.parts import tagged
from hyocr.windows import windows
from training.finetune.check import check
from training.finetune.dataset import Rows
from training.finetune.images import identity, look
from training.finetune.prepare import as_given
from training.finetune.rows import Row
from training.sources.as_read import SHORT, as_read

_NUMBER = re.compile(r"\d+(\.\d+)?")
_ALONE = r"(?<![\d.,]){}(?![.,]?\d)"
"""A number that is no part of another."""

Labels = tuple[int, int]
"""How many values there are, and how many of them were read."""


def for_text(rows: Rows, folder: Path, prepared: Prepared, characters: bool) -> tuple[Rows, Labels]:
    """The rows of `observed.jsonl` in `folder`, each about the text of its page or a part of it, and their labels.

    What was read is kept in `readings.jsonl`, page by page, so that a run that was stopped goes on. Raises HyocrError
    for a page that cannot be read.
    """
    readings = read_pages(rows, folder / "readings.jsonl", prepared)
    file, index = folder / "observed.jsonl", folder / "observed.index"
    context = int(prepared.config.text_config.max_position_embeddings)
    labels = found = 0
    with output.replacing(file, file.with_suffix(".part")) as lines:
        for i in range(len(rows)):
            row = rows[i]
            text = readings[_key(row)]
            there, read = count_labels(row, text)
            labels, found = labels + there, found + read
            for one in about_text(row, text, context):
                lines.write(json.dumps(one, ensure_ascii=False).encode() + b"\n")
    if not file.stat().st_size:
        raise HyocrError("Nothing was read on any of the pages, so there is nothing to learn from.")
    report = check(file, prepared, characters, index)
    if report.problems.count:
        raise HyocrError(f"{file}: {report.problems.first[0]}")
    return Rows(file, index), (labels, found)


def read_pages(rows: Rows, file: Path, prepared: Prepared) -> dict[str, str]:
    """The text of every page that the rows ask about, by `_key`; what is not in `file` yet is read and added to it."""
    readings = _kept(file)
    left: dict[str, Row] = {}
    for i in range(len(rows)):
        row = rows[i]
        if _key(row) not in readings:
            left.setdefault(_key(row), row)
    if not left:
        return readings
    with closing(TransformersEngine(str(prepared.folder))) as engine, file.open("ab") as kept:
        reader = Reader(engine, "lines")
        for place, row in tqdm(left.items(), "reading pages", unit=" pages", leave=False, disable=None):
            [page] = reader.read(look(row)).pages
            if page.error and page.status == "failed":
                raise HyocrError(f"line {row.number}: {row.image} cannot be read: {page.error.message}")
            readings[place] = observe(page.lines).text
            kept.write(json.dumps([place, readings[place]], ensure_ascii=False).encode() + b"\n")
            kept.flush()
    return readings


def _kept(file: Path) -> dict[str, str]:
    """What was read before; half a line at the end, of a run that was killed, is cut off."""
    if not file.exists():
        return {}
    whole = file.read_bytes()
    whole = whole[: whole.rfind(b"\n") + 1]
    with file.open("r+b") as kept:
        kept.truncate(len(whole))
    return dict(map(json.loads, whole.splitlines()))


def _key(row: Row) -> str:
    """What tells a page, or a part of it, from others and from itself before a change of the file."""
    return json.dumps([identity(row.image), row.box])


def about_text(row: Row, page: str, context: int) -> Iterator[dict[str, Any]]:
    """The rows of a data file that a question about a page of this text becomes, one for each part as in use."""
    if not page.strip():
        return
    for part in windows(Observation(page, (), ()), row.prompt, context):
        yield as_given(row) | {"observed": part.text, "answer": answer_as_read(row, part.text, page)}


def count_labels(row: Row, page: str) -> Labels:
    """Of the values of fields; other answers need not stand on the page."""
    if row.task == key.NAME:
        wanted: Any = [row.answer] if row.answer != NOT_THERE else []
    else:
        wanted = fields.parse_object(row.answer) if row.answer.lstrip().startswith("{") else []
    return _leaves(wanted), _leaves(_read(wanted, page, page))


def answer_as_read(row: Row, part: str, page: str) -> str:
    """What to answer to the row from this part of a page's text.

    Values of fields that were not read are left out. Other answers, which need not stand on the page ("yes"), stay as
    they are; but where they stand on another part alone, this part does not have them.
    """
    found = fields.parse_object(row.answer) if row.answer.lstrip().startswith("{") else None
    if found is not None:
        return fields.written(_read(found, part, page) or {})
    if row.answer == NOT_THERE:
        return NOT_THERE
    if row.task == key.NAME:
        return _value(row.answer, part, page) or NOT_THERE
    if row.task == evidence.NAME:
        return _evidence(row.answer, part, page)
    return _free(row.answer, part, page)


def _free(answer: str, part: str, page: str) -> str:
    if len(answer) <= SHORT or as_read(answer, page) is None:  # a "no" stands in every "invoice no."
        return answer
    return _value(answer, part, page) or NOT_THERE


def _evidence(answer: str, part: str, page: str) -> str:
    parts = tagged(answer)
    lines = [_value(line, part, page) for line in answer[slice(*parts.observation)].split("\n")]
    rows = "\n".join(line for line in lines if line)
    concluded = _free(answer[slice(*parts.answer)], part, page)
    return f"<observation>{rows}</observation><answer>{concluded}</answer>"


def _read(value: Any, part: str, page: str) -> Any:
    """What was read of a value, a list or an object; None for nothing."""
    if isinstance(value, dict):
        read = {name: one for name, inner in value.items() if (one := _read(inner, part, page)) is not None}
        return read or None
    if isinstance(value, list):
        return [one for inner in value if (one := _read(inner, part, page)) is not None] or None
    return _value(value, part, page) if isinstance(value, str) else None


def _value(value: str, part: str, page: str) -> str | None:
    """The value as it was read on the page; None where that was not on this part."""
    if part != page and _fit(value, part) < _fit(value, page):
        return None
    read = as_read(value, page)
    return read and _with_zeros(read, page)


def _with_zeros(number: str, page: str) -> str:
    """48.70 for 48.7, as programs write numbers that end in zeros, where the page has the first alone."""
    if not _NUMBER.fullmatch(number) or re.search(_ALONE.format(re.escape(number)), page):
        return number
    zeros = "0+" if "." in number else r"\.0+"
    whole = re.search(_ALONE.format(re.escape(number) + zeros), page)
    return whole[0] if whole else number


def _fit(value: str, text: str) -> float:
    return float(fuzz.partial_ratio(*("".join(one.split()).casefold() for one in (value, text))))


def _leaves(value: Any) -> int:
    """How many strings with something in them there are in a value."""
    if isinstance(value, dict):
        return sum(map(_leaves, value.values()))
    if isinstance(value, list):
        return sum(map(_leaves, value))
    return int(isinstance(value, str) and bool(value.strip()))
