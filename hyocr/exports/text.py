"""Plain text: the pages in order with a blank line between them, and nothing but what was read or answered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from hyocr.document import PageResult
from hyocr.exports.outline import Outline

SUFFIX = ".txt"


def pieces(outline: Outline, pages: Iterable[PageResult]) -> Iterator[str]:
    """The text of all pages, nothing if there is none. Pages that failed leave no trace: see the JSON for them.

    The evidence of an answer follows it, each line after `evidence: `.
    """
    begun = False
    for page in pages:
        evidence = (f"evidence: {line}" for line in outline.evidence(page))
        if text := "\n".join([*([page.text] if page.text else []), *evidence]):
            yield "\n\n" + text if begun else text
            begun = True
    if begun:
        yield "\n"
