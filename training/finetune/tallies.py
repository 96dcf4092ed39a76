"""What is counted over a file of any length in memory that does not grow with it."""

from __future__ import annotations

import numpy as np

MANY = 1 << 20
"""Different things are counted exactly up to here: 8 MB."""

_UNSORTED = 1 << 16


class Spread:
    """How whole numbers from 0 spread; percentiles are exact for those below `bound`, the rest always is."""

    def __init__(self, bound: int) -> None:
        self.count = self.total = self.most = 0
        self.least = -1
        self._counts = np.zeros(bound + 1, np.int64)

    def add(self, value: int) -> None:
        self._counts[min(value, len(self._counts) - 1)] += 1
        self.count += 1
        self.total += value
        self.most = max(self.most, value)
        self.least = value if self.least < 0 else min(self.least, value)

    def at(self, share: float) -> int:
        """The least of the numbers that as large a share of them does not exceed; 0 where there are none."""
        return int(np.searchsorted(self._counts.cumsum(), share * self.count)) if self.count else 0


class Distinct:
    """How many different hashes of 64 bits there are, up to `MANY`."""

    def __init__(self) -> None:
        self._known = np.empty(0, np.uint64)
        self._new: set[int] = set()

    def add(self, value: int) -> None:
        if len(self._known) <= MANY:
            self._new.add(value)
            if len(self._new) >= _UNSORTED:
                self._merge()

    def __len__(self) -> int:
        self._merge()
        return min(len(self._known), MANY)

    def __str__(self) -> str:
        count = len(self)
        return f"more than {MANY:,}" if len(self._known) > MANY else f"{count:,}"

    def _merge(self) -> None:
        self._known = np.union1d(self._known, np.fromiter(self._new, np.uint64, len(self._new)))
        self._new.clear()


class Notes:
    """Sentences as they come: the first `shown` of them, and how many there were."""

    def __init__(self, shown: int = 50) -> None:
        self.first: list[str] = []
        self.count = 0
        self._shown = shown

    def add(self, sentence: str) -> None:
        self.count += 1
        if len(self.first) < self._shown:
            self.first.append(sentence)

    def lines(self, kind: str) -> list[str]:
        """For people: a heading and the sentences, nothing where there is none."""
        if not self.count:
            return []
        left = self.count - len(self.first)
        more = [f"  ... and {left:,} more"] if left else []
        return [f"{self.count:,} {kind}{'' if self.count == 1 else 's'}:", *(f"  {line}" for line in self.first), *more]
