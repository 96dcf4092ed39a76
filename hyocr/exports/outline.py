"""What an export has to know before the first page."""

from __future__ import annotations

from dataclasses import dataclass

from hyocr.document import Document, PageResult, Status


@dataclass(frozen=True)
class Outline:
    """A document without its `total` pages. With `timed` False they do not tell how many seconds they took.

    Two runs over the same pages give the same bytes then.
    """

    source: str
    task: str
    model: str
    strategy: str
    status: Status
    total: int
    timed: bool = True

    @classmethod
    def of(cls, document: Document) -> Outline:
        """The outline of a document in memory."""
        names = document.source, document.task, document.model, document.strategy
        return cls(*names, document.status, len(document.pages))

    def evidence(self, page: PageResult) -> list[str]:
        """The lines to show beside a page's answer, where they were asked for. A translation is shown alone."""
        return [line.text for line in page.observation] if self.task == "evidence" else []
