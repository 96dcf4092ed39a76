"""Signs, screenshots, slides, frames and clips: what is special to text on pictures."""

from __future__ import annotations

import importlib
import random
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from eval.benchmarks import subtitles as benchmark
from tests.fonts import needs_fonts
from training.synth import clips
from training.synth.annotation import Line
from training.synth.documents import _backgrounds, _screen_code, _sign_words
from training.synth.documents._scene import Turn, luminance
from training.synth.documents._screen_templates import SUFFIXES
from training.synth.engine import Engine, World
from training.synth.sheet import Overflow, Sheet, Style
from training.synth.words.corpus import Corpus

pytestmark = needs_fonts
KINDS = ("frames", "screenshots", "signs", "slides")
COUNT = 24


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine()


@pytest.fixture(scope="module")
def sheets(engine: Engine) -> dict[str, list[Sheet]]:
    return {kind: list(composed(engine, kind)) for kind in KINDS}


def composed(engine: Engine, kind: str) -> Iterator[Sheet]:
    module, failures = importlib.import_module(f"training.synth.documents.{kind}"), 0
    for index in range(COUNT):
        rng = random.Random(f"{kind}/{index}")
        world = engine.world(("train", "test")[index % 2])
        while True:
            try:
                yield module.compose(rng, world)
                break
            except Overflow:
                failures += 1
    assert failures <= COUNT // 5


def lines_of(sheet: Sheet) -> list[Line]:
    return [line for block in sheet.blocks for line in block.lines]


@pytest.mark.parametrize("kind", KINDS)
def test_texts_stand_apart_and_inside(sheets: dict[str, list[Sheet]], kind: str) -> None:
    for sheet in sheets[kind]:
        assert not sheet.paper
        assert lines_of(sheet)
        boxes = np.array([line.box for line in lines_of(sheet) if abs(line.quad[1, 1] - line.quad[0, 1]) < 2]).reshape(
            -1, 4
        )
        low = np.maximum(boxes[:, None, :2], boxes[None, :, :2])
        high = np.minimum(boxes[:, None, 2:], boxes[None, :, 2:])
        shared = np.clip(high - low, 0, None).prod(-1)
        areas = (boxes[:, 2:] - boxes[:, :2]).prod(-1)
        share = shared / np.minimum(areas[:, None], areas[None])
        np.fill_diagonal(share, 0)
        assert share.max(initial=0) < 0.3, [lines_of(sheet)[i].text for i in np.argwhere(share >= 0.3)[0]]


@pytest.mark.parametrize("kind", KINDS)
def test_markup_is_what_is_drawn(sheets: dict[str, list[Sheet]], kind: str) -> None:
    for sheet in sheets[kind]:
        for block in sheet.blocks:
            drawn = "".join(line.text for line in block.lines).replace(" ", "")
            if block.kind in ("title", "section_title", "paragraph", "caption") and block.markup:
                assert "".join(block.markup.lstrip("#").split()) == drawn
            elif block.kind == "list":
                rows = [row.lstrip().removeprefix("- ") for row in block.markup.split("\n")]
                assert "".join("".join(rows).split()) == drawn


@pytest.mark.parametrize("kind", KINDS)
def test_text_can_be_seen(sheets: dict[str, list[Sheet]], kind: str) -> None:
    """Letters differ from what is behind them, or from the outline around them, in nearly all lines."""
    faint = total = 0
    for sheet in sheets[kind]:
        ink, letters, ground = np.asarray(sheet.ink), np.asarray(sheet.colour), np.asarray(sheet.graphics)
        for line in lines_of(sheet):
            x1, y1, x2, y2 = (round(side) for side in line.box)
            solid, empty = ink[y1:y2, x1:x2] > 200, ink[y1:y2, x1:x2] == 0
            if solid.any() and empty.any():
                shade, behind = letters[y1:y2, x1:x2][solid].mean(0), ground[y1:y2, x1:x2][empty].mean(0)
                faint += float(np.abs(shade - behind).max()) < 40
                total += 1
    assert faint <= 0.02 * total


def test_questions_are_answered_by_their_lines(sheets: dict[str, list[Sheet]]) -> None:
    asked = 0
    for sheet in (sheet for kind in KINDS for sheet in sheets[kind]):
        for question, lines in sheet.questions:
            text = "".join(line.text for line in lines).replace(" ", "")
            asked += 1
            assert question.answer.replace(" ", "") in text or question.answer.isdecimal()
    assert asked > COUNT


def test_a_frame_has_one_subtitle_or_none(engine: Engine) -> None:
    frames = importlib.import_module("training.synth.documents.frames")
    silent, translated = 0, 0
    for index in range(60):
        sheet = frames.compose(random.Random(index), engine.world("train"))
        found = [block for block in sheet.blocks if block.kind == "subtitle"]
        assert len(found) <= 1
        silent += not found
        if sheet.target:
            translated += 1
            assert found
            assert found[0].translation
            shown = "".join(line.text for line in found[0].lines).replace(" ", "")
            assert shown.startswith(found[0].markup.replace(" ", ""))
        for block in found:
            assert 1 <= len(block.lines) <= 3
    assert 2 <= silent <= 18
    assert translated > 8


def test_code_is_coloured_and_fenced(engine: Engine, sheets: dict[str, list[Sheet]]) -> None:
    blocks = [block for sheet in sheets["screenshots"] for block in sheet.blocks if block.kind == "code"]
    assert blocks
    for block in blocks:
        assert block.markup.startswith("```")
        assert block.markup.endswith("\n```")
    assert _screen_code.kinds_of('x = call("a b", 12)  # why') == [
        (4, 8, "call"),
        (9, 14, "string"),
        (16, 18, "number"),
        (21, 26, "comment"),
    ]
    rng = random.Random(4)
    for kind in SUFFIXES:
        for _ in range(10):
            lines = _screen_code.code(rng, engine.world("train"), kind, 12)
            assert 0 < len(lines) <= 12
            assert lines[-1]
            assert [line for line in lines if line.count("$") > 1 or "  " in line.strip()] == []


def test_sign_phrases_of_training_and_testing_differ() -> None:
    for kind in ("notice", "warning", "sale"):
        training, testing = (set(_sign_words.phrases(kind, side)) for side in (False, True))
        assert testing
        assert len(training) > 2 * len(testing)
        assert not training & testing


def test_a_turn_moves_points_as_text_is_turned(engine: Engine) -> None:
    """What a turned panel shows below a turned text is what stood below the upright one."""
    sheet = Sheet(400, 300)
    face = engine.world("train").faces.pick(random.Random(1), "en", "sans")
    turn = Turn((200, 150), 30)
    upright = Sheet(400, 300).write(150, 120, "Hamburg", Style(face, 20))
    turned = sheet.write(*turn.point(150, 120), "Hamburg", Style(face, 20), angle=30)
    moved = [turn.point(x, y) for x, y in upright.quad]
    assert np.abs(np.array(moved) - turned.quad).max() < 2


def test_backgrounds_fill_any_size_and_repeat() -> None:
    for size in ((37, 211), (300, 200)):
        for maker in (_backgrounds.background, _backgrounds.wall, _backgrounds.street):
            for seed in range(12):
                image = maker(random.Random(seed), *size)
                assert (image.mode, image.size) == ("RGB", size)
                assert image.tobytes() == maker(random.Random(seed), *size).tobytes()
    assert luminance((255, 255, 255)) == pytest.approx(255)


def test_a_written_clip_is_what_the_benchmark_loads(engine: Engine, tmp_path: Path) -> None:
    for seed in range(3):
        clip = clips.clip(random.Random(seed), engine.world("test"), frames=16, rate=8)
        folder = tmp_path / str(seed)
        clips.write(clip, folder)
        items = benchmark.load(folder)
        assert len(items) == len(clip.frames) == 16
        for index, item in enumerate(items):
            middle = sum(clip.span(index)) / 2
            wanted = [cue.text for cue in clip.cues if cue.start_ms <= middle < cue.end_ms]
            assert item.truth == (wanted[0] if wanted else "")
        assert clip.cues
        with pytest.raises(FileExistsError, match="name a new folder"):
            clips.write(clip, folder)


def test_a_clip_moves_and_its_subtitles_change(engine: Engine) -> None:
    clip = clips.clip(random.Random(5), engine.world("train"))
    assert len(clip.frames) == 24
    assert len({cue.text for cue in clip.cues}) > 1
    assert len({frame.tobytes() for frame in clip.frames}) > 12
    again = clips.clip(random.Random(5), engine.world("train"))
    assert [frame.tobytes() for frame in again.frames] == [frame.tobytes() for frame in clip.frames]


def test_without_translations_nothing_is_promised(engine: Engine) -> None:
    """A language that the text has no pairs for is shown without a translation."""
    world = World(engine.world("train").faces, Corpus(None))
    frames = importlib.import_module("training.synth.documents.frames")
    for index in range(60):
        sheet = frames.new_frame(random.Random(index), world)
        assert not sheet.target or "en" in (sheet.target, sheet.language)
        if sheet.language in ("it", "pt", "nl", "pl") and sheet.language not in world.corpus.translations:
            assert not sheet.target
