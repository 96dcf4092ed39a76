"""What can be asked of a page: one module per task, all with the same shape (`hyocr.tasks.base.Task`)."""

from __future__ import annotations

from hyocr.tasks import ask, evidence, fields, key, read, spotting, translate_document, translate_en, translate_zh
from hyocr.tasks.base import Parsed, Task

TASKS: dict[str, Task] = {
    read.NAME: read,
    spotting.NAME: spotting,
    ask.NAME: ask,
    evidence.NAME: evidence,
    fields.NAME: fields,
    key.NAME: key,
    translate_en.NAME: translate_en,
    translate_zh.NAME: translate_zh,
    translate_document.NAME: translate_document,
}

__all__ = ["TASKS", "Parsed", "Task"]
