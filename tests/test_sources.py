import itertools
import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import numpy as np
import pypdfium2
import pytest
from PIL import Image

from hyocr.errors import InputError
from hyocr.pdf import PDF_MAX_PIXELS
from hyocr.sources import MAX_PIXELS, Page, Pages, expand, open_source
from tests import bombs, fakes


def only_page(source: Path | Image.Image) -> Image.Image:
    [page] = open_source(source)
    return page.image


def saved(image: Image.Image, path: Path, **options: object) -> Path:
    image.save(path, **options)
    return path


# Opening


def test_page_is_rgb_and_numbered(tmp_path: Path) -> None:
    path = saved(Image.new("L", (30, 20), 7), tmp_path / "grey.png")
    [page] = open_source(str(path))
    assert (page.image.mode, page.image.size, page.number, page.origin) == ("RGB", (30, 20), 1, str(path))
    assert page.image.getpixel((0, 0)) == (7, 7, 7)


def test_file_is_recognised_by_content_not_by_name(tmp_path: Path) -> None:
    saved(Image.new("RGB", (30, 20)), tmp_path / "a.png").rename(tmp_path / "a.pdf")
    fakes.many_pages(tmp_path / "b.pdf", ["red", "blue"]).rename(tmp_path / "b.png")
    assert len(list(open_source(tmp_path / "a.pdf"))) == 1
    assert len(list(open_source(tmp_path / "b.png"))) == 2


def test_pil_image_is_left_as_it_was() -> None:
    image = Image.new("RGBA", (30, 20), (255, 0, 0, 0))
    assert only_page(image).getpixel((0, 0)) == (255, 255, 255)
    assert image.mode == "RGBA"


@pytest.mark.parametrize(
    ("mode", "colour", "expected"),
    [
        ("RGBA", (0, 0, 0, 0), (255, 255, 255)),
        ("RGBA", (0, 0, 0, 255), (0, 0, 0)),
        ("LA", (0, 128), (127, 127, 127)),
        ("1", 1, (255, 255, 255)),
        ("I;16", 65535, (255, 255, 255)),
        ("I;16", 32768, (128, 128, 128)),  # and not white, as clipping at 255 would make it
        ("I", 200, (200, 200, 200)),
        ("I", 70000, (255, 255, 255)),
        ("F", 0.5, (128, 128, 128)),
        ("F", -1.0, (0, 0, 0)),
        ("CMYK", (0, 0, 0, 255), (0, 0, 0)),
    ],
)
def test_colours(mode: str, colour: object, expected: tuple[int, int, int]) -> None:
    assert only_page(Image.new(mode, (8, 8), colour)).getpixel((4, 4)) == expected  # type: ignore[arg-type]


def test_sixteen_bit_png(tmp_path: Path) -> None:
    ramp = np.linspace(0, 65535, 256 * 8).astype(np.uint16).reshape(8, 256)
    page = np.asarray(only_page(saved(Image.fromarray(ramp), tmp_path / "a.png")))
    assert np.abs(page[:, :, 0] - ramp / 257).max() <= 0.5


def test_palette_with_transparency_is_put_on_white(tmp_path: Path) -> None:
    image = Image.new("P", (8, 8), 0)
    image.putpalette([10, 20, 30, 200, 100, 50])
    image.putpixel((0, 0), 1)
    page = only_page(saved(image, tmp_path / "a.png", transparency=0))
    assert page.getpixel((4, 4)) == (255, 255, 255)
    assert page.getpixel((0, 0)) == (200, 100, 50)


@pytest.mark.parametrize(("orientation", "corner"), [(1, (0, 0)), (3, (29, 19)), (6, (19, 0)), (8, (0, 29))])
def test_exif_orientation_is_applied(tmp_path: Path, orientation: int, corner: tuple[int, int]) -> None:
    image = Image.new("RGB", (30, 20), "white")
    image.putpixel((0, 0), (0, 0, 0))
    exif = Image.Exif()
    exif[0x0112] = orientation
    page = only_page(saved(image, tmp_path / "a.png", exif=exif))
    assert page.size == ((30, 20) if orientation in (1, 3) else (20, 30))
    assert page.getpixel(corner) == (0, 0, 0)


def test_second_picture_of_a_phone_photo_is_no_page(tmp_path: Path) -> None:
    first, second = Image.new("RGB", (30, 20), "red"), Image.new("RGB", (10, 10), "blue")
    path = saved(first, tmp_path / "a.mpo", save_all=True, append_images=[second])
    assert only_page(path).size == (30, 20)


# Several pages


@pytest.mark.parametrize("name", ["a.tiff", "a.gif"])
def test_frames_are_pages(tmp_path: Path, name: str) -> None:
    pages = list(open_source(fakes.many_pages(tmp_path / name, ["red", "lime", "blue"])))
    assert [page.number for page in pages] == [1, 2, 3]
    assert [page.image.getpixel((50, 50)) for page in pages] == [(255, 0, 0), (0, 255, 0), (0, 0, 255)]


def test_pdf_pages_at_200_dpi(tmp_path: Path) -> None:
    pages = list(open_source(fakes.many_pages(tmp_path / "a.pdf", ["red", "white"], size=(72, 144))))
    assert [page.image.size for page in pages] == [(200, 400)] * 2
    red, green, blue = pages[0].image.getpixel((100, 100))
    assert red > 250
    assert green + blue < 10


def test_pdf_poster_is_rendered_within_the_limit(tmp_path: Path) -> None:
    page = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 14400 7200] >>"
    path = tmp_path / "a.pdf"
    path.write_bytes(fakes.pdf_bytes(fakes.CATALOGUE, "<< /Type /Pages /Kids [3 0 R] /Count 1 >>", page))
    width, height = only_page(path).size
    assert 0.99 * PDF_MAX_PIXELS < width * height < 1.01 * PDF_MAX_PIXELS
    assert width / height == pytest.approx(2, abs=0.01)


def test_pdf_pages_are_rendered_when_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rendered = []
    render = pypdfium2.PdfPage.render
    monkeypatch.setattr(pypdfium2.PdfPage, "render", lambda *a, **k: rendered.append(1) or render(*a, **k))
    pages = open_source(fakes.many_pages(tmp_path / "a.pdf", ["red"] * 20))
    assert (pages.total, len(rendered)) == (20, 0)
    list(itertools.islice(pages, 3))
    assert len(rendered) == 3
    pages.close()


def test_tiff_frames_are_decoded_when_asked_for(tmp_path: Path) -> None:
    path = fakes.many_pages(tmp_path / "a.tiff", ["red", "lime", "blue"])
    with closing(open_source(path)) as pages:
        assert next(pages).number == 1
        os.truncate(path, path.stat().st_size // 2)
        with pytest.raises(InputError):
            list(pages)


def outcomes(pages: Pages) -> list[str]:
    found = []
    while True:
        try:
            found.append(f"page {next(pages).number}")
        except StopIteration:
            return found
        except InputError as error:
            found.append(type(error).__name__)


def test_pages_go_on_after_a_damaged_one(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(fakes.SECOND_PAGE_DAMAGED_PDF)
    assert outcomes(open_source(path)) == ["page 1", "InputError", "page 3"]


def test_cut_tiff_gives_the_pages_it_still_has(tmp_path: Path) -> None:
    path = fakes.many_pages(tmp_path / "a.tiff", ["red", "lime", "blue"])
    os.truncate(path, path.stat().st_size * 4 // 5)
    assert outcomes(open_source(path)) == ["page 1", "page 2", "InputError"]


def test_error_names_file_and_page_in_a_note(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(fakes.SECOND_PAGE_DAMAGED_PDF)
    with pytest.raises(InputError) as caught:
        list(open_source(path))
    assert caught.value.__notes__ == [f"in {path}, page 2"]


def test_limits_of_the_caller(tmp_path: Path) -> None:
    pdf, tiff = [fakes.many_pages(tmp_path / name, ["red"] * 4, size=(144, 72)) for name in ("a.pdf", "a.tiff")]
    for path in (pdf, tiff):
        assert len(list(open_source(path, max_pages=4))) == 4
        with pytest.raises(InputError, match="more than 3"):
            open_source(path, max_pages=3)
    assert [page.dpi for page in open_source(pdf, max_pixels=50_000)] == 4 * [
        158.1
    ]  # 2.2 pixels a point, the square root of 50,000 / (144 * 72)
    with closing(open_source(tiff, max_pixels=10_000)) as pages, pytest.raises(InputError, match=r"than 0\.01 mega"):
        next(pages)
    with pytest.raises(InputError, match="no image"):
        open_source(tiff, formats=("PNG", "JPEG"))


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads /proc")
def test_pages_that_were_rendered_are_forgotten(tmp_path: Path) -> None:
    path, picture = tmp_path / "a.pdf", os.urandom(400_000)
    kids = " ".join(f"{2 * i + 3} 0 R" for i in range(48))
    objects = [fakes.CATALOGUE, f"<< /Type /Pages /Kids [{kids}] /Count 48 >>"]
    for i in range(48):
        content = bombs.stream(b"20 0 0 20 0 0 cm BI /W 1000 /H 133 /CS /RGB /BPC 8 ID " + picture + b" EI")
        page = f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 20 20] /Contents {2 * i + 4} 0 R >>"
        objects += [page, content]
    path.write_bytes(fakes.pdf_bytes(*objects))
    script = """
import sys
from hyocr.sources import open_source
def peak(): return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM"))
peaks = [peak() for page in open_source(sys.argv[1])]
print(peaks[-1] - peaks[15])
"""
    done = subprocess.run([sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 10_000  # kilobytes; each page has 800


# What a page is told beside its image

RED = "BI /W 1 /H 1 /CS /RGB /BPC 8 /F /AHx ID FF0000> EI"
"""A picture on the unit square."""


def page_with(path: Path, content: str, entries: str = "", *forms: str) -> Page:
    xobjects = " ".join(f"/F{number} {number} 0 R" for number in range(5, 5 + len(forms)))
    made = bombs.one_page_pdf(bombs.stream(content.encode()), *forms, resources=f"/XObject << {xobjects} >>")
    path.write_bytes(made.replace(b"/MediaBox [0 0 200 200]", f"/MediaBox [0 0 200 200] {entries}".encode()))
    [page] = open_source(path)
    return page


def form(content: str, matrix: str = "1 0 0 1 0 0", entries: str = "") -> str:
    return bombs.stream(content.encode(), f"{bombs.FORM} /Matrix [{matrix}] {entries}")


@pytest.mark.parametrize(
    "entries", ["", "/Rotate 90", "/Rotate 180", "/CropBox [20 10 150 190]", "/Rotate 270 /CropBox [50 30 150 190]"]
)
@pytest.mark.parametrize(
    ("content", "forms"),
    [
        (f"60 0 0 30 40 90 cm {RED}", ()),
        (f"40 40 -20 20 80 60 cm {RED}", ()),  # turned
        (f"200 0 0 30 100 90 cm {RED}", ()),  # over the edge
        ("2 0 0 1 20 10 cm /F5 Do", (form(f"30 0 0 50 10 20 cm {RED}", "1 0 0 1.5 5 0"),)),
        (
            "1 0 0 1 20 10 cm /F5 Do",
            (
                form("0.5 0 0 0.5 7 9 cm /F6 Do", "1 0 0 1 3 0", "/Resources << /XObject << /F6 6 0 R >> >>"),
                form(f"90 0 0 60 70 50 cm {RED}", "1 0.2 0 1 0 0"),
            ),
        ),
    ],
)
def test_figure_is_where_it_is_drawn(tmp_path: Path, entries: str, content: str, forms: tuple[str, ...]) -> None:
    page = page_with(tmp_path / "a.pdf", content, entries, *forms)
    [figure] = page.figures
    red = Image.fromarray(np.asarray(page.image)[:, :, 1] < 128).getbbox()
    assert (figure.x1, figure.y1, figure.x2, figure.y2) == pytest.approx(red, abs=2)


@pytest.mark.parametrize(
    ("content", "count"),
    [
        (f"q 200 0 0 195 0 0 cm {RED} Q", 0),  # the scan of the page
        (f"q 200 0 0 160 0 0 cm {RED} Q", 1),
        (f"q 5 0 0 100 0 0 cm {RED} Q", 0),  # 14 pixels wide
        (f"q 6 0 0 100 0 0 cm {RED} Q", 1),
        (f"q 60 0 0 30 300 0 cm {RED} Q", 0),  # beside the page
        (f"q 60 0 0 30 30 0 cm {RED} Q " * 2, 1),
        (" ".join(f"q 20 0 0 20 {x} {y} cm {RED} Q" for x in range(0, 180, 18) for y in range(0, 180, 18)), 64),
        ("0 0 100 100 re f", 0),
    ],
)
def test_which_pictures_are_figures(tmp_path: Path, content: str, count: int) -> None:
    assert len(page_with(tmp_path / "a.pdf", content).figures) == count


@pytest.mark.parametrize(
    ("name", "given", "told"),
    [
        ("a.png", (300, 300), 300),
        ("a.jpg", (150, 150), 150),
        ("a.tiff", (400, 400), 400),
        ("a.jpg", (72, 72), None),
        ("a.png", (204, 98), None),
        ("a.tiff", (0, 0), None),
        ("a.gif", None, None),
    ],
)
def test_dpi_of_an_image(tmp_path: Path, name: str, given: tuple[int, int] | None, told: float | None) -> None:
    path = saved(Image.new("RGB", (30, 20)), tmp_path / name, **({"dpi": given} if given else {}))
    [page] = open_source(path)
    assert page.dpi == told
    assert page.figures == ()


def test_dpi_of_a_pdf(tmp_path: Path) -> None:
    assert page_with(tmp_path / "a.pdf", "").dpi == 200
    (tmp_path / "b.pdf").write_bytes(bombs.poster_pdf())
    assert next(open_source(tmp_path / "b.pdf")).dpi == pytest.approx(31.6)


# What cannot be read


def damaged(folder: Path, kind: str) -> Path:
    path = folder / f"{kind}.jpg"
    if kind == "truncated":
        Image.effect_noise((300, 300), 80).save(path)
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    elif kind == "no image":
        path.write_text("only words")
    elif kind == "empty":
        path.touch()
    elif kind == "damaged pdf":
        path.write_bytes(b"%PDF-1.7\nand then nothing")
    elif kind == "encrypted pdf":
        path.write_bytes(fakes.ENCRYPTED_PDF)
    elif kind == "one pixel":
        Image.new("L", (1, 1)).save(path, "PNG")
    elif kind == "bomb":
        path.write_bytes(bombs.png(MAX_PIXELS // 10000 + 1, 10000))
    elif kind == "bigger bomb":
        path.write_bytes(bombs.png(30000, 30000))  # beyond Pillow's own limit
    elif kind in bombs.BOMBS:
        bombs.written(kind, folder).rename(path)
    elif kind == "stripe":
        Image.new("L", (801, 4)).save(path, "PNG")
    elif kind == "folder":
        path.mkdir()
    return path


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("missing", "does not exist"),
        ("folder", "folder"),
        ("empty", "0 bytes"),
        ("truncated", "cut short"),
        ("no image", "no image and no PDF"),
        ("bomb", "larger than 100 megapixels"),
        ("bigger bomb", "larger than 100 megapixels"),
        ("encrypted pdf", "encrypted"),
        ("damaged pdf", "PDF is damaged"),
        ("frames_tiff", "more than 5000 pages"),
        ("frames_gif", "100000 pages, more than 5000"),
        ("text_chunk_png", "no image and no PDF"),
        ("one pixel", "1x1 pixels"),
        ("stripe", "801x4 pixels"),
    ],
)
@pytest.mark.filterwarnings("error")
def test_clear_error(tmp_path: Path, kind: str, words: str) -> None:
    with pytest.raises(InputError, match=words) as caught:
        list(open_source(damaged(tmp_path, kind)))
    message = str(caught.value)
    assert message.endswith(".")
    assert "\n" not in message
    assert str(tmp_path) in caught.value.__notes__[0]


def test_large_image_below_the_limit_gives_no_warning(tmp_path: Path, recwarn: pytest.WarningsRecorder) -> None:
    path = saved(Image.new("1", (9500, 10000)), tmp_path / "a.png")
    open_source(path).close()
    assert not recwarn.list


def test_longest_strip_can_be_read(tmp_path: Path) -> None:
    assert only_page(saved(Image.new("L", (20000, 100), 255), tmp_path / "a.png")).size == (20000, 100)


# Which files


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ["b.PNG", "a.jpg", "c.pdf", "notes.txt", ".hidden.png", "sub/d.tif"]:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
    return tmp_path


def names(files: list[Path]) -> list[str]:
    return [file.name for file in files]


def test_folder_gives_its_images_and_pdfs_sorted(folder: Path) -> None:
    assert names(expand([folder])) == ["a.jpg", "b.PNG", "c.pdf"]


def test_globs(folder: Path) -> None:
    assert names(expand([folder / "*.[jp]*"])) == ["a.jpg", "c.pdf"]
    assert names(expand([f"{folder}/**/*"])) == ["a.jpg", "b.PNG", "c.pdf", "d.tif"]


def test_named_files_are_taken_as_they_are_and_once(folder: Path) -> None:
    given = [folder / "notes.txt", folder / "a.jpg", folder, folder / "missing.png"]
    assert names(expand(given)) == ["notes.txt", "a.jpg", "b.PNG", "c.pdf", "missing.png"]


def test_brackets_in_a_file_name_are_no_glob(tmp_path: Path) -> None:
    path = tmp_path / "scan [1].png"
    path.touch()
    assert expand([path]) == [path]


@pytest.mark.parametrize("given", ["", "*.bmp"])
def test_nothing_found_is_an_error(tmp_path: Path, given: str) -> None:
    with pytest.raises(InputError, match="no image and no PDF"):
        expand([tmp_path / given])
