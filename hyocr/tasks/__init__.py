"""What can be asked of a page: one module per task, all with the same shape (`hyocr.tasks.base.Task`)."""

from __future__ import annotations

from hyocr.tasks import ask, read, spotting
from hyocr.tasks.base import Parsed, Task

TASKS: dict[str, Task] = {read.NAME: read, spotting.NAME: spotting, ask.NAME: ask}

__all__ = ["TASKS", "Parsed", "Task"]
