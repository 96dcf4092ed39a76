"""The held-out sets: the same files again, line boxes in the image, readable by their benchmarks."""

import json
import math
import random
import re
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from eval.benchmarks import benchmark
from eval.predictions import Prediction
from tests.fonts import HELD_OUT, TRAINING, needs_fonts
from training.sources import names
from training.sources.observed import LANGUAGES
from training.synth import held_out
from training.synth.__main__ import main
from training.synth.engine import Engine, kinds
from training.synth.lines import draw_sample
from training.synth.text import TextSource


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "training.synth", "heldout", *arguments]
    return subprocess.run(command, capture_output=True, text=True)


def files(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@needs_fonts
def test_the_same_seed_makes_the_same_files_whatever_the_counts(tmp_path):
    done = run("--output", str(tmp_path / "first"), "--sets", *held_out.COUNTS, "--count", "4")
    assert done.returncode == 0, done.stderr
    for name, count in (("lines", 4), ("read", 5), ("spotting", 4)):
        assert held_out.write(tmp_path / "second" / name, name, count, held_out.SEED, HELD_OUT) == count
    first, second = files(tmp_path / "first"), files(tmp_path / "second")
    assert len(first) == 4 + 4 + 4 + 3
    assert all(second[name] == content for name, content in first.items() if name != "read/manifest.jsonl")
    for name in ("lines", "read", "spotting"):
        items = benchmark(f"synth_{name}").load(tmp_path / "first" / name)
        assert [item.id for item in items] == [f"{i:04d}" for i in range(len(items))]
        assert all(item.image().mode == "RGB" for item in items)


@needs_fonts
def test_lines_of_values_are_the_same_again(tmp_path):
    for folder in ("first", "second"):
        done = run("--output", str(tmp_path / folder), "--sets", *held_out.LINES, "--count", "5")
        assert done.returncode == 0, done.stderr
    assert files(tmp_path / "first") == files(tmp_path / "second")
    for name in held_out.LINES:
        items = benchmark(f"synth_{name}").load(tmp_path / "first" / name)
        assert len(items) == 5
        assert all(item.values for item in items)


# Fonts of the same families, as many of each, that the texts below were drawn with.
FAMILIES = {
    **{"Prociono": 1, "Junicode Two Beta": 32, "OCR B": 6, "Agave": 2, "Cardo": 3, "FreeMono": 4, "FreeSans": 4},
    **{"FreeSerif": 4, "JetBrains Mono": 16},
}


@pytest.mark.skipif(
    {name: len(paths) for name, paths in HELD_OUT.items()} != FAMILIES,
    reason="other fonts than the texts were drawn in",
)
def test_lines_are_those_of_the_first_numbers(tmp_path):
    """Numbers measured on other lines could not be compared with those of the model card."""
    assert list(HELD_OUT) == list(FAMILIES)
    held_out.write(tmp_path, "lines", 6, held_out.SEED, HELD_OUT)
    rows = [json.loads(line) for line in (tmp_path / "manifest.jsonl").read_text(encoding="utf-8").splitlines()]
    assert rows == [
        {"image": f"{index:04d}.png", "text": text}
        for index, text in enumerate(
            [
                "4.39 04/11/2023 te me ri bere du be la EXCL ªõ",
                "919X #0725664",
                "82.87 €",
                "seshgeri pe ro ra 7.93 S INVOICE:21:49:18 AM",
                "TRAKISAFI GE SIFA SH",
                "pe te el ro pela",
            ]
        )
    ]


def test_texts_are_those_of_the_first_numbers():
    """The same without fonts, which choose only what of a text they can draw."""
    texts = [TextSource(testing=True).line(random.Random(f"{held_out.SEED}/{index}"), 20) for index in range(5)]
    assert texts == [
        "RM8.87 € 8,92 730,40 €",
        "93291% +7 706/6 #093292583",
        "di ca un ha sa po fi",
        "Rm94.77 Usd 459,24 7.93 S",
        "RM 360,61 CODE :",
    ]


@needs_fonts
def test_regions_have_two_to_four_lines_with_boxes_inside_the_image(tmp_path):
    held_out.write(tmp_path, "spotting", 40, 7, HELD_OUT)
    rows = [json.loads(line) for line in (tmp_path / "manifest.jsonl").read_text(encoding="utf-8").splitlines()]
    assert {len(row["lines"]) for row in rows} == {2, 3, 4}
    for row in rows:
        with Image.open(tmp_path / row["image"]) as image:
            assert image.size == (row["width"], row["height"])
        boxes = np.array([line["box"] for line in row["lines"]])
        assert (boxes >= 0).all()
        assert (boxes[:, 2] <= row["width"]).all()
        assert (boxes[:, 3] <= row["height"]).all()
        assert (boxes[:, :2] < boxes[:, 2:]).all()
        assert (np.diff(boxes[:, 1]) > 0).all()  # from top to bottom
    module = benchmark("synth_spotting")
    pages = [module.measure(item, Prediction(item.id, "", lines=item.truth[1])) for item in module.load(tmp_path)]
    found = module.scores({name: sum(page[name] for page in pages) for name in pages[0]})
    assert found["exact_f1"] == found["one_minus_ned"] == 1


@needs_fonts
def test_a_region_of_one_drawable_line_is_drawn_again(monkeypatch):
    drawn = []

    def draw(rng, fonts, source, length, rows):
        drawn.append(draw_sample(rng, fonts, source, length, 1 if not drawn else rows))
        return drawn[-1]

    monkeypatch.setattr(held_out, "draw_sample", draw)
    sample = held_out.draw("read", 1, 0, HELD_OUT, TextSource(testing=True))
    assert len(drawn) == 2
    assert sample is drawn[1]


@needs_fonts
def test_no_font_of_training_is_drawn_with(monkeypatch, tmp_path):
    used = []
    monkeypatch.setattr(held_out, "write", lambda folder, name, count, seed, fonts: used.append(fonts) or count)
    assert main(["heldout", "--output", str(tmp_path), "--sets", *held_out.COUNTS]) == 0
    assert len(used) == 3
    assert not {path for fonts in used for paths in fonts.values() for path in paths} & {
        path for paths in TRAINING.values() for path in paths
    }


def test_a_folder_without_fonts_is_a_sentence(tmp_path):
    done = run("--output", str(tmp_path / "out"), "--fonts", str(tmp_path), "--sets", "lines", "points")
    assert done.returncode == 2
    assert "no usable fonts" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("count", ["0", "-3", "1.5", "many"])
def test_a_set_has_an_image_at_least(count, tmp_path):
    done = run("--output", str(tmp_path / "out"), "--sets", "read", "--count", count)
    assert done.returncode == 2
    assert "is no whole number from 1 up" in done.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", [*held_out.COUNTS, *held_out.SETS])
def test_every_set_has_its_benchmark(name):
    module = benchmark(f"synth_{name}")
    assert f"runs/held_out/{name}" == module.FOLDER
    assert name in held_out.COUNTS or held_out.SETS[name].prompt == module.TASK


# Sets of documents


@needs_fonts
def test_documents_are_the_same_files_again_in_any_process(tmp_path):
    sets = ("--sets", "pages", "points", "--count", "3", "--text", str(tmp_path))  # a folder without texts
    done = run("--output", str(tmp_path / "first"), *sets)
    assert done.returncode == 0, done.stderr
    for name in ("pages", "points"):
        chosen = held_out.SETS[name]
        folder = tmp_path / "second" / name
        made = held_out.write_documents(folder, chosen, 3, held_out.SEED, Engine(tmp_path), workers=2)
        assert made == (3, [])
    first, second = files(tmp_path / "first"), files(tmp_path / "second")
    assert len(first) == 3 + 3 + 2
    assert first == second


@pytest.fixture(scope="module")
def engine():
    return Engine()


@needs_fonts
@pytest.mark.parametrize("name", held_out.SETS)
def test_the_right_answer_to_a_document_scores_best(name, tmp_path, engine):
    chosen = held_out.SETS[name]
    if not set(chosen.types) & set(kinds()):
        pytest.skip(f"no document type of {name}")
    count, failures = held_out.write_documents(tmp_path, chosen, 3, 7, engine, workers=0)
    assert (count, failures) == (3, [])
    rows = [json.loads(line) for line in (tmp_path / "manifest.jsonl").read_text(encoding="utf-8").splitlines()]
    module = benchmark(f"synth_{name}")
    items = module.load(tmp_path)
    for row, item in zip(rows, items, strict=True):
        kind, split, *_ = row["document"].split("/")
        assert kind in chosen.types
        assert split == "test"
        assert item.image().size == (row["width"], row["height"])
    pages = [module.measure(item, Prediction(item.id, item.text)) for item in items]
    for score, value in module.scores({key: sum(page[key] for page in pages) for key in pages[0]}).items():
        # Some things none of three documents may have; and not every formula can be laid out.
        if not math.isnan(value) and score != "unrenderable":
            assert value == pytest.approx(float(score not in module.ERRORS)), score


@needs_fonts
def test_a_set_says_how_many_images_it_has(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(held_out, "kinds", lambda: [])
    assert main(["heldout", "--output", str(tmp_path), "--sets", "points", "--count", "2"]) == 0
    assert capsys.readouterr().out == f"0 images in {tmp_path / 'points'}, 2 were asked for\n"


REWORDED = [name for name, chosen in held_out.SETS.items() if chosen.ask]


@needs_fonts
@pytest.mark.parametrize("name", REWORDED)
def test_reworded_sets_ask_in_words_that_training_never_uses(name, engine):
    chosen = held_out.SETS[name]
    reserved = {text.casefold() for texts in names.NAMES.values() for text in texts if names.reserved(text)}
    asked = 0
    for index in range(6):
        document = engine.document(f"receipts/test/7/{index}")
        sample = held_out.one_sample(document, chosen)
        if sample is None:
            assert document.language not in LANGUAGES
            continue
        asked += 1
        assert document.language in LANGUAGES
        assert sample.task == chosen.prompt
        assert sample.values == held_out.one_sample(document, chosen).values
        if name == "questions_reworded":
            question = sample.values["question"]
            known = {text for texts in names.QUESTIONS.values() for text in texts} | {*names.ASKING}
            of_training = {text for text in known if not names.reserved(text)}
            assert not any(re.fullmatch(re.escape(text).replace(r"\{\}", ".+"), question) for text in of_training)
        else:
            given = sample.values.get("keys") or f"['{sample.values['key']}']"
            assert {key.replace("_", " ").casefold() for key in given[2:-2].split("','")} <= reserved
    assert asked
