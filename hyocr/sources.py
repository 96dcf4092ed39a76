"""From a file, folder, glob or PIL image to upright RGB pages, decoded one at a time."""

from __future__ import annotations

import glob
import os
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageOps

from hyocr.bounds import TOO_MUCH_MEMORY, check_count, check_shape
from hyocr.document import Box
from hyocr.errors import InputError
from hyocr.pdf import Pdf
from hyocr.pixels import to_rgb

MAX_PIXELS = 100_000_000
"""Largest image, checked before it is decoded: 300 MB of RGB, an A2 sheet at 400 dpi."""

# fmt: off
SUFFIXES = {
    ".pdf", ".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".tif", ".tiff", ".bmp", ".gif", ".webp", ".avif", ".jp2", ".j2k",
    ".pbm", ".pgm", ".ppm", ".pnm", ".tga",
}
# fmt: on
"""What `expand` takes from a folder or glob. A file named outright is tried whatever its suffix."""

FORMATS = ("PNG", "JPEG", "WEBP", "TIFF", "GIF", "BMP", "PPM", "JPEG2000", "AVIF")
"""Pillow's names of what is taken from strangers. For others it runs programs (EPS) or guesses (TGA)."""

FRAMES_ARE_PAGES = {"TIFF", "GIF", "PNG", "WEBP", "DCX"}
"""In other formats a second frame is not a page: a phone's depth map in MPO, a layer in PSD."""

MAX_FRAMES = 5_000
"""Of one image file: finding them takes Pillow time that grows with their square in a TIFF, here a second."""

SENSIBLE_DPI = (73, 2400)
"""What a scan can have. Programs that know nothing write 72 or less."""

Source = str | Path | Image.Image


@dataclass(frozen=True)
class Page:
    """One upright page: an RGB image, its number counted from 1, and the file it came from.

    `dpi` are its dots per inch where the file tells, `figures` the pictures that a PDF places on it, in pixels.
    """

    image: Image.Image
    number: int
    origin: str
    dpi: float | None = None
    figures: tuple[Box, ...] = ()


class Pages(Iterator[Page]):
    """The pages of one open source: `total` of them, of which `left` are still to come, each decoded when asked for.

    `next` raises InputError for a page that cannot be decoded, and goes on with the one after it when called again.
    The file closes after the last page; `close` it when you stop before. Not thread-safe, because PDFium is not.
    """

    def __init__(
        self, origin: str, total: int, decode: Callable[[int], Page], close: Callable[[], None] = lambda: None
    ) -> None:
        self.origin = origin
        self.total = total
        self.number = 0
        self.left: Sequence[int] = range(1, total + 1)
        self._decode = decode
        self.close = close

    def select(self, numbers: Iterable[int]) -> None:
        """Leaves only the pages with these numbers to come, in order. Raises InputError for one that does not exist."""
        chosen = sorted(set(numbers))
        for number in chosen:
            if not 1 <= number <= self.total:
                raise InputError(f"There is no page {number}; the document has {self.total}.")
        self.left = chosen

    def __next__(self) -> Page:
        if not self.left:
            raise StopIteration
        self.number, self.left = self.left[0], self.left[1:]
        try:
            return self._decode(self.number)
        except InputError as error:
            error.add_note(f"in {self.origin}, page {self.number}")
            raise
        finally:
            if not self.left:
                self.close()


def open_source(
    source: Source,
    formats: tuple[str, ...] | None = None,
    max_pages: int | None = None,
    max_pixels: int = MAX_PIXELS,
) -> Pages:
    """Opens an image file, a PDF or a PIL image (its current frame).

    `formats` are Pillow's names of the image formats allowed, None for all. An image of more than `max_pixels` is
    refused, a larger page of a PDF rendered at fewer dots per inch. This decodes in the process itself: what comes from
    strangers belongs to `hyocr.isolated`. Raises InputError, here for the file as a whole, also for one of more than
    `max_pages`, or from `next` for one page; the file is named in the error's note.
    """
    if isinstance(source, Image.Image):
        return Pages("<image>", 1, lambda number: Page(_upright(source, max_pixels), number, "<image>", _dpi(source)))
    path = Path(source)
    try:
        if b"%PDF-" in _first_bytes(path):
            return _open_pdf(path, max_pages, max_pixels)
        return _open_image(path, formats, max_pages, max_pixels)
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


def _open_pdf(path: Path, max_pages: int | None, max_pixels: int) -> Pages:
    pdf = Pdf(path, max_pixels)
    try:
        check_count(pdf.total, max_pages)
    except InputError:
        pdf.close()
        raise

    def decode(number: int) -> Page:
        rendered = pdf.render(number)
        return Page(rendered.image, number, str(path), rendered.dpi, rendered.figures)

    return Pages(str(path), pdf.total, decode, pdf.close)


def _open_image(path: Path, formats: tuple[str, ...] | None, max_pages: int | None, max_pixels: int) -> Pages:
    try:
        with warnings.catch_warnings():  # large images have a limit of their own here
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(path, formats=formats)
    except Image.DecompressionBombError as error:
        raise InputError(_too_large(max_pixels)) from error
    except Exception as error:  # decoders meet damaged bytes with errors of every kind
        raise InputError("This is no image and no PDF that can be read; convert it to PNG, JPEG or PDF.") from error
    most = min(max_pages or MAX_FRAMES, MAX_FRAMES)
    try:
        total = _count(image, most) if image.format in FRAMES_ARE_PAGES else 1
        check_count(total, most)
    except InputError:
        image.close()
        raise
    return Pages(str(path), total, lambda number: _frame(image, number, str(path), max_pixels), image.close)


def _count(image: Image.Image, most: int) -> int:
    """Frames of the file; those of a TIFF up to and including the first one that is damaged."""
    if image.format != "TIFF":  # `seek` would decode them all
        try:
            return int(image.n_frames)  # type: ignore[attr-defined]
        except Exception:  # as in _open_image
            return 1
    for count in range(1, most + 1):
        try:
            image.seek(count)
        except EOFError:
            return count
        except Exception:  # as in _open_image
            return count + 1
    raise InputError(f"The document has more than {most} pages; split it.")


def _frame(image: Image.Image, number: int, origin: str, max_pixels: int) -> Page:
    try:
        image.seek(number - 1)
    except Exception as error:  # as in _open_image
        raise InputError("This page of the file is damaged; copy or export it again.") from error
    return Page(_upright(image, max_pixels), number, origin, _dpi(image))


def _upright(image: Image.Image, max_pixels: int) -> Image.Image:
    """A decoded RGB copy, turned as its EXIF orientation says."""
    if image.width * image.height > max_pixels:
        raise InputError(_too_large(max_pixels))
    check_shape(*image.size)
    try:
        return to_rgb(ImageOps.exif_transpose(image))
    except MemoryError as error:
        raise InputError(TOO_MUCH_MEMORY) from error
    except Exception as error:  # as in _open_image
        raise InputError("The image is damaged, cut short or in an unknown colour space; export it again.") from error


def _dpi(image: Image.Image) -> float | None:
    """What the file says, where a scanner may have written it: the same along both sides."""
    across, down = (float(value) for value in image.info.get("dpi", (0, 0)))
    low, high = SENSIBLE_DPI
    return round(across, 1) if low <= across <= high and abs(across - down) < 1 else None


def _too_large(max_pixels: int) -> str:
    return f"The image is larger than {max_pixels / 1_000_000:g} megapixels; scale it down or cut it into pieces."
