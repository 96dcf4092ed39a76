"""The spotting parser on every published wire format and its odd cases, on a page of 2000 x 500 pixels."""

from __future__ import annotations

import json
import math

import pytest

from hyocr.document import Box, Line
from hyocr.engines.base import Generation
from hyocr.tasks import spotting

WIDTH, HEIGHT = 2000, 500
HELLO = Line("Hello", Box(20, 10, 400, 30))  # (10,20),(200,60)
WORLD = Line("World", Box(600, 35, 800, 45))  # (300,70),(400,90)


def parse(raw: str) -> tuple[list[Line], list[tuple[str, int]]]:
    parsed = spotting.parse(Generation(raw, "stop"), WIDTH, HEIGHT)
    assert parsed.text == "\n".join(line.text for line in parsed.lines)
    return parsed.lines, [(rest.text, rest.start) for rest in parsed.unparsed]


def holder(number: int) -> str:
    return f"<｜hy_place▁holder▁no▁{number}｜>"


BOTH = {
    "tokens kept": "<ref>Hello</ref><quad>(10,20),(200,60)</quad><ref>World</ref><quad>(300,70),(400,90)</quad>",
    "one per line": "<ref>Hello</ref><quad>(10,20),(200,60)</quad>\n<ref>World</ref><quad>(300,70),(400,90)</quad>\n",
    "spaces everywhere": " <ref> Hello </ref> <quad> ( 10 , 20 ) , ( 200, 60 ) </quad>"
    " <ref>World</ref>\n<quad>(300 70) (400 90)</quad>",
    "placeholders": f"{holder(112)}Hello{holder(113)}{holder(110)}(10,20),(200,60){holder(111)}"
    f"{holder(112)}World{holder(113)}{holder(108)}(300,70),(400,90){holder(109)}",
    "ASCII placeholders": "<|hy_place_holder_no_112|>Hello<|hy_place_holder_no_113|>(10,20),(200,60)"
    "World(300,70),(400,90)",
    "tokens stripped": "Hello(10,20),(200,60)World(300,70),(400,90)",
    "tokens stripped, spaces and newlines": "Hello (10, 20), (200, 60)\nWorld (300, 70), (400, 90)\n",
    "only quad kept": "Hello<quad>(10,20),(200,60)</quad>World<quad>(300,70),(400,90)</quad>",
    "only ref kept": "<ref>Hello</ref>(10,20),(200,60)<ref>World</ref>(300,70),(400,90)",
    "opening ref lost": "Hello</ref><quad>(10,20),(200,60)</quad><ref>World</ref><quad>(300,70),(400,90)</quad>",
    "closing tags lost": "<ref>Hello<quad>(10,20),(200,60)<ref>World<quad>(300,70),(400,90)",
    "quad first, position tokens": "<quad><pos_10><pos_20><pos_200><pos_60></quad><ref>Hello</ref>"
    "<quad><pos_300><pos_70><pos_400><pos_90></quad><ref>World</ref>",
    "quad first, pairs": "<quad>(10,20),(200,60)</quad><ref>Hello</ref><quad>(300,70),(400,90)</quad><ref>World</ref>",
    "bare position tokens first": "<pos_10><pos_20><pos_200><pos_60>Hello<pos_300><pos_70><pos_400><pos_90>World",
    "box tags": "<ref>Hello</ref><box>(10,20),(200,60)</box><ref>World</ref><box>[300,70,400,90]</box>",
    "nested brackets": "<ref>Hello</ref><det>[[10, 20, 200, 60]]</det><ref>World</ref><box>[[300,70],[400,90]]</box>",
    "bare brackets": "Hello[10,20,200,60]\nWorld [300, 70, 400, 90]",
    "ref and bare brackets": "<ref>Hello</ref>[10,20,200,60]<ref>World</ref>[300,70,400,90]",
    "upright quads": "<ref>Hello</ref><quad>(10,20),(200,20),(200,60),(10,60)</quad>"
    "<ref>World</ref><poly>(300,70),(400,70),(300,90),(400,90)</poly>",
    "upright quads, tokens stripped": "Hello(10,20),(200,20),(200,60),(10,60)World(300,70),(400,70),(400,90),(300,90)",
    "swapped corners": "<ref>Hello</ref><quad>(200,60),(10,20)</quad><ref>World</ref><quad>(300,90),(400,70)</quad>",
    "decimals": "Hello(10.0,20.0),(200.00,60)World(300,70),(400,90.0)",
    "answer wrapper": "<answer>Hello(10,20),(200,60)World(300,70),(400,90)</answer>",
    "JSON": '[{"box": [10, 20, 200, 60], "text": "Hello"}, {"box": [300, 70, 400, 90], "text": "World"}]',
    "JSON bbox, text first": '[{"text":"Hello","bbox":[10,20,200,60]},{"text":"World","bbox":[300,70,400,90]}]',
    "JSON in a fence": '```json\n[\n  {"box": [10, 20, 200, 60], "text": "Hello"},\n'
    '  {"box": [300, 70, 400, 90], "text": "World"}\n]\n```',
    "JSON lines": '{"box": [10, 20, 200, 60], "text": "Hello"}\n{"box": [300, 70, 400, 90], "text": "World"}\n',
    "JSON numbers as strings": '[{"box": ["10", "20", "200", "60"], "text": "Hello"},'
    ' {"box": "300, 70, 400, 90", "text": "World"}]',
    "JSON points": '[{"box": [[10, 20], [200, 60]], "text": "Hello"},'
    ' {"bbox": "(300,70),(400,70),(400,90),(300,90)", "text": "World"}]',
    "JSON swapped corners": '[{"box": [200, 60, 10, 20], "text": "Hello"},'
    ' {"box": [400, 70, 300, 90], "text": "World"}]',
    "JSON without its last brackets": '[{"box": [10, 20, 200, 60], "text": "Hello"},'
    ' {"box": [300, 70, 400, 90], "text": "World"',
    "JSON trailing commas": '[{"box": [10, 20, 200, 60], "text": "Hello",},'
    ' {"box": [300, 70, 400, 90], "text": "World",},]',
}  # fmt: skip


@pytest.mark.parametrize("raw", BOTH.values(), ids=BOTH.keys())
def test_both_lines_are_read_from_every_format(raw: str) -> None:
    assert parse(raw) == ([HELLO, WORLD], [])


TEXTS = [
    "TOTAL (RM) 9.00", "ATLANTA (AP)", "ATLANTA (AP) Second", "金额(小写)", "(a) (1,2) point (3,4)", "x, (1)",
    "f(1,2)", "a < b > c", "9.00", "-5", "{1}", "<b>bold</b>", "Ünïcödé ✓ 漢字 مرحبا", "line1\nline2", "]", ")",
    "``` x",
]  # fmt: skip


@pytest.mark.parametrize("text", TEXTS)
def test_text_that_looks_like_wire_survives(text: str) -> None:
    line = Line(text, HELLO.box)
    assert parse(f"<ref>{text}</ref><quad>(10,20),(200,60)</quad>World(1) <quad>(300,70),(400,90)</quad>")[0][0] == line
    assert parse(f"{text}(10,20),(200,60)World(300,70),(400,90)") == ([line, WORLD], [])
    assert parse(json.dumps([{"box": [10, 20, 200, 60], "text": text}])) == ([line], [])


@pytest.mark.parametrize("text", ["f(1,2),(3,4)", "(1,2),(3,4)", "[1,2,3,4]", '{"box": [1,2,3,4], "text": "a"}'])
def test_text_that_is_coordinates_survives_where_tags_tell(text: str) -> None:
    expected: object = ([Line(text, HELLO.box), WORLD], [])
    world = "<quad>(300,70),(400,90)</quad>"
    assert parse(f"<ref>{text}</ref><quad>(10,20),(200,60)</quad><ref>World</ref>{world}") == expected
    assert parse(f"{text}<quad>(10,20),(200,60)</quad>World{world}") == expected


JSON_TEXTS = {
    r'"\u0048ello"': "Hello", r'"say \"hi\""': 'say "hi"', r'"C:\\dir"': r"C:\dir", r'"\alpha \"x"': r"\alpha \"x",
    '"two\nlines"': "two\nlines", r'"half \ud83d pair"': "half \ufffd pair",
    '"{[(1,2),(3,4)]}, <ref>"': "{[(1,2),(3,4)]}, <ref>", "9.00": "9.00", '" padded "': "padded",
}  # fmt: skip


@pytest.mark.parametrize(("written", "text"), JSON_TEXTS.items())
def test_json_strings(written: str, text: str) -> None:
    assert parse('[{"box": [10, 20, 200, 60], "text": ' + written + "}]") == ([Line(text, HELLO.box)], [])


@pytest.mark.parametrize(
    ("raw", "box", "polygon"),
    [
        pytest.param("a(0,0),(1000,1000)", Box(0, 0, 2000, 500), None, id="whole page"),
        pytest.param("a(-5,-1),(1200,99999)", Box(0, 0, 2000, 500), None, id="outside"),
        pytest.param(f"a({'9' * 40},7),(0,0)", Box(0, 0, 2000, 3.5), None, id="40 digits"),
        pytest.param("a(5,5),(5,5)", Box(10, 2.5, 10, 2.5), None, id="a point"),
        pytest.param('{"box":[1e300,-1e9,5,5],"text":"a"}', Box(10, 0, 2000, 2.5), None, id="exponents"),
        pytest.param(
            "a(100,200),(300,400),(200,500),(0,300)", Box(0, 100, 600, 250),
            ((200, 100), (600, 200), (400, 250), (0, 150)), id="turned quad",
        ),
        pytest.param(
            "a(0,300),(200,500),(300,400),(100,200)", Box(0, 100, 600, 250),
            ((0, 150), (200, 100), (600, 200), (400, 250)), id="anticlockwise quad",
        ),
        pytest.param("a(0,0),(1000,0),(0,1000)", Box(0, 0, 2000, 500), ((0, 0), (2000, 0), (0, 500)), id="triangle"),
    ],
)  # fmt: skip
def test_coordinates(raw: str, box: Box, polygon: tuple[tuple[float, float], ...] | None) -> None:
    (line,), rest = parse(raw)
    assert (line.text, line.box, rest) == ("a", box, [])
    if polygon is None:
        assert line.polygon is None
    else:
        assert line.polygon is not None
        assert set(line.polygon) == set(polygon)
        ahead = line.polygon[1:] + line.polygon[:1]
        turn = sum(a * d - b * c for (a, b), (c, d) in zip(line.polygon, ahead, strict=True))
        assert turn > 0, "clockwise with y down"
        assert sum(line.polygon[0]) == min(map(sum, polygon)), "from the corner nearest the top left"


G = "<ref>Hello</ref><quad>(10,20),(200,60)</quad>"
J = '{"box": [10, 20, 200, 60], "text": "Hello"}'
LEFT_OVER = {  # what should be left over stands between « and »
    "plain prose": "«图中没有文字。»\n",
    "cut in a text": f"{G}«<ref>Wor»",
    "cut in coordinates": f"{G}{G}«<ref>World</ref><quad>(300,7»",
    "cut, tokens stripped": "Hello(10,20),(200,60)«World(300,7»",
    "a word for a coordinate": f"«<ref>a</ref><quad>(1,x),(3,4)</quad>»{G}",
    "three numbers": f"«<ref>a</ref><quad>(1,2),(3)</quad>»{G}",
    "not a number": f"«<ref>a</ref><quad>(nan,2),(inf,4)</quad>»{G}",
    "400 digits": f"«<ref>a</ref><box>({'1' * 400},2),(3,4)</box>»{G}",
    "400 digits, tokens stripped": f"Hello(10,20),(200,60)«a({'1' * 400},2),(3,4)»",
    "empty text": f"{G} «<ref> </ref><quad>(1,2),(3,4)</quad>»",
    "a box without text": f"{G}«<quad>(1,2),(3,4)</quad>»{G}",
    "a box without text, tokens stripped": "Hello(10,20),(200,60)«(1,2),(3,4)»",
    "only a box": "«(156,68),(783,758)»",
    "a text without box": f"«<ref>a</ref>»{G}",
    "figure": f"«<pFig>cat</pFig><quad>(1,2),(3,4)</quad>»{G}",
    "layout": f"{G}«Title<hy-meta><layout>title</layout><poly>(1,2),(3,2),(3,4),(1,4)</poly></hy-meta>»",
    "layout never closed": f"{G}«Title<hy-meta><layout>title</layout>»{G}",
    "thoughts": f"«<think>a <quad>(1,2),(3,4)</quad></think>»{G}",
    "prose between": f"{G} «and» \n{G}",
    "prose around JSON": f"«Here: [»{J}«] Done.»",
    "JSON cut in a text": f'[{J}«, {{"box": [3, 4, 5, 6], "text": "Wor»',
    "JSON cut in its first text": '«[{"box": [3, 4, 5, 6], "te»',
    "JSON box broken": f'«[{{"box": [1, 2, 3, "text": "a"}},» {J}]',
    "JSON box of words": f'«[{{"box": "left", "text": "a"}},» {J}]',
    "JSON without text": f'«[{{"box": [1, 2, 3, 4]}},» {J}]',
    "JSON empty text": f'«[{{"box": [1, 2, 3, 4], "text": ""}},» {J}]',
    "JSON null text": f'«[{{"box": [1, 2, 3, 4], "text": null}},» {J}]',
    "JSON list text": f'«[{{"box": [1, 2, 3, 4], "text": ["a"]}},» {J}]',
    "JSON infinite": f'«[{{"box": [NaN, 1e999, 3, 4], "text": "a"}},» {J}]',
    "JSON other members": '{«"kind": "title"», "box": [10, 20, 200, 60], "text": "Hello", «"text": "again"»}',
    "JSON second box": '[{«"box": null», "bbox": [10, 20, 200, 60], "text": "Hello", «"box": [1, 2, 3, 4]»}]',
    "JSON wrapped": f'«{{"lines": [»{J}]}}',
    "JSON nested members": f'«[{{"box": {{"x": 1}}, "text": "a"}},» {J}]',
}


@pytest.mark.parametrize("written", LEFT_OVER.values(), ids=LEFT_OVER.keys())
def test_what_is_no_line_is_left_over_with_its_offset(written: str) -> None:
    before, *parts = written.replace("»", "«").split("«")
    raw, rest = before, []
    for left, after in zip(parts[::2], parts[1::2], strict=True):
        rest.append((left, len(raw)))
        raw += left + after
    assert parse(raw) == ([HELLO] * written.count("Hello"), rest)


@pytest.mark.parametrize("raw", ["", " \n", "<none>", "[]", "```json\n[ ]\n```", "<ref></ref><quad></quad>"])
def test_a_page_without_text(raw: str) -> None:
    assert parse(raw) == ([], [])


def test_confidence_is_that_of_the_tokens_of_the_text() -> None:
    for text in ("<ref>TOTAL 9</ref><quad>(1,2),(3,4)</quad>", '{"box": [1, 2, 3, 4], "text": "TOTAL 9"}'):
        start = text.index("TOTAL")
        tokens = [(start, 0.1), (start + 5, 0.5), (start + 7, 0.4), (len(text), 0.1)]
        generation = Generation(text, "stop", tuple(math.log(p) for _, p in tokens), tuple(end for end, _ in tokens))
        (line,) = spotting.parse(generation, WIDTH, HEIGHT).lines
        assert line.text == "TOTAL 9"
        assert line.confidence == pytest.approx(math.sqrt(0.2))
        assert line.min_confidence == pytest.approx(0.4)
