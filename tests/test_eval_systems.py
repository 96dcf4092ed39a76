"""The peers: Tesseract's TSV, both systems on small drawn images, and what they say where they are not installed."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

from eval.benchmarks.base import Item
from eval.predictions import Prediction
from eval.systems import load_system, tesseract
from eval.systems.base import System
from hyocr.document import Box
from hyocr.errors import HyocrError

ROOT = Path(__file__).parents[1]
HEADER = "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext\n"
TSV = HEADER + (
    "1\t1\t0\t0\t0\t0\t0\t0\t200\t100\t-1\t\n"
    "2\t1\t1\t0\t0\t0\t10\t5\t80\t40\t-1\t\n"
    "4\t1\t1\t1\t1\t0\t10\t5\t80\t12\t-1\t\n"
    "5\t1\t1\t1\t1\t1\t10\t6\t30\t11\t96.0\tTea\n"
    '5\t1\t1\t1\t1\t2\t50\t5\t40\t10\t80.0\t"4,50"\n'
    "5\t1\t1\t1\t2\t1\t10\t25\t20\t10\t70.0\ta\u2028b\n"
    "5\t1\t1\t2\t1\t1\t10\t45\t20\t10\t54.0\tCash\n"
    "5\t1\t2\t1\t1\t1\t0\t60\t200\t30\t95.0\t \n"
)
FAKE = """#!/bin/sh
case "$1" in
--version) echo "tesseract 9.9.9"; exit {version_status};;
--list-langs) echo "List of available languages (1):"; echo {language}; exit 0;;
esac
{read}
"""


def answer(system: System, task: str, image: Image.Image) -> Prediction:
    item = Item("page", lambda: image, None, "")
    [prediction] = system.answer(task, [(item, image)])
    assert prediction.id == "page"
    return prediction


def drawn(*rows: str) -> Image.Image:
    image = Image.new("RGB", (320, 240), "white")
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(40)
    for number, row in enumerate(rows):
        draw.text((30, 30 + 80 * number), row, "black", font)
    return image


@pytest.fixture(scope="module", params=["tesseract", "rapidocr"])
def peer(request: pytest.FixtureRequest) -> System:
    if request.param == "tesseract" and shutil.which("tesseract") is None:
        pytest.skip("the program tesseract is not installed")
    if request.param == "rapidocr" and importlib.util.find_spec("rapidocr_onnxruntime") is None:
        pytest.skip("the package rapidocr-onnxruntime is not installed (make peers)")
    return load_system(request.param, threads=1)


@pytest.fixture
def fake_tesseract(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program of that name and nothing else but the system's in PATH; the test writes it."""
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    return tmp_path / "tesseract"


def write(program: Path, read: str, language: str = "eng", version_status: int = 0) -> None:
    program.write_text(FAKE.format(read=read, language=language, version_status=version_status), encoding="utf-8")
    program.chmod(0o755)


def test_tsv_becomes_words_lines_and_text() -> None:
    words = tesseract.parse_tsv(TSV)
    assert [word.text for word in words] == ["Tea", '"4,50"', "a\u2028b", "Cash"]  # the blank one has no ink
    assert [word.confidence for word in words] == [0.96, 0.8, 0.7, 0.54]
    assert tesseract.text(words) == 'Tea "4,50"\na\u2028b\n\nCash'
    first, second, third = tesseract.lines(words)
    assert (first.text, first.box) == ('Tea "4,50"', Box(10, 5, 90, 17))
    assert first.confidence == pytest.approx(0.88)
    assert (second.box, third.box) == (Box(10, 25, 30, 35), Box(10, 45, 30, 55))


def test_tsv_of_an_empty_page_has_no_words_and_a_broken_one_is_refused() -> None:
    assert tesseract.parse_tsv(HEADER + "1\t1\t0\t0\t0\t0\t0\t0\t200\t100\t-1\t\n") == []
    assert tesseract.text([]) == ""
    for row in ("5\t1\t1", "5\t1\t1\t1\t1\t1\tx\t6\t30\t11\t96.0\tTea"):
        with pytest.raises(tesseract.TesseractError, match="a row that is not a word"):
            tesseract.parse_tsv(HEADER + row + "\n")


def test_tesseract_that_is_not_installed_says_how(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(HyocrError, match=r"not installed .*apt-get install tesseract-ocr"):
        tesseract.TesseractSystem(1)


def test_tesseract_that_does_not_start_says_so(fake_tesseract: Path) -> None:
    write(fake_tesseract, "", version_status=127)
    with pytest.raises(HyocrError, match="does not work: it ended with status 127"):
        tesseract.TesseractSystem(1)
    write(fake_tesseract, "", language="osd")
    with pytest.raises(HyocrError, match='no model of the language "eng"'):
        tesseract.TesseractSystem(1)


def test_tesseract_gets_ppm_the_page_mode_and_the_thread_limit(fake_tesseract: Path) -> None:
    row = r"5\t1\t1\t1\t1\t1\t0\t0\t9\t9\t50\t"
    write(fake_tesseract, f"""printf '{row}%s' "$4/$OMP_THREAD_LIMIT/$(head -c 2)" """)
    system = tesseract.TesseractSystem(3)
    assert system.settings["version"] == "9.9.9"
    for task, mode in (("read", 4), ("spotting", 4), ("line", 7)):
        assert answer(system, task, Image.new("L", (9, 9))).output == f"{mode}/3/P6"


@pytest.mark.parametrize(
    ("read", "error"),
    [
        ("echo first >&2; echo 'cannot read' >&2; exit 3", "Tesseract ended with status 3: cannot read"),
        ("cat >/dev/null; printf '5\\tno'", "Tesseract's answer has a row that is not a word: '5\\tno'."),
        ("exec sleep 5", "Tesseract took longer than 0 s."),
    ],
)
def test_a_page_that_tesseract_fails_on_is_a_prediction_with_its_error(
    read: str, error: str, fake_tesseract: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(fake_tesseract, read)
    system = tesseract.TesseractSystem(1)
    monkeypatch.setattr(tesseract, "TIMEOUT", 0.4)
    assert answer(system, "read", Image.new("RGB", (9, 9))) == Prediction("page", "", status="failed", error=error)


def test_tesseract_text_is_that_of_its_own_text_output() -> None:
    if shutil.which("tesseract") is None:
        pytest.skip("the program tesseract is not installed")
    image = Image.open(ROOT / "examples" / "receipt.jpg").convert("RGB").crop((0, 0, 747, 420))
    command = ["tesseract", "stdin", "stdout", "--psm", "4", "-l", "eng"]
    plain = subprocess.run(command, input=png(image), capture_output=True, check=True).stdout.decode()
    assert answer(tesseract.TesseractSystem(1), "read", image).output.split() == plain.split() != []


def png(image: Image.Image) -> bytes:
    from io import BytesIO

    image.save(buffer := BytesIO(), "PNG")
    return buffer.getvalue()


def test_peer_reads_a_page_with_lines(peer: System) -> None:
    prediction = answer(peer, "spotting", drawn("Green tea", "Total 4.50"))
    assert prediction.output.split() == ["Green", "tea", "Total", "4.50"]
    assert [line.text for line in prediction.lines] == [row for row in prediction.output.split("\n") if row]
    assert prediction.confidence is not None
    assert 0.5 < prediction.confidence <= 1
    for number, line in enumerate(prediction.lines):
        assert line.box is not None
        assert 20 <= line.box.x1 <= 40 < line.box.x2 < 300
        assert 20 + 80 * number <= line.box.y1 < line.box.y2 <= 100 + 80 * number
        assert line.confidence is not None
        assert 0.5 < line.confidence <= 1


def test_peer_reads_a_line(peer: System) -> None:
    prediction = answer(peer, "line", drawn("Total 4.50").crop((20, 20, 260, 90)))
    assert (prediction.output, prediction.status, prediction.error) == ("Total 4.50", "ok", None)


def test_peer_reads_nothing_on_an_empty_page(peer: System) -> None:
    prediction = answer(peer, "read", Image.new("RGB", (64, 64), "white"))
    assert prediction.to_json() == Prediction("page", "").to_json()


def test_peer_says_its_version_and_threads(peer: System) -> None:
    assert peer.tasks == {"read", "spotting", "line"}
    assert peer.batch("line") == 1
    assert peer.settings["version"][0].isdigit()
    assert peer.settings["threads"].split(",")[0] == "1"


def test_rapidocr_that_is_not_installed_says_how(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rapidocr_onnxruntime", None)
    with pytest.raises(HyocrError, match=r"cannot be imported .*: make peers"):
        load_system("rapidocr")


def test_rapidocr_keeps_going_after_a_page_it_cannot_take() -> None:
    pytest.importorskip("rapidocr_onnxruntime", reason="the package rapidocr-onnxruntime is not installed (make peers)")
    system = load_system("rapidocr", threads=1)
    images = [Image.new("RGB", (5000, 3), "white"), drawn("Total 4.50")]
    pages = [(Item(f"page {image.width}", image.copy, None, ""), image) for image in images]
    failed, read = system.answer("read", pages)
    assert (failed.output, failed.status) == ("", "failed")
    assert failed.error == "RapidOCR failed with ResizeImgError: no reason given"
    assert (read.id, read.output) == ("page 320", "Total 4.50")


def test_a_slanted_line_keeps_its_corners_and_an_upright_one_has_its_box_alone() -> None:
    from eval.systems.rapidocr import _polygon_line

    upright = _polygon_line([[1, 2], [9, 2], [9, 5], [1, 5]], "a", 0.5)
    assert (upright.box, upright.polygon) == (Box(1, 2, 9, 5), None)
    slanted = _polygon_line([[1, 2], [9, 4], [8, 7], [0, 5]], "a", 0.5)
    assert (slanted.box, slanted.polygon) == (Box(0, 2, 9, 7), ((1, 2), (9, 4), (8, 7), (0, 5)))


def test_peers_are_imported_without_our_libraries() -> None:
    code = (
        "import sys, eval.systems.tesseract, eval.systems.rapidocr; print({'torch', 'transformers'} & {*sys.modules})"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
