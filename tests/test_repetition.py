from __future__ import annotations

import time

import pytest

from hyocr.engines.repetition import COPIES, FILLER_COPIES, SPAN, copies_needed, find_loop

PARAGRAPH = "The seller shall deliver the goods within thirty days of the order, carriage paid, to the address above. "

LEGITIMATE = {
    "ruled line": "-" * 132,
    "receipt rule": "=" * 48 + "\n" + "-" * 40 + "\n" + "*" * 40,
    "zeros": "0000000 000 0.00 0.00 0.00",
    "dot leader": "Chapter 1 " + "." * 150 + " 7",
    "dot leader cut at the dots": "Chapter 1 " + "." * 150,
    "empty cells": "<table><tr>" + "<td></td>" * 30 + "</tr>",
    "blank form": "<table>" + "<tr><td></td><td></td><td></td><td></td></tr>" * 40,
    "zero column": "<table>" + "<tr><td>0.00</td><td>0</td></tr>" * 40,
    "not applicable": "N/A\n" * 40,
    "equal rows": "<tr><td>apple</td><td>1</td><td>0.50</td></tr>" * 12,
    "markdown rule": "|---" * 40 + "|",
    "equal labels": "ACME Ltd\n12 High Street\nLeeds\n\n" * 14,
    "refrain": PARAGRAPH * 4,
    "numbered lines": "".join(f"<ref>item</ref><quad>(10,{i}),(90,{i + 9})</quad>" for i in range(0, 900, 10)),
}

LOOPS = {
    "one character": "-" * 400,
    "one word": "Total: " + "the " * 100,
    "two lines": "apple 1\npear 2\n" * 30,
    "blank rows": "<table>" + "<tr><td></td><td></td></tr>" * 60,
    "paragraph": "Terms\n" + PARAGRAPH * 8,
    "Chinese": "我说" * 200,
    "odd tail": "start " + "abcdefghij" * 40 + "abc",
}


@pytest.mark.parametrize("text", LEGITIMATE.values(), ids=LEGITIMATE)
def test_printed_repetitions_pass(text: str) -> None:
    for end in range(0, len(text) + 1, 16):
        assert find_loop(text[:end]) is None
    assert find_loop(text) is None


@pytest.mark.parametrize("text", LOOPS.values(), ids=LOOPS)
def test_loops_are_found(text: str) -> None:
    assert find_loop(text) is not None


def test_one_copy_and_what_came_before_are_kept() -> None:
    text = "Total: 12.50\n" + "apple pear " * 40 + "app"
    loop = find_loop(text)
    assert loop is not None
    assert loop.unit == len("apple pear ")
    assert text[: loop.keep] == "Total: 12.50\napple pear "


@pytest.mark.parametrize(("unit", "copies"), [("Total amount due: -- ", COPIES), ("<td>0.00</td>1\n", FILLER_COPIES)])
def test_threshold_is_exact(unit: str, copies: int) -> None:
    assert copies_needed(unit) == copies
    assert find_loop("x" + unit * copies) is not None
    assert find_loop("x" + unit * (copies - 1)) is None


def test_short_units_must_fill_the_span() -> None:
    assert find_loop("." * (SPAN - 1)) is None
    assert find_loop("." * SPAN) is not None


def test_a_long_text_costs_little() -> None:
    text = "".join(f"line {i} of {i * 7919 % 1000}\n" for i in range(20000))
    start = time.process_time()
    for _ in range(20):
        assert find_loop(text) is None
    assert (time.process_time() - start) / 20 < 0.01
