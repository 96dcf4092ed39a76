"""Tables: spans tile, HTML says what is drawn and where, cells hold their ink; tables and formulas as documents."""

import random
from collections import Counter
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from tests.fonts import needs_fonts
from training.synth.annotation import Line
from training.synth.documents import formulas, tables
from training.synth.engine import World
from training.synth.faces import Faces
from training.synth.sheet import Overflow, Sheet, Style
from training.synth.table.grid import tiled
from training.synth.table.ink import RULES, Cell, Grid, Look, choose_look, draw, invent
from training.synth.words.corpus import Corpus

COUNT = 20


class Parsed(HTMLParser):
    """Rows of (text, rowspan, colspan)."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.rows: list[list[tuple[str, int, int]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        spans = {name: int(value or 0) for name, value in attrs}
        if tag == "tr":
            self.rows.append([])
        elif tag == "td":
            self.rows[-1].append(("", spans.get("rowspan", 1), spans.get("colspan", 1)))

    def handle_data(self, data: str) -> None:
        text, rows, columns = self.rows[-1][-1]
        self.rows[-1][-1] = (text + data, rows, columns)


@pytest.fixture(scope="module")
def worlds() -> list[World]:
    return [World(Faces(testing), Corpus(None, testing)) for testing in (False, True)]


def composed(module, rng: random.Random, world: World) -> Sheet:
    for _ in range(5):
        try:
            return module.compose(rng, world)
        except Overflow:
            pass
    raise AssertionError("five layouts in a row did not fit")


def squeezed(text: str) -> str:
    return "".join(text.split())


def test_html_has_spans_and_escaped_text() -> None:
    grid = Grid(((Cell("a<b", rows=2), Cell("c & d", columns=2)), (Cell(""), Cell('"$x$"'))))
    first = '<tr><td rowspan="2">a&lt;b</td><td colspan="2">c &amp; d</td></tr>'
    assert grid.html() == f'<table>{first}<tr><td></td><td>"$x$"</td></tr></table>'
    assert [(y, x) for y, x, _ in grid.places()] == [(0, 0), (0, 1), (1, 1), (1, 2)]


@pytest.mark.parametrize(
    "rows",
    [
        ((Cell("a"), Cell("b")), (Cell("c"),)),
        ((Cell("a", rows=2),),),
        ((Cell("a"), Cell("b", rows=2)), (Cell("c", columns=2),)),
        ((Cell("a", columns=0),),),
    ],
)
def test_what_does_not_tile_is_refused(rows: tuple[tuple[Cell, ...], ...]) -> None:
    with pytest.raises(ValueError, match="row"):
        Grid(rows).places()


def test_a_matrix_must_agree_with_its_spans() -> None:
    assert tiled([[Cell("a", columns=2), None], [Cell("b"), Cell("c")]]).head_rows == 0
    with pytest.raises(ValueError, match="stand"):
        tiled([[None, Cell("a", columns=2)], [Cell("b"), Cell("c")]])


def test_heading_rows_are_those_of_heads_alone() -> None:
    head = (Cell("a", head=True, rows=2), Cell("b", head=True)), (Cell("c", head=True),)
    assert Grid((*head, (Cell("d", head=True), Cell("e")))).head_rows == 2


@needs_fonts
def test_invented_grids_have_the_size_asked_for_and_all_shapes(worlds: list[World]) -> None:
    seen: Counter[str] = Counter()
    for seed in range(200):
        rng = random.Random(seed)
        columns, rows = rng.randint(2, 8), rng.randint(2, 12)
        grid = invent(rng, worlds[seed % 2], rng.choice(["en", "zh", "de"]), columns, rows)
        places = grid.places()
        assert max(x + cell.columns for _, x, cell in places) == columns
        assert rows <= len(grid.rows) - grid.head_rows <= 2 * rows + 1
        body = [cell for y, _, cell in places if y >= grid.head_rows]
        head = [cell for y, _, cell in places if y < grid.head_rows]
        seen["two heads"] += grid.head_rows > 1
        seen["head over columns"] += any(1 < cell.columns < columns for cell in head)
        seen["rows in groups"] += any(cell.rows > 1 for cell in body)
        seen["merged across"] += any(cell.columns > 1 for cell in body)
        seen["empty"] += any(not cell.text for cell in body)
        seen["no head"] += not head
    assert len([kind for kind in seen if seen[kind] >= 4]) == 6, seen


@needs_fonts
def test_totals_add_up(worlds: list[World]) -> None:
    found = 0
    for seed in range(300):
        grid = invent(random.Random(seed), worlds[0], "en", 3, 3)
        last = [cell.text.replace(",", "") for cell in grid.rows[-1]]
        if last[0] not in ("Total", "Sum", "TOTAL", "Grand total", "All"):
            continue
        for x in range(1, 3):
            column = [cell.text.replace(",", "") for _, at, cell in grid.places() if at == x and not cell.head]
            if column[-1].isdigit() and all(text.isdigit() for text in column[-4:-1]) and len(column) >= 4:
                assert sum(map(int, column[-4:-1])) == int(column[-1])
                found += 1
    assert found > 5


@needs_fonts
@pytest.mark.parametrize("rules", RULES)
def test_cells_hold_their_ink_and_html_says_it(worlds: list[World], rules: str) -> None:
    drawn_tables = 0
    for seed in range(12):
        rng = random.Random(f"{rules}/{seed}")
        world, language = worlds[seed % 2], rng.choice(["en", "zh", "fr"])
        grid, sheet = invent(rng, world, language, rows=rng.randint(2, 6)), Sheet(1100, 1400, language)
        style = Style(world.faces.pick(rng, language), rng.randint(12, 26), leading=rng.uniform(1.15, 1.5))
        look = choose_look(rng)
        look = Look(**{**look.__dict__, "rules": rules})
        try:
            drawn = draw(sheet, 20, 30, 1000, grid, style, look)
        except Overflow:
            continue
        drawn_tables += 1
        parsed = Parsed(drawn.html).rows
        assert [len(row) for row in parsed] == [len(row) for row in grid.rows]
        cells = [cell for row in parsed for cell in row]
        for cell, place in zip(cells, drawn.places, strict=True):
            assert cell == (place.cell.text, place.cell.rows, place.cell.columns)
            assert squeezed("".join(line.text for line in place.lines)) == squeezed(place.cell.text)
            for line in place.lines:
                assert inside(line.box, place.box), (line.text, line.box, place.box)
        assert drawn.lines == [line for place in drawn.places for line in place.lines]
        assert_rows_are_read_as_one(drawn.lines)
        x1, y1, x2, y2 = drawn.region
        assert inside(drawn.region, (20, 30, 1020, 1400))
        assert drawn.bottom == y2
        assert sum((b[2] - b[0]) * (b[3] - b[1]) for b in (place.box for place in drawn.places)) == (x2 - x1) * (
            y2 - y1
        )
    assert drawn_tables >= 8


def inside(inner: tuple[float, float, float, float], outer: tuple[float, float, float, float]) -> bool:
    return (
        inner[0] >= outer[0] - 1 and inner[1] >= outer[1] - 1 and inner[2] <= outer[2] + 1 and inner[3] <= outer[3] + 1
    )


def assert_rows_are_read_as_one(lines: list[Line]) -> None:
    """Lines of one row are ordered from left to right at about one height."""
    for a, b in pairwise(lines):
        if a.row >= 0 and a.row == b.row:
            assert a.box[2] <= b.box[0]
            assert abs(sum(a.box[1::2]) - sum(b.box[1::2])) / 2 < 1.2 * max(a.height, b.height)


@needs_fonts
def test_too_narrow_a_column_overflows(worlds: list[World]) -> None:
    style = Style(worlds[0].faces.pick(random.Random(0)), 20)
    grid = Grid(((Cell("incomprehensibilities"), Cell("b")),))
    with pytest.raises(Overflow, match="width"):
        draw(Sheet(300, 200), 10, 10, 120, grid, style, Look())


@needs_fonts
def test_rules_do_not_cross_merged_cells(worlds: list[World]) -> None:
    style = Style(worlds[0].faces.pick(random.Random(0), style="sans"), 20)
    grid = Grid(((Cell("", rows=2), Cell("a")), (Cell("b"),), (Cell("c", columns=2),)))
    sheet = Sheet(400, 300)
    drawn = draw(sheet, 20, 20, 300, grid, style, Look(padding=(0.5, 0.5)))
    boxes = {(place.row, place.column): place.box for place in drawn.places}
    left, top, right, bottom = (int(side) for side in boxes[0, 0])
    assert sheet.graphics.crop((left + 2, top + 2, right - 2, bottom - 2)).getextrema() == ((255, 255),) * 3
    for box in boxes.values():  # each is closed on all four sides
        x, y = int(box[0] + box[2]) // 2, int(box[1] + box[3]) // 2
        for point in ((x, box[1]), (x, box[3]), (box[0], y), (box[2], y)):
            assert sheet.graphics.getpixel((int(point[0]), int(point[1]))) == (0, 0, 0)


@needs_fonts
def test_tables_are_one_block_with_questions_that_have_one_answer(worlds: list[World]) -> None:
    asked = 0
    for seed in range(2 * COUNT):
        sheet = composed(tables, random.Random(seed), worlds[seed % 2])
        kinds = sorted(block.kind for block in sheet.blocks)
        assert kinds in (["table"], ["caption", "table"])
        assert not sheet.fields
        assert sheet.width * sheet.height <= 1_650_000
        for question, lines in sheet.questions:
            asked += 1
            if not question.en.startswith(("How many", "Into how many")):
                assert squeezed(question.answer) == squeezed("".join(line.text for line in lines))
            elif "rows" in question.en:
                (table,) = (block for block in sheet.blocks if block.kind == "table")
                assert int(question.answer) + 1 == len(Parsed(table.markup).rows)
    assert asked > COUNT


@needs_fonts
def test_formulas_are_a_block_each_with_their_numbers_as_tags(worlds: list[World]) -> None:
    numbered = 0
    for seed in range(COUNT):
        sheet = composed(formulas, random.Random(seed), worlds[seed % 2])
        for block in sheet.blocks:
            assert block.kind == "formula"
            formula, *numbers = block.lines
            tag = ""
            for number in numbers:
                numbered += 1
                assert number.row == formula.row >= 0
                assert formula.box[2] < number.box[0]
                text = number.text
                tag = rf" \tag{{{text[1:-1]}}}" if text.startswith("(") else rf" \tag*{{{text}}}"
            assert block.markup == f"{formula.text[:-2]}{tag}$$"
        boxes = [block.box for block in sheet.blocks]
        for i, a in enumerate(boxes):
            assert all(a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1] for b in boxes[:i])
    assert numbered > 3


@needs_fonts
@pytest.mark.parametrize("module", [tables, formulas])
def test_the_same_state_gives_the_same_sheet(worlds: list[World], module) -> None:
    first, second = (composed(module, random.Random(5), worlds[0]) for _ in range(2))
    assert first.ink.tobytes() == second.ink.tobytes()
    assert first.graphics.tobytes() == second.graphics.tobytes()
    assert [block.markup for block in first.blocks] == [block.markup for block in second.blocks]
