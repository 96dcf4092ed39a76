"""Samples: what is asked of a document is worded as in `prompts/`, and the answers are true and can be parsed."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from eval.benchmarks import synth_evidence, translated
from eval.benchmarks.drawn import Row
from eval.benchmarks.layout_blocks import layout_blocks
from eval.benchmarks.synth_quality import rating
from eval.metrics.table_grid import html_tables, markdown_tables
from hyocr import wording
from hyocr.engines.base import Generation
from hyocr.tasks import read, spotting
from hyocr.tasks.fields import parse_object
from tests.fonts import needs_fonts
from training.synth import effects
from training.synth.annotation import Block, Defect, Document, Line, Question, Word
from training.synth.engine import Engine, kinds
from training.synth.legibility import legibility
from training.synth.samples import Sample, cropped, evidence, flowing, passages, sample_task, task_names
from training.synth.tasks import defects

HAN = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine()


# Documents of every type


@needs_fonts
@pytest.mark.parametrize("kind", kinds())
def test_samples_of_every_type(engine: Engine, kind: str) -> None:
    asked = set()
    for id in (f"{kind}/train/8/0", f"{kind}/test/8/1"):
        document = engine.document(id)
        for task in task_names():
            for language in wording.LANGUAGES:
                for sample in sample_task(task).samples(random.Random(id), document, language):
                    assert not re.search(rf"\{{({'|'.join(sample.values) or 'x'})\}}", sample.prompt)
                    if language == "zh":
                        assert sample.task in ("fields", "key", "spotting_json") or HAN.search(sample.prompt)
                        assert HAN.search(sample.values.get("level", "词") + sample.values.get("options", ""))
                    ANSWERS.get(sample.task, nothing)(sample, document)
                    asked.add(sample.task)
        boxes_follow_their_word(document)
    always = {"read", "quality", "defects", "read_at", "spotting_level"}
    assert always | ({"characters"} if kind != "formulas" else set()) <= asked


def nothing(sample: Sample, document: Document) -> None:
    """No format to check."""


def reads_back(sample: Sample, document: Document) -> None:
    assert read.parse(Generation(sample.answer, "stop"), *document.image.size).text == "\n".join(document.rows)


def spots_back(sample: Sample, document: Document) -> None:
    found = spotting.parse(Generation(sample.answer, "stop"), *document.image.size)
    assert not found.unparsed
    assert all(line.box for line in found.lines)
    if sample.values.get("level") == "word":
        assert [line.text for line in found.lines] == [word.text for line in document.lines for word in line.words]
    if sample.task == "characters":
        assert "".join(line.text for line in found.lines) in {w.text for line in document.lines for w in line.words}


def fields_come_back(sample: Sample, document: Document) -> None:
    names = re.fullmatch(r"\[('\w+'(?:,'\w+')*)\]", sample.values["keys"])
    assert names
    keys = names[1].replace("'", "").split(",")
    assert parse_object(sample.answer) == {key: document.fields.get(key) for key in keys}
    assert list(json.loads(sample.answer.strip("`").removeprefix("json"))) == keys


def a_field(sample: Sample, document: Document) -> None:
    assert sample.answer == document.fields[sample.values["key"]]


def blocks_come_back(sample: Sample, document: Document) -> None:
    found = layout_blocks(sample.answer, *document.image.size)
    assert [line.text for line in found] == [block.kind for block in document.blocks]


def a_table(sample: Sample, document: Document) -> None:
    assert len(html_tables(sample.answer)) == 1


def a_chart(sample: Sample, document: Document) -> None:
    assert sample.answer.startswith("```mermaid\nflowchart ") or len(markdown_tables(sample.answer)) == 1


def a_letter(sample: Sample, document: Document) -> None:
    assert sample.answer in re.findall(r"\((\w)\)", sample.values["options"])


def a_score(sample: Sample, document: Document) -> None:
    assert rating(sample.answer) == int(sample.answer) == legibility(document).score


def in_two_parts(sample: Sample, document: Document) -> None:
    parts = synth_evidence.parts(sample.answer)
    assert parts.answer in {question.answer for question in document.questions}
    assert parts.lines
    assert all(line in document.rows or any(line in row for row in document.rows) for line in parts.lines)


def in_two_languages(sample: Sample, document: Document) -> None:
    if sample.task == "translate_document":
        assert sample.answer.count("\n\n翻译成中文为\n\n") == 1
    else:
        assert translated.truth(Row(sample.answer, *document.image.size)).paragraphs
        assert not re.search("^#", sample.answer, re.MULTILINE)
        assert all(block.lines[0].words[0].text in sample.answer for block in document.blocks if block.lines)


def at_a_point(sample: Sample, document: Document) -> None:
    assert {int(sample.values[axis]) for axis in "xy"} <= set(range(1001))
    point = [int(sample.values[axis]) / 1000 * side for axis, side in zip("xy", document.image.size, strict=True)]
    if sample.answer == "<none>" and sample.values["level"] in ("paragraph", "段落"):
        boxes = [block.box for block in document.blocks]
        assert not any(a < point[0] < c and b < point[1] < d for a, b, c, d in boxes)


ANSWERS: dict[str, Callable[[Sample, Document], None]] = {
    "read": reads_back,
    **dict.fromkeys(("spotting", "spotting_json", "spotting_level", "characters"), spots_back),
    "fields": fields_come_back,
    "key": a_field,
    "layout": blocks_come_back,
    "table": a_table,
    "chart": a_chart,
    "defects": a_letter,
    "quality": a_score,
    "evidence": in_two_parts,
    **dict.fromkeys(("translate_en", "translate_zh", "translate_document"), in_two_languages),
    "read_at": at_a_point,
}


def boxes_follow_their_word(document: Document) -> None:
    """Characters' boxes advance from the line's start to its end."""
    for line in document.lines:
        along = line.quad[1] - line.quad[0]
        along = along / np.linalg.norm(along)
        for word in line.words:
            if not word.formula:
                places = word.characters.mean(1) @ along
                assert (np.diff(places) > -0.5).all(), word.text  # a stop in italics may stand below the letter before


@needs_fonts
@pytest.mark.parametrize("kind", ["letters", "receipts", "frames", "screenshots"])
def test_quality_falls_as_blur_grows(engine: Engine, kind: str) -> None:
    document = engine.document(f"{kind}/train/8/0")
    line = float(np.median([line.height for line in document.lines]))
    scores = []
    for severity in (0.0, 0.15, 0.3, 0.5, 0.7, 0.9):
        blurred = effects.gaussian_blur(random.Random(1), np.array(document.image), severity, line)
        image = Image.fromarray(blurred) if severity else document.image
        more = (Defect("gaussian_blur", severity),) if severity else ()
        scores.append(legibility(replace(document, image=image, defects=(*document.defects, *more))).score)
    assert scores == sorted(scores, reverse=True)
    assert scores[-1] < scores[0] - 10


# Documents made by hand


def line(text: str, x: float, y: float, row: int = -1) -> Line:
    words, at = [], x
    for part in text.split():
        corners = [
            [(at + 10 * i, y), (at + 10 * i + 9, y), (at + 10 * i + 9, y + 18), (at + 10 * i, y + 18)]
            for i in range(len(part))
        ]
        words.append(Word(part, np.array(corners, np.float32)))
        at += 10 * len(part) + 10
    end = at - 10
    return Line(tuple(words), np.array([(x, y), (end, y), (end, y + 18), (x, y + 18)], np.float32), row)


def block(kind: str, *lines: Line, markup: str = "", translation: str = "") -> Block:
    return Block(kind, lines, markup or flowing(lines), np.zeros((0, 2), np.float32), translation)


def made_of(*blocks: Block, **members: object) -> Document:
    plain = Document(
        *("signs/train/1/1", "signs", "en", Image.new("RGB", (800, 600), "white"), np.zeros((600, 800), np.uint8)),
        *(blocks, {}, {}, (), (), "clean"),
    )
    return replace(plain, **members)  # type: ignore[arg-type]


def one(task: str, document: Document, seed: int = 0) -> list[Sample]:
    return sample_task(task).samples(random.Random(seed), document, "en")


def test_evidence_joins_what_is_read_as_one_line() -> None:
    lines = [line("Tea", 10, 10, 1), line("4.50", 200, 10, 1), line("Milk", 10, 40, 2), line("1.20", 200, 40, 2)]
    document = made_of(block("text", *lines))
    assert evidence(document, (0, 1, 2)) == ["Tea 4.50", "Milk"]
    assert evidence(document, (1, 3)) == ["4.50", "1.20"]
    asked = replace(document, questions=(Question("What is Tea?", "茶多少钱？", "4.50", (0, 1)),))
    answers = {one("ask", asked, seed)[0].answer for seed in range(20)}
    assert answers == {"4.50", "<observation>Tea 4.50</observation><answer>4.50</answer>"}


def test_chinese_runs_on_from_line_to_line() -> None:
    assert (
        flowing([line("他说", 0, 0), line("“好”", 0, 20), line("然后", 0, 40), line("走了。", 0, 60)])
        == "他说“好”然后走了。"
    )
    assert flowing([line("He said", 0, 0), line("“yes”", 0, 20)]) == "He said “yes”"
    split = block("paragraph", line("使用的", 0, 0), line("Python", 0, 20), markup="使用的Python")
    assert passages(made_of(split))[0][1] == "使用的Python"  # broken where no space is


def test_tables_are_no_paragraphs() -> None:
    table = block("table", line("a b", 10, 10), markup="<table><tr><td>a</td><td>b</td></tr></table>")
    assert [sample.values["level"] for sample in one("spotting_level", made_of(table))] == ["word"]
    asked = [sample for seed in range(40) for sample in one("read_at", made_of(table), seed)]
    assert {sample.values["level"] for sample in asked} == {"word", "line"}


def test_a_crop_holds_its_block_and_no_other() -> None:
    blocks = [block("paragraph", line("above", 100, 100)), block("formula", line("$$x$$", 100, 130), markup="$$x\\$$$")]
    document = made_of(*blocks, block("paragraph", line("below", 100, 160)))
    for seed in range(5):
        image = cropped(document, blocks[1], random.Random(seed))
        assert 18 < image.height <= 130 + 18 + 12 - 118
        assert image.width >= 49
    assert [sample.answer for sample in one("formula", document)] == ["x\\$"]


@pytest.mark.parametrize(
    ("kind", "added", "answer"),
    [
        ("text", None, "Exit\n\n出口"),
        ("text", "020 7890", "Exit\n\n020 7890\n\n出口\n\n020 7890"),
        ("text", "Bakery", None),  # nobody says what it is in Chinese
        ("text", "出口", None),  # says the translation itself
        ("title", None, "Exit\n\n出口"),
    ],
)
def test_all_that_stands_there_is_translated(kind: str, added: str | None, answer: str | None) -> None:
    marks = "# " if kind == "title" else ""
    first = block(kind, line("Exit", 10, 10), markup=f"{marks}Exit", translation=f"{marks}出口")
    rest = [block("text", line(added, 10, 60))] if added else []
    found = one("translate", made_of(first, *rest, target="zh"))
    assert [sample.answer for sample in found] == ([answer] if answer else [])
    assert all(sample.task == "translate_zh" for sample in found)


def test_subtitles_in_two_languages_are_no_source() -> None:
    both = block("subtitle", line("Hello", 10, 10), line("你好", 10, 40), markup="Hello", translation="你好")
    assert one("translate", made_of(both, target="zh")) == []


def defect_questions(*found: Defect) -> list[tuple[str, list[str], str]]:
    """Question, options and right option, of many seeds."""
    document = made_of(block("text", line("Exit", 10, 10)), defects=found)
    asked = []
    for sample in (sample for seed in range(60) for sample in one("defects", document, seed)):
        options = re.split(r" ?\([A-E]\) ", sample.values["options"])[1:]
        asked.append((sample.values["question"], options, options["ABCDE".index(sample.answer)]))
    return asked


def test_the_worst_defect_is_the_answer() -> None:
    asked = defect_questions(Defect("jpeg", 0.3), Defect("stain", 0.7, (10, 10, 200, 150)), Defect("rotation", 0.1))
    for question, options, right in asked:
        if question.startswith("Which"):
            assert right == "stain"
            assert not {"compression artefacts", "rotation"} & set(options)
        if question.startswith("Where"):
            assert right == "top left"
        if question == "How strong is this defect: stain?":
            assert right == "obvious"
        if question == "How strong is this defect: compression artefacts?":
            assert right == "slight"
    assert {question.split()[0] for question, *_ in asked} == {"Which", "Where", "How"}
    assert not any("rotation" in question or "noise" in question for question, *_ in asked)


def test_a_faint_defect_is_neither_right_nor_wrong() -> None:
    asked = defect_questions(Defect("gaussian_blur", defects.SLIGHT - 0.01))
    assert {right for _, _, right in asked} == {"none of these", "none"}
    named = {option for _, options, _ in asked for option in options} | {question for question, *_ in asked}
    assert not any("blur" in name or "low resolution" in name for name in named)


def test_a_defect_all_over_the_image_has_no_place() -> None:
    for box in ((0, 0, 800, 600), (100, 10, 600, 200), (300, 250, 520, 370)):
        assert not any(question.startswith("Where") for question, *_ in defect_questions(Defect("glare", 0.6, box)))
