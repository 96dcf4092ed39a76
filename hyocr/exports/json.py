"""JSON: all that is known about a document, laid out as `docs/document-schema.md` and `document.schema.json` say."""

from __future__ import annotations

import json

from hyocr.document import Document

SUFFIX = ".json"


def export(document: Document) -> str:
    """`Document.to_dict` with an indent of two and text as it is (no \\u escapes)."""
    return json.dumps(document.to_dict(), ensure_ascii=False, indent=2, allow_nan=False) + "\n"
