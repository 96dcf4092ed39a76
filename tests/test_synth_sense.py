"""What drawn documents say makes sense: names, dates and numbers do not contradict each other; colours can be told."""

import itertools
import math
import random
from datetime import datetime

import pytest

from tests.fonts import needs_fonts
from training.synth.documents import _figure, _people, _scene, _sign_texts, cards, forms, screenshots, slides
from training.synth.documents._form_values import Dates
from training.synth.engine import Engine, _composed
from training.synth.sheet import BLACK, WHITE, Sheet


def _sheets(kind: object, count: int) -> list[Sheet]:
    world = Engine().world("train")
    return [_composed(kind, random.Random(f"{kind.NAME}{i}"), world) for i in range(count)]  # type: ignore[arg-type,attr-defined]


@pytest.mark.parametrize(
    ("person", "language", "parts"),
    [
        ("Prof. Ann B. Lee", "en", ("Ann", "Lee")),
        ("Lee, Ann", "en", ("Ann", "Lee")),
        ("Luísa de Sá", "pt", ("Luísa", "de Sá")),
        ("沙建国", "zh", ("建国", "沙")),
    ],
)
def test_a_person_has_a_first_name_and_a_surname(person: str, language: str, parts: tuple[str, str]) -> None:
    assert _people.name_parts(person, language) == parts


def test_a_forms_dates_are_in_the_order_of_life() -> None:
    for seed in range(200):
        when = Dates(random.Random(seed), "de")
        assert when.days["date_of_birth"].year + 18 <= when.signed.year
        assert when.days["date_of_birth"] < when.days["start_date"] < when.days["end_date"]
        assert len(when.write(datetime(2031, 9, 27))) <= 12


def test_series_can_be_told_apart_by_colour() -> None:
    for seed in range(300):
        theme = _figure.choose_theme(random.Random(seed))
        used = theme.palette[:8]
        assert len(used) == 8
        assert min(math.dist(a, b) for a in used for b in used if a is not b) >= 40


def test_contrast_is_that_of_wcag() -> None:
    assert _scene.contrast(BLACK, WHITE) == pytest.approx(21)
    assert _scene.contrast((119, 119, 119), WHITE) == pytest.approx(4.48, abs=0.01)


def test_words_are_cut_whole() -> None:
    assert _sign_texts._cut("bread and butter", 9) == "bread and"
    assert _sign_texts._cut("bread and butter", 12) == "bread and"
    assert _sign_texts._cut("低筋面粉", 2) == "低筋"


@needs_fonts
def test_a_card_without_labels_has_one_number() -> None:
    for sheet in _sheets(cards, 60):
        numbers = [key for key in ("phone", "mobile", "fax") if key in sheet.fields]
        if len(numbers) > 1:
            assert all(sheet.evidence[key][0].text != sheet.fields[key] for key in numbers)


@needs_fonts
def test_no_heading_of_a_form_stands_alone() -> None:
    for sheet in _sheets(forms, 30):
        kinds = [block.kind for block in sheet.blocks]
        assert all(below in ("field", "table") for kind, below in itertools.pairwise(kinds) if kind == "section_title")


@needs_fonts
def test_only_windows_have_title_bars() -> None:
    for sheet in _sheets(screenshots, 60):
        if sheet.height > 1.5 * sheet.width:
            assert not any("title bar" in question.en for question, _ in sheet.questions)


@needs_fonts
def test_the_last_point_is_found_in_its_own_lines() -> None:
    asked = 0
    for sheet in _sheets(slides, 60):
        for question, lines in sheet.questions:
            if "last point" in question.en:
                asked += 1
                text = "".join(line.text for line in lines).replace(" ", "")
                assert text.endswith(question.answer.replace(" ", ""))
                assert len(text) < 2 * len(question.answer) + 40
    assert asked
