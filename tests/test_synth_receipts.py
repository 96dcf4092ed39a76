"""Receipts: their sums are right, and what is said of them stands in them."""

import random
import re
from datetime import datetime
from types import SimpleNamespace

import pytest

from tests.fonts import needs_fonts
from training.synth.documents import receipts
from training.synth.documents._receipt_goods import shop
from training.synth.documents._receipt_regions import REGIONS
from training.synth.documents._receipt_sellers import trade
from training.synth.documents._receipt_words import WORDS
from training.synth.faces import Faces
from training.synth.sheet import Overflow, Sheet
from training.synth.words.corpus import Corpus

DATES = (
    "%d/%m/%Y",
    "%d/%m/%y",
    "%d-%m-%Y",
    "%d-%m-%y",
    "%Y-%m-%d",
    "%Y/%m/%d",
    "%d.%m.%Y",
    "%d.%m.%y",
    "%Y年%m月%d日",
    "%d-%b-%Y",
    "%d %b %Y",
    "%b %d, %Y",
    "%d %b %y",
    "%m/%d/%Y",
    "%m/%d/%y",
    "%m-%d-%Y",
)


def test_every_language_has_every_label() -> None:
    assert {region.language for region in REGIONS.values()} == set(WORDS)
    for words in WORDS.values():
        assert words.keys() == WORDS["en"].keys()


def test_bills_add_up() -> None:
    corpus = Corpus(None)
    for i in range(600):
        rng = random.Random(i)
        region = REGIONS[rng.choice(list(REGIONS))]
        bill = shop(rng, corpus, region, trade(rng))
        items = sum(item.amount - item.discount for item in bill.items)
        assert items == bill.subtotal
        due = items - bill.discount + bill.service + (0 if bill.inclusive else bill.tax)
        assert due + bill.rounding == bill.total
        assert bill.paid - bill.change == bill.total
        assert bill.change >= 0
        assert abs(bill.rounding) <= region.step // 2
        if bill.inclusive:
            assert bill.net + bill.tax == due
        for tax in bill.taxes:
            assert abs(tax.net * tax.rate / 10_000 - tax.tax) <= 1
        for item in bill.items:
            if item.quantity.isdigit():
                assert int(item.quantity) * item.price == item.amount


@pytest.fixture(scope="module", params=[False, True], ids=["train", "test"])
def drawn(request: pytest.FixtureRequest) -> list[Sheet]:
    testing = request.param
    world = SimpleNamespace(faces=Faces(testing), corpus=Corpus(None, testing))
    sheets: list[Sheet] = []
    attempts = 0
    while len(sheets) < 45:
        attempts += 1
        assert attempts < 60, "too many layouts do not fit"
        try:
            sheets.append(receipts.compose(random.Random(f"{testing}/{attempts}"), world))  # type: ignore[arg-type]
        except Overflow:
            continue
    return sheets


def cents(text: str) -> int:
    digits = int(re.sub(r"\D", "", text))
    return -digits if "-" in text else digits


@needs_fonts
def test_fields_stand_in_their_lines(drawn: list[Sheet]) -> None:
    for sheet in drawn:
        known = {line for block in sheet.blocks for line in block.lines}
        for name in ("company", "date", "address", "total", "items"):
            assert name in sheet.fields
        for name, value in sheet.fields.items():
            held = sheet.evidence[name]
            assert held
            assert known.issuperset(held)
            text = " ".join(line.text for line in held)
            for part in [value] if isinstance(value, str) else [part for item in value for part in item.values()]:
                assert part
                assert part in text


@needs_fonts
def test_printed_amounts_add_up(drawn: list[Sheet]) -> None:
    for sheet in drawn:
        fields = sheet.fields
        if "cash" in fields and "change" in fields:
            assert cents(fields["cash"]) - cents(fields["change"]) == cents(fields["total"])
        if "subtotal" in fields and not {"discount", "service_charge", "tax"} & fields.keys():
            assert cents(fields["subtotal"]) + cents(fields.get("rounding", "0")) == cents(fields["total"])
        if "tax" in fields:
            assert 0 <= cents(fields["tax"]) < cents(fields["total"]) or cents(fields["total"]) == 0


@needs_fonts
def test_dates_are_dates(drawn: list[Sheet]) -> None:
    for sheet in drawn:
        date = sheet.fields["date"]
        assert any(_parses(date, pattern) for pattern in DATES), date


def _parses(text: str, pattern: str) -> bool:
    try:
        return 1998 <= datetime.strptime(text, pattern).year <= 2030
    except ValueError:
        return False


@needs_fonts
def test_lines_do_not_overlap_and_are_in_one_block_each(drawn: list[Sheet]) -> None:
    for sheet in drawn:
        lines = [line for block in sheet.blocks for line in block.lines]
        assert len(lines) == len(set(lines))
        for i, one in enumerate(lines):
            assert one.box[0] >= 0
            assert one.box[1] >= 0
            assert one.box[2] <= sheet.width
            assert one.box[3] <= sheet.height
            for other in lines[i + 1 :]:
                width = min(one.box[2], other.box[2]) - max(one.box[0], other.box[0])
                height = min(one.box[3], other.box[3]) - max(one.box[1], other.box[1])
                smaller = min((box[2] - box[0]) * (box[3] - box[1]) for box in (one.box, other.box))
                assert width <= 0 or height <= 0 or width * height <= 0.15 * smaller, (one.text, other.text)


@needs_fonts
def test_markup_has_the_text(drawn: list[Sheet]) -> None:
    for sheet in drawn:
        for block in sheet.blocks:
            if block.kind == "table":
                heads, *rows = re.findall(r"<tr>(.*?)</tr>", block.markup)
                columns = [
                    sum(int(span or 1) for span in re.findall(r'<td(?: colspan="(\d+)")?>', row))
                    for row in (heads, *rows)
                ]
                assert len(set(columns)) == 1, block.markup
            elif block.markup:
                assert "".join(block.markup.lstrip("# ").split()) == "".join(
                    word.text for line in block.lines for word in line.words
                ).lstrip("#")


@needs_fonts
def test_questions_have_one_answer(drawn: list[Sheet]) -> None:
    for sheet in drawn:
        assert len(sheet.questions) >= 1
        for question, held in sheet.questions:
            assert question.answer in " ".join(line.text for line in held)
        assert len({question.en for question, _ in sheet.questions}) == len(sheet.questions)


@needs_fonts
def test_the_same_state_gives_the_same_receipt() -> None:
    world = SimpleNamespace(faces=Faces(False), corpus=Corpus(None))
    one, two = (receipts.compose(random.Random("true/9"), world) for _ in range(2))  # type: ignore[arg-type]
    assert one.ink.tobytes() == two.ink.tobytes()
    assert one.graphics.tobytes() == two.graphics.tobytes()
    assert one.fields == two.fields
