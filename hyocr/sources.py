"""From a file, folder, glob or PIL image to upright RGB pages, decoded one at a time."""

from __future__ import annotations

import glob
import math
import os
import warnings
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pypdfium2
from PIL import Image, ImageOps

from hyocr.errors import InputError
from hyocr.pixels import to_rgb

MAX_PIXELS = 100_000_000
"""Largest image, checked before it is decoded: 300 MB of RGB, an A2 sheet at 400 dpi."""

MIN_SIDE = 4
"""Pixels: nothing smaller can hold a character."""

MAX_ASPECT = 200
"""Longer side over shorter side: the image processor of the model takes no more."""

PDF_DPI = 200
PDF_MAX_PIXELS = 40_000_000
"""A PDF page that would be larger at 200 dpi (a poster) is rendered at fewer dots per inch."""

# fmt: off
SUFFIXES = {
    ".pdf", ".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".tif", ".tiff", ".bmp", ".gif", ".webp", ".avif", ".jp2", ".j2k",
    ".pbm", ".pgm", ".ppm", ".pnm", ".tga",
}
# fmt: on
"""What `expand` takes from a folder or glob. A file named outright is tried whatever its suffix."""

FRAMES_ARE_PAGES = {"TIFF", "GIF", "PNG", "WEBP", "DCX"}
"""In other formats a second frame is not a page: a phone's depth map in MPO, a layer in PSD."""

PDF_WRONG_PASSWORD = 4  # FPDF_ERR_PASSWORD in fpdfview.h

Source = str | Path | Image.Image


@dataclass(frozen=True)
class Page:
    """One upright page: an RGB image, its number counted from 1, and the file it came from."""

    image: Image.Image
    number: int
    origin: str


class Pages(Iterator[Page]):
    """The pages of one open source: `total` of them, each decoded when asked for.

    `next` raises InputError for a page that cannot be decoded, and goes on with the one after it when called again.
    The file closes after the last page; `close` it when you stop before. Not thread-safe, because PDFium is not.
    """

    def __init__(
        self, origin: str, total: int, decode: Callable[[int], Image.Image], close: Callable[[], None] = lambda: None
    ) -> None:
        self.origin = origin
        self.total = total
        self.number = 0
        self._decode = decode
        self.close = close

    def __next__(self) -> Page:
        if self.number == self.total:
            raise StopIteration
        self.number += 1
        try:
            return Page(self._decode(self.number - 1), self.number, self.origin)
        except InputError as error:
            error.add_note(f"in {self.origin}, page {self.number}")
            raise
        finally:
            if self.number == self.total:
                self.close()


def open_source(source: Source) -> Pages:
    """Opens an image file, a PDF or a PIL image (its current frame).

    Raises InputError, here for the file as a whole or from `next` for one page; the file is named in the error's note.
    """
    if isinstance(source, Image.Image):
        return Pages("<image>", 1, lambda _: _upright(source))
    path = Path(source)
    try:
        start = _first_bytes(path)
        return _open_pdf(path) if b"%PDF-" in start else _open_image(path)
    except InputError as error:
        error.add_note(f"in {path}")
        raise


def expand(paths: Iterable[str | Path]) -> list[Path]:
    """Files for the given files, folders (their images and PDFs, sorted, not those of subfolders) and globs (`**` too).

    Each file once. A path that does not exist is returned as it is, for `open_source` to report. Raises InputError for
    a folder or glob without any image or PDF.
    """
    found: list[Path] = []
    for given in paths:
        if os.path.isdir(given):
            found += _readable(Path(given).glob("*"), f'The folder "{given}" holds')
        elif not os.path.exists(given) and glob.has_magic(str(given)):
            found += _readable(map(Path, glob.iglob(str(given), recursive=True)), f'The pattern "{given}" matches')
        else:
            found.append(Path(given))
    return list(dict.fromkeys(found))


def _readable(paths: Iterable[Path], what: str) -> list[Path]:
    chosen = [p for p in paths if p.suffix.lower() in SUFFIXES and not p.name.startswith(".") and p.is_file()]
    if not chosen:
        raise InputError(f"{what} no image and no PDF; name another, or name a file with an unusual ending outright.")
    return sorted(chosen)


def _first_bytes(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise InputError("This is a folder; name a file in it, or use `expand` to list its files.")
        if not path.exists():
            raise InputError("The file does not exist; check the path.")
        if not path.is_file():
            raise InputError("This is a device or pipe; save its content to a file first.")
        with path.open("rb") as file:
            start = file.read(1024)
    except OSError as error:
        raise InputError(f"The file cannot be opened ({error.strerror}); check its name and permissions.") from error
    if not start:
        raise InputError("The file is empty (0 bytes); copy or export it again.")
    return start


def _open_pdf(path: Path) -> Pages:
    try:
        pdf = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        if error.err_code == PDF_WRONG_PASSWORD:
            raise InputError("The PDF is encrypted; save a copy without its password first.") from error
        raise InputError("The PDF is damaged; export it again or open and save it in a PDF viewer.") from error
    if not len(pdf):
        pdf.close()
        raise InputError("The PDF has no pages.")
    pdf.init_forms()  # draws what was typed into form fields
    return Pages(str(path), len(pdf), lambda index: _render(pdf, index), pdf.close)


def _render(pdf: Any, index: int) -> Image.Image:
    try:
        page = pdf[index]
        width, height = page.get_size()  # points, 72 to the inch
        scale = min(PDF_DPI / 72, math.sqrt(PDF_MAX_PIXELS / max(1.0, width * height)))
        _check_size(round(width * scale), round(height * scale))
        bitmap = page.render(scale=scale)
        image: Image.Image = bitmap.to_pil().convert("RGB")
        bitmap.close()
        page.close()
    except pypdfium2.PdfiumError as error:
        raise InputError("This page of the PDF is damaged; open and save it in a PDF viewer.") from error
    return image


def _open_image(path: Path) -> Pages:
    try:
        with warnings.catch_warnings():  # large images have a limit of their own here
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(path)
    except Image.DecompressionBombError as error:
        raise InputError(_too_large()) from error
    except Exception as error:  # decoders meet damaged bytes with errors of every kind
        raise InputError("This is no image and no PDF that can be read; convert it to PNG, JPEG or PDF.") from error
    total = _count(image) if image.format in FRAMES_ARE_PAGES else 1
    return Pages(str(path), total, lambda index: _frame(image, index), image.close)


def _count(image: Image.Image) -> int:
    """Frames of the file, up to and including the first one that is damaged (`n_frames` would fail for all)."""
    count = 1
    while True:
        try:
            image.seek(count)
        except EOFError:
            return count
        except Exception:  # as in _open_image
            return count + 1
        count += 1


def _frame(image: Image.Image, index: int) -> Image.Image:
    try:
        image.seek(index)
    except Exception as error:  # as in _open_image
        raise InputError("This page of the file is damaged; copy or export it again.") from error
    return _upright(image)


def _upright(image: Image.Image) -> Image.Image:
    """A decoded RGB copy, turned as its EXIF orientation says."""
    _check_size(*image.size)
    try:
        return to_rgb(ImageOps.exif_transpose(image))
    except Exception as error:  # as in _open_image
        raise InputError("The image is damaged, cut short or in an unknown colour space; export it again.") from error


def _check_size(width: int, height: int) -> None:
    small, large = sorted((width, height))
    if width * height > MAX_PIXELS:
        raise InputError(_too_large())
    if small < MIN_SIDE:
        raise InputError(f"The image is {width}x{height} pixels, too small to hold text; scan it larger.")
    if large > MAX_ASPECT * small:
        raise InputError(
            f"The image is {width}x{height} pixels, more than {MAX_ASPECT} times as long as wide; cut it into pieces."
        )


def _too_large() -> str:
    return f"The image is larger than {MAX_PIXELS // 1_000_000} megapixels; scale it down or cut it into pieces."
