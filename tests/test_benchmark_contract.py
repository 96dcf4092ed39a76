"""What holds of every benchmark: no answer is the worst answer, and no answer is too hostile to be measured."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from eval.benchmarks import BENCHMARKS, benchmark
from eval.benchmarks.base import Benchmark, Item
from eval.predictions import MISSING, Prediction
from tests.receipts_folder import make_receipts
from tests.test_benchmarks import FOLDERS, write
from tests.test_benchmarks_drawn import ROWS, drawn

OF_THE_TRUTH = {"unrenderable"}
"""Errors that no answer has a part in."""


def formulas(folder: Path) -> Path:
    rows = [("a", r"\frac{a}{b}"), ("b", r"\ownmacro")]
    return write(
        folder / "manifest.jsonl", [{"image": f"{name}.png", "latex": latex, "split": "dev"} for name, latex in rows]
    )


def olmocr_bench(folder: Path) -> Path:
    page = {"pdf": "a.pdf", "page": 1}
    facts = [
        {**page, "id": "there", "type": "present", "text": "some words"},
        {**page, "id": "gone", "type": "absent", "text": "a footer"},
        {**page, "id": "next", "type": "order", "before": "some", "after": "words"},
        {**page, "id": "cell", "type": "table", "cell": "a", "left_heading": "none", "top_heading": "none"},
        {**page, "id": "sum", "type": "math", "math": "x^2"},
    ]
    return write(folder / "facts.jsonl", [*facts, {"pdf": "b.pdf", "page": 1, "id": "blank", "type": "baseline"}])


def omnidocbench(folder: Path) -> Path:
    blocks = [
        {"category_type": "title", "text": "The title of the page"},
        {"category_type": "text_block", "text": "Some words in a paragraph."},
        {"category_type": "table", "html": "<table><tr><td>a</td><td>b</td></tr></table>"},
        {"category_type": "equation_isolated", "latex": "$$x^2+y$$"},
        {"category_type": "equation_isolated", "latex": r"$$\ownmacro$$"},
        {"category_type": "footer", "text": "page 7"},
    ]
    layout = [{**block, "order": order, "anno_id": order} for order, block in enumerate(blocks, start=1)]
    pages = [("a.png", layout), ("b.png", layout[:1])]
    return write(
        folder / "pages.json",
        json.dumps([{"page_info": {"image_path": name}, "layout_dets": found} for name, found in pages]),
    )


MADE: dict[str, Callable[[Path], Path]] = FOLDERS | {
    **{name: make_receipts for name in BENCHMARKS if name.startswith("receipts")},
    **{make.__name__: make for make in (formulas, olmocr_bench, omnidocbench)},
    **{name: partial(drawn, name) for name in ROWS},
}


def loaded(name: str, folder: Path) -> tuple[Benchmark, list[Item]]:
    module = benchmark(name)
    return module, module.load(MADE[name](folder / name))


@pytest.mark.parametrize("name", BENCHMARKS)
def test_no_answer_is_all_wrong(name, tmp_path):
    module, items = loaded(name, tmp_path)
    pages = [module.measure(item, Prediction(item.id, "", status=MISSING)) for item in items]
    assert len({tuple(page) for page in pages}) == 1
    total = {key: sum(page[key] for page in pages) for key in pages[0]}
    for sums in (*pages, total):
        found = module.scores(sums)
        assert module.MAIN in found
        assert found.keys() >= module.ERRORS
        for score, value in found.items():
            if score not in OF_THE_TRUTH:
                assert math.isnan(value) or value == (score in module.ERRORS), score
    assert not math.isnan(module.scores(total)[module.MAIN])


ROW, QUOTES, MARKS = "<tr>" + "<td>a" * 1000, "'\"" * 49_000, "\u0315\u0300" * 49_900
KEYS = ('{"' + "k" * 500 + '":') * 100
HOSTILE = {
    "three corners": "<ref>a</ref><quad>(1,2),(300,4),(50,600)</quad>",
    "a corner far away": f"<ref>a</ref><quad>({'9' * 39},2),(300,{'9' * 39}),(50,600)</quad>",
    "one line": f"<ref>{'TOTAL x 12/03 ' * 7000}</ref><quad>(0,0),(1000,1000)</quad>",
    "no character": f"<table><tr><td>&#{'9' * 99_900};</td></tr></table>",
    "no tag": f"<table><tr><td><{'a' * 99_900}</td></tr></table>",
    "quotes": f'<table><tr><td><a "{QUOTES}</td></tr></table>',
    "many rows": "<table>" + "<tr><td>b" * 1500 + "</table>",
    "many headings": f"<table><tr><th>Top{ROW * 19}</table>",
    "many pipes": "|a|a|a|a\n" * 11_000,
    "many wide tables": '<table><tr><td colspan="200" rowspan="200">a</table>' * 1_900,
    "tables in tables": "<table><tr><td>" * 200 + "a" * 90_000,
    "marks": f"a{MARKS}",
    "marks in a table": f"<table><tr><td>a{MARKS}</td></tr></table>",
    "deep fields": f'{{"a": 1, "b": {KEYS}[{"1," * 20_000}1]{"}" * 101}',
    "marks in a field": f'{{"date": "1{MARKS}", "total": "1"}}',
    "braces": "{" * 99_900,
}
"""Answers of up to 100,000 characters that once raised an error or took minutes and gigabytes."""


@pytest.mark.parametrize("name", BENCHMARKS)
def test_hostile_answers_can_be_measured(name, tmp_path):
    module, items = loaded(name, tmp_path)
    for what, output in HOSTILE.items():
        assert len(output) <= 100_000
        sums = module.measure(items[0], Prediction(items[0].id, output))
        assert all(map(math.isfinite, sums.values())), what
        for score, value in module.scores(sums).items():
            assert math.isnan(value) or 0 <= value <= 1 or score in module.ERRORS, (what, score)
