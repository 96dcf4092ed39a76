"""Wide lines cut into pieces and joined again: never through ink, nothing lost, one Line in the end."""

from __future__ import annotations

import math
from itertools import accumulate, pairwise

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from eval import line_lengths
from hyocr import pieces
from hyocr.document import Box
from hyocr.engines.base import Generation
from hyocr.lines import LineCrop
from hyocr.reader import Reader
from tests.fakes import FakeEngine, answer, in_order

SENTENCE = "The buyer shall examine all goods within ten days of their arrival, and tell the seller of every fault. "


def drawn(text: str, size: int = 24, ink: object = "black", paper: object = "white") -> Image.Image:
    """One line of text, close around it as the line finder cuts it."""
    font = ImageFont.load_default(size)
    left, top, right, bottom = (round(edge) for edge in font.getbbox(text))
    image = Image.new("RGB", (right - left + 12, bottom - top + 6), paper)  # type: ignore[arg-type]
    ImageDraw.Draw(image).text((6 - left, 3 - top), text, fill=ink, font=font)  # type: ignore[arg-type]
    return image


def cut_columns(image: Image.Image) -> list[int]:
    """Where the pieces meet; they are the whole image side by side."""
    found = pieces.cut(image)
    whole = np.concatenate([np.asarray(piece) for piece in found], axis=1)
    assert (whole == np.asarray(image)).all()
    return list(accumulate(piece.width for piece in found))[:-1]


def assert_between_words(clean: Image.Image, columns: list[int], reach: int) -> None:
    """Every cut of a dark on light line has `reach` blank columns on both sides."""
    blank = np.all(np.asarray(clean.convert("L")) > 200, axis=0)
    for column in columns:
        assert blank[column - reach : column + reach].all()


@pytest.mark.parametrize("size", [12, 16, 24, 40, 80, 150])
@pytest.mark.parametrize("count", [1, 2, 4])
def test_pieces_are_at_most_16_heights_wide_and_cut_between_words(size: int, count: int) -> None:
    image = drawn((SENTENCE * count).strip(), size)
    columns = cut_columns(image)
    assert_between_words(image, columns, max(1, image.height // 16))
    widths = [b - a for a, b in pairwise([0, *columns, image.width])]
    assert max(widths) <= 16 * image.height
    assert len(widths) <= 2 + 2 * image.width / (16 * image.height)


@pytest.mark.parametrize(("ink", "paper"), [("white", "black"), ("navy", "orange"), ((90, 90, 90), (160, 160, 160))])
def test_any_colours(ink: object, paper: object) -> None:
    assert cut_columns(drawn(SENTENCE, ink=ink, paper=paper)) == cut_columns(drawn(SENTENCE))


def test_noise_neighbours_and_underlines_do_not_hide_the_gaps() -> None:
    clean = drawn(SENTENCE.strip(), 32)
    pixels = np.asarray(clean).astype(float) + np.random.default_rng(0).normal(0, 12, (clean.height, clean.width, 1))
    dirty = Image.fromarray(pixels.clip(0, 255).astype(np.uint8))
    pen, speckle = ImageDraw.Draw(dirty), np.random.default_rng(1)
    for x in speckle.integers(0, clean.width, 150).tolist():
        pen.point((x, int(speckle.integers(0, clean.height))), "black")
    for x in range(0, clean.width, 14):  # feet of the line above
        pen.rectangle((x, 0, x + 9, 1), fill="black")
    pen.line((0, clean.height - 2, clean.width, clean.height - 2), fill="black", width=2)
    columns = cut_columns(dirty)
    assert columns
    assert_between_words(clean, columns, 1)
    assert max(b - a for a, b in pairwise([0, *columns, clean.width])) <= 16 * clean.height


@pytest.mark.parametrize("size", [(1, 1), (1, 40), (320, 20), (3, 1), (16, 1)])
def test_narrow_crops_are_left_alone(size: tuple[int, int]) -> None:
    image = Image.new("RGB", size, "white")
    assert pieces.cut(image) == [image]
    assert pieces.cut(image)[0] is image


def test_a_line_of_ordinary_length_is_left_alone() -> None:
    image = drawn("Goods travel at the risk of buyers")
    assert image.width < 16 * image.height
    assert pieces.cut(image)[0] is image


@pytest.mark.parametrize("colour", ["white", "black"])
@pytest.mark.parametrize("size", [(200, 1), (6400, 32), (12800, 64), (30_000, 1)])
def test_nothing_to_cut_at(size: tuple[int, int], colour: str) -> None:
    image = Image.new("RGB", size, colour)
    assert pieces.cut(image)[0] is image


def test_columns_of_one_pixel_height() -> None:
    pixels = np.full((1, 3000), 255, np.uint8)
    pixels[:, np.random.default_rng(0).random(3000) < 0.3] = 0
    cut_columns(Image.fromarray(pixels).convert("RGB"))


def no_gaps(heights: int) -> Image.Image:
    """A zigzag of ink from end to end."""
    image = Image.new("RGB", (40 * heights, 40), "white")
    points = [(x, 6 if x // 20 % 2 else 34) for x in range(0, image.width + 20, 20)]
    ImageDraw.Draw(image).line(points, fill="black", width=4)
    return image


@pytest.mark.parametrize("heights", [20, 31, 60])
def test_ink_without_gaps_is_never_cut(heights: int) -> None:
    image = no_gaps(heights)
    assert pieces.cut(image)[0] is image


def bars(heights: int) -> Image.Image:
    """Letters that all stand close: bars of ink, two blank columns between each and the next."""
    image = Image.new("RGB", (40 * heights, 40), "white")
    pen = ImageDraw.Draw(image)
    for x in range(4, image.width - 12, 12):
        pen.rectangle((x, 8, x + 9, 30), fill="black")
    return image


def test_between_letters_only_what_would_be_squeezed() -> None:
    assert len(pieces.cut(bars(30))) == 1
    image = bars(40)
    columns = cut_columns(image)
    assert columns
    dark = np.any(np.asarray(image.convert("L")) < 128, axis=0)
    assert not any(dark[column - 1] and dark[column] for column in columns)


# Joining


def test_texts_are_joined_by_spaces_and_tokens_keep_their_places() -> None:
    one, two, three = answer("ab", logprob=-0.1), answer("", logprob=-0.1), answer("cde", logprob=-0.4)
    [joined, alone] = pieces.join([one, two, three, answer("x")], [3, 1])
    assert joined.text == "ab cde"
    assert joined.ends == (1, 2, 4, 5, 6)
    mean, lowest = joined.confidence()
    assert mean == pytest.approx(math.exp((2 * -0.1 + 3 * -0.4) / 5))
    assert lowest == pytest.approx(math.exp(-0.4))
    assert joined.confidence(3, 6)[0] == pytest.approx(math.exp(-0.4))
    assert alone == answer("x")


def test_the_finish_reason_is_the_worst_and_prompts_add_up() -> None:
    parts = [Generation("a", "stop", prompt_tokens=3), Generation("b", "length", prompt_tokens=4)]
    assert pieces.join(parts, [2]) == [Generation("a b", "length", prompt_tokens=7)]
    assert pieces.join(parts, [1, 1]) == parts
    assert pieces.join([], []) == []


def test_chinese_has_no_spaces() -> None:
    assert pieces.join([answer("中文"), answer("字。"), answer("Nr 1")], [3])[0].text == "中文字。 Nr 1"


def test_the_reader_makes_one_line_of_a_wide_crop(monkeypatch: pytest.MonkeyPatch) -> None:
    image = drawn((SENTENCE * 2).strip())
    box, polygon = (
        Box(10, 20, 10 + image.width, 20 + image.height),
        ((10.0, 20.0), (900.0, 22.0), (900.0, 44.0), (10.0, 42.0)),
    )
    wide, narrow = (
        LineCrop(box, polygon, image),
        LineCrop(Box(0, 60, 40, 80), None, Image.new("RGB", (40, 20), "white")),
    )
    monkeypatch.setattr("hyocr.reader.propose", lambda page: [wide, narrow])
    monkeypatch.setattr("hyocr.reader.rows", lambda crops: [[crop] for crop in crops])
    count = len(pieces.cut(image))
    answers = [answer(f" w{i}  x ", "length" if i == 1 else "stop", -0.1 * (i + 1)) for i in range(count)]
    engine = FakeEngine(in_order(*answers, answer("end")), default_strategy="lines")
    [page] = Reader(engine, retry=False).read(image).pages
    assert count >= 4
    assert [request.image.size[1] for request in engine.calls[0]] == [32] * (count + 1)
    assert all(request.image.width <= 512 for request in engine.calls[0])
    first, second = page.lines
    assert first.text == " ".join(f"w{i} x" for i in range(count))
    assert (first.box, first.polygon, second.text) == (box, polygon, "end")
    assert first.confidence == pytest.approx(math.exp(-0.1 * (count + 1) / 2))
    assert first.min_confidence == pytest.approx(math.exp(-0.1 * count))
    assert page.text == f"{first.text}\nend"
    assert (page.finish_reason, page.status) == ("length", "partial")


# eval.line_lengths


def test_drawn_lines_have_their_length_and_are_the_same_every_time() -> None:
    try:
        lines = line_lengths.draw_lines(40, 1)
    except OSError:
        pytest.skip("no DejaVu or Liberation fonts here")
    assert {len(text) for text, _ in lines} == {40}
    assert len(lines) == len(line_lengths.FACES) * len(line_lengths.SIZES)
    assert all(text == " ".join(text.split()) for text, _ in lines)
    again = line_lengths.draw_lines(40, 1)
    assert [(text, image.tobytes()) for text, image in lines] == [(text, image.tobytes()) for text, image in again]


def test_long_lines_read_as_well_as_short_ones(capsys: pytest.CaptureFixture[str]) -> None:
    if line_lengths.main(["--lengths", "160", "--copies", "1"]):
        pytest.skip("no DejaVu or Liberation fonts here")
    row = capsys.readouterr().out.splitlines()[-1].split()
    whole, cut = float(row[2]), float(row[4])
    assert cut < 4 < 15 < whole
