"""Benchmarks of drawn documents: the right answer in the wire format scores best, and what other answers score."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from eval.benchmarks import benchmark
from eval.benchmarks.base import Item
from eval.benchmarks.layout_blocks import layout_blocks
from eval.benchmarks.synth_evidence import Parts, parts
from eval.predictions import Prediction
from hyocr.document import Box, Line
from tests.test_benchmarks import picture, total, write

WORDS = "<ref>Green</ref><quad>(210,42),(402,88)</quad><ref>Tea</ref><quad>(421,42),(560,88)</quad>"
LETTERS = "<ref>T</ref><quad>(421,42),(455,88)</quad><ref>e</ref><quad>(458,56),(499,88)</quad><ref>a</ref><quad>(503,56),(560,88)</quad>"  # fmt: skip # noqa: E501
LAYOUT = (
    "<hy-meta><layout>title</layout><poly>(90,60),(410,60),(410,85),(90,85)</poly></hy-meta>"
    "<hy-meta><layout>paragraph</layout><poly>(90,100),(910,100),(910,240),(90,240)</poly></hy-meta>"
)
PAGE = (
    "# On tea\n\nTea is made of $H_2O$, leaves.\n\n<table><tr><td>cup</td><td>1</td></tr></table>\n\n$$x^2+y$$\n\nEnd."
)
CHART = "| Year | Sales |\n| --- | --- |\n| 2023 | 41 |\n| 12:00 | 57 |"
FLOW = '```mermaid\nflowchart TD\n    A["Start"] --> B{"Tea?"}\n    B -->|Yes| C["Cup"]\n```'
SEEN = "<observation>TOTAL (RM) 9.00\nRounding 0.02</observation><answer>9.00</answer>"
EN = "## 出口\n\n请勿吸烟\n\n## Exit\n\nPlease do not smoke"
ZH = "Ausgang\nRauchen verboten\n\n出口\n请勿吸烟"

ROWS: dict[str, list[tuple[dict[str, str], str]]] = {
    "synth_pages": [({}, "two cups\nof tea")],
    "synth_pages_spotting": [({}, WORDS)],
    "synth_levels": [
        ({"level": "word"}, WORDS),
        ({"level": "paragraph"}, "<ref>Green Tea</ref><quad>(210,42),(560,88)</quad>"),
    ],
    "synth_points": [({"level": "word", "x": "1", "y": "2"}, "Tea"), ({"level": "line", "x": "9", "y": "9"}, "<none>")],
    "synth_characters": [({"x": "430", "y": "60"}, LETTERS)],
    "synth_parse": [({}, PAGE)],
    "synth_layout": [({}, LAYOUT)],
    "synth_tables": [({}, "<table><tr><td>item</td><td>price</td></tr><tr><td>Tea</td><td>4.50</td></tr></table>")],
    "synth_formulas": [({}, r"\frac{a}{b}+x^{2}"), ({}, r"\ownmacro")],
    "synth_charts": [({}, CHART)],
    "synth_flowcharts": [({}, FLOW)],
    "synth_fields": [
        ({"keys": "['total','items','no']"}, '```json\n{"total": "9.00", "items": [{"n": "Tea"}], "no": null}\n```')
    ],
    "synth_keys": [({"key": "total"}, "9.00")],
    "synth_questions": [({"question": "What is the total?"}, "RM 9.00")],
    "synth_evidence": [({"question": "What is the total?"}, SEEN)],
    "synth_fields_renamed": [({"keys": "['Retailer','tendered']"}, '{"Retailer": "Tea House", "tendered": "10.00"}')],
    "synth_keys_renamed": [({"key": "NET TOTAL"}, "9.00")],
    "synth_questions_reworded": [({"question": "How much is it?"}, "9.00")],
    "synth_line_keys": [({"key": "total"}, "9.00")],
    "synth_line_evidence": [({"question": "What is the total?"}, SEEN)],
    "synth_subtitles": [({}, "Where were you last night?\n你昨晚在哪里？"), ({}, "")],
    "synth_translate_en": [({}, EN)],
    "synth_translate_zh": [({}, ZH)],
    "synth_quality": [({}, "73"), ({}, "20")],
    "synth_defects": [({"question": "What is it?", "options": "(A) blur (B) stain"}, "B")],
}  # fmt: skip
OF_THE_TRUTH = {"unrenderable"}


def drawn(name: str, folder: Path) -> Path:
    """A small folder of the benchmark."""
    picture(folder / "0000.png", (500, 250))
    size = {"width": 500, "height": 250}
    rows = [
        {"image": f"{i:04d}.png", "document": f"letters/test/1/{i}", **size, "values": values, "answer": answer}
        for i, (values, answer) in enumerate(ROWS[name])
    ]
    return write(folder / "manifest.jsonl", rows)


def loaded(name: str, folder: Path) -> list[Item]:
    return benchmark(name).load(drawn(name, folder))


def scored(name: str, folder: Path, *answers: str) -> dict[str, float]:
    """Scores of answers to the first images of the little folder."""
    items = loaded(name, folder)
    pairs = [(item, Prediction(item.id, answer)) for item, answer in zip(items, answers, strict=False)]
    return {score: float(value) for score, value in total(benchmark(name), pairs).items()}


@pytest.mark.parametrize("name", ROWS)
def test_the_right_answer_scores_best(name, tmp_path):
    items = loaded(name, tmp_path)
    assert [item.values for item in items] == [values for values, _ in ROWS[name]]
    assert items[0].image().size == (500, 250)
    for score, value in scored(name, tmp_path, *(answer for _, answer in ROWS[name])).items():
        if score not in OF_THE_TRUTH:
            assert value == pytest.approx(float(score not in benchmark(name).ERRORS)), score


@pytest.mark.parametrize("name", ROWS)
def test_sums_may_be_arrays(name, tmp_path):
    module = benchmark(name)
    items = loaded(name, tmp_path)
    pages = [
        module.measure(item, Prediction(item.id, text)) for item in items for text in ("", item.text, "<none> A 5")
    ]
    found = module.scores({key: np.array([page[key] for page in pages], np.float64) for key in pages[0]})
    assert all(np.shape(values) == (len(pages),) for values in found.values())


@pytest.mark.parametrize("name", ROWS)
def test_a_missing_folder_names_the_command(name, tmp_path):
    with pytest.raises(FileNotFoundError, match=r"python -m training\.synth heldout"):
        benchmark(name).load(tmp_path)


BROKEN = [
    ("synth_pages_spotting", "no boxes", "the answer has no text with a box"),
    ("synth_layout", "<layout>title</layout>", "the answer has no block"),
    ("synth_charts", "no table", "the answer is no Markdown table"),
    ("synth_flowcharts", "A --> B", "the answer is no flowchart"),
    ("synth_fields", '{"flight": null}', "no JSON object with a value"),
    ("synth_translate_en", "a\n\nb\n\nc", "the answer has 3 paragraphs"),
    ("synth_quality", "good", "no number from 0 to 100"),
    ("synth_defects", "F", "a letter from A to E"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "answer", "message"), BROKEN)
def test_answers_that_are_none_are_named_by_their_line(name, answer, message, tmp_path):
    row = {"image": "a.png", "width": 9, "height": 9, "values": {}, "answer": answer}
    with pytest.raises(ValueError, match=rf"manifest\.jsonl, line 1: {'.*'}{message}"):
        benchmark(name).load(write(tmp_path / "manifest.jsonl", [row]))


def test_rows_have_all_members(tmp_path):
    row = {"image": "a.png", "width": 9, "height": 9, "values": {"key": 5}, "answer": "a"}
    with pytest.raises(ValueError, match='line 1: "values" should all be strings'):
        benchmark("synth_keys").load(write(tmp_path / "manifest.jsonl", [row]))
    with pytest.raises(ValueError, match='line 1: "width" should be a whole number'):
        benchmark("synth_keys").load(write(tmp_path / "manifest.jsonl", [{**row, "width": None}]))


# Places


def test_spotting_takes_markup_or_lines_in_pixels(tmp_path):
    module, [item] = benchmark("synth_pages_spotting"), loaded("synth_pages_spotting", tmp_path)
    green, tea = item.truth[1]
    assert (green, tea.text) == (Line("Green", Box(105, 10.5, 201, 22)), "Tea")
    found = module.scores(module.measure(item, Prediction("0000", "Green\nTee", lines=(green, Line("Tee", tea.box)))))
    assert (found["detection_f1"], found["exact_f1"], found["one_minus_ned"]) == (1, 0.5, pytest.approx(5 / 6))


def test_levels_are_scored_together_and_by_themselves(tmp_path):
    found = scored("synth_levels", tmp_path, WORDS.replace("Tea", "Tee"), ROWS["synth_levels"][1][1])
    assert (found["exact_f1"], found["word_exact_f1"], found["paragraph_exact_f1"]) == (pytest.approx(2 / 3), 0.5, 1)
    alone = scored("synth_levels", tmp_path, WORDS)
    assert alone["word_exact_f1"] == 1
    assert math.isnan(alone["paragraph_exact_f1"])


def test_characters_are_right_in_their_place_or_as_a_word(tmp_path):
    moved = LETTERS.replace("(503,56),(560,88)", "(603,56),(660,88)")
    found = scored("synth_characters", tmp_path, moved)
    assert (found["exact_f1"], found["word"]) == (pytest.approx(2 / 3), 1)
    found = scored("synth_characters", tmp_path, LETTERS.replace(">a<", ">o<"))
    assert (found["detection_f1"], found["exact_f1"], found["word"]) == (1, pytest.approx(2 / 3), 0)


def test_points_tell_text_from_background(tmp_path):
    assert scored("synth_points", tmp_path, "Ten", " <none> ") == {
        "exact": 0.5,
        "one_minus_ned": pytest.approx((2 / 3 + 1) / 2),
        "none_precision": 1,
        "none_recall": 1,
    }
    found = scored("synth_points", tmp_path, "<none>", "<none>")
    assert (found["one_minus_ned"], found["none_precision"], found["none_recall"]) == (0.5, 0.5, 1)
    assert math.isnan(scored("synth_points", tmp_path, "Tea")["none_recall"])


def test_blocks_need_the_right_kind(tmp_path):
    found = scored("synth_layout", tmp_path, LAYOUT.replace("paragraph", "text"))
    assert (found["detection_f1"], found["kind_f1"]) == (1, 0.5)
    found = scored("synth_layout", tmp_path, LAYOUT.replace("(410,", "(240,"))  # less than half of the title
    assert (found["detection_f1"], found["kind_precision"], found["kind_recall"]) == (0.5, 0.5, 0.5)


def test_layout_in_all_its_forms():
    there = [Line("title", Box(45, 15, 205, 21.25))]
    assert layout_blocks(LAYOUT, 500, 250)[:1] == there
    quad = "Blocks:\n<layout> title </layout> <quad>(90,60),(410,85)</quad> <layout>text</layout><quad>(1,2)</quad>"
    assert layout_blocks(quad, 500, 250) == there
    objects = (
        '```json\n[{"text": "Tea", "layout_type": "title", "bbox": [90, 60, 410, 85]}, {"layout_type": "text"}]\n```'
    )
    assert layout_blocks(objects, 500, 250) == there
    slanted = layout_blocks("<layout>stamp</layout><poly>(10,0),(20,10),(10,20),(0,10)</poly>", 1000, 1000)
    assert slanted == [Line("stamp", Box(0, 0, 20, 20), ((10, 0), (20, 10), (10, 20), (0, 10)))]


# Pages, charts, flowcharts


def test_a_parsed_page_is_annotated_by_its_own_markdown(tmp_path):
    [item] = loaded("synth_parse", tmp_path)
    kinds = [block["category_type"] for block in item.truth["layout_dets"]]
    assert sorted(kinds) == ["equation_isolated", "table", "text_block", "text_block", "text_block"]
    found = scored("synth_parse", tmp_path, PAGE.replace("End.", "And").replace("x^2", "x^3").replace(">1<", "><"))
    assert found["text_edit"] == pytest.approx(1 / (5 + 21 + 3))  # of word characters alone
    assert found["formula_edit"] == pytest.approx(1 / 5)
    assert found["teds"] == pytest.approx(1 - 1 / 3)
    assert found["order_edit"] == 0
    first, second, *rest = PAGE.split("\n\n")
    assert scored("synth_parse", tmp_path, "\n\n".join([second, first, *rest]))["order_edit"] == pytest.approx(2 / 3)


def test_chart_cells_count_in_their_places(tmp_path):
    found = scored("synth_charts", tmp_path, "Here:\n\n" + CHART.replace("41", "14").replace("12:00", "12:30") + "\n")
    assert found["cells"] == pytest.approx(4 / 6)
    html = "<table>" + "<tr><td>Year</td><td>Sales</td></tr><tr><td>2023</td><td>41</td></tr>" + "</table>"
    found = scored("synth_charts", tmp_path, html)
    assert found["cells"] == pytest.approx(4 / 6)
    assert found["teds"] == pytest.approx(1 - 2 / 8)  # of 3 rows and 5 cells (one has a colon) a row and its cell


def test_flowcharts_count_nodes_and_arrows(tmp_path):
    found = scored("synth_flowcharts", tmp_path, FLOW.replace("Yes", "No").replace("Cup", "Mug"))
    assert found["node_f1"] == pytest.approx(2 / 3)
    assert (found["edge_f1"], found["exact"]) == (0.5, 0)


# Fields, questions, translations


def test_null_fields_are_not_there(tmp_path):
    found = scored("synth_fields", tmp_path, '{"total": "9.00", "items": [{"n": "TEA"}], "no": "LH 1"}')
    assert (found["exact_precision"], found["exact_recall"]) == (pytest.approx(1 / 3), 0.5)
    assert found["folded_f1"] == pytest.approx(4 / 5)


@pytest.mark.parametrize("name", ["synth_keys", "synth_questions"])
def test_answers_are_compared_by_anls(name, tmp_path):
    answer = ROWS[name][0][1]
    assert scored(name, tmp_path, f" {answer.lower()}\n") == {"anls": 1, "exact": 1}
    length = len(answer)
    assert scored(name, tmp_path, answer[:-1] + "8") == {"anls": pytest.approx(1 - 1 / length), "exact": 0}


def test_evidence_is_recalled_line_by_line(tmp_path):
    one_off = SEEN.replace("TOTAL (RM)", "TOTAL (RN)").replace("Rounding 0.02", "Rounding")
    found = scored("synth_evidence", tmp_path, one_off)
    assert found["anls"] == 1
    assert found["evidence"] == pytest.approx((1 + 8 / 13) / 2)
    assert scored("synth_evidence", tmp_path, "9.00") == {"anls": 1, "evidence": 0}
    assert scored("synth_evidence", tmp_path, "TOTAL (RM) 9.00") == {"anls": 0, "evidence": 0}


def test_evidence_may_be_cut_off():
    assert parts("<observation>a\n b  c\n\n</observation><answer>d") == Parts(["a", "b c"], "d")
    assert parts("<observation>a\nb") == Parts(["a", "b"], "<observation>a\nb")
    assert parts("</answer><answer></answer>x") == Parts([], "")


@pytest.mark.parametrize(
    ("name", "text"), [("synth_evidence", "9.00"), ("synth_translate_en", "## Exit\n\nPlease do not smoke")]
)
def test_both_parts_are_found_where_a_reader_gives_one_as_its_text(name, text, tmp_path):
    [item] = loaded(name, tmp_path)
    found = total(benchmark(name), [(item, Prediction(item.id, text, raw=ROWS[name][0][1]))])
    assert found == pytest.approx({score: float(score not in benchmark(name).ERRORS) for score in found})


def test_the_translation_is_the_last_paragraphs(tmp_path):
    [item] = loaded("synth_translate_en", tmp_path)
    assert item.truth == ("## 出口 请勿吸烟", "## Exit Please do not smoke", 2)
    alone = scored("synth_translate_en", tmp_path, "## Exit\n \nPlease do not smoke")
    assert alone == {"chrf": 1, "bleu": 1, "source_cer": 1}
    merged = scored("synth_translate_en", tmp_path, "## 出口\n请勿吸烟\n\n\n## Exit\n\nPlease do not smoke\n")
    assert (merged["chrf"], merged["source_cer"]) == (1, 0)
    unsplit = scored("synth_translate_en", tmp_path, EN.replace("Exit\n\n", "Exit\n"))
    assert 0 < unsplit["chrf"] < 1
    assert scored("synth_translate_en", tmp_path, "## 出口\n\n请勿吸烟")["chrf"] < 0.2
    assert scored("synth_translate_zh", tmp_path, "Ausgang Rauchen verboten\n\n出口 请勿吸烟")["bleu"] == pytest.approx(
        1
    )


# Ratings and choices


def test_ratings_err_and_correlate(tmp_path):
    found = scored("synth_quality", tmp_path, "Quality: 63/100", "25")
    assert found == {"mae": pytest.approx(0.075), "plcc": pytest.approx(1), "unparsed": 0}
    assert scored("synth_quality", tmp_path, "20", "73")["plcc"] == pytest.approx(-1)
    found = scored("synth_quality", tmp_path, "9" * 9000, "good")
    assert (found["mae"], found["unparsed"]) == (pytest.approx((0.27 + 1) / 2), 0.5)
    assert math.isnan(found["plcc"])
    assert math.isnan(scored("synth_quality", tmp_path, "50", "50")["plcc"])


@pytest.mark.parametrize(
    ("answer", "right"),
    [("B", 1), ("(B) stain", 1), ("答案是B。", 1), ("Best: B, not A", 1), ("A or B", 0), ("b", 0), ("ABC", 0), ("", 0)],
)
def test_the_first_letter_alone_counts(answer, right, tmp_path):
    assert scored("synth_defects", tmp_path, answer) == {"accuracy": right}
