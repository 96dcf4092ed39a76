"""What was read of a page as rows of fine-tuning data: one for each line, or one for the page."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any

from hyocr.document import Box, PageResult
from hyocr.errors import HyocrError
from hyocr.job import Job
from hyocr.reader import prompt_for
from hyocr.tasks import TASKS, fields, spotting

Row = dict[str, Any]

PLAIN = ("read", "ask")
"""Tasks whose text is what the model wrote; of others but `fields` that is the raw output, with its tags."""


def check(job: Job) -> None:
    """Raises HyocrError for what cannot be labelled, before a model is loaded for it."""
    known = ", ".join(name for name in TASKS if name != spotting.NAME)
    if job.task == spotting.NAME:
        raise HyocrError(f"Boxes cannot be corrected by hand here; choose one of {known} (read also finds the lines).")
    if job.task not in TASKS:
        raise HyocrError(f'There is no task "{job.task}"; choose one of {known}.')
    prompt_for(job.task, job.language, job.question)


def line_rows(job: Job, result: PageResult, boxes: Sequence[Box], image: str, group: str) -> list[Row]:
    """One row for each of the lines found, those too of which nothing was read: a hand may fill them."""
    read = {line.box: line for line in result.lines}
    rows = []
    for box in boxes:
        line = read.get(box)
        about = {"image": image, "box": whole(box, result.width, result.height), "line": True}
        rows.append(_row(job, about, line.text if line else "", line.confidence if line else None, group))
    return rows


def page_row(job: Job, result: PageResult, image: str, group: str) -> Row:
    """The row of a whole page."""
    if job.task == fields.NAME:
        answer: str | dict[str, str] = field_values(result.text, fields.names(job.question or ""))
    else:
        answer = result.text if job.task in PLAIN else result.raw.strip()
    return _row(job, {"image": image}, answer, result.confidence, group)


def whole(box: Box, width: int, height: int) -> list[int]:
    """The pixels that a box touches, x1, y1, x2, y2, at least one each way: what `hyocr.lines` cuts out."""
    left, top = max(0, min(int(box.x1), width - 1)), max(0, min(int(box.y1), height - 1))
    right, bottom = min(width, math.ceil(box.x2)), min(height, math.ceil(box.y2))
    return [left, top, max(left + 1, right), max(top + 1, bottom)]


def field_values(text: str, keys: Sequence[str]) -> dict[str, str]:
    """The values of `keys` that a JSON object gives, as text; those that are missing, null or empty are left out."""
    found = json.loads(text) if text else {}
    values = {}
    for key in keys:
        value = found.get(key)
        if value not in (None, ""):
            values[key] = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return values


def _row(job: Job, about: Row, answer: str | dict[str, str], confidence: float | None, group: str) -> Row:
    row = {**about, "task": job.task}
    if job.task == fields.NAME:
        row["values"] = {"keys": fields.names(job.question or "")}
    elif job.question is not None:
        row["values"] = {"question": job.question}
    if job.language != "en":
        row["language"] = job.language
    return {**row, "answer": answer, "confidence": None if confidence is None else round(confidence, 4), "group": group}
