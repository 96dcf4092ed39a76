"""Books, papers, letters and articles: what is written is on the page once, whole and in its place."""

import random
from collections import Counter
from functools import cache

import pytest

from tests.fonts import needs_fonts
from training.synth.annotation import Block, Line
from training.synth.engine import Engine, document_type
from training.synth.sheet import Overflow, Sheet

pytestmark = needs_fonts

KINDS = ("books", "papers", "letters", "articles")
COUNT = 6  # of a kind in a split
MARGINS = ("header", "footer")


@cache
def engine() -> Engine:
    return Engine()


def composed(kind: str, split: str, index: int) -> tuple[Sheet, int]:
    """A sheet, and how many layouts before it did not fit."""
    rng, failed = random.Random(f"{kind}/{split}/5/{index}"), 0
    while True:
        try:
            return document_type(kind).compose(rng, engine().world(split)), failed
        except Overflow:
            failed += 1


@cache
def sheets(kind: str) -> tuple[list[Sheet], int]:
    made = [composed(kind, split, i) for split in ("train", "test") for i in range(COUNT)]
    return [sheet for sheet, _ in made], sum(failed for _, failed in made)


def lines(sheet: Sheet) -> list[Line]:
    return [line for block in sheet.blocks for line in block.lines]


def letters(text: str) -> str:
    return "".join(text.split())


def shared(a: Line, b: Line) -> float:
    """The overlap of two lines' boxes as a share of the smaller one."""
    width = min(a.box[2], b.box[2]) - max(a.box[0], b.box[0])
    height = min(a.box[3], b.box[3]) - max(a.box[1], b.box[1])
    areas = [(x2 - x1) * (y2 - y1) for x1, y1, x2, y2 in (a.box, b.box)]
    return max(width, 0) * max(height, 0) / min(areas)


@pytest.mark.parametrize("kind", KINDS)
def test_layouts_mostly_fit(kind: str) -> None:
    made, failed = sheets(kind)
    assert failed <= 0.25 * len(made)
    assert len({(sheet.width, sheet.height) for sheet in made}) > COUNT
    assert all(300 <= sheet.width <= 1100 and sheet.width * sheet.height <= 1_600_000 for sheet in made)


@pytest.mark.parametrize("kind", KINDS)
def test_no_two_lines_overlap(kind: str) -> None:
    for sheet in sheets(kind)[0]:
        found = lines(sheet)
        for i, line in enumerate(found):
            for other in found[i + 1 :]:
                assert shared(line, other) < 0.15, (sheet.language, line.text, other.text)


@pytest.mark.parametrize("kind", KINDS)
def test_markup_says_what_stands_there(kind: str) -> None:
    for sheet in sheets(kind)[0]:
        for block in sheet.blocks:
            if block.kind in MARGINS or block.kind == "figure":
                assert block.markup == ""
                continue
            if block.kind in ("table", "formula"):
                continue  # HTML and a number of its own
            assert shown(block.markup) == drawn(block), block.kind


def shown(markup: str) -> str:
    """Markup as read: without heading marks, and without the marks of items, which may be drawn as dots."""
    return letters("".join(row.removeprefix("# ").removeprefix("## ").removeprefix("- ") for row in markup.split("\n")))


def drawn(block: Block) -> str:
    return letters("".join(line.text for line in block.lines))


@pytest.mark.parametrize("kind", KINDS)
def test_fields_and_answers_stand_in_their_lines(kind: str) -> None:
    asked = 0
    for sheet in sheets(kind)[0]:
        known = {id(line) for line in lines(sheet)}
        answers = [(question.answer, found) for question, found in sheet.questions]
        for value, found in [*answers, *((value, sheet.evidence[name]) for name, value in sheet.fields.items())]:
            assert found
            assert all(id(line) in known for line in found)
            assert value in " ".join(line.text for line in found)
            asked += 1
    assert asked > 5


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_state_draws_the_same_page(kind: str) -> None:
    sheet, again = sheets(kind)[0][0], composed(kind, "train", 0)[0]
    assert sheet.ink.tobytes() == again.ink.tobytes()
    assert sheet.graphics.tobytes() == again.graphics.tobytes()
    assert [block.markup for block in sheet.blocks] == [block.markup for block in again.blocks]


def test_every_block_of_an_article_is_translated_in_kind() -> None:
    languages: Counter[tuple[str, str]] = Counter()
    for sheet in sheets("articles")[0]:
        languages[sheet.language, sheet.target] += 1
        assert "en" in (sheet.language, sheet.target)
        for block in sheet.blocks:
            rows, translated = block.markup.split("\n"), block.translation.split("\n")
            assert bool(block.markup) == bool(block.translation)
            assert block.markup != block.translation or not block.markup
            if block.kind in ("title", "section_title", "list"):
                assert [row.split(" ")[0] for row in rows] == [row.split(" ")[0] for row in translated]
    assert len(languages) > 2


def test_papers_hold_formulas_figures_and_tables() -> None:
    found = Counter(block.kind for sheet in sheets("papers")[0] for block in sheet.blocks)
    assert min(found[kind] for kind in ("formula", "figure", "caption", "section_title", "paragraph", "title")) > 0
    numbered = [block for sheet in sheets("papers")[0] for block in sheet.blocks if r"\tag" in block.markup]
    assert numbered
    for block in numbered:
        formula, number = block.lines
        assert formula.row == number.row >= 0
        assert block.markup.endswith(rf"\tag{{{number.text.strip('()')}}}$$")
        assert formula.box[2] < number.box[0]


def test_letters_say_who_writes_to_whom() -> None:
    for sheet in sheets("letters")[0]:
        assert {"recipient", "date"} <= set(sheet.fields)
        assert sheet.fields.get("sender") != sheet.fields["recipient"]
