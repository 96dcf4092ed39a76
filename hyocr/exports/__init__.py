"""A Document as text, Markdown or JSON: one module per format, each with a `SUFFIX` and `pieces(outline, pages)`.

The pieces follow one another page by page, so that a document never has to be in memory as a whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from hyocr.document import Document, PageResult
from hyocr.errors import HyocrError
from hyocr.exports import json, markdown, text
from hyocr.exports.outline import Outline

__all__ = ["FORMATS", "Outline", "export", "pieces"]

FORMATS = {"text": text, "markdown": markdown, "json": json}


def pieces(outline: Outline, pages: Iterable[PageResult], format: str) -> Iterator[str]:
    """The document in one of `FORMATS` piece by piece, ending in a newline unless empty.

    `pages` are all pages of the outlined document, in order. Raises HyocrError for an unknown format.
    """
    if format not in FORMATS:
        raise HyocrError(f'There is no export format "{format}"; choose one of {", ".join(FORMATS)}.')
    written: Iterator[str] = FORMATS[format].pieces(outline, pages)
    return written


def export(document: Document, format: str) -> str:
    """All pieces at once. Raises HyocrError for an unknown format."""
    return "".join(pieces(Outline.of(document), document.pages, format))
