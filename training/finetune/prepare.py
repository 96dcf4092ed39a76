"""From a checked file to what is trained on: for checkpoints that read by lines, pages of fields become rows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tqdm import tqdm

from hyocr import output
from hyocr.engines.line_head import ONE_LOOK, LineHead
from hyocr.engines.transformers import TransformersEngine
from hyocr.errors import HyocrError
from hyocr.model.checkpoint import Prepared
from hyocr.reader import line_request
from hyocr.tasks import fields, read
from training.checkpoint import Weights
from training.finetune.check import check
from training.finetune.dataset import Rows
from training.finetune.rows import Row
from training.finetune.score import strategy
from training.finetune.spread import Read, spread


def for_lines(rows: Rows, folder: Path, prepared: Prepared, weights: Weights, characters: bool) -> Rows:
    """The rows themselves if the checkpoint can be trained on them as they are, else those that they become.

    The new file is written to `folder` once, whole or not at all. Raises HyocrError for a page of a task that is done
    line by line and whose answer does not say which line holds what.
    """
    tasks = {row.task: row.number for i in range(len(rows)) if strategy(prepared, row := rows[i]) == "lines"}
    if not tasks:
        return rows
    for task, number in tasks.items():
        if task != fields.NAME:
            raise HyocrError(
                f"line {number}: {prepared.name} reads line by line, and this row is a whole page to be read; "
                'give each line as a row with its "box" and "line": true, as `hyocr label` writes them.'
            )
    file, index = folder / "lines.jsonl", folder / "lines.index"
    if not file.exists():
        output.prepare(folder / "lines")
        with output.replacing(file, file.with_suffix(".part")) as lines:
            for one in _all(rows, prepared, _reading(prepared, weights), folder / "lines"):
                lines.write(json.dumps(one, ensure_ascii=False).encode() + b"\n")
    report = check(file, prepared, characters, index)
    if report.problems.count:
        raise HyocrError(f"{file}: {report.problems.first[0]}")
    return Rows(file, index)


def _all(rows: Rows, prepared: Prepared, reading: Read, folder: Path) -> Iterator[dict[str, Any]]:
    for i in tqdm(range(len(rows)), desc="finding fields on lines", unit=" rows", leave=False, disable=None):
        row = rows[i]
        if strategy(prepared, row) == "lines":
            yield from spread(row, reading, folder)
        else:
            yield as_given(row)


def as_given(row: Row) -> dict[str, Any]:
    """The row as a line of a data file, wherever that lies."""
    asked: dict[str, Any] = {"prompt": row.prompt}
    if row.task:
        asked = {"task": row.task, "values": dict(row.values), "language": row.language}
    given = {"image": str(row.image.resolve()), "line": row.line, "answer": row.answer, "group": row.group}
    return asked | given | ({"box": list(row.box)} if row.box else {})


def _reading(prepared: Prepared, weights: Weights) -> Read:
    """What reads lines: a single look of the CTC head is enough to find a value by, else the language model."""
    if prepared.line_reader == "ctc":
        head = LineHead(weights.model, weights.head)
        return lambda images: [
            answer.text for answer in head.read([line_request(i, read.prompt()) for i in images], ONE_LOOK)
        ]
    engine = TransformersEngine(str(prepared.folder), line_reader="language")
    return lambda images: [a.text for a in engine.generate([line_request(i, read.prompt()) for i in images])]
