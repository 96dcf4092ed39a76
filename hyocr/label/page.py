"""`index.html`: the page to correct labels by hand. It works from disk and needs nothing but the folder's `images/`.

What was read is text: it reaches the page as JSON, in which no markup can begin, and our script shows it as text. The
Content-Security-Policy allows that script and our style (by their SHA-256) and images only. The same rows give the same
bytes.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Sequence
from pathlib import Path

from hyocr import output
from hyocr.job import Job
from hyocr.label.rows import Row
from hyocr.policy import source_hash

PAGE, CORRECTED = "index.html", "corrected.jsonl"

_TEMPLATES = Path(__file__).parent / "templates"
_PLACEHOLDER = re.compile(r"\{\{ (\w+) \}\}")


def write_page(folder: Path, rows: Sequence[Row], key: str, job: Job) -> Path:
    """Writes the page, all of it or nothing. `key` tells these labels from all others: the browser keeps edits by it.

    Raises HyocrError where the folder cannot be written to.
    """
    style, script = _template("label.css"), _template("label.js")
    about = [job.task, *([] if job.question is None else [job.question]), job.model]
    command = f"hyocr finetune --data {shlex.quote(str(folder / CORRECTED))}"
    parts = {
        "policy": f"default-src 'none'; img-src 'self' file:; style-src {source_hash(style)}; "
        f"script-src {source_hash(script)}; base-uri 'none'; form-action 'none'",
        "style": style,
        "script": script,
        "data": embedded({"key": key, "about": about, "command": command, "file": CORRECTED, "rows": list(rows)}),
    }
    text = _PLACEHOLDER.sub(lambda match: parts[match[1]], _template("label.html"))
    # A file name that is not valid Unicode becomes an escape.
    output.write(folder / PAGE, text.encode("utf-8", "backslashreplace"))
    return folder / PAGE


def embedded(value: object) -> str:
    """JSON that may stand in a script element: it holds no `<`, so that nothing in it ends or begins an element."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    return re.sub("[<>&\u2028\u2029]", lambda match: f"\\u{ord(match[0]):04x}", text)


def _template(name: str) -> str:
    return (_TEMPLATES / name).read_text(encoding="utf-8")
