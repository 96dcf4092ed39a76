import html
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import get_args

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from PIL import Image

import hyocr
from hyocr.document import SCHEMA_VERSION, Box, Document, Field, FinishReason, Line, PageError, PageResult, Unparsed
from hyocr.engines.base import Generation
from hyocr.errors import EngineError, HyocrError
from hyocr.exports import FORMATS, Outline, export, pieces
from hyocr.exports.markdown import escape
from hyocr.exports.overlay import colour, draw
from hyocr.reader import Reader
from tests import fakes
from tests.fakes import FakeEngine, answer, in_order

SCHEMA = json.loads((Path(hyocr.__file__).parent / "document.schema.json").read_text())
DOCUMENTATION = (Path(hyocr.__file__).parent.parent / "docs" / "document-schema.md").read_text()
# CommonMark with GitHub's additions. A table needs no blank line before it there.
RENDERER = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def document(*pages: PageResult) -> Document:
    return Document("a.pdf", "read", "fake", "page", list(pages))


SEEN = "<observation>TOTAL 9.00\n# Cash</observation><answer>9.00</answer>"


def answered(text: str, *evidence: str, task: str = "evidence") -> Document:
    page = PageResult(1, 9, 9, text=text, observation=[Line(line) for line in evidence])
    return Document("a.pdf", task, "fake", "page", [page, PageResult(2, 9, 9, text="none")])


def full_page() -> PageResult:
    line = Line("茶 «Tea»", Box(1, 2, 30, 14.5), ((1, 2), (30, 3), (30, 14.5), (1, 13)), 0.9, 0.5)
    unparsed, error = [Unparsed("<quad>", 3)], PageError("EngineError", "Stopped.")
    page = PageResult(1, 100, 50, "failed", "length", "茶 «Tea»", [line], unparsed, "raw", 0.9, 0.5, error, 1.5)
    return replace(page, observation=[line])


# Text


def test_text_is_what_was_read_and_a_newline() -> None:
    pages = PageResult(1, 9, 9, text="one\n* two"), PageResult(2, 9, 9), PageResult(3, 9, 9, text="three")
    assert export(document(*pages), "text") == "one\n* two\n\nthree\n"


@pytest.mark.parametrize("format", ["text", "markdown"])
def test_blank_document_is_an_empty_file(format: str) -> None:
    assert export(document(PageResult(1, 9, 9)), format) == ""


def test_unknown_format() -> None:
    with pytest.raises(HyocrError, match="text, markdown, json"):
        export(document(), "docx")


def test_evidence_follows_its_answer_as_text() -> None:
    exported = export(answered("9.00", "TOTAL 9.00", "Cash"), "text")
    assert exported == "9.00\nevidence: TOTAL 9.00\nevidence: Cash\n\nnone\n"
    assert export(answered("", "TOTAL 9.00"), "text") == "evidence: TOTAL 9.00\n\nnone\n"


@pytest.mark.parametrize("format", ["text", "markdown"])
def test_a_translation_stands_alone(format: str) -> None:
    assert "Ausgang" not in export(answered("Exit", "Ausgang", task="translate_en"), format)


# Fields


def extracted() -> Document:
    fields = [
        Field("company", "*TEA*\nSHOP", True, [Box(10, 20, 60, 30), Box(10, 35, 40, 45)], "*TEA* SHOP", 1.0, 1.0),
        Field("total", "9.00", False, [], "", 0.0, 0.0, "9.00"),
        Field("date", ""),
    ]
    found = PageResult(1, 100, 100, "partial", text='{"company": "*TEA*"}', fields=fields, strategy="observe")
    found.contradictions = ["subtotal 8.00 is not the total 9.00."]
    found.lines = [Line("elsewhere", Box(70, 70, 90, 90), None, 1.0, 1.0)]
    return Document("a.pdf", "fields", "fake", "observe", [found])


def test_fields_are_json_as_text_and_a_list_in_markdown() -> None:
    assert export(extracted(), "text") == '{"company": "*TEA*"}\n'
    written = export(extracted(), "markdown")
    assert written == (
        "<!-- page 1, contradiction: subtotal 8.00 is not the total 9.00. -->\n\n"
        "- **company**: \\*TEA\\* SHOP\n- **total**: 9.00 (not found on the page)\n- **date**: (none)\n"
    )


def test_fields_in_json_keep_the_schema() -> None:
    content = json.loads(export(extracted(), "json"))
    jsonschema.validate(content, SCHEMA)
    assert PageResult.from_dict(content["pages"][0]) == extracted().pages[0]


def test_fields_are_drawn_with_their_boxes() -> None:
    drawn = draw(Image.new("RGB", (100, 100), "white"), extracted().pages[0])
    assert drawn.getpixel((30, 20)) == drawn.getpixel((30, 45)) == colour(1.0)
    assert drawn.getpixel((80, 70)) == (255, 255, 255), "lines that no field stands on are not drawn"


# Markdown


def rendered(text: str) -> str:
    """The text a reader sees, line breaks included, once Markdown is made HTML."""
    page = RENDERER.render(text).replace("<br />\n", "\n").replace("</p>\n<p>", "\n\n")
    assert re.findall(r"<(?!/?p>)[^>]*>", page) == [], "no markup but paragraphs"
    return html.unescape(page.replace("<p>", "").replace("</p>", "")).strip("\n")


RECEIPT = """# 12 Harbour St. *****
1. Tea_green_ 2.50
2) Cake | 3.00
-----------
- 10% off
+ tip
= 5.00
=====
TOTAL: $5.00 & $6.00 <b>&lt;paid&gt;</b> &copy;
> thanks! [x](y) ![z] `code` ~~old~~ \\o/ \\
~~~
www.example.com 50*2*3 __init__
1.50
|a|b|
:--
|--|--|
***
&#35; 3
1986"""


def test_receipt_renders_literally() -> None:
    assert rendered(escape(RECEIPT)) == RECEIPT


def test_plain_text_stays_readable() -> None:
    assert escape("Total (incl. VAT): 1.50 EUR - thanks!") == "Total (incl. VAT): 1.50 EUR - thanks!"


def test_indented_line_is_no_code_block() -> None:
    assert rendered(escape("a\n\n      b\n\tc")) == "a\n\nb\nc"


@given(st.text(st.sampled_from("\\`*_{}[]()<>#+-.!|~&;$:=\"'^ ab1\n"), max_size=40))
def test_any_text_renders_literally(text: str) -> None:
    lines = [" ".join(line.split()) for line in text.strip().split("\n")]
    expected = re.sub(r"\n{2,}", "\n\n", "\n".join(lines)).strip("\n")
    shown = "\n".join(" ".join(line.split()) for line in rendered(escape(text.strip())).split("\n"))
    assert shown == expected


def test_evidence_is_quoted() -> None:
    exported = export(answered("9.00", "# TOTAL 9.00", "Cash"), "markdown")
    assert exported.startswith("<!-- page 1 -->\n\n9.00\n\n> \\# TOTAL 9.00  \n> Cash\n\n<!-- page 2 -->")
    assert "<blockquote>\n<p># TOTAL 9.00<br />\nCash</p>\n</blockquote>" in RENDERER.render(exported)


def test_pages_are_parted_by_comments() -> None:
    pages = PageResult(1, 9, 9, text="one\nmore"), PageResult(2, 9, 9, text="# two")
    exported = export(document(*pages), "markdown")
    assert exported == "<!-- page 1 -->\n\none  \nmore\n\n<!-- page 2 -->\n\n\\# two\n"


def test_markdown_says_what_is_missing() -> None:
    failed = PageResult(1, 9, 9, "failed", error=PageError("EngineError", "It broke --> badly."))
    exported = export(document(failed, PageResult(2, 9, 9, "partial", "length", "half")), "markdown")
    assert exported.splitlines()[0] == "<!-- page 1, failed: It broke - -> badly. -->"
    assert "<!-- page 2, not complete, finish reason length -->\n\nhalf\n" in exported


# JSON


def real_documents(tmp_path: Path) -> list[Document]:
    boxes = answer("<ref>茶</ref><quad>(10,10),(500,100)</quad> ???", "length")
    pdf = tmp_path / "a.pdf"
    pdf.write_bytes(fakes.SECOND_PAGE_DAMAGED_PDF)
    drawn = fakes.page_image(["First line", "Second"])
    return [
        Reader(FakeEngine()).read(drawn),
        Reader(FakeEngine(in_order(boxes))).read(drawn, "spotting"),
        Reader(FakeEngine(in_order(Generation("9.00", "stop")))).read(drawn, "ask", "What is the total?"),
        Reader(FakeEngine(in_order(answer(SEEN)))).ask(drawn, "What is the total?", evidence=True),
        Reader(FakeEngine(), "lines").read(drawn),
        Reader(FakeEngine(in_order(EngineError("No."), answer("text")))).read(pdf),
        document(full_page()),
    ]


def test_json_follows_the_schema(tmp_path: Path) -> None:
    for made in real_documents(tmp_path):
        jsonschema.validate(json.loads(export(made, "json")), SCHEMA)


@pytest.mark.parametrize(
    "change",
    [
        {"extra": 1},
        {"status": "fine"},
        {"number": 0},
        {"confidence": 1.5},
        {"lines": [{"text": "a"}]},
        {"strategy": "words"},
        {"attempts": 0},
        {"dpi": 0},
        {"figures": [None]},
        {"observation": ["TOTAL 9.00"]},
        {"finish_reason": "tired"},
    ],
)
def test_schema_refuses(change: dict[str, object]) -> None:
    wrong = json.loads(export(document(full_page()), "json"))
    wrong["pages"][0].update(change)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(wrong, SCHEMA)


def test_schema_takes_a_page_without_seconds_and_every_finish_reason() -> None:
    made = json.loads(export(document(full_page()), "json"))
    del made["pages"][0]["seconds"]
    made["pages"][0] |= {"figures": [{"x1": 0, "y1": 0, "x2": 9.5, "y2": 9}], "dpi": 200}
    for reason in get_args(FinishReason):
        made["pages"][0]["finish_reason"] = reason
        jsonschema.validate(made, SCHEMA)


def test_schema_version_and_its_fields_are_all_documented() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["properties"]["schema_version"]["const"] == SCHEMA_VERSION
    assert f"Schema version {SCHEMA_VERSION}" in DOCUMENTATION
    objects = [SCHEMA, *SCHEMA["$defs"].values()]
    fields = {field for part in objects for field in part.get("properties", {})}
    assert {field for field in fields if f"`{field}`" not in DOCUMENTATION} == set()


def test_json_is_readable() -> None:
    exported = export(document(full_page()), "json")
    assert "茶 «Tea»" in exported
    content = json.loads(exported)
    assert next(iter(content)) == "schema_version"
    assert content["pages"][0]["lines"][0]["polygon"] == [[1, 2], [30, 3], [30, 14.5], [1, 13]]
    assert content["pages"][0]["error"] == {"type": "EngineError", "message": "Stopped."}


def test_every_format_has_its_own_suffix() -> None:
    assert [module.SUFFIX for module in FORMATS.values()] == [".txt", ".md", ".json"]


# In pieces


def test_json_in_pieces_is_the_json_of_the_whole(tmp_path: Path) -> None:
    for made in [*real_documents(tmp_path), document(), document(full_page(), full_page())]:
        whole = json.dumps(made.to_dict(), ensure_ascii=False, indent=2, allow_nan=False) + "\n"
        assert export(made, "json") == whole


@pytest.mark.parametrize("format", FORMATS)
def test_a_page_is_written_before_the_next_is_needed(format: str) -> None:
    asked = []

    def pages() -> Iterator[PageResult]:
        for number in (1, 2, 3):
            asked.append(number)
            yield PageResult(number, 9, 9, text=f"page {number}")

    made = document(*pages())
    asked.clear()
    written = ""
    for piece in pieces(Outline.of(made), pages(), format):
        written += piece
        assert all(f"page {number}" in written for number in asked)
    assert (written, asked) == (export(made, format), [1, 2, 3])


def test_untimed_json_leaves_out_the_seconds_alone() -> None:
    made = document(full_page())
    content = json.loads("".join(pieces(replace(Outline.of(made), timed=False), made.pages, "json")))
    [page] = content["pages"]
    assert page | {"seconds": 1.5} == json.loads(export(made, "json"))["pages"][0]
    assert "seconds" not in page


# Overlay


def overlay(*lines: Line) -> Image.Image:
    return draw(Image.new("RGB", (200, 100), "white"), PageResult(1, 200, 100, lines=list(lines)))


def test_overlay_outlines_lines_in_the_colour_of_their_confidence() -> None:
    picture = overlay(
        Line("sure", Box(50, 10, 150, 30), confidence=1.0), Line("?", Box(50, 60, 150, 80), confidence=0.0)
    )
    assert picture.getpixel((100, 10)) == colour(1.0) == (0, 204, 0)
    assert picture.getpixel((100, 60)) == colour(0.0) == (204, 0, 0)
    assert picture.getpixel((100, 20)) == (255, 255, 255), "what is inside stays visible"


def test_overlay_follows_the_polygon() -> None:
    picture = overlay(Line("turned", Box(40, 10, 160, 90), ((100, 10), (160, 50), (100, 90), (40, 50))))
    assert picture.getpixel((40, 10)) == (255, 255, 255)
    assert picture.getpixel((100, 10)) == colour(None)


def test_overlay_numbers_lines_beside_them_and_leaves_the_image_alone() -> None:
    image = Image.new("RGB", (200, 100), "white")
    picture = draw(image, PageResult(1, 200, 100, lines=[Line("a", Box(50, 40, 150, 60), confidence=1.0)]))
    assert picture.crop((30, 35, 49, 65)).getcolors() != [(19 * 30, (255, 255, 255))]
    assert image.getcolors() == [(200 * 100, (255, 255, 255))]


def test_overlay_shows_observed_lines_that_have_a_place() -> None:
    observation = [Line("nowhere"), Line("TOTAL 9.00", Box(50, 10, 150, 30), confidence=1.0)]
    image = Image.new("RGB", (200, 100), "white")
    assert draw(image, PageResult(1, 200, 100, observation=observation)).getpixel((100, 10)) == colour(1.0)
    assert draw(image, PageResult(1, 200, 100, observation=observation[:1])).tobytes() == image.tobytes()


def test_overlay_at_the_edge_and_without_boxes() -> None:
    picture = overlay(Line("no box"), Line("edge", Box(0, 0, 200, 100), confidence=0.5))
    assert picture.size == (200, 100)
    assert picture.getpixel((0, 5)) == colour(0.5)
