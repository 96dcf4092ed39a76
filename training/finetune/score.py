"""How well a model answers the rows held out, as a user would have it answer them, and what changed."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from eval.benchmarks import key_values, receipts_fields
from eval.benchmarks.base import Benchmark, Item, Number, ratio
from eval.compare import Difference, compare
from eval.metrics.cer import character_errors
from eval.metrics.text import single_spaces
from eval.predictions import FAILED, Prediction
from eval.scoring import PageScore, score_pages
from hyocr import extraction
from hyocr.canvas import canvas
from hyocr.document import Strategy
from hyocr.engines.base import Engine, Generation, Request
from hyocr.engines.verbatim import NOT_THERE
from hyocr.errors import HyocrError
from hyocr.pieces import cut, join
from hyocr.reader import Reader, line_request, strategy_for
from hyocr.tasks import TASKS, ask, evidence, fields
from training.finetune.images import look, part
from training.finetune.rows import Row

AT_ONCE = 64
LONGEST = 4096
"""Most tokens of an answer about a page; `extraction.LONGEST` about a line."""


class Texts:
    """Answers in words: CER and the share of answers without an error; runs of white space count as one space."""

    NAME, TASK, FOLDER, LICENCE, MAIN = "text", "", "", "", "cer"
    ERRORS = frozenset({"cer"})

    def load(self, folder: object) -> list[Item]:
        """There is no folder: rows are given."""
        return []

    def measure(self, item: Item, prediction: Prediction) -> dict[str, float]:
        """Edits and characters."""
        errors = character_errors(single_spaces(prediction.output), single_spaces(item.truth))
        return {"edits": errors.edits, "characters": errors.length, "exact": errors.edits == 0, "rows": 1}

    def scores(self, sums: Mapping[str, Number]) -> dict[str, Number]:
        """See the class."""
        return {
            "cer": ratio(sums["edits"], sums["characters"], math.nan),
            "exact": ratio(sums["exact"], sums["rows"]),
        }


class Fields(Texts):
    """Answers that are JSON objects, scored as those about receipts are (see `eval.benchmarks.key_values`)."""

    NAME, MAIN, ERRORS = "fields", receipts_fields.MAIN, receipts_fields.ERRORS

    def measure(self, item: Item, prediction: Prediction) -> dict[str, float]:
        """Fields matched, predicted and there."""
        return key_values.measure_folded(prediction.output, item.truth)

    def scores(self, sums: Mapping[str, Number]) -> dict[str, Number]:
        """See the class."""
        return key_values.scores_folded(sums)


@dataclass(frozen=True)
class Scored:
    """Rows of one kind before and after, with what changed and in which interval."""

    benchmark: Benchmark
    before: list[PageScore]
    after: list[PageScore]

    @property
    def differences(self) -> list[Difference]:
        """After - before of every score, with 95 % intervals (see `eval.compare`)."""
        return compare(self.benchmark, self.before, self.after)


def scored(rows: Sequence[Row], before: Mapping[str, Prediction], after: Mapping[str, Prediction]) -> Iterator[Scored]:
    """The rows by kind of answer, those kinds that there are."""
    for benchmark, objects in ((Fields(), True), (Texts(), False)):
        items = [_item(row) for row in rows if is_object(row) == objects]
        if items:
            yield Scored(benchmark, score_pages(benchmark, items, before), score_pages(benchmark, items, after))


def is_object(row: Row) -> bool:
    """Whether the answer is a JSON object."""
    return row.answer.lstrip().startswith("{") and fields.parse_object(row.answer) is not None


def name(row: Row) -> str:
    """Of a row in predictions."""
    return f"{row.number}/{row.prompt}"


def _item(row: Row) -> Item:
    truth = fields.parse_object(row.answer) if is_object(row) else _concluded(row)
    return Item(name(row), partial(look, row), truth, row.answer)


def _concluded(row: Row) -> str:
    """The answer as a reader gives it: without the lines that it rests on."""
    return evidence.parse(Generation(row.answer, "stop"), 1, 1).text if row.task == evidence.NAME else row.answer


def answers(engine: Engine, rows: Sequence[Row]) -> Iterator[Prediction]:
    """The engine's greedy answers to all rows: lines many at a time, pages one by one."""
    lines = [row for row in rows if row.line]
    for start in range(0, len(lines), AT_ONCE):
        some = lines[start : start + AT_ONCE]
        asked = [_line_requests(row) for row in some]
        generations = engine.generate([request for requests in asked for request in requests])
        for row, generation in zip(some, join(generations, [len(requests) for requests in asked]), strict=True):
            yield Prediction(name(row), " ".join(generation.text.split()), finish_reason=generation.finish_reason)
    for row in rows:
        if not row.line:
            yield _page(engine, row)


def _line_requests(row: Row) -> list[Request]:
    if row.task == "read":
        return [line_request(canvas(piece), row.prompt) for piece in cut(part(row))]
    return [Request(look(row), row.prompt, extraction.LONGEST, line_canvas=True)]


def _page(engine: Engine, row: Row) -> Prediction:
    try:
        if (how := strategy(engine, row)) != "page":
            reader = Reader(engine, language=row.language or "en")
            [page] = reader.read(look(row), row.task or ask.NAME, _question(row)).pages
            text = page.text or (NOT_THERE if how == "observe" else "")
            return Prediction(name(row), text, finish_reason=page.finish_reason, status=page.status)
        [generation] = engine.generate([Request(look(row), row.prompt, LONGEST)])
    except HyocrError as error:
        return Prediction(name(row), "", status=FAILED, error=str(error))
    output = TASKS[row.task].parse(generation, *look(row).size).text if row.task in TASKS else generation.text
    return Prediction(name(row), output, finish_reason=generation.finish_reason)


def _question(row: Row) -> str | None:
    """What the reader is asked beside the task."""
    if row.task == fields.NAME:
        return ",".join(re.findall("'([^']+)'", row.values["keys"]))
    return next(iter(row.values.values()), None) if row.task else row.prompt


class _Reading(Protocol):
    """A checkpoint or an engine, which says how it wants to read."""

    @property
    def default_strategy(self) -> str: ...


def strategy(reading: _Reading, row: Row) -> Strategy:
    """How a reader does the row, a free prompt as a question; lines are shown as they are."""
    if row.line:
        return "page"
    return strategy_for(row.task or ask.NAME, None, reading.default_strategy, getattr(reading, "observes", ()))
