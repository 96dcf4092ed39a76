"""Plain text: the pages in order with a blank line between them, and nothing but what was read."""

from __future__ import annotations

from hyocr.document import Document

SUFFIX = ".txt"


def export(document: Document) -> str:
    """The text of all pages, "" if there is none. Pages that failed leave no trace: see the JSON for them."""
    return document.text + "\n" if document.text else ""
