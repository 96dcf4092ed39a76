"""Rows at random access, split by group, and packed: step k is always the same pack, whoever makes it."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from torch.utils.data import Dataset
from transformers import PreTrainedTokenizerBase

from hyocr.observation import observed_prompt
from training.ctc import INDEX
from training.example import Example
from training.finetune.check import INDEX as INDEX_TYPE
from training.finetune.images import Sight, pixels
from training.finetune.rows import Row, parse_rows
from training.finetune.settings import steps_of_a_round
from training.packing import Encoder, Pack, Tokens, pack

TASK = "rows"
"""What all rows count as in the objective's losses."""
BLOCK = 48
"""Groups whose rows are shuffled together: their pages stay decoded meanwhile."""

Numbers = NDArray[np.int64]


class Rows:
    """The rows of a checked file by number, read when they are wanted (see `training.finetune.check`)."""

    def __init__(self, file: Path, index: Path) -> None:
        self.file = file
        self.index = np.memmap(index, dtype=INDEX_TYPE, mode="r") if index.stat().st_size else np.empty(0, INDEX_TYPE)

    def __len__(self) -> int:
        return len(self.index)

    def __getitem__(self, number: int) -> Row:
        place = self.index[number]
        with self.file.open("rb") as file:
            file.seek(int(place["offset"]))
            return parse_rows(file.readline(), int(place["line"]), self.file.parent)[int(place["turn"])]

    def tokens(self, numbers: Numbers) -> Numbers:
        """How many tokens each of these rows has."""
        return self.index["tokens"][numbers].astype(np.int64)

    def held_out(self, share: float, seed: int) -> NDArray[np.uint64]:
        """The groups that are held out, by hash: about that share of them, chosen by seed; none if there is one."""
        groups = np.unique(self.index["group"])
        count = min(len(groups) - 1, max(1, round(share * len(groups)))) if share else 0
        return groups[np.random.default_rng(seed).permutation(len(groups))[:count]]

    def split(self, held_out: NDArray[np.uint64]) -> tuple[Numbers, Numbers]:
        """Numbers of the rows outside and inside of these groups."""
        inside = np.isin(self.index["group"], held_out)
        return np.flatnonzero(~inside), np.flatnonzero(inside)


class Tokeniser:
    """Rows as tokens with their pictures, or the text that was read, as the checkpoint sees and writes them."""

    def __init__(self, tokenizer: PreTrainedTokenizerBase, seen: Sight, by_character: bool) -> None:
        self.encoder, self.seen, self.by_character = Encoder(tokenizer), seen, by_character

    def __call__(self, row: Row) -> Tokens:
        if row.observed:
            about_text = Example(TASK, observed_prompt(row.observed, row.prompt), row.answer, None)
            return self.encoder.encode(about_text, self.by_character)
        reads = row.line and row.task == "read" and all(character in INDEX for character in row.answer)
        example = Example(TASK, row.prompt, row.answer, pixels(row, self.seen), line=reads, canvas=row.line)
        return self.encoder.encode(example, self.by_character)

    def pack(self, rows: Sequence[Row], length: int) -> Pack:
        """All these rows in rows of `length` tokens."""
        return pack([self(row) for row in rows], length, self.encoder.pad, [TASK])


class Packs(Dataset[Pack]):
    """One pack of about `tokens` tokens for each step, round after round through the rows in another order."""

    def __init__(self, rows: Rows, numbers: Numbers, tokeniser: Tokeniser, tokens: int, length: int, seed: int) -> None:
        self.rows, self.numbers, self.tokeniser = rows, numbers, tokeniser
        self.tokens, self.length, self.seed = tokens, length, seed
        self._last: tuple[int, list[Numbers]] = (0, self._round(0))
        self.steps = len(self._last[1])

    def __getitem__(self, step: int) -> Pack:
        number, place = divmod(step, self.steps)
        if number != self._last[0]:
            self._last = (number, self._round(number))
        return self.tokeniser.pack([self.rows[int(i)] for i in self._last[1][place]], self.length)

    def _round(self, number: int) -> list[Numbers]:
        """The rows of each step of a round, as many steps in every round."""
        order = self._order(number)
        ends = np.cumsum(self.rows.tokens(order))
        steps = steps_of_a_round(int(ends[-1]), self.tokens)
        return np.array_split(order, np.searchsorted(ends, ends[-1] * np.arange(1, steps) / steps, side="right"))

    def _order(self, number: int) -> Numbers:
        """The rows of block after block of groups, shuffled."""
        rng = random.Random(f"{self.seed}/{number}")
        by_group: dict[int, list[int]] = {}
        for i, group in zip(self.numbers.tolist(), self.rows.index["group"][self.numbers].tolist(), strict=True):
            by_group.setdefault(group, []).append(i)
        groups = list(by_group.values())
        rng.shuffle(groups)
        order: list[int] = []
        for start in range(0, len(groups), BLOCK):
            block = [i for group in groups[start : start + BLOCK] for i in group]
            rng.shuffle(block)
            order += block
        return np.array(order, dtype=np.int64)
