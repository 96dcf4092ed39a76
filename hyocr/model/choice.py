"""Which model a task gets where none is named."""

from __future__ import annotations

from hyocr.errors import HyocrError
from hyocr.job import is_server
from hyocr.model.store import is_fetched

OBSERVED = ("fields", "key", "ask", "evidence")
"""What `small` answers, from the lines of the page."""
READ = ("read", "spotting")
"""What `nano` does on its own."""


def choose_model(task: str, model: str | None, adapter: str | None = None, engine: str = "transformers") -> str:
    """The model that was named, or else the smallest one that has learned the task.

    With an adapter that is "nano", from which `hyocr finetune` starts, and on a server what it serves. Raises
    HyocrError where no model at hand has learned the task.
    """
    if model is not None:
        return model
    if adapter is not None or is_server(engine) or task in READ:
        return "nano"
    if task.startswith("translate"):
        raise HyocrError(
            "Translating needs a larger checkpoint, as small does not translate yet: name one with --model."
        )
    if task not in OBSERVED:
        return "nano"
    if not is_fetched():
        raise HyocrError("Asking needs the model small (98 MB): run hyocr fetch small, or name another with --model.")
    return "small"


def best_model(engine: str = "transformers") -> str:
    """For a service that is asked for every task: "small" where it is fetched, else "nano", also on a server."""
    return "small" if is_fetched() and not is_server(engine) else "nano"
