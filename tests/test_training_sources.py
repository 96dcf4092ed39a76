from __future__ import annotations

import json
import random
import subprocess
import sys
import zlib
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from hyocr.wording import wordings
from tests.fonts import HELD_OUT, TRAINING, needs_fonts
from tests.receipts_folder import PAGES, make_receipts
from training.config import Stage
from training.example import Example, SampleError
from training.mixture import Mixture, NoShare, NothingToDraw
from training.sources import load_sources
from training.sources.crops import Crop, RealLines, load_crops, receipt_crops, relabelled
from training.sources.documents import types_for
from training.sources.formulas import shown
from training.sources.pictures import fit_page
from training.sources.receipts import labelled_receipts
from training.synth import pairs
from training.synth.samples import task_names

WIDTHS = {64: 1.0, 128: 1.0, 512: 1.0}
LABELS = [line.title() for lines in PAGES.values() for line in lines]
REAL = ["crops", "crops/key", "receipts/read", "receipts/spotting", "receipts/fields", "formulas"]
QUICK = ["lines", "regions", "pairs/key", "pairs/evidence", "text", "synth/chart", "synth/subtitles"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Real pictures, drawn: four receipts, one of them no picture, and two formulas."""
    place = make_receipts(tmp_path_factory.mktemp("receipts"), "train")
    (place / "b.png").write_bytes(b"no picture")
    (place / "labels.json").write_text(json.dumps(LABELS))
    (place / "formulas").mkdir()
    Image.new("L", (304, 98), 255).save(place / "formulas/x.png")
    rows = [{"image": "x.png", "latex": r"x\label{eq:1}  y", "split": split} for split in ("train", "dev")]
    (place / "formulas/manifest.jsonl").write_text("\n".join(map(json.dumps, rows)))
    return place


def stage(folder: Path, *names: str, **settings: object) -> Stage:
    place = str(folder)
    known = {"receipts": place, "formulas": f"{place}/formulas", "labels": f"{place}/labels.json", "seed": 5}
    return Stage(mixture=dict.fromkeys(names, 1.0), widths=WIDTHS, **(known | settings))


def drawn(source, count=12, width=128):
    found = []
    for index in range(count):
        try:
            found.append(source.draw(random.Random(index), width))
        except SampleError:
            continue
    return found


@pytest.mark.parametrize("size", [(1, 1), (31, 900), (463, 1013), (980, 111), (1600, 1600), (700, 8), (2480, 3508)])
@pytest.mark.parametrize("bounds", [(2048, 1536 * 1024), (4096, 65536), (512 * 512, 2048 * 2048)])
def test_pages_have_the_size_the_processor_gives_them(size, bounds):
    from transformers.models.hunyuan_vl.image_processing_pil_hunyuan_vl import HunYuanVLImageProcessorPil

    image = Image.fromarray(np.random.default_rng(0).integers(0, 256, (size[1], size[0], 3), np.uint8))
    processor = HunYuanVLImageProcessorPil(
        size={"shortest_edge": bounds[0], "longest_edge": bounds[1]}, do_rescale=False, do_normalize=False
    )
    theirs = processor(images=image)
    ours = fit_page(image, *bounds)
    assert theirs["image_grid_thw"][0].tolist() == [1, ours.shape[0] // 16, ours.shape[1] // 16]
    first = np.asarray(theirs["pixel_values"][0]).reshape(3, 16, 16).transpose(1, 2, 0)
    np.testing.assert_array_equal(ours[:16, :16], first)


def check(name: str, example: Example) -> None:
    assert example.task == name
    assert example.answer.strip() or name == "synth/subtitles"  # of a frame without any
    if name == "text":
        assert (example.prompt, example.asked, example.image, example.line) == ("", "", None, False)
        return
    assert example.asked in wordings()
    assert example.prompt
    assert "{" not in example.prompt
    height, width, channels = example.image.shape
    assert (height % 32, width % 32, channels, example.image.dtype) == (0, 0, 3, np.uint8)
    assert example.line == (name in ("lines", "crops"))
    assert example.canvas == (name in ("pairs/key", "pairs/evidence", "crops/key"))
    assert height == 32 or not (example.line or example.canvas)


@needs_fonts
@pytest.mark.parametrize("name", QUICK)
def test_drawn_sources_yield_valid_examples(folder, name):
    for example in drawn(load_sources(stage(folder, name))[name], count=4):
        check(name, example)


@pytest.mark.parametrize("name", REAL)
def test_real_sources_yield_valid_examples(folder, name):
    examples = drawn(load_sources(stage(folder, name))[name])
    assert len(examples) > 6
    for example in examples:
        check(name, example)


def test_lines_that_hold_a_field_are_asked_for_it(folder):
    examples = drawn(load_sources(stage(folder, "crops/key"))["crops/key"], 60)
    asked = {(example.prompt.split("value of ")[1].split("?")[0], example.answer) for example in examples}
    shown = [PAGES[name] for name in "acd"]
    assert asked == {
        *(("company", lines[0].title()) for lines in shown),
        *(("date", lines[1]) for lines in shown),
        *(("total", lines[2].split()[1]) for lines in shown),  # "Total 9.00"
    }


@needs_fonts
def test_drawn_pairs_are_asked_for_what_stands_on_them():
    for seed in range(60):
        rng = random.Random(seed)
        key, evidence = (pairs.draw(rng, task, TRAINING, 24, "en") for task in ("key", "evidence"))
        assert key.values["key"] in pairs.VALUES
        assert key.answer
        observed, _, answer = evidence.answer.removeprefix("<observation>").partition("</observation><answer>")
        assert answer.removesuffix("</answer>") in observed
        assert evidence.values["question"].endswith("?")
    line = pairs.pairs(random.Random(1), 60)
    assert len({one.name for one in line}) == len(line) == pairs.MOST_PAIRS
    assert len(pairs.pairs(random.Random(1), 5)) == 1
    years = {pairs.question(random.Random(s), pairs.Pair("date", "Date 5 Jun 2007", "5 Jun 2007")) for s in range(20)}
    assert {(one.en, one.answer) for one in years} == {
        ("Of which year is it?", "2007"),
        ("What is the date?", "5 Jun 2007"),
    }


def test_line_canvases_are_widened_whatever_is_asked_of_them(folder):
    names = ("crops", "crops/key", "receipts/read")
    sources = load_sources(stage(folder, *names))
    for name in names:
        plain, wide = (
            next(Mixture(sources, {name: 1.0}, 3, WIDTHS, {factor: 1.0}).examples(0, [])) for factor in (1.0, 2.0)
        )
        assert wide.image.shape[1] == plain.image.shape[1] * (1 if name == "receipts/read" else 2)


def test_every_task_is_a_source_that_some_document_type_serves(folder):
    with pytest.raises(ValueError, match=r"no source 'synth/dreams'.*synth/read_at.*receipts/fields"):
        load_sources(stage(folder, "synth/dreams"))
    assert types_for("table") == ["tables", "papers"]
    assert all(types_for(task) for task in task_names())


@pytest.mark.parametrize("name", REAL)
def test_a_source_without_its_folder_names_the_setting(folder, name):
    setting = "formulas" if name == "formulas" else "receipts"
    with pytest.raises(ValueError, match=f"'{name}' needs a folder: give the setting '{setting}'"):
        load_sources(stage(folder, name, **{setting: ""}))


def test_receipts_are_read_spotted_and_asked_as_their_truth_has_it(folder):
    names = ("receipts/read", "receipts/spotting", "receipts/fields")
    sources = load_sources(stage(folder, *names))
    texts = {example.answer for example in drawn(sources["receipts/read"], 30)}
    assert texts == {"\n".join(map(str.title, PAGES[name])) for name in "acd"}
    fields = drawn(sources["receipts/fields"], 1)[0]
    assert "['company','date','address','total']" in fields.prompt
    assert json.loads(fields.answer.strip("`json\n"))["address"] == "1 ROAD"
    for example in drawn(sources["receipts/spotting"], 20):
        lines = example.answer.split("</quad>")[:-1]
        assert [line.split("</ref>")[0].removeprefix("<ref>") for line in lines] in [
            list(map(str.title, PAGES[name])) for name in "acd"
        ]
        paper = example.image[0, 0].astype(int)
        rest = example.image.astype(int)
        for line in lines:  # wherever the page was cut and however it was scaled, all ink is inside the boxes
            corners = line.split("<quad>")[1].strip("()").replace("),(", ",").split(",")
            x1, y1, x2, y2 = (int(v) * side / 1000 for v, side in zip(corners, (rest.shape[1::-1]) * 2, strict=True))
            inside = slice(max(0, round(y1) - 2), round(y2) + 2), slice(max(0, round(x1) - 2), round(x2) + 2)
            assert np.abs(rest[inside] - paper).max() > 60
            rest[inside] = paper
        assert np.abs(rest - paper).max() < 30


def test_lines_beside_each_other_are_read_as_one_row(tmp_path):
    make_receipts(tmp_path, "train")
    row = json.loads((tmp_path / "manifest.jsonl").read_text().split("\n")[0])
    row |= {"words": ["9.00", "TOTAL", "TEA"], "boxes": [[200, 92, 260, 124], [30, 90, 120, 122], [30, 30, 90, 60]]}
    (tmp_path / "manifest.jsonl").write_text(json.dumps(row))
    assert [text for text, _ in labelled_receipts(tmp_path)[0].lines] == ["TEA", "TOTAL", "9.00"]
    source = load_sources(stage(tmp_path, "receipts/read", labels=""))["receipts/read"]
    assert source.draw(random.Random(0), 64).answer == "TEA\nTOTAL 9.00"


def test_a_corrupt_receipt_is_named_and_passed_over(folder):
    names = ("crops", "receipts/read")
    skipped: list[str] = []
    stream = Mixture(load_sources(stage(folder, *names)), dict.fromkeys(names, 1.0), 5, WIDTHS).examples(0, skipped)
    tasks = [next(stream).task for _ in range(40)]
    assert set(tasks) == set(names)
    assert len(skipped) > 2
    assert all(line.startswith(f"{folder / 'b.png'}: UnidentifiedImageError") for line in skipped)


def test_nothing_but_failures_ends_the_stream(folder):
    class Broken:
        def draw(self, rng, width):
            raise SampleError("b.png", "no picture")

    skipped: list[str] = []
    with pytest.raises(NothingToDraw, match=r"50 samples in a row .*b\.png: no picture"):
        next(Mixture({"crops": Broken()}, {"crops": 1.0}, 0, WIDTHS).examples(0, skipped))
    assert len(skipped) == 50


def test_crops_are_drawn_on_a_canvas_of_their_own_width(folder):
    source = load_sources(stage(folder, "crops"))["crops"]
    assert {example.image.shape[1] for example in drawn(source, 30, width=512)} == {512}
    narrow = drawn(source, 30, width=64)
    assert {(example.answer, example.image.shape[1]) for example in narrow} == {("Cafe", 128), ("Bakery", 128)}


def test_a_box_outside_its_page_is_the_error_of_that_crop_alone(folder):
    good = receipt_crops(folder, "train")[0]
    bad = Crop(good.path, (5000, 10, 5100, 40), "Tea")
    sound, error, same = load_crops([good, bad, good])
    assert isinstance(error, SampleError)
    assert str(error).startswith(f"{good.path}, box (5000, 10, 5100, 40): ValueError")
    assert sound == same
    source = RealLines([bad], [128], ["en"])
    with pytest.raises(SampleError, match="box"):
        source.draw(random.Random(0), 128)


def test_shares_of_nothing_are_the_mixtures_own_error():
    with pytest.raises(NoShare, match=r"^mixture: give a source a share above 0\.$"):
        Mixture({"text": None}, {"text": 0.0}, 0, WIDTHS)


def test_labels_are_checked_against_the_lines(folder, tmp_path):
    crops = receipt_crops(folder, "train")
    file = tmp_path / "labels.json"
    file.write_text(json.dumps(["Tea House", *[None] * 11]))
    assert [crop.text for crop in relabelled(crops, str(file))] == ["Tea House"]
    file.write_text("[]")
    with pytest.raises(ValueError, match="labels 0 lines, but the receipts have 12"):
        relabelled(crops, str(file))


@needs_fonts
def test_testing_draws_held_out_fonts_words_and_documents_and_nothing_real(folder):
    names = ("lines", "synth/chart", "text", "crops")
    training, testing = (load_sources(stage(folder, *names), testing=flag) for flag in (False, True))
    assert (list(training), list(testing)) == (list(names), list(names[:3]))
    for sources, fonts, split in ((training, TRAINING, "train"), (testing, HELD_OUT, "test")):
        drawing = sources["lines"].drawing
        assert (drawing.fonts, drawing.text.testing) == (fonts, split == "test")
        assert sources["synth/chart"].split == split
        assert sources["text"].corpus is sources["synth/chart"].engine.world(split).corpus
        assert sources["text"].corpus.testing == (split == "test")


def streams(folder: Path, *orders: tuple[int, ...]) -> list[str]:
    """What the first examples of some items look like, for each order of items."""
    mixture = {"lines": 4.0, "regions": 2, "crops": 2, "receipts/spotting": 1, "text": 1}
    known = stage(folder, *mixture, prompt_language="both")
    mixed = Mixture(load_sources(known), mixture, known.seed, known.widths)
    return ["\n".join(row for item in items for row in rows(mixed, item)) for items in orders]


def rows(mixed: Mixture, item: int) -> list[str]:
    found, skipped = [], list[str]()
    for example in islice(mixed.examples(item, skipped), 14):
        pixels = None if example.image is None else (example.image.shape, zlib.crc32(example.image.tobytes()))
        found.append(f"{example.task} {example.prompt} {example.answer!r} {pixels}")
    return [*found, str(skipped)]


@needs_fonts
def test_an_item_is_the_same_in_any_process_and_order(folder):
    both, one = streams(folder, (7, 8), (8,))
    assert len(one) > 1000
    assert both.endswith("\n" + one)
    assert both.count(one) == 1
    script = f"""
from pathlib import Path
from tests.test_training_sources import streams
print(*streams(Path({str(folder)!r}), (8,)))
"""
    elsewhere = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert elsewhere.stdout == one + "\n"


def test_formulas_say_what_is_shown(folder):
    assert shown(r"a\label{eq:1} \nonumber = 5\% %\left(b  ") == r"a = 5\% \left(b"
    assert {example.answer for example in drawn(load_sources(stage(folder, "formulas"))["formulas"])} == {"x y"}


@pytest.mark.skipif(not Path("../shared/data/formulas").is_dir(), reason="no ../shared/data/formulas here")
def test_no_label_is_left_in_the_real_formulas(folder):
    source = load_sources(stage(folder, "formulas", formulas="../shared/data/formulas"))["formulas"]
    assert len(source.known) == 995  # three pictures have no LaTeX
    assert not [formula for formula in source.known if "\\label" in formula.latex or not formula.latex]
