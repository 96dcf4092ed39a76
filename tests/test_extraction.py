"""Fields of a page, row by row: what rows are shown as, and how what they say becomes the page's fields."""

from __future__ import annotations

import json
import math
from collections.abc import Generator, Sequence
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

from hyocr.document import Box
from hyocr.engines.base import Generation, Request
from hyocr.errors import HyocrError
from hyocr.extraction import Row, page_rows, together
from hyocr.reader import Reader
from hyocr.tasks import fields

RECEIPT = Path(__file__).parents[1] / "examples/receipt.jpg"


def said(text: str, probability: float = 0.9) -> Generation:
    return Generation(text, "stop", (math.log(probability),) * max(1, len(text)), tuple(range(1, len(text) + 1)))


def page(count: int) -> list[Row]:
    return [Row(Image.new("RGB", (64, 32)), Box(0, 10 * i, 50, 10 * i + 8)) for i in range(count)]


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        (['{"total": "9.00"}', "{}"], {"total": "9.00"}),
        (['{"total": 43.40}', "{}"], {"total": "43.40"}),
        (['{"address": "1 High Street,"}', '{"address": "York"}'], {"address": "1 High Street, York"}),
        (['{"address": "1 High Street,"}', "{}", '{"address": "York"}'], {"address": "1 High Street,"}),
        (['{"total": "8.00"}', '{"total": "9.00"}', "{}", '{"total": "9.00"}'], {"total": "9.00"}),  # two say so
        (['{"address": "York"}', '{"address": "York"}'], {"address": "York"}),
        (["nothing", '{"total": null}', '{"total": ["9"]}', '{"other": "9"}', '{"total": " "}', "", "{"], {}),
        (['{"total": "1.00", "date": "1/1/19"}'], {"date": "1/1/19", "total": "1.00"}),
    ],
)
def test_rows_together(answers: list[str], expected: dict[str, str]) -> None:
    rows = page(len(answers))
    values, lines = together(rows, [said(answer) for answer in answers], ["date", "address", "total"])
    assert values == expected
    assert list(values) == list(expected)
    assert " ".join(line.text for line in lines) == " ".join(values.values())


def test_the_surest_answer_is_taken_with_its_box() -> None:
    answers = [said('{"total": "1.00"}', 0.4), said("{}"), said('{"total": "2.00"}', 0.9)]
    values, [line] = together(page(3), answers, ["total"])
    assert values == {"total": "2.00"}
    assert line.box == Box(0, 20, 50, 28)
    assert line.confidence == pytest.approx(0.9)


def test_pieces_of_a_row_stand_side_by_side() -> None:
    image = Image.new("RGB", (900, 200), "white")
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(28)
    for y in (40, 120):
        draw.text((40, y), "TOTAL", "black", font)
        draw.text((700, y), "9.00", "black", font)
    rows = page_rows(image)
    assert len(rows) == 2
    for row in rows:
        assert row.image.height == 32
        assert row.image.width < 400  # the gap between them is closed
        assert row.box.x1 < 60
        assert row.box.x2 > 720


class Scripted:
    """An engine that answers the rows of a page in turn."""

    name, default_strategy, concurrency = "scripted", "lines", 1

    def __init__(self, answers: Sequence[str]) -> None:
        self.answers = list(answers)
        self.asked: list[Request] = []

    def generate(self, requests: Sequence[Request]) -> list[Generation]:
        self.asked += requests
        return [said(self.answers[i] if i < len(self.answers) else "{}") for i in range(len(requests))]

    def stream(self, request: Request) -> Generator[str, None, Generation]:
        raise NotImplementedError

    def close(self) -> None: ...


def test_a_reader_asks_each_row_for_all_fields() -> None:
    engine = Scripted(['{"company": "GREEN"}', '{"company": "TEA"}'])
    [result] = Reader(engine).read(RECEIPT, "fields", "company, date").pages
    assert json.loads(result.text) == {"company": "GREEN TEA"}
    assert len(result.lines) == 2
    assert result.status == "ok"
    assert all(request.line_canvas and "['company','date']" in request.prompt for request in engine.asked)


def test_a_page_is_asked_at_once_by_the_other_strategy() -> None:
    engine = Scripted(['Here: ```json\n{"total": "9.00"}\n```'])
    [result] = Reader(engine, "page").read(RECEIPT, "fields", "total").pages
    assert result.text == '{"total": "9.00"}'
    assert len(engine.asked) == 1


def test_no_object_is_unparsed() -> None:
    parsed = fields.parse(said("none"), 10, 10)
    assert parsed.text == ""
    assert [stretch.text for stretch in parsed.unparsed] == ["none"]


@pytest.mark.parametrize("question", ["", " , ,"])
def test_fields_need_names(question: str) -> None:
    with pytest.raises(HyocrError, match="names of fields"):
        fields.prompt(question=question)
