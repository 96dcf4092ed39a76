"""Benchmark modules: their folders, broken ones included, and what perfect, wrong and empty answers score.

The receipts, OmniDocBench, olmOCR-bench and formulas have tests of their own.
"""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from eval.benchmarks import BENCHMARKS, benchmark
from eval.benchmarks.spots import spotted
from eval.benchmarks.tables import first_table
from eval.predictions import Prediction
from hyocr.document import Box, Line
from tests.fakes import page_image

SHARED = Path(__file__).parents[2] / "shared" / "data"

HEAD, BODY = "<tr><td><b>item</b></td><td>price</td></tr>", "<tr><td>Tea</td><td>4.50</td></tr>"
TABLE = f"<table><thead>{HEAD}</thead><tbody>{BODY}</tbody></table>"
SRT = "1\n00:00:00,000 --> 00:00:01,000\nGood evening.\n\n2\n00:00:01,500 --> 00:00:02,000\nWho is there?\nIt is me.\n"
QUESTION = {
    "dataset_name": "textVQA",
    "type": "Scene Text-centric VQA",
    "question": "what is the number?",
    "answers": ["41", "forty-one"],
    "image_path": "a/b.png",
}
FORMULA = {
    "dataset_name": "HME100k",
    "type": "Handwritten Mathematical Expression Recognition",
    "question": "Write the formula.",
    "answers": "x ^ { 2 }",
    "image_path": "c.png",
}


def write(path: Path, content: object) -> Path:
    """A file of text as it is, of a list as JSON lines, of all else as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, list):
        content = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in content)
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path.parent


def picture(path: Path, size: tuple[int, int] = (90, 40)) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, "white").save(path)


def tables(folder: Path) -> Path:
    picture(folder / "images/t1.png")
    other = TABLE.replace("Tea", "Milk")
    return write(
        folder / "manifest.jsonl",
        [
            {"image": "images/t1.png", "html": TABLE},
            {"image": "images/t2.png", "html": f"<html><body>{other}</body></html>"},
        ],
    )


def invoices(folder: Path) -> Path:
    page_image(["Acme", "29 maart 2014", "4.904,94"]).save(_made(folder) / "a.pdf")
    picture(folder / "b.png")
    write(
        folder / "a.json",
        json.dumps([{"issuer": "Acme", "amount": 4904.94, "date": "2014-03-29", "lines": [{"qty": 1}]}]),
    )
    write(folder / "no_page.json", json.dumps([{"issuer": "Nobody"}]))
    return write(folder / "b.json", json.dumps({"issuer": "Bolt", "siren": 530848134}))


def subtitles(folder: Path) -> Path:
    for name in ("0_00_00_100__0_00_00_900_x", "0_00_01_100__0_00_01_400_x", "0_00_01_400__0_00_02_100_x"):
        picture(folder / "frames" / f"{name}.jpeg")
    return write(folder / "film.srt", SRT)


def words(folder: Path) -> Path:
    picture(folder / "word_1.png")
    return write(folder / "gt.txt", 'word_1.png, "Tiredness"\nword_2.png, "it\'s, well"\nsub/word 3.png, "£10"\n')


def ocrbench(folder: Path) -> Path:
    picture(folder / "OCRBench_Images/a/b.png")
    return write(folder / "OCRBench.json", json.dumps([QUESTION, FORMULA]))


def docvqa(folder: Path) -> Path:
    picture(folder / "documents/x_1.png")
    row = {
        "questionId": 337,
        "question": "What is the date?",
        "answers": ["11/8/74", "Nov 8"],
        "image": "documents/x_1.png",
    }
    return write(folder / "val_v1.0.json", {"dataset_name": "SP-DocVQA", "data": [row]})


def synth_lines(folder: Path) -> Path:
    picture(folder / "0000.png")
    return write(
        folder / "manifest.jsonl", [{"image": "0000.png", "text": "RM 12.50"}, {"image": "0001.png", "text": "Tea"}]
    )


def synth_read(folder: Path) -> Path:
    picture(folder / "0000.png")
    return write(folder / "manifest.jsonl", [{"image": "0000.png", "text": "two cups\nof tea"}])


def synth_spotting(folder: Path) -> Path:
    picture(folder / "0000.png", (200, 100))
    lines = [{"text": "two cups", "box": [10, 10, 90.5, 30]}, {"text": "of tea", "box": [10, 50, 80, 70]}]
    return write(folder / "manifest.jsonl", [{"image": "0000.png", "width": 200, "height": 100, "lines": lines}])


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def perfect(name: str, item) -> Prediction:
    """An answer that leaves nothing to be desired, with talk around it where the task allows for that."""
    if name in ("ocrbench", "docvqa"):
        return Prediction(item.id, item.text.split("\n")[-1])
    if name == "tables":
        return Prediction(item.id, f"Here it is:\n```html\n{item.truth}\n```\nAnything else?")
    if name == "invoices":
        return Prediction(item.id, f"```json\n{item.text}\n```")
    if name == "synth_spotting":
        return Prediction(item.id, "", lines=item.truth[1])
    return Prediction(item.id, item.text)


def total(module, pairs) -> dict[str, float]:
    pages = [module.measure(item, prediction) for item, prediction in pairs]
    assert len({tuple(page) for page in pages}) == 1  # the same names for every page
    return module.scores({name: sum(page[name] for page in pages) for name in pages[0]})


FOLDERS = {
    make.__name__: make
    for make in (tables, invoices, subtitles, words, ocrbench, docvqa, synth_lines, synth_read, synth_spotting)
}
NOTHING_THERE = {"recognition", "documents", "fields"}  # groups that the little OCRBench folder has no question of


@pytest.mark.parametrize("name", FOLDERS)
def test_folder_loads_and_perfect_answers_score_best(name, tmp_path):
    module = benchmark(name)
    assert name == module.NAME
    assert name in BENCHMARKS
    items = module.load(FOLDERS[name](tmp_path))
    assert [item.id for item in items] == [item.id for item in module.load(tmp_path)]
    assert len({item.id for item in items}) == len(items)
    found = total(module, [(item, perfect(name, item)) for item in items])
    assert module.MAIN in found
    assert found.keys() >= module.ERRORS
    for score, value in found.items():
        best = np.nan if score in NOTHING_THERE else float(score not in module.ERRORS)
        assert value == pytest.approx(best, nan_ok=True), score


@pytest.mark.parametrize("name", FOLDERS)
def test_empty_answers_score_worst(name, tmp_path):
    module = benchmark(name)
    # A frame without a subtitle is rightly answered with nothing.
    items = [item for item in module.load(FOLDERS[name](tmp_path)) if item.text]
    for score, value in total(module, [(item, Prediction(item.id, "")) for item in items]).items():
        assert np.isnan(value) if score in NOTHING_THERE else value == (score in module.ERRORS), score


@pytest.mark.parametrize("name", FOLDERS)
def test_any_output_can_be_measured_and_sums_may_be_arrays(name, tmp_path):
    module = benchmark(name)
    items = module.load(FOLDERS[name](tmp_path))
    outputs = [
        "<table><tr><td>",
        "| a |\n| - |",
        '{"amount": [[1]], "date": {"a": null}}',
        "[",
        "<ref>a</ref><quad>",
        "\x00 ½ ٣",
    ]
    pages = [module.measure(item, Prediction(item.id, output)) for item in items for output in outputs]
    sums = {key: np.array([page[key] for page in pages], float) for key in pages[0]}
    for score, values in module.scores(sums).items():
        assert np.shape(values) == (len(pages),), score
        # A page without characters has no error rate.
        assert np.isfinite(values).all() or score in NOTHING_THERE or score in module.ERRORS | {"formulas", "scenes"}


@pytest.mark.parametrize("name", FOLDERS)
def test_images_open_when_asked_and_not_before(name, tmp_path):
    module = benchmark(name)
    first = module.load(FOLDERS[name](tmp_path))[0].image()
    assert first.mode == "RGB"
    for path in tmp_path.rglob("*.[jp][pn]*g"):
        path.write_bytes(b"broken")
    assert module.load(tmp_path)


@pytest.mark.parametrize("name", FOLDERS)
def test_missing_folder_is_named(name, tmp_path):
    with pytest.raises(FileNotFoundError, match="nowhere"):
        benchmark(name).load(tmp_path / "nowhere")


def test_missing_drawn_folder_names_the_command(tmp_path):
    for name in ("synth_lines", "synth_read", "synth_spotting"):
        with pytest.raises(FileNotFoundError, match=r"python -m training\.synth heldout"):
            benchmark(name).load(tmp_path)


BROKEN = [
    ("tables", "manifest.jsonl", '{"image": "a.png", "html": "<table>"}\n{"image"\n', "line 2: this is not JSON"),
    ("tables", "manifest.jsonl", '{"image": "a.png"}\n', 'line 1: "html" should be a string'),
    ("tables", "manifest.jsonl", "[1]\n", "line 1: this should be a JSON object"),
    ("tables", "manifest.jsonl", "\n", "nothing to read"),
    ("synth_lines", "manifest.jsonl", '{"image": "a.png", "text": "a"}\n' * 2, '"a" comes a second time'),
    ("synth_read", "manifest.jsonl", '{"image": "a.png", "text": 5}\n', 'line 1: "text" should be a string'),
    (
        "synth_spotting",
        "manifest.jsonl",
        '{"image": "a.png", "width": 9, "height": 9, "lines": [{"text": "a", "box": [1, 2, 3]}]}\n',
        'line 1: a "box" is four numbers',
    ),
    (
        "synth_spotting",
        "manifest.jsonl",
        '{"image": "a.png", "width": true, "height": 9, "lines": []}',
        '"width" should',
    ),
    ("invoices", "a.json", '[{"issuer": "Acme",\n}]', r"a\.json, line 2: this is not JSON"),
    ("invoices", "a.json", "[]", r"a\.json: this should be a JSON object"),
    ("invoices", "a.pdf", "%PDF-nothing", r"a\.pdf: this PDF cannot be read"),
    ("subtitles", "film.srt", "1\n00:00 -> 00:01\nHello\n", r"film\.srt, line 2: expected times"),
    ("subtitles", "film.srt", "1\n", r"film\.srt, line 2: expected times"),
    ("subtitles", "other.srt", SRT, "several .srt files"),
    ("subtitles", "frames/first.png", "", "the name of a frame starts with its span"),
    ("subtitles", "truth.jsonl", '{"image": "a.jpeg", "text": ""}', "has no text for 0_00_00_100"),
    ("words", "gt.txt", "a.png\tTea\nb.png\n", r"gt\.txt, line 2: expected an image and its word"),
    ("words", "gt.txt", "a.png\tTea\na.png\tTwo\n", "comes a second time"),
    ("ocrbench", "OCRBench.json", "{}", "JSON list"),
    ("ocrbench", "OCRBench.json", json.dumps([QUESTION, {**QUESTION, "answers": []}]), 'question 2: "answers"'),
    (
        "ocrbench",
        "OCRBench.json",
        json.dumps([{**QUESTION, "type": "Chess"}]),
        'question 1: OCRBench has no type "Chess"',
    ),
    (
        "docvqa",
        "val_v1.0.json",
        '{"data": [{"questionId": 1, "question": "?", "image": "a.png"}]}',
        'question 1: "answers"',
    ),
    ("docvqa", "val_v1.0.json", '{"data": [{"question": "?", "answers": ["a"], "image": "a.png"}]}', '"questionId"'),
    ("docvqa", "another_val.json", "{}", "several JSON files"),
    (
        "docvqa",
        "val_v1.0.json",
        '{"data": [{"questionId": 1, "question": "?", "answers": ["a", " "], "image": "a.png"}]}',
        "none blank",
    ),
    ("ocrbench", "OCRBench.json", json.dumps([{**QUESTION, "answers": ["41", "\n"]}]), "question 1: .*none blank"),
    ("ocrbench", "OCRBench.json", json.dumps([{**FORMULA, "answers": ""}]), "question 1: .*none blank"),
    ("synth_lines", "manifest.jsonl", '{"image": "a.png", "text": " "}', 'line 1: "text" is blank'),
    ("synth_read", "manifest.jsonl", '{"image": "a.png", "text": "\\n"}', 'line 1: "text" is blank'),
]


@pytest.mark.parametrize(("name", "file", "content", "message"), BROKEN)
def test_broken_folders_say_what_is_wrong_and_where(name, file, content, message, tmp_path):
    folder = FOLDERS[name](tmp_path)
    write(folder / file, content)
    with pytest.raises(ValueError, match=message):
        benchmark(name).load(folder)


def test_files_that_are_not_utf8_are_named(tmp_path):
    (tmp_path / "gt.txt").write_bytes("a.png\tThé\n".encode("latin-1"))
    with pytest.raises(ValueError, match=r"gt\.txt is not UTF-8"):
        benchmark("words").load(tmp_path)


# Tables


@pytest.mark.parametrize(
    ("answer", "table"),
    [
        (f"Sure: {TABLE} and {TABLE.replace('Tea', 'No')}", TABLE),
        (f"```html\n<html><body>{TABLE}</body></html>\n```", TABLE),
        ("Here:\n| a |\n| ---: |\n| c |", "<table><tr><td>a</td></tr><tr><td>c</td></tr></table>"),
        ("<TABLE border=1><tr><td>cut off", "<TABLE border=1><tr><td>cut off"),
        ("There is no table.", ""),
    ],
)  # fmt: skip
def test_the_first_table_of_an_answer_counts(answer, table):
    assert first_table(answer) == table


def test_head_and_body_count_in_teds_but_not_normalised(tmp_path):
    module = benchmark("tables")
    item = module.load(tables(tmp_path))[0]
    plain = "<table><tr><th><b>item</b></th><th>price</th></tr><tr><td>Tea</td><td>4.50</td></tr></table>"
    found = module.scores(module.measure(item, Prediction("t1", plain)))
    assert found["normalised_teds"] == found["normalised_teds_s"] == 1
    # The truth has 9 elements below `table`: head, body, 2 rows, 4 cells, b. On the way there thead and tbody are
    # inserted, both th renamed, and the b removed, which in a th is a node of the tree: 5 edits.
    assert found["teds_s"] == pytest.approx(1 - 5 / 9)


def test_a_table_too_large_to_compare_scores_nothing(tmp_path):
    module = benchmark("tables")
    item = module.load(tables(tmp_path))[0]
    rows = module.measure(item, Prediction("t1", "<table>" + "<tr><td>a</td></tr>" * 1500 + "</table>"))
    assert rows["teds"] == rows["normalised_teds_s"] == 0


# Invoices


def test_fields_are_scored_raw_and_normalised(tmp_path):
    module = benchmark("invoices")
    first, second = module.load(invoices(tmp_path))
    assert first.values == {"question": "issuer,amount,date"}  # a PDF without text: all of its values
    assert first.image().width > 500
    answer = {"issuer": "ACME ", "amount": "€ 4.904,94", "date": "29 maart 2014", "iban": "none"}
    sums = module.measure(first, Prediction("a", json.dumps(answer)))
    assert (sums["matched"], sums["normalised"], sums["predicted"], sums["there"]) == (0, 3, 4, 3)
    found = module.scores(sums)
    assert found["exact_f1"] == 0
    assert found["normalised_f1"] == pytest.approx(6 / 7)
    sums = module.measure(second, Prediction("b", '{"issuer": "", "siren": "530 848 134"}'))
    assert (sums["missing"], sums["normalised"], sums["unparsed"]) == (1, 1, 0)
    assert module.measure(second, Prediction("b", "no JSON"))["unparsed"] == 1


# Subtitles


def test_a_frame_shows_what_is_on_screen_in_the_middle_of_its_span(tmp_path):
    module = benchmark("subtitles")
    items = module.load(subtitles(tmp_path))
    assert [item.truth for item in items] == ["Good evening.", "", "Who is there?\nIt is me."]
    answers = ["Good morning.", "Hm", "Who is there?  It is me."]
    found = total(module, [(item, Prediction(item.id, text)) for item, text in zip(items, answers, strict=True)])
    assert found["cer"] == pytest.approx((3 + 2) / (13 + 23))  # mor for eve; Hm inserted
    assert found["exact"] == pytest.approx(1 / 3)
    assert module.MAIN == "exact"  # the error rate of a frame without text is unknown, whatever is answered
    blank = module.measure(items[1], Prediction(items[1].id, "Hm"))
    assert (module.scores(blank)["exact"], np.isnan(module.scores(blank)["cer"])) == (0, True)


def test_subtitles_may_be_named_frame_by_frame(tmp_path):
    picture(tmp_path / "frames/a.png")
    write(tmp_path / "truth.jsonl", [{"image": "a.png", "text": "Hello"}])
    assert [item.truth for item in benchmark("subtitles").load(tmp_path)] == ["Hello"]


def test_frames_without_a_truth_are_refused(tmp_path):
    (subtitles(tmp_path) / "film.srt").unlink()
    with pytest.raises(FileNotFoundError, match=r"truth\.jsonl"):
        benchmark("subtitles").load(tmp_path)


# Words


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("gt.txt", "a.png\tTea, black\nb.png\tTwo"),
        ("labels.txt", "\ufeffa.png\tTea, black\n\nb.png\tTwo\n"),
        ("labels.csv", 'filename,words\na.png,"Tea, black"\nb.png,Two\n'),
        ("gt.csv", 'a.png, "Tea, black"\r\n\r\nb.png, "Two"\r\n'),
    ],
)
def test_word_lists_in_all_their_forms(file, content, tmp_path):
    items = benchmark("words").load(write(tmp_path / file, content))
    assert [(item.id, item.truth) for item in items] == [("a.png", "Tea, black"), ("b.png", "Two")]


def test_word_list_with_spaces(tmp_path):
    items = benchmark("words").load(write(tmp_path / "gt.txt", "word_1 Tea\nword_2 so, so"))
    assert [(item.id, item.truth) for item in items] == [("word_1", "Tea"), ("word_2", "so, so")]


SVT = """<?xml version="1.0" encoding="utf-8"?><tagset><image><imageName>img/00.png</imageName><lex>TEA,TWO</lex>
<taggedRectangles><taggedRectangle height="20" width="50" x="-4" y="10"><tag>TEA</tag></taggedRectangle>
<taggedRectangle height="10" width="20" x="60" y="5"><tag>TWO</tag></taggedRectangle></taggedRectangles></image>
</tagset>"""


def test_words_of_svt_are_cut_from_their_photographs(tmp_path):
    picture(tmp_path / "img/00.png")
    items = benchmark("words").load(write(tmp_path / "test.xml", SVT))
    assert [(item.id, item.truth) for item in items] == [("img/00.png/0", "TEA"), ("img/00.png/1", "TWO")]
    assert [item.image().size for item in items] == [(46, 20), (20, 10)]


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        (SVT.replace("</tagset>", ""), r"test\.xml, line 4: this is not XML"),
        (SVT.replace('width="50"', ""), 'word 1 of "img/00.png" needs the numbers'),
        (SVT.replace("<tag>TWO</tag>", ""), 'word 2 of "img/00.png" needs an imageName, a tag'),
        ("<tagset/>", "nothing to read"),
    ],
)
def test_broken_svt_files(broken, message, tmp_path):
    with pytest.raises(ValueError, match=message):
        benchmark("words").load(write(tmp_path / "test.xml", broken))


def test_word_accuracy_ignores_case_and_punctuation(tmp_path):
    module = benchmark("words")
    items = module.load(words(tmp_path))
    readings = ["TIREDNESS.", "its well", "£1O"]
    found = total(module, [(item, Prediction(item.id, text)) for item, text in zip(items, readings, strict=True)])
    assert (found["accuracy"], found["exact"]) == (pytest.approx(2 / 3), 0)
    assert found["cer"] == pytest.approx((9 + 2 + 1) / (9 + 10 + 3))  # 8 cases and a full stop; ' and ,; 0 for O


# Questions


def test_ocrbench_counts_by_group(tmp_path):
    module = benchmark("ocrbench")
    scene, formula = module.load(ocrbench(tmp_path))
    assert scene.values == {"question": "what is the number?"}
    found = total(module, [(scene, Prediction("0000", "It is Forty-One.")), (formula, Prediction("0001", "X^{2}"))])
    assert {name: value for name, value in found.items() if not np.isnan(value)} == {
        "total": 0.5,
        "scenes": 1,
        "formulas": 0,
    }
    assert {name for name, value in found.items() if np.isnan(value)} == NOTHING_THERE


def test_docvqa_asks_for_a_short_answer_and_scores_anls(tmp_path):
    module = benchmark("docvqa")
    (item,) = module.load(docvqa(tmp_path))
    assert item.id == "337"
    assert item.values["question"].startswith("What is the date?\n")
    found = module.scores(module.measure(item, Prediction("337", "11/8/75")))
    assert found == {"anls": pytest.approx(6 / 7), "exact": 0}
    assert module.scores(module.measure(item, Prediction("337", " NOV  8")))["exact"] == 1


def test_of_several_docvqa_files_the_validation_split_is_read(tmp_path):
    write(docvqa(tmp_path) / "train_v1.0.json", {"data": []})
    assert len(benchmark("docvqa").load(tmp_path)) == 1


# Drawn sets


def test_read_counts_words_and_line_ends_as_spaces(tmp_path):
    module = benchmark("synth_read")
    (item,) = module.load(synth_read(tmp_path))
    assert module.scores(module.measure(item, Prediction("0000", "two  cups of\ntea"))) == {
        "cer": 0,
        "wer": 0,
        "word_f1": 1,
    }
    found = module.scores(module.measure(item, Prediction("0000", "of tea\ntwo")))
    assert found["word_f1"] == pytest.approx(6 / 7)
    assert found["wer"] == pytest.approx(3 / 4)  # "two cups" removed, "two" inserted


MARKUP = "<ref>two cups</ref><quad>(50,100),(450,300)</quad><ref>of tee</ref><quad>(50,500),(400,700)</quad>"


def test_spotting_reads_boxes_or_markup(tmp_path):
    module = benchmark("synth_spotting")
    (item,) = module.load(synth_spotting(tmp_path))
    found = module.scores(module.measure(item, Prediction("0000", MARKUP)))
    assert (found["detection_f1"], found["exact_f1"]) == (1, 0.5)
    assert found["one_minus_ned"] == pytest.approx((1 + 5 / 6) / 2)


def test_lines_with_boxes_come_before_what_the_output_says():
    given = Line("a", Box(1, 2, 3, 4)), Line("without a place")
    assert spotted(Prediction("p", MARKUP, lines=given), 200, 100) == [given[0]]
    assert [line.box for line in spotted(Prediction("p", MARKUP), 200, 100)] == [
        Box(10, 10, 90, 30),
        Box(10, 50, 80, 70),
    ]
    assert spotted(Prediction("p", "plain text"), 200, 100) == []


def test_lines_have_four_corners_or_a_box_and_finite_numbers():
    triangle = "<ref>a</ref><quad>(100,200),(300,400),(50,600)</quad>"
    assert spotted(Prediction("p", triangle), 1000, 1000) == [Line("a", Box(50, 200, 300, 600))]
    nowhere = Line("a", Box(0, 0, np.inf, 1)), Line("b", None, ((0, 0), (1, 0), (1, np.nan), (0, 1)))
    quad = Line("c", None, ((0, 0), (9, 1), (9, 5), (0, 4)))
    assert spotted(Prediction("p", "", lines=(*nowhere, quad)), 9, 9) == [quad]


# The real folders


def shared(name: str) -> list:
    folder = SHARED / name
    if not folder.is_dir():
        pytest.skip(f"no {folder.name} data beside this checkout")
    return benchmark(name if name != "video" else "subtitles").load(folder if name != "invoices" else folder / "files")


def test_real_tables():
    items = shared("tables")
    assert len(items) == 20
    assert items[0].image().mode == "RGB"
    module = benchmark("tables")
    assert total(module, [(item, perfect("tables", item)) for item in items]) == dict.fromkeys(
        ("teds", "teds_s", "normalised_teds", "normalised_teds_s"), pytest.approx(1)
    )


def test_real_invoices_ask_for_what_the_first_page_shows():
    items = {item.id: item for item in shared("invoices")}
    assert len(items) == 11  # of twelve JSON files one has no page
    assert sum(len(item.truth) for item in items.values()) == 109
    assert "amount" not in items["QualityHosting"].truth  # on its second page
    assert not {"mandate_id", "mobile", "partner_coc", "currency"} & items["AzureInterior"].truth.keys()
    assert items["coolblue2"].image().size == (1653, 2339)  # A4 at 200 dpi
    answer = {"amount": "€ 4.904,94", "amount_untaxed": "€ 4.053,67", "date": "29 maart 2014", "bic": "INGBNL2A"}
    sums = benchmark("invoices").measure(items["coolblue2"], Prediction("coolblue2", json.dumps(answer)))
    assert (sums["matched"], sums["normalised"], sums["missing"]) == (1, 4, 12)


def test_real_subtitles():
    assert [item.truth for item in shared("video")] == ["空间里面他绝对赢不了的", "我进去帮他", "", "你们接着善后"]


def test_no_answer_is_not_an_empty_answer(tmp_path):
    folder = tmp_path / "video"
    (folder / "frames").mkdir(parents=True)
    Image.new("RGB", (8, 8)).save(folder / "frames" / "a.png")
    (folder / "truth.jsonl").write_text('{"image": "a.png", "text": ""}\n', "utf-8")
    module = benchmark("subtitles")
    [item] = module.load(folder)
    for prediction, right in ((Prediction("a", ""), True), (Prediction("a", "", status="missing"), False)):
        assert module.measure(item, prediction)["exact"] == right
