"""JSON: all that is known about a document, laid out as `docs/document-schema.md` and `document.schema.json` say."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from hyocr.document import SCHEMA_VERSION, PageResult
from hyocr.exports.outline import Outline

SUFFIX = ".json"


def pieces(outline: Outline, pages: Iterable[PageResult]) -> Iterator[str]:
    """`Document.to_dict` with an indent of two and text as it is (no \\u escapes)."""
    head = {
        "schema_version": SCHEMA_VERSION,
        "status": outline.status,
        "source": outline.source,
        "task": outline.task,
        "model": outline.model,
        "strategy": outline.strategy,
    }
    yield _dump(head).removesuffix("\n}") + ',\n  "pages": ['
    begun = False
    for page in pages:
        content = page.to_dict()
        if not outline.timed:
            del content["seconds"]
        # Strings hold no line break of their own, only \n: every one here begins a line of the layout.
        yield (",\n" if begun else "\n") + "    " + _dump(content).replace("\n", "\n    ")
        begun = True
    yield "\n  ]\n}\n" if begun else "]\n}\n"


def _dump(content: dict[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False)
