from __future__ import annotations

from typing import Any

import pytest

from eval.metrics.facts import Fact, fact, formulas, near_starts, normalise, shows
from eval.metrics.table_grid import html_tables, markdown_tables

PAGE = """# The *Great* Title

Some **bold** text, “quoted” — and a second line
with more words at the end.

Final words here."""

MARKDOWN = """
| Year | Sales | Cost |
|------|------:|-----:|
| 2020 | 10 | 7 |
| 2021 | 12 | 8 |
"""

HTML = """<table><thead><tr><th rowspan="2">Item</th><th colspan="2">Money</th></tr><tr><th>Sales</th><th>Cost</th></tr>
</thead><tbody><tr><td>Tea<br>green</td><td>10</td><td>7</td></tr><tr><td>Milk</td><td>12</td><td>8</td></tr></tbody></table>"""


def make(type: str, **fields: Any) -> Fact:
    return fact({"pdf": "a.pdf", "page": 1, "id": "a_1", "type": type, **fields})


def passes(page: str, type: str, **fields: Any) -> bool:
    verdict = make(type, **fields).check(page)
    assert verdict.passed != bool(verdict.reason)
    return verdict.passed


def test_normalisation() -> None:
    assert normalise("**a** _b_ *c*<br/>d\n\n e ‘f’—g ＿ µ") == "a b c d e 'f'-g _ μ"


def test_present_and_absent() -> None:
    for text, there in [
        ("The Great Title", True),
        ('bold text, "quoted" - and a second line with more', True),
        ("bald text", False),
        ("the great title", False),
    ]:
        assert passes(PAGE, "present", text=text) is there
        assert passes(PAGE, "absent", text=text) is not there
    assert passes(PAGE, "present", text="the great title", case_sensitive=False)
    assert passes(PAGE, "present", text="bald text", max_diffs=1)
    assert not passes(PAGE, "absent", text="bald text", max_diffs=1)


def test_present_in_the_first_or_last_characters_only() -> None:
    assert passes(PAGE, "absent", text="Final words", first_n=20)
    assert passes(PAGE, "present", text="Final words", last_n=20)
    assert passes(PAGE, "present", text="Final words", first_n=5, last_n=20)
    assert passes(PAGE, "absent", text="Great Title", last_n=20)


def test_a_page_shorter_than_the_text_does_not_contain_it() -> None:
    for page in ("", "\n", "a"):
        assert not passes(page, "present", text="a long phrase")
        assert passes(page, "absent", text="a long phrase")


def test_order() -> None:
    assert passes(PAGE, "order", before="Great Title", after="Final words")
    assert not passes(PAGE, "order", before="Final words", after="Great Title")
    assert not passes(PAGE, "order", before="Great Title", after="nowhere")
    assert passes(PAGE, "order", before="Grat Title", after="Final wards", max_diffs=1)
    assert passes("b a b", "order", before="b", after="a")
    assert not passes("same", "order", before="same", after="same")


def test_near_starts_by_hand() -> None:
    assert near_starts("abc", "xxabcxxabdxx", 0) == [2]
    assert near_starts("abc", "xxabcxxabdxx", 1) == [2, 7]
    assert near_starts("hello", "say helo, hxllo", 1) == [4, 10]
    assert near_starts("aa", "aaaa", 0) == [0, 1, 2]
    assert near_starts("abc", "", 1) == []


def test_markdown_table_neighbours() -> None:
    assert passes(MARKDOWN, "table", cell="10", up="Sales", down="12", left="2020", right="7")
    assert passes(MARKDOWN, "table", cell="8", top_heading="Cost", left_heading="2021")
    assert not passes(MARKDOWN, "table", cell="10", up="Cost")
    assert not passes(MARKDOWN, "table", cell="99")
    assert not passes(MARKDOWN, "table", cell="10", ignore_markdown_tables=True)
    assert passes(MARKDOWN, "table", cell="Salex", down="10", max_diffs=1)
    assert not passes("no table", "table", cell="10")


def test_html_table_with_spans() -> None:
    assert passes(HTML, "table", cell="7", up="Cost", left="10", top_heading="Money")
    assert passes(HTML, "table", cell="Item", down="Tea green", right="Money")
    assert passes(HTML, "table", cell="Item", right="Sales")  # a cell of two rows has two neighbours on its right
    assert passes(HTML, "table", cell="8", left_heading="Milk")  # no heading cell that way: the cell at the edge
    assert passes(HTML, "table", cell="Money", down="Sales")
    assert not passes(HTML, "table", cell="Money", down="Item")


def test_tables_of_hostile_html_stay_small() -> None:
    (grid,) = html_tables('<table><tr><td colspan="999999999" rowspan="99999">a</td><td>b</td></tr></table>')
    assert (len(grid.cells), grid.width) == (2, 201)
    assert html_tables("<table><tr>" * 5000) == []
    assert len(html_tables("<table><tr><td>a<td rowspan=x>b")[0].cells) == 2
    assert [len(grid.cells) for grid in markdown_tables("a|b\nc|d\n\nlone|line\n\n||\n||")] == [4]


def test_formulas_are_taken_out_in_turn() -> None:
    assert formulas(r"a \(x\) b \[ y \] c $$z$$ d $w$ e") == ["x", "y", "z", "w"]
    assert formulas(r"a \(x\) $w$", dollars=False) == ["x"]
    assert formulas(r"$a$ costs $5") == ["a"]
    assert formulas("\\(" * 50_000 + "$$") == []


def test_math() -> None:
    pytest.importorskip("latex2mathml")
    page = r"By $x^{2}+y^2 = 1$ and \[ E = {mc^2 \over 2} \] we see."
    assert passes(page, "math", math=r"x^2 + y^{2} = 1")
    assert passes(page, "math", math=r"\frac{mc^2}{2}")
    assert passes(page, "math", math=r"E=\frac{m c^{2}}{2}")
    assert not passes(page, "math", math=r"E=\frac{m c^{3}}{2}")
    assert not passes(page, "math", math="x_2")
    assert not passes("x^2 without delimiters", "math", math="x^2")
    assert not passes("$x^2$", "math", math="x^2", ignore_dollar_delimited=True)


def test_math_is_stricter_than_the_same_glyphs() -> None:
    pytest.importorskip("latex2mathml")
    assert not shows("x_1", "x^1")
    assert not shows("ba", "ab")
    assert not shows(r"\frac{a}{b}", "a b")
    assert shows(r"\begin{aligned} a &= b \\ x^2 &= 3 \end{aligned}", "x^2")
    assert shows(
        r"u\in(R/\text{Ann}_R(x_i))^\times", r"u \in \left(R/\operatorname{Ann}_{R}\left(x_{i}\right)\right)^{\times}"
    )
    assert shows(r"\foo{a}", r"\foo {a}")  # not to be laid out: the same LaTeX
    assert not shows(r"\foo{a}", "a")


def test_baseline() -> None:
    assert passes(PAGE, "baseline")
    assert not passes(" \n -- ", "baseline")
    assert not passes("word " + "ab" * 31, "baseline")
    assert passes("word " + "ab" * 30, "baseline")
    assert passes("word " + "ab" * 31, "baseline", max_repeats=31)
    assert not passes("words 中文", "baseline")
    assert passes("words 中文", "baseline", check_disallowed_characters=False)
    assert passes("![a long text](b.png) 1", "baseline", max_length=3, max_length_skips_image_alt_tags=True)
    assert not passes("![a long text](b.png) 1", "baseline", max_length=3)


COMMON = {"pdf": "a", "page": 1, "id": "z"}


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ([], "one of the types"),
        ({"type": "format"}, "one of the types"),
        ({"type": ["present"]}, "one of the types"),
        ({**COMMON, "type": "present"}, "'text' is missing"),
        ({**COMMON, "type": "present", "text": " "}, "text must not be empty"),
        ({**COMMON, "type": "present", "text": 5}, "text must be str"),
        ({**COMMON, "page": "1", "type": "present", "text": "x"}, "page must be int"),
        ({**COMMON, "type": "present", "text": "x", "max_diffs": -1}, "not negative"),
        ({**COMMON, "type": "present", "text": "x", "colour": 1}, "unknown field 'colour'"),
        ({**COMMON, "type": "order", "before": "abcd", "after": "ef", "max_diffs": 2}, "half"),
        ({**COMMON, "type": "math", "math": ""}, "math must not be empty"),
    ],
)
def test_broken_facts_say_why(row: Any, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        fact(row)


def test_cells_far_from_their_headings_and_many_alike() -> None:
    row = "<tr>" + "<td>a" * 1000
    page = f"<table><tr><th>Top{row * 30}<tr><td>b</table>"
    assert not passes(page, "table", cell="a", left_heading="none", top_heading="none")
    assert passes(page, "table", cell="b", up="a", top_heading="Top")
    assert passes("|a|b|\n|c|d|\n" * 10_000, "table", cell="d", up="b", left="c", top_heading="b")


def test_all_tables_of_a_page_share_their_places() -> None:
    wide = '<table><tr><td colspan="200" rowspan="200">a</table>'
    page = wide * 2000 + "\n\n" + "| a | b |\n" * 2
    assert sum(len(grid.places) for grid in html_tables(page)) == 200_000
    assert passes(page, "table", cell="a")
    deep = "<table><tr><td>" * 200 + "a" * 90_000
    assert not passes(deep, "table", cell="b")


def test_texts_of_hostile_pages_are_normalised() -> None:
    assert passes("word " + "a\u0315\u0300" + "\u0315\u0300" * 50_000, "present", text="word")
