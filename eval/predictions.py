"""Predictions: one JSON object per page in `predictions.jsonl`, ours or anybody's.

`id` and `output` are required. `output` is what the system answered: plain text, Markdown, JSON or spotting markup, as
the benchmark's task asks. `lines` (text, box in pixels, confidence) is there where a system gives boxes apart from its
text. The rest tells how the answer came about: `raw` (the model's untouched output, where it differs), `seconds`,
`tokens`, `finish_reason`, `confidence` (0..1), `status` and `error`.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hyocr.document import Box, Line

FAILED, MISSING = "failed", "missing"
"""Status of a page that gave an error, and of one that the file has no row for."""


class PredictionError(Exception):
    """A predictions file that cannot be scored; the message is a sentence with the line's number."""


@dataclass(frozen=True)
class Prediction:
    """One page's answer; see the module."""

    id: str
    output: str
    lines: Sequence[Line] = ()
    raw: str | None = None
    seconds: float | None = None
    tokens: int | None = None
    finish_reason: str | None = None
    confidence: float | None = None
    status: str = "ok"
    error: str | None = None

    @property
    def answered(self) -> bool:
        """Whether there is an answer, be it empty: a page that failed or was never asked has none."""
        return self.status not in (FAILED, MISSING)

    def to_json(self) -> str:
        """One line of predictions.jsonl, without what is unknown."""
        row: dict[str, Any] = {
            item.name: getattr(self, item.name) for item in dataclasses.fields(self) if item.name != "lines"
        }
        row = {name: value for name, value in row.items() if value is not None}
        if self.lines:
            row["lines"] = [_line_row(line) for line in self.lines]
        return json.dumps(row, ensure_ascii=False)


def _line_row(line: Line) -> dict[str, Any]:
    row: dict[str, Any] = {"text": line.text}
    if line.box:
        row["box"] = [round(side, 1) for side in (line.box.x1, line.box.y1, line.box.x2, line.box.y2)]
    if line.polygon:
        row["polygon"] = [[round(x, 1), round(y, 1)] for x, y in line.polygon]
    if line.confidence is not None:
        row["confidence"] = round(line.confidence, 4)
    return row


@dataclass
class _Row:
    """Reads one line's members and says which is wrong."""

    values: dict[str, Any]
    where: str = field(default="")

    def take(self, name: str, *kinds: type) -> Any:
        value = self.values.get(name)
        if value is not None and (not isinstance(value, kinds) or isinstance(value, bool)):
            raise PredictionError(f'{self.where}: "{name}" should be {" or ".join(kind.__name__ for kind in kinds)}.')
        return value


def read_predictions(path: Path, ids: Collection[str] | None = None) -> dict[str, Prediction]:
    """All rows by id. Raises PredictionError for anything that is not a prediction, for an id that comes twice, and
    for one that is not among `ids` where those are given."""
    predictions: dict[str, Prediction] = {}
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PredictionError(f"{path} cannot be read: {error}.") from error
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            prediction = _parse(line, f"{path}, line {number}")
            if ids is not None and prediction.id not in ids:
                raise PredictionError(f'{path}, line {number}: the benchmark has no page "{prediction.id}".')
            if prediction.id in predictions:
                raise PredictionError(f'{path}, line {number}: page "{prediction.id}" comes a second time.')
            predictions[prediction.id] = prediction
    return predictions


def _parse(line: str, where: str) -> Prediction:
    try:
        values = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise PredictionError(f"{where}: this is not JSON ({error}).") from error
    if (
        not isinstance(values, dict)
        or not isinstance(values.get("id"), str)
        or not isinstance(values.get("output"), str)
    ):
        raise PredictionError(f'{where}: a prediction is an object with the strings "id" and "output".')
    row = _Row(values, where)
    confidence = row.take("confidence", int, float)
    if confidence is not None and not 0 <= confidence <= 1:
        raise PredictionError(f'{where}: "confidence" should be from 0 to 1.')
    return Prediction(
        id=values["id"],
        output=values["output"],
        lines=tuple(_line(item, where) for item in row.take("lines", list) or ()),
        raw=row.take("raw", str),
        seconds=row.take("seconds", int, float),
        tokens=row.take("tokens", int),
        finish_reason=row.take("finish_reason", str),
        confidence=confidence,
        status=row.take("status", str) or "ok",
        error=row.take("error", str),
    )


def _line(value: Any, where: str) -> Line:
    row = _Row(value if isinstance(value, dict) else {}, where)
    text, box, polygon = row.take("text", str), row.take("box", list), row.take("polygon", list)
    try:
        return Line(
            text=str(text or ""),
            box=Box(*map(float, box)) if box else None,
            polygon=tuple((float(x), float(y)) for x, y in polygon) if polygon else None,
            confidence=row.take("confidence", int, float),
        )
    except (TypeError, ValueError) as error:
        raise PredictionError(f'{where}: each of "lines" has a "text" and a "box" of four numbers.') from error
