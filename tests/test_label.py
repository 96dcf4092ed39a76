"""Labels: rows as fine-tuning reads them, a folder that is gone on with, and the page as a browser runs it."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from typer.testing import CliRunner

from hyocr.cli import app
from hyocr.document import Box
from hyocr.engines.base import Generation, Request
from hyocr.label.page import embedded
from hyocr.label.rows import field_values, whole
from tests import fakes
from tests.browser import Page, needs_chromium, opened
from tests.fakes import FakeEngine, answer, in_order, many_pages, page_image
from training.finetune.rows import Row, parse_rows

RECEIPT = Path(__file__).parents[1] / "examples" / "receipt.jpg"
HOSTILE = (
    '</td></script></textarea></style></title><script>document.documentElement.dataset.hostile = "ran"</script>'
    "<img src=x onerror=\"document.documentElement.dataset.hostile='ran'\"><!--<script> "
    "<a href='javascript:1'>\"&amp;{{ data }}]]>--> \u2028\u2029 $\\frac$"
)

Reply = Callable[[Request], Generation]


class Result:
    """What one command line did; `calls` counts what was asked of the engine."""

    def __init__(self, code: int, stderr: str, calls: int) -> None:
        self.code, self.stderr, self.calls = code, stderr, calls


@pytest.fixture
def label(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    def label(*arguments: object, reply: Reply = fakes.describe, strategy: str = "page") -> Result:
        engine = FakeEngine(reply, strategy)
        monkeypatch.setattr("hyocr.batch.load_engine", lambda *given: engine)
        done = CliRunner().invoke(app, ["label", "--model", "nano", *map(str, arguments)], catch_exceptions=False)
        assert "Traceback" not in done.stderr
        return Result(done.exit_code, done.stderr, len(engine.calls))

    return label


@pytest.fixture
def image(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    path = tmp_path / "in" / "a.png"
    page_image(["Tea house", "Total 9.00"]).save(path)
    return path


def labels(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "labels.jsonl").read_text(encoding="utf-8").split("\n")[:-1]]


def parsed(path: Path) -> list[Row]:
    """Rows as fine-tuning reads them."""
    lines = path.read_bytes().removesuffix(b"\n").split(b"\n")
    return [row for number, line in enumerate(lines, 1) for row in parse_rows(line, number, path.parent)]


# Rows


def test_each_line_is_a_row(label, image: Path, tmp_path: Path) -> None:
    result = label(image, "-o", tmp_path / "out", strategy="lines", reply=in_order(answer("Tea"), answer("9.00")))
    assert result.code == 0
    first, second = labels(tmp_path / "out")
    assert first == {
        "image": "images/a.png",
        "box": first["box"],
        "line": True,
        "task": "read",
        "answer": "Tea",
        "confidence": 0.9048,
        "group": "a.png",
    }
    with Image.open(tmp_path / "out/images/a.png") as copied, Image.open(image) as original:
        assert copied.tobytes() == original.convert("RGB").tobytes()
        for row, inside in ((first, (30, 30, 100, 60)), (second, (30, 90, 100, 120))):
            x1, y1, x2, y2 = row["box"]
            assert 0 <= x1 <= inside[0] < inside[2] < x2 <= copied.width
            assert 0 <= y1 <= inside[1] + 8 < inside[3] - 8 < y2 <= copied.height
    rows = parsed(tmp_path / "out/labels.jsonl")
    assert [(row.answer, row.task, row.line, row.group) for row in rows] == [
        ("Tea", "read", True, "a.png"),
        ("9.00", "read", True, "a.png"),
    ]
    assert all(row.image.is_file() for row in rows)


def test_a_line_that_was_not_read_is_kept(label, image: Path, tmp_path: Path) -> None:
    label(image, "-o", tmp_path / "out", strategy="lines", reply=in_order(answer("Tea"), answer(" ")))
    assert [(row["answer"], row["confidence"]) for row in labels(tmp_path / "out")] == [("Tea", 0.9048), ("", None)]


def test_a_page_is_a_row(label, image: Path, tmp_path: Path) -> None:
    label(image, "-o", tmp_path / "read", reply=in_order(answer("Tea\n9.00")))
    whole_page = {"image": "images/a.png", "task": "read", "answer": "Tea\n9.00", "confidence": 0.9048}
    assert labels(tmp_path / "read") == [whole_page | {"group": "a.png"}]
    options = ["-o", tmp_path / "ask", "--task", "ask", "--question", "Total?", "--lang", "zh"]
    label(image, *options, reply=in_order(answer("9.00")))
    [row] = labels(tmp_path / "ask")
    assert (row["task"], row["values"], row["language"], row["answer"]) == ("ask", {"question": "Total?"}, "zh", "9.00")
    assert [row.prompt for row in parsed(tmp_path / "ask/labels.jsonl")] == ["Total?"]


def test_the_answer_of_a_task_in_parts_keeps_its_tags(label, image: Path, tmp_path: Path) -> None:
    said = "<observation>TOTAL 9.00</observation><answer>9.00</answer>"
    label(image, "-o", tmp_path, "--task", "evidence", "--question", "Total?", reply=in_order(answer(said)))
    assert [row["answer"] for row in labels(tmp_path)] == [said]


def test_fields(label, image: Path, tmp_path: Path) -> None:
    said = '```json\n{"company": "Tea", "total": 9.5, "date": null, "extra": "x"}\n```'
    options = ["--task", "fields", "--question", "company, date,total"]
    assert label(image, "-o", tmp_path / "out", *options, reply=in_order(answer(said))).code == 0
    [row] = labels(tmp_path / "out")
    assert row["values"] == {"keys": ["company", "date", "total"]}
    assert row["answer"] == {"company": "Tea", "total": "9.5"}
    [read] = parsed(tmp_path / "out/labels.jsonl")
    assert "['company','date','total']" in read.prompt
    assert field_values("", ["a"]) == {}


def test_boxes_are_whole_pixels_of_the_page() -> None:
    assert whole(Box(1.7, 2.2, 9.1, 9.9), 20, 20) == [1, 2, 10, 10]
    assert whole(Box(-3, -1, 25, 30.5), 20, 20) == [0, 0, 20, 20]
    assert whole(Box(20, 20, 20, 20), 20, 20) == [19, 19, 20, 20]


def test_images_are_upright_and_their_names_differ(label, tmp_path: Path) -> None:
    turned = Image.new("RGB", (40, 20), "red")
    exif = turned.getexif()
    exif[0x0112] = 6  # a quarter to the right
    turned.save(tmp_path / "a.jpg", exif=exif)
    many_pages(tmp_path / "b.pdf", ["red", "blue"])
    Image.new("RGB", (20, 20)).save(tmp_path / "b-0001.png")
    other = tmp_path / "other"
    other.mkdir()
    Image.new("L", (30, 30)).save(other / 'a\udcff"%.png')
    inputs = [tmp_path / "a.jpg", tmp_path / "b.pdf", tmp_path / "b-0001.png", other / 'a\udcff"%.png']
    assert label(*map(str, inputs), "-o", tmp_path / "out").code == 0
    rows = labels(tmp_path / "out")
    named = ["a.jpg", "b-0001.png", "b-0002.png", "b-0001-2.png", "a__%.png"]
    assert [row["image"] for row in rows] == [f"images/{name}" for name in named]
    assert [row["group"] for row in rows] == ["a.jpg", "b.pdf", "b.pdf", "b-0001.png", 'a\ufffd"%.png']
    assert Image.open(tmp_path / "out/images/a.jpg").size == (20, 40)
    assert all(row.image.is_file() for row in parsed(tmp_path / "out/labels.jsonl"))


# Called again


def test_a_second_run_goes_on(label, image: Path, tmp_path: Path) -> None:
    pdf = many_pages(tmp_path / "b.pdf", ["red", "lime", "blue"])
    options = [image, pdf, "-o", tmp_path / "out"]
    assert label(*options, "--count", 2).calls == 2
    assert [row["image"] for row in labels(tmp_path / "out")] == ["images/a.png", "images/b-0001.png"]
    edited = (tmp_path / "out/labels.jsonl").read_text().replace("400x160", "by hand").rstrip("\n")
    (tmp_path / "out/labels.jsonl").write_text(edited)
    assert label(*options).calls == 2
    assert label(*options).calls == 0
    rows = labels(tmp_path / "out")
    assert [row["image"] for row in rows][2:] == ["images/b-0002.png", "images/b-0003.png"]
    assert rows[0]["answer"].startswith("by hand")
    assert "by hand" in (tmp_path / "out/index.html").read_text()


def test_what_a_killed_run_left_of_a_page_is_read_again(label, image: Path, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    other = shutil.copy(image, image.with_name("b.png"))
    label(image, other, "-o", folder)
    kept = labels(folder)
    pages = (folder / "pages.jsonl").read_bytes().splitlines(keepends=True)
    (folder / "pages.jsonl").write_bytes(b"".join(pages[:-1]) + pages[-1][:20])
    with (folder / "labels.jsonl").open("ab") as file:
        file.write('{"image": "images/b.png", "answer": "中'.encode()[:-1])
    assert label(image, other, "-o", folder).calls == 1
    assert labels(folder) == kept
    assert (folder / "pages.jsonl").read_bytes() == b"".join(pages)


def test_other_settings_are_refused(label, image: Path, tmp_path: Path) -> None:
    label(image, "-o", tmp_path / "out")
    before = (tmp_path / "out/labels.jsonl").read_bytes()
    result = label(image, "-o", tmp_path / "out", "--task", "ask", "--question", "Total?")
    assert (result.code, result.calls) == (1, 0)
    assert result.stderr == (
        f"error: {tmp_path / 'out'} holds labels made with other settings (task read, question None); "
        "give the same or name another folder.\n"
    )
    assert (tmp_path / "out/labels.jsonl").read_bytes() == before


def test_a_failed_page_leaves_no_row_and_is_tried_again(label, image: Path, tmp_path: Path) -> None:
    pdf = many_pages(tmp_path / "b.pdf", ["red", "lime"])
    options = [pdf, "-o", tmp_path / "out", "--quiet"]
    result = label(*options, reply=in_order(answer("one"), RuntimeError("broke")))
    assert result.code == 1
    assert result.stderr.startswith(f"error: {pdf}: page 2: ")
    assert [row["answer"] for row in labels(tmp_path / "out")] == ["one"]
    assert [path.name for path in (tmp_path / "out/images").iterdir()] == ["b-0001.png"]
    assert label(*options, reply=in_order(answer("two"))).code == 0
    assert [row["answer"] for row in labels(tmp_path / "out")] == ["one", "two"]


# What cannot be done


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--task", "spotting"], "Boxes cannot be corrected by hand here"),
        (["--task", "sing"], 'There is no task "sing"'),
        (["--task", "ask"], "needs a value for 'question'"),
        (["--task", "fields", "--question", " , "], "needs names of fields"),
        (["--question", "Total?"], "does not take 'question'"),
    ],
)
def test_bad_options_are_one_sentence(label, image: Path, tmp_path: Path, arguments: list[str], sentence: str) -> None:
    result = label(image, "-o", tmp_path / "out", *arguments)
    assert (result.code, result.calls) == (1, 0)
    [line] = result.stderr.splitlines()
    assert line.startswith("error: ")
    assert sentence in line
    assert not (tmp_path / "out").exists()


def test_bad_inputs_do_not_stop_the_others(label, image: Path, tmp_path: Path) -> None:
    empty = image.with_name("0.png")
    empty.touch()
    result = label(empty, tmp_path / "nowhere.png", image, "-o", tmp_path / "out", "--quiet")
    assert result.code == 1
    assert result.stderr.splitlines() == [
        f"error: {empty}: The file is empty (0 bytes); copy or export it again.",
        f"error: {tmp_path / 'nowhere.png'}: The file does not exist; check the path.",
    ]
    assert len(labels(tmp_path / "out")) == 1
    result = label(empty, "-o", tmp_path / "none")
    assert (result.code, result.calls, list((tmp_path / "none").iterdir())) == (1, 0, [])


def test_a_folder_that_cannot_be_used_is_one_sentence(label, image: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    result = label(image, "-o", tmp_path / "file" / "out")
    assert (result.code, result.calls) == (1, 0)
    assert result.stderr.startswith(f'error: Cannot write "{tmp_path / "file" / "out"}" (Not a directory)')
    (tmp_path / "labels.jsonl").write_text('{"image": "a.png", "answer": "mine"}\n')
    result = label(image, "-o", tmp_path)
    assert result.code == 1
    assert "was not begun by hyocr label; name another output folder." in result.stderr
    assert (tmp_path / "labels.jsonl").read_text() == '{"image": "a.png", "answer": "mine"}\n'


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("half", "line 2 is no JSON; correct that line, or delete it."),
        ("[1]", 'row 2: a row needs an "image"'),
        ('{"image": "a.png", "answer": 5}', 'row 2: a row needs an "image"'),
        ('{"image": "a.png", "answer": {"total": 9}}', 'row 2: a row needs an "image"'),
    ],
)
def test_a_row_that_was_broken_by_hand(label, image: Path, tmp_path: Path, line: str, reason: str) -> None:
    label(image, "-o", tmp_path / "out")
    with (tmp_path / "out/labels.jsonl").open("a") as file:
        file.write(line + "\n")
    result = label(image, "-o", tmp_path / "out")
    assert (result.code, result.calls) == (1, 0)
    assert result.stderr.startswith(f"error: {tmp_path / 'out/labels.jsonl'}, {reason}")


# The page


def test_what_was_read_never_becomes_markup(label, image: Path, tmp_path: Path) -> None:
    label(image, "-o", tmp_path / "out", reply=in_order(answer("plain")))
    label(image, "-o", tmp_path / "hostile", reply=in_order(answer(HOSTILE)))
    benign, hostile = ((tmp_path / name / "index.html").read_text() for name in ("out", "hostile"))
    assert hostile.count("<") == benign.count("<")
    assert not {"\u2028", "\u2029"} & set(hostile)
    assert not re.search(r"https?:|url\(", benign)
    assert json.loads(embedded({"x": HOSTILE})) == {"x": HOSTILE}


def texts(page: Page) -> list[str]:
    return page.evaluate("[...document.querySelectorAll('.answer input, .answer textarea')].map((i) => i.value)")


def contrast(page: Page, selector: str, folder: Path) -> int:
    """How far the darkest and the lightest pixel of an element are apart, of 255."""
    place = page.evaluate(f"document.querySelector('{selector}').getBoundingClientRect().toJSON()")
    with Image.open(page.screenshot(folder / "seen.png")) as seen:
        left, top, right, bottom = (round(place[side]) for side in ("left", "top", "right", "bottom"))
        darkest, lightest = seen.convert("L").crop((left, top, right, bottom)).getextrema()
    return lightest - darkest


@needs_chromium
def test_nothing_that_was_read_runs(label, image: Path, tmp_path: Path) -> None:
    source = shutil.copy(image, image.with_name("<img src=x onerror=alert(1)>.png"))
    options = ["--task", "fields", "--question", f"total,{HOSTILE.replace(',', '')}"]
    said = json.dumps({"total": HOSTILE, HOSTILE.replace(",", ""): "9"})
    label(source, "-o", tmp_path / "out", *options, reply=in_order(answer(said)))
    with opened(tmp_path / "browser", (tmp_path / "out/index.html").as_uri()) as page:
        shown = [value.replace("\u2028", "").replace("\u2029", "") for value in texts(page)]
        assert shown == [HOSTILE.replace("\u2028", "").replace("\u2029", ""), "9"]
        assert page.evaluate("document.querySelector('.answer label:last-child span').textContent") == (
            HOSTILE.strip().replace(",", "")
        )
        assert page.evaluate("document.documentElement.dataset.hostile ?? null") is None
        assert page.evaluate("document.querySelectorAll('script').length") == 2
        page.wait("document.querySelector('.view img').naturalWidth === 400")
        assert (page.console, page.dialogs) == ([], [])
        assert all(url.startswith("file://") for url in page.requests)


@needs_chromium
def test_lines_are_corrected_by_keyboard_and_saved(tmp_path: Path) -> None:
    """Of what nano reads on the receipt: typed into, confirmed, skipped, saved, loaded again."""
    folder = tmp_path / "out"
    done = CliRunner().invoke(app, ["label", str(RECEIPT), "-o", str(folder), "--quiet"])
    assert (done.exit_code, done.stderr) == (0, "")
    rows = labels(folder)
    order = sorted(rows, key=lambda row: -1 if row["confidence"] is None else row["confidence"])
    assert len(order) > 10
    with opened(tmp_path / "browser", (folder / "index.html").as_uri()) as page:
        assert texts(page) == [row["answer"] for row in order]
        assert contrast(page, "canvas", tmp_path) > 100
        page.evaluate("document.querySelector('.answer input').select()")
        page.type("typed by hand <b>")
        page.press("Enter")
        page.press("Enter")
        page.press("x", "alt")
        page.press("Enter", "shift")
        focused = "[...document.querySelectorAll('.answer input')].indexOf(document.activeElement)"
        assert page.evaluate(focused) == 2
        assert page.evaluate("document.getElementById('counted').textContent") == (
            f"2 of {len(rows)} rows confirmed, 1 changed, 1 skipped"
        )
        page.click("#save")
        saved = page.download()
        assert saved.name == "corrected.jsonl"
        shutil.copy(saved, folder / "corrected.jsonl")
        first = {name: value for name, value in order[0].items() if name != "confidence"}
        second = {name: value for name, value in order[1].items() if name != "confidence"}
        expected = [first | {"answer": "typed by hand <b>", "corrected": True}, second]
        position = {json.dumps(row["box"]): place for place, row in enumerate(rows)}
        expected.sort(key=lambda row: position[json.dumps(row["box"])])
        assert [json.loads(line) for line in saved.read_text().splitlines()] == expected
        read = parsed(folder / "corrected.jsonl")
        assert [row.answer for row in read] == [row["answer"] for row in expected]
        assert all(row.image.is_file() and row.line and row.box for row in read)
        page.reload()
        assert page.dialogs == []
        assert texts(page)[0] == "typed by hand <b>"
        for shown in ("article.confirmed", "label.confirmed :checked"):
            assert page.evaluate(f"document.querySelectorAll('{shown}').length") == 2
        assert page.evaluate("document.querySelectorAll('label.skip :checked').length") == 1
        page.click("[name=filter][value=changed] + span")
        assert texts(page) == ["typed by hand <b>"]
        page.click("article .skip input")
        page.reload()
        assert page.dialogs == ["beforeunload"]
        page.click("#which")
        page.evaluate("document.getElementById('which').value = 'all'")
        page.click("#save")
        everything = [json.loads(line)["answer"] for line in page.download().read_text().splitlines()]
        skipped = {json.dumps(order[0]["box"]), json.dumps(order[2]["box"])}
        assert everything == [row["answer"] for row in rows if json.dumps(row["box"]) not in skipped and row["answer"]]
        assert page.console == []


@needs_chromium
def test_fields_have_an_input_each_and_empty_answers_are_left_out(label, image: Path, tmp_path: Path) -> None:
    pdf = many_pages(tmp_path / "b.pdf", ["red", "lime"])
    replies = in_order(answer('{"company": "Tea", "total": "9"}'), answer("{}"), answer('{"date": "1 May"}'))
    label(image, pdf, "-o", tmp_path / "out", "--task", "fields", "--question", "company,date,total", reply=replies)
    with opened(tmp_path / "browser", (tmp_path / "out/index.html").as_uri()) as page:
        assert texts(page) == ["Tea", "", "9", "", "", "", "", "1 May", ""]
        page.evaluate("[...document.querySelectorAll('.answer input')].find((i) => i.value === 'Tea').focus()")
        page.press("Enter")
        page.type("3 May 2024")
        page.press("Enter")
        page.press("Backspace")
        page.press("Enter")
        page.evaluate("document.getElementById('which').value = 'all'")
        page.click("#save")
        saved = page.download()
        assert page.evaluate("document.getElementById('told').textContent") == (
            "2 rows saved as corrected.jsonl; 1 row left out because the answer is empty."
        )
    shutil.copy(saved, tmp_path / "out/corrected.jsonl")
    assert [json.loads(line) for line in saved.read_text().splitlines()] == [
        {
            "image": "images/a.png",
            "task": "fields",
            "values": {"keys": ["company", "date", "total"]},
            "answer": {"company": "Tea", "date": "3 May 2024"},
            "group": "a.png",
            "corrected": True,
        },
        {
            "image": "images/b-0002.png",
            "task": "fields",
            "values": {"keys": ["company", "date", "total"]},
            "answer": {"date": "1 May"},
            "group": "b.pdf",
        },
    ]
    assert [row.answer for row in parsed(tmp_path / "out/corrected.jsonl")] == [
        '{"company": "Tea", "date": "3 May 2024"}',
        '{"date": "1 May"}',
    ]


@needs_chromium
def test_many_rows_come_in_parts(label, image: Path, tmp_path: Path) -> None:
    label(image, "-o", tmp_path / "out", reply=in_order(answer("Tea\nhouse")))
    [row] = labels(tmp_path / "out")
    rows = [row | {"answer": f"row\n{place}", "confidence": place / 20_000} for place in reversed(range(20_000))]
    (tmp_path / "out/labels.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    label(image, "-o", tmp_path / "out")
    with opened(tmp_path / "browser", (tmp_path / "out/index.html").as_uri()) as page:
        assert texts(page) == [f"row\n{place}" for place in range(100)]
        page.click("#more")
        assert len(texts(page)) == 200
        page.evaluate("[...document.querySelectorAll('textarea')].at(-1).focus()")
        page.press("Enter", "ctrl")
        assert page.evaluate("document.activeElement.value") == "row\n200"
        assert page.evaluate("document.getElementById('more').textContent") == "Show 100 more of 19,700 rows"
        page.click("#save")
        assert [json.loads(line)["answer"] for line in page.download().read_text().splitlines()] == ["row\n199"]
