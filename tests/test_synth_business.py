"""Invoices, cards and forms: sums add up, values stand in the text, nothing overlaps, every line is in one block."""

from __future__ import annotations

import random
from collections import Counter
from functools import cache
from types import ModuleType

import numpy as np
import pytest

from eval.metrics.table_grid import html_tables
from tests.fonts import needs_fonts
from training.synth.documents import _business, _invoice_goods, cards, forms, invoices
from training.synth.documents._business import Bill, Item, part, percent, quantity, vocabulary
from training.synth.engine import Engine, World
from training.synth.samples import flowing
from training.synth.sheet import Overflow, Sheet

COUNT = 24
TYPES = (cards, forms, invoices)


@cache
def world(split: str) -> World:
    return Engine().world(split)


def composed(module: ModuleType, seed: str) -> tuple[Sheet, int]:
    """A sheet, and how many attempts did not fit."""
    rng, split = random.Random(seed), "test" if seed.endswith("test") else "train"
    for attempt in range(30):
        try:
            return module.compose(rng, world(split)), attempt
        except Overflow:
            continue
    raise AssertionError(f"{seed} never fits")


@cache
def sheets(module: ModuleType) -> list[Sheet]:
    found = [composed(module, f"{module.NAME} {i} {('train', 'test')[i % 2]}") for i in range(COUNT)]
    assert sum(attempts for _, attempts in found) <= COUNT / 3
    return [sheet for sheet, _ in found]


def test_a_bill_with_two_rates_adds_up() -> None:
    items = (Item("hours", 250, 8000, 1900), Item("books", 300, 1999, 700))
    bill = Bill(items, discount_rate=1000, shipping=490)
    assert (bill.subtotal, bill.discount) == (20000 + 5997, 2600)
    assert bill.taxes == {700: part(5997 - 600, 700), 1900: part(20000 - 2000 + 490, 1900)}
    assert bill.total == 25997 - 2600 + 490 + 378 + 3513
    assert (percent(550, ","), percent(1900, ","), quantity(250, "."), quantity(300, ".")) == ("5,5", "19", "2.50", "3")


def test_a_vocabulary_goes_on_over_lines_and_has_nine_languages() -> None:
    words = vocabulary("key: a|b / c / d\n/ e / f\n|g / h / i / j / k")
    assert [words["key"][language] for language in ("en", "it", "zh")] == [("a", "b"), ("f", "g"), ("k",)]
    with pytest.raises(ValueError, match="2 languages"):
        vocabulary("key: a / b")


@needs_fonts
@pytest.mark.parametrize("module", TYPES)
def test_fields_stand_in_their_lines(module: ModuleType) -> None:
    for sheet in sheets(module):
        assert sheet.fields
        for name, value in sheet.fields.items():
            lines = sheet.evidence[name]
            text = flowing(lines) + "\n" + " ".join(line.text for line in lines)
            values = [value] if isinstance(value, str) else [text for item in value for text in item.values()]
            assert all(one and " ".join(one.split()) in text for one in values), (name, value, text)


@needs_fonts
@pytest.mark.parametrize("module", TYPES)
def test_blocks_hold_all_lines_once_and_none_overlap(module: ModuleType) -> None:
    for sheet in sheets(module):
        lines = [line for block in sheet.blocks for line in block.lines]
        assert len({id(line) for line in lines}) == len(lines)
        cited = [line for found in sheet.evidence.values() for line in found]
        cited += [line for _, found in sheet.questions for line in found]
        assert {id(line) for line in cited} <= {id(line) for line in lines}
        ink = np.array(sheet.ink)
        for line in lines:
            x1, y1, x2, y2 = (round(side) for side in line.box)
            ink[max(0, y1 - 2) : y2 + 3, max(0, x1 - 2) : x2 + 3] = 0
        assert not ink.any(), "ink that no block knows of"
        boxes = np.array([line.box for line in lines])
        low, high = (
            np.maximum(boxes[:, None, :2], boxes[None, :, :2]),
            np.minimum(boxes[:, None, 2:], boxes[None, :, 2:]),
        )
        shared = np.clip(high - low, 0, None).prod(-1) * (1 - np.eye(len(lines)))
        areas = np.clip(boxes[:, 2:] - boxes[:, :2], 1, None).prod(-1)
        a, b = np.unravel_index(np.argmax(shared / np.minimum(areas[:, None], areas)), shared.shape)
        assert shared[a, b] <= 0.25 * min(areas[a], areas[b]), (lines[a].text, lines[b].text)


@needs_fonts
@pytest.mark.parametrize("module", TYPES)
def test_markup_is_the_text_of_the_lines(module: ModuleType) -> None:
    for sheet in sheets(module):
        for block in sheet.blocks:
            drawn = Counter("".join(line.text for line in block.lines).replace(" ", ""))
            if block.kind == "table":
                (grid,) = html_tables(block.markup)
                written = "".join(cell.text for cell in grid.cells)
            elif block.kind == "footer":
                assert block.markup == ""
                continue
            else:
                written = block.markup.removeprefix("#").removeprefix("#")
            assert Counter("".join(written.split())) == drawn


@needs_fonts
def test_answers_stand_once_or_count_what_is_there() -> None:
    asked = 0
    for module in TYPES:
        for sheet in sheets(module):
            text = [line.text for block in sheet.blocks for line in block.lines]
            for question, lines in sheet.questions:
                asked += 1
                if question.en.startswith("How many"):
                    assert question.answer == str(len(sheet.fields["items"]))
                else:
                    assert any(question.answer in line.text for line in lines) or question.answer in flowing(lines)
                if question.answer in sheet.fields.values():
                    assert sum(line.count(question.answer) for line in text) == 1
    assert asked > 2 * COUNT


@needs_fonts
def test_printed_sums_and_amounts_add_up(monkeypatch: pytest.MonkeyPatch) -> None:
    deals: list[_invoice_goods.Trade] = []

    def kept(*arguments: object) -> _invoice_goods.Trade:
        deals.append(_invoice_goods.trade(*arguments))  # type: ignore[arg-type]
        return deals[-1]

    monkeypatch.setattr(invoices, "trade", kept)
    checked = 0
    for i in range(COUNT):
        fields = composed(invoices, f"sums {i} train")[0].fields
        money = deals[-1].money
        sums = [key for key in fields if key in SUMS or (key.startswith("tax_") and key != "tax_id")]
        read = {key: cents(fields[key], money) for key in sums}
        if "subtotal" in read:
            assert sum(amount for key, amount in read.items() if key != "total") == read["total"]
            assert sum(cents(item["amount"], money) for item in fields["items"]) == read["subtotal"]
            checked += 1
        for item in fields["items"]:
            pieces = cents(item["quantity"], money, whole=True)
            assert (pieces * cents(item["unit_price"], money) + 50) // 100 == cents(item["amount"], money)
    assert checked > COUNT / 2


SUMS = ("subtotal", "discount", "shipping", "tax", "total")


def cents(text: str, money: _business.Money, whole: bool = False) -> int:
    """Hundredths of what is printed; of a whole number without decimals too."""
    head, _, tail = text.replace(money.symbol or " ", "").strip().partition(money.decimal)
    digits = "".join(filter(str.isdecimal, head))
    fraction = "".join(filter(str.isdecimal, tail))
    assert whole or len(fraction) == 2, text
    return (-1 if "-" in text else 1) * (100 * int(digits) + int(fraction or 0))


@needs_fonts
def test_the_same_state_draws_the_same() -> None:
    for module in TYPES:
        once, again = (composed(module, "same train")[0] for _ in range(2))
        assert once.ink.tobytes() == again.ink.tobytes()
        assert once.graphics.tobytes() == again.graphics.tobytes()
        assert (once.fields, [q for q, _ in once.questions]) == (again.fields, [q for q, _ in again.questions])
