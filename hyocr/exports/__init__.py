"""A Document as text, Markdown or JSON: one module per format, each with a `SUFFIX` and `export(document) -> str`."""

from __future__ import annotations

from hyocr.document import Document
from hyocr.errors import HyocrError
from hyocr.exports import json, markdown, text

FORMATS = {"text": text, "markdown": markdown, "json": json}


def export(document: Document, format: str) -> str:
    """The document in one of `FORMATS`, ending in a newline unless empty. Raises HyocrError for an unknown format."""
    if format not in FORMATS:
        raise HyocrError(f'There is no export format "{format}"; choose one of {", ".join(FORMATS)}.')
    exported: str = FORMATS[format].export(document)
    return exported
