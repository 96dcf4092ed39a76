"""Pages of a PDF as images, through PDFium."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from threading import RLock
from typing import Any

import pypdfium2
from PIL import Image

from hyocr.bounds import TOO_MUCH_MEMORY, check_shape
from hyocr.document import Box
from hyocr.errors import InputError
from hyocr.figures import figures

PDF_DPI = 200
PDF_MAX_PIXELS = 40_000_000
"""A PDF page that would be larger at 200 dpi (a poster) is rendered at fewer dots per inch."""

PAGES_KEPT = 16
"""Rendered before the PDF is opened anew, which takes milliseconds."""

PDFIUM = RLock()
"""Held while PDFium works, which bears one thread at a time in a process."""

WRONG_PASSWORD = 4  # FPDF_ERR_PASSWORD in fpdfview.h


@dataclass(frozen=True)
class Rendered:
    """A page in RGB, its dots per inch, and the pictures placed on it."""

    image: Image.Image
    dpi: float
    figures: tuple[Box, ...]


class Pdf:
    """An open PDF of `total` pages, each to be rendered in at most `max_pixels` (but for a part of a row and column).

    It is opened anew from time to time, because PDFium keeps the pictures of all pages as they lie in the file. Raises
    InputError for a file that is damaged or encrypted.
    """

    def __init__(self, path: Path, max_pixels: int) -> None:
        self._path = path
        self._max_pixels = min(max_pixels, PDF_MAX_PIXELS)
        with PDFIUM:
            self._open()
            self.total = len(self._document)

    def render(self, number: int) -> Rendered:
        """The page of this number, from 1. Raises InputError."""
        try:
            with PDFIUM:
                if self._rendered == PAGES_KEPT:
                    self.close()
                    self._open()
                self._rendered += 1
                return _render(self._document[number - 1], self._max_pixels)
        except pypdfium2.PdfiumError as error:
            raise InputError("This page of the PDF is damaged; open and save it in a PDF viewer.") from error
        except MemoryError as error:
            raise InputError(TOO_MUCH_MEMORY) from error

    def close(self) -> None:
        with PDFIUM:
            self._document.close()

    def _open(self) -> None:
        """Raises InputError."""
        try:
            self._document = pypdfium2.PdfDocument(self._path)
            self._document.init_forms()  # draws what was typed into form fields
        except FileNotFoundError as error:
            raise InputError("The file does not exist any more; read it again.") from error
        except pypdfium2.PdfiumError as error:
            if error.err_code == WRONG_PASSWORD:
                raise InputError("The PDF is encrypted; save a copy without its password first.") from error
            raise InputError("The PDF is damaged; export it again or open and save it in a PDF viewer.") from error
        self._rendered = 0


def _render(page: Any, max_pixels: int) -> Rendered:
    width, height = page.get_size()  # points, 72 to the inch
    scale = min(PDF_DPI / 72, math.sqrt(max_pixels / max(1.0, width * height)))
    check_shape(round(width * scale), round(height * scale))
    bitmap = page.render(scale=scale)
    image: Image.Image = bitmap.to_pil().convert("RGB")
    pictures = figures(page, bitmap.get_posconv(page), image.size)
    bitmap.close()
    page.close()
    return Rendered(image, round(scale * 72, 1), pictures)
