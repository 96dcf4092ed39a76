"""Faces: held out by family in every language, cuts that differ, and a file for each character of a text."""

import itertools
import random
import shutil
from pathlib import Path

import pytest

from tests.fonts import needs_fonts
from training.synth.faces import LANGUAGES, STYLES, Face, Faces, chinese_families
from training.synth.fonts import can_draw, families, load

CHINESE = {testing: chinese_families(testing) for testing in (False, True)}
needs_chinese = pytest.mark.skipif(
    not (CHINESE[False] and CHINESE[True]), reason="no Chinese fonts here: run training/install_fonts.sh"
)
MIXED = "Zażółć 5 € 中文，发票 № ÅngstrÖm"


@pytest.fixture(scope="module")
def faces():
    return {testing: Faces(testing) for testing in (False, True)}


def picked(faces: Faces, language: str, style: str = "any", count: int = 300) -> list[Face]:
    rng = random.Random(3)
    return [faces.pick(rng, language, style) for _ in range(count)]


@needs_fonts
@needs_chinese
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_font_of_testing_is_drawn_with_in_training(faces, language):
    files = [
        {file for face in picked(faces[testing], language) for file in face.files + face.bold_files}
        for testing in (False, True)
    ]
    assert files[0]
    assert files[1]
    assert not files[0] & files[1]


@needs_fonts
@needs_chinese
@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize(
    ("language", "text"), [("pl", "Zażółć gęślą jaźń"), ("fr", "Où est-ce ? À l’œil"), ("zh", "（发票）们")]
)
def test_every_style_of_a_language_draws_it(faces, language, text, style):
    for testing in (False, True):
        face = faces[testing].pick(random.Random(5), language, style)
        assert face.can_draw(text)
        assert face.bold.italic.can_draw(text)


@needs_fonts
@needs_chinese
def test_chinese_fonts_are_simplified_and_no_latin_families():
    for testing in (False, True):
        assert not any(can_draw(file, "的") for files in families(testing).values() for file in files)
        for family, files in CHINESE[testing].items():
            assert not set(family.split()) & {"JP", "KR", "TC", "HK", "TW"}
            assert all(load(file, 20).getname()[0] == family for file in files)


@needs_fonts
@needs_chinese
def test_runs_cover_the_text_with_files_that_draw_it(faces):
    for face in picked(faces[False], "zh", count=20) + picked(faces[False], "pl", count=20):
        text = face.clean(MIXED)
        runs = face.runs(text)
        assert "".join(piece for _, piece in runs) == text
        assert all(can_draw(file, character) for file, piece in runs for character in piece)
        assert all(first[0] != second[0] for first, second in itertools.pairwise(runs))
        assert len(runs) < len(text) / 2


@needs_fonts
@needs_chinese
def test_clean_drops_what_cannot_be_drawn_and_nothing_else(faces):
    latin, chinese = faces[False].pick(random.Random(1), "pl"), faces[False].pick(random.Random(1), "zh")
    assert latin.clean("  Zażółć\u3000中\n文 5\U0010fffd ") == "Zażółć 5"
    assert chinese.clean("中文，\U0010fffd发票 5") == "中文，发票 5"
    with pytest.raises(ValueError, match="cannot draw '中'"):
        latin.runs("a 中")


@needs_fonts
@pytest.mark.parametrize("family", ["DejaVu Sans", "DejaVu Serif", "Liberation Sans", "Liberation Mono"])
def test_cuts_of_a_family_are_its_own_four_files(faces, family):
    face = next((face for face in picked(faces[False], "en", count=3000) if face.family == family), None)
    if face is None:
        pytest.skip(f"{family} is not installed here")
    cuts = [face, face.bold, face.italic, face.bold.italic]
    names = [load(cut.files[0], 20).getname() for cut in cuts]
    assert {name for name, _ in names} == {family}
    assert [("Bold" in style, "Italic" in style or "Oblique" in style) for _, style in names] == [
        (False, False),
        (True, False),
        (False, True),
        (True, True),
    ]
    assert face.italic.bold == face.bold.italic
    assert face.bold.bold == face.bold


@needs_fonts
def test_styles_are_what_they_say(faces):
    for face in picked(faces[False], "en", "mono", 60):
        font = load(face.files[0], 100)
        assert abs(font.getlength("iiiiiiii") - font.getlength("MMMMMMMM")) < 10, face.family
    assert not {face.family for face in picked(faces[False], "en", "serif")} & {"DejaVu Sans", "Inter", "Lato"}
    hands = {face.family for face in picked(faces[False], "en", "hand")}
    if hands:
        share = sum(face.family in hands for face in picked(faces[False], "en", count=3000)) / 3000
        assert 0.05 < share < 0.085


@needs_fonts
def test_a_language_without_a_font_is_a_sentence(tmp_path):
    path = next(iter(families(testing=False).values()))[0]
    shutil.copy(path, tmp_path)
    (tmp_path / "broken.ttf").write_bytes(b"no font")
    (tmp_path / "broken.ttc").write_bytes(b"no font")
    faces = Faces(testing=False, folders=(tmp_path,))
    assert Path(faces.pick(random.Random(1), "en").files[0]).name == Path(path).name
    with pytest.raises(LookupError, match=r"no installed font draws Chinese \(zh\): run training/install_fonts.sh"):
        faces.pick(random.Random(1), "zh")
    with pytest.raises(ValueError, match="no language 'xx'"):
        faces.pick(random.Random(1), "xx")


def test_a_folder_without_fonts_is_a_sentence(tmp_path):
    with pytest.raises(FileNotFoundError, match="no usable fonts found"):
        Faces(testing=False, folders=(tmp_path,))
