"""Plain text: the pages in order with a blank line between them, and nothing but what was read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from hyocr.document import PageResult
from hyocr.exports.outline import Outline

SUFFIX = ".txt"


def pieces(outline: Outline, pages: Iterable[PageResult]) -> Iterator[str]:
    """The text of all pages, nothing if there is none. Pages that failed leave no trace: see the JSON for them."""
    begun = False
    for page in pages:
        if page.text:
            yield "\n\n" + page.text if begun else page.text
            begun = True
    if begun:
        yield "\n"
