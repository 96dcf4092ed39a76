"""How far a run is: a bar on a terminal, else a line now and then. All on stderr."""

from __future__ import annotations

import sys
import time
from collections import Counter

from tqdm import tqdm

from hyocr.batch import complain, say
from hyocr.corpus.work import Piece
from hyocr.document import PageResult, Status

LINE_SECONDS = 10.0
"""How often a line says how far the run is, where no bar can."""

SHOWN = 5
"""Bad pages of one document that are described; of the others there is the number."""


class Progress:
    """Counts pages as they come. What documents hold is known once they are opened; the rest is estimated by it."""

    def __init__(self, documents: int, quiet: bool) -> None:
        self.documents = documents
        self.opened = 0
        self.finished = 0
        self.known = 0
        self.statuses: Counter[Status] = Counter()
        self._bad: Counter[str] = Counter()
        self._quiet = quiet
        self._started = self._said = time.monotonic()
        hidden = quiet or not sys.stderr.isatty()
        self.bar = tqdm(total=0, unit=" page", smoothing=0.05, leave=False, file=sys.stderr, disable=hidden)

    def open(self, pages: int) -> None:
        """A document was opened, of which so many pages are to be read."""
        self.opened += 1
        self.known += pages

    def page(self, piece: Piece, result: PageResult) -> None:
        """A page is done; what went wrong is told."""
        self.statuses[result.status] += 1
        where = f"{piece.path}: page {result.number}" if piece.total > 1 else piece.path
        self._bad[piece.document] += result.status != "ok"
        if self._bad[piece.document] <= SHOWN:
            complain(where, result)
        self.bar.total = self.total
        self.bar.update()
        now = time.monotonic()
        if self.bar.disable and not self._quiet and now - self._said >= LINE_SECONDS:
            self._said = now
            left = (self.total - self.done) / self.rate
            say(f"{self.done}/{self.total} pages, {self.rate:.2f} pages/s, {duration(left)} left")

    def document(self, name: str, status: Status, pages: int) -> None:
        """All pages of a document are done."""
        self.finished += 1
        if (more := self._bad.pop(name, 0) - SHOWN) > 0:
            say(f"warning: {name}: {more} more pages failed or are partial; run.jsonl tells of each.")
        if self.bar.disable and not self._quiet:
            say(f"[{self.finished}/{self.documents}] {name}: {status}, {pages} page(s)")

    @property
    def done(self) -> int:
        return self.statuses.total()

    @property
    def total(self) -> int:
        """Pages to read in this run, as far as can be known: documents not opened yet are taken for average ones."""
        unopened = self.documents - self.opened
        return self.known + round(unopened * self.known / self.opened) if self.opened else self.known

    @property
    def rate(self) -> float:
        """Pages per second since the start, loading the model included."""
        return self.done / max(1e-9, time.monotonic() - self._started)


def duration(seconds: float) -> str:
    """Such as 2 h 5 min, 2 min 18 s or 7 s."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
