"""Predictions: one JSON object per page in `predictions.jsonl`, ours or anybody's.

`id` and `output` are required. `output` is what the system answered: plain text, Markdown, JSON or spotting markup, as
the benchmark's task asks. `lines` (text, box in pixels, confidence) is there where a system gives boxes apart from its
text, `fields` (name, value, whether it was found on the page, boxes in pixels, confidence) where it says where values
stand and how sure it is of each. The rest tells how the answer came about: `raw` (the model's untouched output, where
it differs), `seconds`, `tokens`, `finish_reason`, `confidence` (0..1), `status` and `error`.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hyocr.document import Box, Field, Line

FAILED, MISSING = "failed", "missing"
"""Status of a page that gave an error, and of one that the file has no row for."""
STATUSES = ("ok", "partial", FAILED)


class PredictionError(ValueError):
    """A predictions file that cannot be scored; the message is a sentence with the line's number."""


@dataclass(frozen=True)
class Prediction:
    """One page's answer; see the module."""

    id: str
    output: str
    lines: Sequence[Line] = ()
    fields: Sequence[Field] = ()
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
        names = [item.name for item in dataclasses.fields(self) if item.name not in ("lines", "fields")]
        row: dict[str, Any] = {name: value for name in names if (value := getattr(self, name)) is not None}
        if self.lines:
            row["lines"] = [_line_row(line) for line in self.lines]
        if self.fields:
            row["fields"] = [_field_row(field) for field in self.fields]
        return json.dumps(row, ensure_ascii=False)


def _line_row(line: Line) -> dict[str, Any]:
    row: dict[str, Any] = {"text": line.text}
    if line.box:
        row["box"] = _sides(line.box)
    if line.polygon:
        row["polygon"] = [[round(x, 1), round(y, 1)] for x, y in line.polygon]
    if line.confidence is not None:
        row["confidence"] = round(line.confidence, 4)
    return row


def _field_row(field: Field) -> dict[str, Any]:
    row: dict[str, Any] = {"name": field.name, "value": field.value, "found": field.found}
    if field.boxes:
        row["boxes"] = [_sides(box) for box in field.boxes]
    if field.confidence is not None:
        row["confidence"] = round(field.confidence, 4)
    return row


def _sides(box: Box) -> list[float]:
    return [round(side, 1) for side in (box.x1, box.y1, box.x2, box.y2)]


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
        row = json.loads(line, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise PredictionError(f"{where}: this is not JSON ({error}).") from error
    if not isinstance(row, dict) or not all(isinstance(row.get(name), str) for name in ("id", "output")):
        raise PredictionError(f'{where}: a prediction is an object with the strings "id" and "output".')
    lines, fields = row.get("lines") or [], row.get("fields") or []
    for name, given in (("lines", lines), ("fields", fields)):
        if not isinstance(given, list):
            raise PredictionError(f'{where}: "{name}" should be a list.')
    if row.get("status", "ok") not in STATUSES:
        raise PredictionError(f'{where}: "status" should be one of {", ".join(STATUSES)}.')
    tokens = _number(row, "tokens", where)
    return Prediction(
        id=row["id"],
        output=row["output"],
        lines=tuple(_line(item, where) for item in lines),
        fields=tuple(_field(item, where) for item in fields),
        raw=_text(row, "raw", where),
        seconds=_number(row, "seconds", where),
        tokens=None if tokens is None else int(tokens),
        finish_reason=_text(row, "finish_reason", where),
        confidence=_number(row, "confidence", where, most=1),
        status=row.get("status", "ok"),
        error=_text(row, "error", where),
    )


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no number of JSON")


def _text(row: dict[str, Any], name: str, where: str) -> str | None:
    value = row.get(name)
    if value is not None and not isinstance(value, str):
        raise PredictionError(f'{where}: "{name}" should be a string.')
    return value


def _number(row: dict[str, Any], name: str, where: str, most: float = 1e9) -> float | None:
    value = row.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
        raise PredictionError(f'{where}: "{name}" should be a number from 0 to {most:g}.')
    return float(value)


def _line(row: Any, where: str) -> Line:
    """A line with a text and a place; what is written about its place has to be one."""
    if not isinstance(row, dict) or not isinstance(row.get("text"), str):
        raise PredictionError(f'{where}: each of "lines" is an object with a "text" that is a string.')
    box, polygon = row.get("box"), row.get("polygon")
    if not (box or polygon) or (box and not _box(box)) or (polygon and not _polygon(polygon)):
        raise PredictionError(
            f'{where}: each of "lines" has a "box" [x1, y1, x2, y2] with x1 <= x2 and y1 <= y2, or a "polygon" '
            "[[x, y], ...] of four corners, in pixels."
        )
    return Line(
        text=row["text"],
        box=Box(*map(float, box)) if box else None,
        polygon=tuple((float(x), float(y)) for x, y in polygon) if polygon else None,
        confidence=_number(row, "confidence", where, most=1),
    )


def _field(row: Any, where: str) -> Field:
    """A value with a name; what is written about its places has to be some."""
    if not isinstance(row, dict) or not all(isinstance(row.get(name), str) for name in ("name", "value")):
        raise PredictionError(f'{where}: each of "fields" is an object with the strings "name" and "value".')
    boxes = row.get("boxes") or []
    if not isinstance(boxes, list) or not all(map(_box, boxes)):
        raise PredictionError(f'{where}: the "boxes" of a field are a list of [x1, y1, x2, y2] in pixels.')
    return Field(
        name=row["name"],
        value=row["value"],
        found=bool(row.get("found", boxes)),
        boxes=[Box(*map(float, box)) for box in boxes],
        confidence=_number(row, "confidence", where, most=1),
    )


def _numbers(values: Any, count: int) -> bool:
    """Whether this is a list of so many coordinates; no image is a million pixels wide."""
    if not isinstance(values, list) or len(values) != count:
        return False
    return all(isinstance(v, int | float) and not isinstance(v, bool) and -1e6 < v < 1e6 for v in values)


def _box(values: Any) -> bool:
    return _numbers(values, 4) and values[0] <= values[2] and values[1] <= values[3]


def _polygon(corners: Any) -> bool:
    return isinstance(corners, list) and len(corners) == 4 and all(_numbers(corner, 2) for corner in corners)
