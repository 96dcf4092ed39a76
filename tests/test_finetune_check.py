"""Every kind of broken row is told with its line, before any training; what is counted is what training will see."""

from __future__ import annotations

import json
import sys
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image

from hyocr.canvas import canvas
from hyocr.engines.base import Request
from hyocr.engines.prompting import Prompter
from hyocr.errors import HyocrError
from hyocr.model import tower
from hyocr.model.checkpoint import prepare
from tests.bombs import written
from training.example import Example
from training.finetune import check as checking
from training.finetune import images, tallies
from training.finetune.check import INDEX, LONGEST_LINE, check, describe, group_hash, main
from training.finetune.images import look, pixels, seen_size, sight
from training.finetune.lengths import Lengths, words_stand_alone
from training.finetune.rows import RowError, parse_rows
from training.packing import Encoder

BOX = {"task": "spotting", "prompt": None}
SPOT = "<ref>TOTAL</ref><quad>({},20),(30,40)</quad>"
TEXTS = [
    "TOTAL (RM) 9.00",
    "  two  spaces \n\tand lines\r\n\nor 3 . 5 ,x ",
    "检测并识别图片中的文字 and é ü ﬁ 🙂 \u3000x\xa0y\u200bz",
    "<ref>a b</ref><quad>(1,2),(3,4)</quad> <none> [unk]",
]


@pytest.fixture(scope="module")
def nano():
    return prepare("nano")


@pytest.fixture(params=["nano", "tiny"])
def either(request, nano):
    return nano if request.param == "nano" else prepare(str(request.getfixturevalue("tiny_checkpoint")))


@pytest.fixture
def folder(tmp_path):
    """Where page.png of 400 x 300 lies, in noise so that every pixel counts."""
    Image.effect_noise((400, 300), 90).convert("RGB").save(tmp_path / "page.png")
    return tmp_path


def row(**changes: object) -> dict[str, object]:
    return {"image": "page.png", "prompt": "What is the total?", "answer": "9.00"} | changes


def rows_file(folder: Path, *rows: object) -> Path:
    """JSON for what is not bytes already; a line each."""
    lines = [one if isinstance(one, bytes) else json.dumps(one).encode() for one in rows]
    (folder / "rows.jsonl").write_bytes(b"".join(line + b"\n" for line in lines))
    return folder / "rows.jsonl"


def checked(folder: Path, checkpoint, *rows: object, by_character: bool = False, index: Path | None = None):
    return check(rows_file(folder, *rows), checkpoint, by_character, index)


@pytest.mark.parametrize(
    ("broken", "told"),
    [
        (b'{"image": "\xff"}', "not UTF-8"),
        (b'{"image": ', "not JSON"),
        (b"[]", "JSON object"),
        (row(answer=""), '"answer" is empty'),
        ({"image_path": "page.png", "conversations": [{"from": "gpt", "value": "x"}]}, 'should be from "human"'),
        (row(image="none.png"), "does not exist"),
        (row(image="."), "is a folder"),
        (row(image="empty"), "0 bytes"),
        (row(image="truncated_jpeg"), "cut short"),
        (row(image="rows.jsonl"), "no image"),
        (row(image="huge_png"), "megapixels"),
        (row(image="large.png"), "megapixels"),
        (row(image="claiming_pdf"), "more than 1"),
        (row(image="pages.tif"), "more than 1 pages"),
        (row(image="dot.png"), "too small"),
        (row(image="strip.png"), "200 times"),
        (row(box=[1, 2, 3]), "four whole numbers"),
        (row(box=[9, 9, 5, 20]), "x1 < x2"),
        (row(box=[350, 20, 401, 40]), "[350, 20, 401, 40] reaches outside of the image of 400x300"),
        (row(box=[10, 10, 12, 200]), "too small"),
        (row(**BOX, answer=SPOT.format(1010)), "the corner (1010,20)"),
        (row(answer=SPOT.format(-1)), "the corner (-1,20)"),
        (row(answer=SPOT.format(0.5)), "whole numbers from 0 to 1000"),
        (row(answer=SPOT.format("left")), "where coordinates should be"),
        (row(answer="<ref>x</ref><quad>(1,2),(3,4)"), "<quad> that is not closed"),
        (row(task="spotting_json", prompt=None, answer=[{"box": [1, 2, 3, 4000], "text": "x"}]), "(3,4000)"),
        (row(answer="a1 " * 6000), "the context of 8,192"),
        (row(answer="x" * 300_000), "300,018 characters"),
        (row(prompt="Read <｜hy_image▁pad｜> it."), "the prompt has the control token <｜hy_image▁pad｜>"),
        (row(answer="9.00<｜hy_Assistant｜>"), "the answer has the control token <｜hy_Assistant｜>"),
        (row(task="key", prompt=None), "needs a value for 'key'"),
    ],
)
def test_what_is_broken_is_told_with_its_line(folder, nano, broken, told):
    for name in ("empty", "truncated_jpeg", "huge_png", "claiming_pdf"):
        written(name, folder)
    Image.new("1", (10_001, 10_000)).save(folder / "large.png")
    Image.new("L", (50, 50)).save(folder / "pages.tif", save_all=True, append_images=[Image.new("L", (50, 50))])
    Image.new("L", (3, 3)).save(folder / "dot.png")
    Image.new("L", (2010, 10)).save(folder / "strip.png")
    report = checked(folder, nano, row(), b" ", broken, row(prompt="What else?"))
    assert (report.lines, report.rows, report.problems.count) == (3, 2, 1)
    assert report.problems.first[0].startswith("line 3: ")
    assert told in report.problems.first[0]
    assert "line 3: " in describe(report)


def test_a_row_too_long_is_told_in_tokens(folder, nano):
    answer = "a1 " * 6000
    length = Lengths(nano, False).answers([answer])[0]
    sentence = checked(folder, nano, row(answer=answer)).problems.first[0]
    assert f"the answer {length:,}, together more than the context of 8,192" in sentence


def test_answers_that_only_look_broken_pass(folder, nano):
    spotted = [row(**BOX, answer=answer) for answer in (SPOT.format(1000), "[]", [{"box": [0, 1, 2, 3], "text": "x"}])]
    free = [row(prompt=f"{i}?", answer=x) for i, x in enumerate(["if a<b", [{"box": [2000, 1, 2, 3], "text": "x"}]])]
    tags = row(prompt="!", answer="<pFig>x</pFig><quad>(1,2),(3,4)</quad><table><tr></table>")
    assert checked(folder, nano, *spotted, *free, tags).problems.count == 0


def test_every_question_of_a_conversation_is_checked_by_itself(folder, nano, tmp_path):
    pairs = [{"question": f"{i}?", "answer": SPOT.format(1500 if i == 1 else 5)} for i in range(3)]
    index = tmp_path / "index"
    report = checked(folder, nano, {"img_path_sh": "page.png", "conv": pairs}, index=index)
    assert report.rows == 2
    assert report.problems.first[0].startswith("line 1: question 2: the answer has a box")
    assert np.fromfile(index, INDEX)["turn"].tolist() == [0, 2]


def test_problems_come_in_order_and_the_first_fifty_are_kept(folder, nano):
    rows = [row(answer="a1 " * 6000) if i % 2 else row(answer="") for i in range(60)]
    problems = checked(folder, nano, *rows).problems
    assert (problems.count, len(problems.first)) == (60, 50)
    assert [line.split(":")[0] for line in problems.first] == [f"line {i}" for i in range(1, 51)]
    assert problems.lines("problem")[::51] == ["60 problems:", "  ... and 10 more"]


def test_a_line_too_long_is_passed_over(folder, nano, monkeypatch):
    monkeypatch.setattr(checking, "LONGEST_LINE", 200)
    monkeypatch.setattr(checking, "BATCH_CHARACTERS", 64)
    report = checked(folder, nano, row(), b" " * 1000 + b"{}", row(answer=""), b"x" * 200)
    assert [line[:22] for line in report.problems.first] == [
        "line 2: this line is l",
        'line 3: "answer" is em',
        "line 4: this line is l",
    ]
    assert report.rows == 1
    assert LONGEST_LINE == 16 << 20


def test_files_without_rows(folder, nano):
    for rows in ([], [b"", b"  "]):
        assert "has no rows" in checked(folder, nano, *rows).problems.first[0]
    for place in (folder, folder / "none.jsonl"):
        with pytest.raises(HyocrError, match="cannot be used"):
            check(place, nano, False)


def test_another_answer_to_the_same_question_is_a_warning(folder, nano):
    report = checked(folder, nano, row(), row(), row(answer="8.00"), row(box=[0, 0, 40, 40], answer="8.00"))
    assert report.warnings.first == ["line 3: line 1 asks the same of the same image and has another answer."]
    assert (report.rows, report.problems.count) == (4, 0)
    assert "1 warning:\n" in describe(report)


def test_an_image_is_decoded_once_until_it_changes(folder, nano, monkeypatch):
    Image.new("L", (60, 40)).save(folder / "other.png")
    written("truncated_jpeg", folder)
    opened: list[str] = []
    plain = images.decoded
    monkeypatch.setattr(checking, "decoded", lambda path: opened.append(path.name) or plain(path))
    names = ["page.png", "truncated_jpeg", "other.png"] * 4
    report = checked(folder, nano, *[row(image=name) for name in names])
    assert sorted(opened) == sorted(set(names))
    assert (report.problems.count, len(report.images)) == (4, 2)


def test_look_is_upright_and_keeps_up_with_its_file(folder):
    (shown,) = parse_rows(json.dumps(row()), 1, folder)
    assert look(shown).size == (400, 300)
    turned = Image.Exif()
    turned[0x0112] = 6
    Image.new("L", (70, 30)).save(folder / "page.png", exif=turned)
    assert look(shown).size == (30, 70)
    assert look(shown).mode == "RGB"
    (folder / "page.png").unlink()
    with pytest.raises(RowError, match=r"^line 1: .*page\.png: The file does not exist"):
        look(shown)


def test_decoded_pages_are_forgotten(folder, monkeypatch):
    monkeypatch.setattr(images, "KEPT_PIXELS", 5000)
    for i in range(4):
        Image.new("L", (40, 50)).save(folder / f"{i}.png")
        look(parse_rows(json.dumps(row(image=f"{i}.png")), 1, folder)[0])
    assert [Path(key[0]).name for key in images._kept] == ["2.png", "3.png"]


@pytest.mark.parametrize(
    "shape", [{}, {"box": [13, 40, 371, 61]}, {"line": True}, {"box": [5, 9, 390, 30], "line": True}]
)
def test_pixels_are_what_the_processor_makes_of_the_request(folder, either, shape):
    (asked,) = parse_rows(json.dumps(row(**shape)), 1, folder)
    image = Image.open(folder / "page.png").crop(asked.box or (0, 0, 400, 300))
    request = Request(canvas(image) if asked.line else image, asked.prompt, line_canvas=asked.line)
    job = Prompter(either).job(0, request)
    inputs = either.processor(text=[job.prompt], images=[[job.request.image]], return_tensors="pt")
    ours = pixels(asked, sight(either))
    patches = tower.normalised_patches(torch.from_numpy(ours)[None], 16)[0]
    torch.testing.assert_close(patches, inputs["pixel_values"], rtol=0, atol=1e-5)
    counted = checked(folder, either, row(**shape))
    assert counted.prompt_tokens.most == job.length == inputs["input_ids"].shape[1]


@given(st.integers(4, 3000), st.integers(4, 3000), st.booleans())
@settings(max_examples=60, deadline=None)
def test_the_size_is_known_before_the_pixels(nano_sight, width, height, line):
    if max(width, height) <= 200 * min(width, height):
        part = Image.new("RGB", (width, height))
        shown = images.stretched(canvas(part), nano_sight.stretch) if line else part
        made = images.fit_page(shown, nano_sight.min_pixels, nano_sight.max_pixels)
        assert seen_size((width, height), line, nano_sight) == made.shape[:2]


@pytest.fixture(scope="module")
def nano_sight(nano):
    return sight(nano)


@pytest.mark.parametrize("by_character", [False, True])
def test_the_index_leads_to_the_rows_and_says_their_tokens(folder, either, by_character):
    rows = [row(prompt=f"{i} {text[:9]}?", answer=text, group=f"g{i % 3}") for i, text in enumerate(TEXTS)]
    report = checked(folder, either, rows[0], b"", *rows[1:], by_character=by_character, index=folder / "index")
    assert report.problems.count == 0
    index, encoder = np.memmap(folder / "index", INDEX, "r"), Encoder(either.processor.tokenizer)
    with report.file.open("rb") as file:
        for place, wanted in zip(index, rows, strict=True):
            file.seek(place["offset"])
            found = parse_rows(file.readline(), int(place["line"]), folder)[place["turn"]]
            assert (found.prompt, found.answer) == (wanted["prompt"], wanted["answer"])
            sample = Example("", found.prompt, found.answer, pixels(found, sight(either)))
            assert place["tokens"] == len(encoder.encode(sample, by_character))
            assert place["group"] == group_hash(found.group)
    assert index["line"].tolist() == [1, 3, 4, 5]
    assert (report.tokens.total, len(report.groups)) == (index["tokens"].sum(), 3)
    assert sorted(path.name for path in folder.iterdir()) == ["index", "page.png", "rows.jsonl"]


def test_the_hash_of_a_group_never_changes():
    assert group_hash("shop 7") == 14642441423884884348


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.sampled_from([*TEXTS, " ", "\n", "a", "7", "-", "<ref>", "\x1c", "\x85"]) | st.text(max_size=6)).map(
        "".join
    )
)
@example("a \x85b \x1cc")
def test_answers_counted_by_words_are_counted_right(nano, answer):
    tokenizer = nano.processor.tokenizer
    assert words_stand_alone(tokenizer)
    counted = Lengths(nano, False)
    for _ in range(2):
        assert counted.answers([answer]) == [len(tokenizer.encode(answer, add_special_tokens=False))]


def test_memory_does_not_grow_with_the_file(folder, nano):
    """60 MB of rows beside 3 MB of them."""

    def peak(count: int) -> int:
        file = folder / "many.jsonl"
        with file.open("w") as lines:
            for i in range(count):
                answer = f"{i} {TEXTS[0]} " * 20
                lines.write(json.dumps(row(prompt=f"Question {i % 500}?", answer=answer, other="x" * 8000)) + "\n")
        tracemalloc.reset_peak()
        assert check(file, nano, True).rows == count
        return tracemalloc.get_traced_memory()[1]

    tracemalloc.start()
    try:
        small, large = peak(350), peak(7_000)
    finally:
        tracemalloc.stop()
    assert large < small + 3_000_000


def test_tallies(monkeypatch):
    spread, numbers = tallies.Spread(100), np.random.default_rng(0).integers(0, 100, 999)
    for number in numbers:
        spread.add(int(number))
    assert (spread.least, spread.most, spread.total) == (numbers.min(), numbers.max(), numbers.sum())
    assert spread.at(0.5) == np.sort(numbers)[499]
    spread.add(5000)
    assert (spread.most, spread.at(1)) == (5000, 100)
    monkeypatch.setattr(tallies, "MANY", 40)
    monkeypatch.setattr(tallies, "_UNSORTED", 8)
    distinct = tallies.Distinct()
    for number in range(40):
        distinct.add(number * 2**58 % 2**64)
        distinct.add(0)
    assert (len(distinct), str(distinct)) == (40, "40")
    for number in range(50):
        distinct.add(number)
    assert (len(distinct), str(distinct)) == (40, "more than 40")


def test_command_line(folder, nano, monkeypatch, capsys):
    file = rows_file(folder, row())
    monkeypatch.setattr(sys, "argv", ["check", str(file)])
    assert main() == 0
    out, err = capsys.readouterr()
    assert "rows    1 good" in out
    assert not err
    rows_file(folder, row(answer=""))
    assert main() == 1
    assert 'line 1: "answer" is empty' in capsys.readouterr().out
    file.unlink()
    assert main() == 1
    assert capsys.readouterr().err.startswith("error: There is no file")


def test_interrupted(folder, monkeypatch, capsys):
    def stopped(*_args: object, **_options: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(checking, "check", stopped)
    monkeypatch.setattr(sys, "argv", ["check", str(rows_file(folder, row()))])
    assert main() == 130
    assert capsys.readouterr().err == "stopped\n"
