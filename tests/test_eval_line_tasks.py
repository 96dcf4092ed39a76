"""Benchmarks that ask something of single lines: which lines, and how our own models are asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval.benchmarks import receipts_keys
from eval.predictions import Prediction
from eval.systems.hyocr import HyocrSystem, question
from hyocr import wording
from hyocr.engines.base import Generation, Request
from hyocr.reader import prompt_for
from tests.receipts_folder import make_receipts


def test_which_line_holds_a_field():
    lines = ["Tea House Sdn Bhd", "9.00", "TOTAL  9.00", "cash 9.00"]
    assert receipts_keys.holder(lines, "company", "TEA HOUSE") == 0
    assert receipts_keys.holder(lines, "total", "9.00") == 2
    assert receipts_keys.holder(lines[:2], "total", "9.00") == 1
    assert receipts_keys.holder(lines, "date", "2018") is None
    assert receipts_keys.holder(lines, "date", "") is None


def test_fields_of_lines_are_scored(tmp_path: Path):
    items = receipts_keys.load(make_receipts(tmp_path))
    assert len(items) == 4 * 3
    first = next(item for item in items if item.id == "a/total")
    assert (first.truth, first.values) == ("9.00", {"key": "total"})
    right, wrong = (receipts_keys.measure(first, Prediction(first.id, text)) for text in (" 9.00", "9.06"))
    assert receipts_keys.scores(right) == {"exact": 1.0, "similarity": 1.0}
    assert receipts_keys.scores(wrong) == {"exact": 0.0, "similarity": pytest.approx(0.75)}


def test_our_models_get_a_canvas_and_the_tasks_prompt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    system = HyocrSystem("nano", threads=1, line_reader="language")
    asked: list[Request] = []

    def generate(requests: list[Request]) -> list[Generation]:
        asked.extend(requests)
        return [Generation("9.00", "stop") for _ in requests]

    monkeypatch.setattr(system.engine, "generate", generate)
    assert {"line", "line/key", "key"} <= system.tasks
    items = receipts_keys.load(make_receipts(tmp_path))[:2]
    given = system.answer(receipts_keys.TASK, [(item, item.image()) for item in items])
    assert [(one.id, one.output) for one in given] == [(item.id, "9.00") for item in items]
    assert system.batch(receipts_keys.TASK) > 1
    assert all(one.line_canvas and not one.single_line and one.image.height == 32 for one in asked)
    assert [one.prompt for one in asked] == [
        f"What is the value of {key}? Give only the value." for key in ("company", "date")
    ]


@pytest.mark.parametrize(
    ("task", "values", "asked"),
    [
        ("fields", {"keys": wording.listed(["total", "person's name"])}, "total,person's name"),
        ("fields", {"question": "total,date"}, "total,date"),
        ("key", {"key": "total"}, "total"),
        ("ask", {"question": "How much is it?"}, "How much is it?"),
        ("evidence", {"question": "How much is it?"}, "How much is it?"),
        ("read", {}, None),
    ],
)
def test_readers_are_asked_what_the_prompt_would_ask(task: str, values: dict[str, str], asked: str | None):
    assert question(task, values) == asked
    named = (
        {"keys": wording.listed(values["question"].split(","))} if task == "fields" and "question" in values else values
    )
    assert prompt_for(task, "en", asked) == wording.prompt(task, "en", **named)
