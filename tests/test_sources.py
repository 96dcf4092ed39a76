import itertools
import os
import struct
import zlib
from contextlib import closing
from pathlib import Path

import numpy as np
import pypdfium2
import pytest
from PIL import Image

from hyocr.errors import InputError
from hyocr.sources import MAX_PIXELS, PDF_MAX_PIXELS, Pages, expand, open_source
from tests import fakes


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


# What cannot be read


def png_of_size(width: int, height: int) -> bytes:
    """A PNG that claims a size and holds no pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


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
        path.write_bytes(png_of_size(MAX_PIXELS // 10000 + 1, 10000))
    elif kind == "bigger bomb":
        path.write_bytes(png_of_size(30000, 30000))  # beyond Pillow's own limit
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
