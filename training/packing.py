"""Samples as token sequences, and how they share rows: first-fit-decreasing, block-diagonal attention, own positions.

A row holds several samples one after the other. None sees another, and each one's positions are those it would have
alone. Source: HunyuanOCR 1.5's SFT recipe (packs of 20,480 tokens, first-fit-decreasing, block-diagonal masks, loss on
the answer only).
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from transformers import PreTrainedTokenizerBase

from hyocr.model.chat import chat_tokens, messages
from training.example import Example

IGNORE = -100
PATCH, MERGE = 16, 2
AXES = 4

Numbers = NDArray[np.int64]


@dataclass(frozen=True)
class Tokens:
    """One sample as tokens. `ids` (length,) lacks the answer's last token, which nothing follows.

    `labels` (length,) is the token to come, IGNORE before the answer. `positions` is (4, length): XD-RoPE's text,
    width, height and image. `image` is where the picture's features go, its begin and end among them. `branches`
    (length,) is 0 for what several questions have in common, then the number of the question that a token belongs to:
    it sees what is common and its own question. None is one question.
    """

    example: Example
    ids: Numbers
    labels: Numbers
    positions: Numbers
    image: slice | None = None
    branches: Numbers | None = None

    def __len__(self) -> int:
        return len(self.ids)

    def first(self, length: int) -> Tokens:
        """The first tokens of a sample without an image."""
        return Tokens(self.example, self.ids[:length], self.labels[:length], self.positions[:, :length])

    @property
    def prompt(self) -> int:
        """How many tokens stand before the answer."""
        return int((self.labels != IGNORE).argmax()) + 1

    @property
    def by_character(self) -> bool:
        """Whether each character of the answer is one token."""
        return len(self) == self.prompt + len(self.example.answer)


class Encoder:
    """Writes examples as tokens in the published chat layout."""

    def __init__(self, tokenizer: PreTrainedTokenizerBase) -> None:
        self.tokenizer = tokenizer
        self.begin, self.end, self.pad = tokenizer.bos_token_id, tokenizer.eos_token_id, tokenizer.pad_token_id
        self.image: int = tokenizer.image_token_id
        _, self.answer_end = chat_tokens(tokenizer, tokenizer)
        self._prompts: dict[str, list[int]] = {}
        self._pieces: dict[str, list[int]] = {}
        added = [re.escape(token.content) for token in tokenizer.added_tokens_decoder.values()]
        self._piece = re.compile("|".join([*sorted(added, key=len, reverse=True), "."]), re.DOTALL)

    def encode(self, example: Example, by_character: bool) -> Tokens:
        """The example's tokens; `by_character` writes the answer in single characters and tags (subword dropout)."""
        answer = self._written(example.answer, by_character)
        if example.image is None and example.prompt:
            others = [(prompt, self._written(text, by_character)) for prompt, text in example.more]
            return self._about_text(example, [(example.prompt, answer), *others])
        if example.image is None:
            text = np.array([self.begin, *answer, self.end])
            return Tokens(example, text[:-1], text[1:], np.tile(np.arange(len(text) - 1), (AXES, 1)))
        height, width, _ = example.image.shape
        grid = (height // PATCH, width // PATCH)
        prompt, image = self.question(example.prompt, grid)
        tokens = self._tokens(example, prompt, answer)
        return replace(tokens, positions=positions(len(tokens), image, grid), image=image)

    def _tokens(self, example: Example, prompt: list[int], answer: list[int]) -> Tokens:
        ids = np.array([*prompt, *answer])
        labels = np.array([*[IGNORE] * (len(prompt) - 1), *answer, self.answer_end])
        return Tokens(example, ids, labels, np.tile(np.arange(len(ids)), (AXES, 1)))

    def _about_text(self, example: Example, asked: list[tuple[str, list[int]]]) -> Tokens:
        """Questions about one text, with their answers: what their prompts begin with in common stands once."""
        prompts = [self._asked(prompt, image=False) for prompt, _ in asked]
        if len(asked) == 1:
            return self._tokens(example, prompts[0], asked[0][1])
        shortest = min(map(len, prompts)) - 1
        shared = next((i for i in range(shortest) if len({prompt[i] for prompt in prompts}) > 1), shortest)
        alone = [self._tokens(example, prompt, answer) for prompt, (_, answer) in zip(prompts, asked, strict=True)]
        kept = [slice(0, shared), *[slice(shared, None)] * len(alone)]
        parts = list(zip([alone[0], *alone], kept, strict=True))
        return Tokens(
            example,
            np.concatenate([tokens.ids[part] for tokens, part in parts]),
            np.concatenate([tokens.labels[part] for tokens, part in parts]),
            np.concatenate([tokens.positions[:, part] for tokens, part in parts], axis=1),
            branches=np.repeat(np.arange(len(parts)), [len(tokens.ids[part]) for tokens, part in parts]),
        )

    def _asked(self, prompt: str, image: bool) -> list[int]:
        text = self.tokenizer.apply_chat_template(
            messages(prompt, image=image), tokenize=False, add_generation_prompt=True
        )
        return list(self.tokenizer.encode(text, add_special_tokens=False))

    def question(self, prompt: str, grid: tuple[int, int]) -> tuple[list[int], slice]:
        """Token ids of the prompt around an image of (rows, columns) patches, and where the image's tokens are."""
        if prompt not in self._prompts:
            self._prompts[prompt] = self._asked(prompt, image=True)
        ids = self._prompts[prompt]
        at, count = ids.index(self.image), visual_tokens(grid)
        return [*ids[:at], *[self.image] * count, *ids[at + 1 :]], slice(at, at + count)

    def _written(self, text: str, by_character: bool) -> list[int]:
        if not by_character:
            return list(self.tokenizer.encode(text, add_special_tokens=False))
        ids: list[int] = []
        for piece in self._piece.findall(text):
            if piece not in self._pieces:
                self._pieces[piece] = self.tokenizer.encode(piece, add_special_tokens=False)
            ids += self._pieces[piece]
        return ids


def visual_tokens(grid: tuple[int, int]) -> int:
    """Tokens of an image of (rows, columns) patches: merged ones, a newline after each row of them, begin and end."""
    return grid[0] // MERGE * (grid[1] // MERGE + 1) + 2


def positions(length: int, image: slice, grid: tuple[int, int]) -> Numbers:
    """XD-RoPE positions (4, length) around one image; what `get_rope_index` of transformers gives for one sample."""
    found = np.tile(np.arange(length), (AXES, 1))
    rows, columns = grid[0] // MERGE, grid[1] // MERGE + 1
    inside = slice(image.start + 1, image.stop - 1)
    found[1, inside] = np.tile(np.arange(columns), rows)
    found[2, inside] = np.repeat(np.arange(rows), columns)
    found[3, inside] = 0
    return found


def first_fit_decreasing(lengths: Sequence[int], capacity: int) -> list[list[int]]:
    """Indices of items by row, no row above `capacity`: the longest first, each into the first row with room.

    Johnson 1973: at most 11/9 of the fewest rows possible, and one. Raises ValueError for an item above `capacity`.
    """
    rows: list[list[int]] = []
    room: list[int] = []
    for index in sorted(range(len(lengths)), key=lambda i: (-lengths[i], i)):
        if lengths[index] > capacity:
            raise ValueError(f"a sequence of {lengths[index]} tokens does not fit a row of {capacity}.")
        row = next((row for row, left in enumerate(room) if left >= lengths[index]), len(rows))
        if row == len(rows):
            rows.append([])
            room.append(capacity)
        rows[row].append(index)
        room[row] -= lengths[index]
    return rows


def level_rows(lengths: Sequence[int], capacity: int) -> list[list[int]]:
    """As many rows as first-fit-decreasing needs for `capacity`, none much longer than the others: less padding.

    MULTIFIT (Coffman, Garey and Johnson 1978): the least capacity, by bisection, that needs no more rows.
    """
    best = first_fit_decreasing(lengths, capacity)
    low, high = max(lengths, default=0), capacity
    while low < high:
        middle = (low + high) // 2
        rows = first_fit_decreasing(lengths, middle)
        if len(rows) <= len(best):
            best, high = rows, middle
        else:
            low = middle + 1
    return best


@dataclass(frozen=True)
class Images:
    """Images of one size: `pixels` (n, height, width, 3) uint8, `slots` (n, tokens) where their features go.

    A slot counts through the pack's tokens row by row. `lines` are the texts for the CTC head, None where the images
    are no line canvases. `asked` (n,) is the slot of the last prompt token, -1 where the answer is not written in
    single characters.
    """

    pixels: Tensor
    slots: Tensor
    asked: Tensor
    lines: list[str] | None

    @property
    def grid(self) -> tuple[int, int]:
        """(rows, columns) of patches."""
        return self.pixels.shape[1] // PATCH, self.pixels.shape[2] // PATCH


@dataclass(frozen=True)
class Pack:
    """What one forward pass sees: `ids` and `segments` (rows, length), `positions` (4, rows, length).

    `segments` numbers a row's samples from 1, 0 is padding; `branches`, of the same shape, is as in `Tokens`. `places`,
    `labels` and `tasks` (labelled,) are of the tokens with a loss: where they are, counted through the pack row by row,
    what is to come, and the task's index.
    """

    ids: Tensor
    positions: Tensor
    segments: Tensor
    branches: Tensor
    places: Tensor
    labels: Tensor
    tasks: Tensor
    images: list[Images]
    samples: int
    skipped: list[str]

    @property
    def tokens(self) -> int:
        """Tokens that are no padding."""
        return int((self.segments > 0).sum())

    @property
    def labelled(self) -> int:
        """Tokens with a loss."""
        return len(self.labels)

    @property
    def lines(self) -> int:
        """Images with a CTC loss."""
        return sum(len(images.lines) for images in self.images if images.lines)

    @property
    def pointed(self) -> int:
        """Tokens whose place in the image guided attention may ask for."""
        asked = (zip(images.lines, images.asked.tolist(), strict=True) for images in self.images if images.lines)
        return sum(len(text) + 1 for pairs in asked for text, slot in pairs if slot >= 0)

    def lengths(self) -> list[int]:
        """The number of tokens of every sample."""
        most = int(self.segments.max()) + 1
        rows = torch.arange(len(self.segments))[:, None] * most
        counts = torch.bincount((rows + self.segments)[self.segments > 0])
        return [count for count in counts.tolist() if count]

    def to(self, device: torch.device) -> Pack:
        """The same on another device."""
        if device.type == "cpu":
            return self

        def moved(tensor: Tensor) -> Tensor:
            return tensor.pin_memory().to(device, non_blocking=True)

        images = [replace(i, pixels=moved(i.pixels), slots=moved(i.slots)) for i in self.images]
        return replace(
            self,
            ids=moved(self.ids),
            positions=moved(self.positions),
            segments=moved(self.segments),
            branches=moved(self.branches),
            places=moved(self.places),
            labels=moved(self.labels),
            tasks=moved(self.tasks),
            images=images,
        )


def pack(samples: Sequence[Tokens], length: int, pad: int, tasks: Sequence[str], skipped: Sequence[str] = ()) -> Pack:
    """Packs samples into rows of at most `length` tokens; `tasks` are the names `Pack.tasks` counts by.

    Rows are as long as the longest of them needs, in steps of 8.
    """
    rows = level_rows([len(sample) for sample in samples], length)
    longest = max(sum(len(samples[index]) for index in row) for row in rows)
    length = min(length, 8 * math.ceil(longest / 8))
    shape = (len(rows), length)
    ids, labels = np.full(shape, pad), np.full(shape, IGNORE)
    places, segments, kinds = np.zeros((AXES, *shape), np.int64), np.zeros(shape, np.int64), np.zeros(shape, np.int64)
    branches = np.zeros(shape, np.int64)
    starts: list[tuple[int, Tokens]] = []
    for row, members in enumerate(rows):
        start = 0
        for segment, sample in enumerate((samples[index] for index in members), 1):
            here = slice(start, start + len(sample))
            ids[row, here], labels[row, here], places[:, row, here] = sample.ids, sample.labels, sample.positions
            segments[row, here], kinds[row, here] = segment, tasks.index(sample.example.task)
            if sample.branches is not None:
                branches[row, here] = sample.branches
            starts.append((row * length + start, sample))
            start += len(sample)
    tensor = torch.from_numpy
    labelled = np.flatnonzero(labels != IGNORE)
    return Pack(
        tensor(ids),
        tensor(places),
        tensor(segments),
        tensor(branches),
        tensor(labelled),
        tensor(labels.ravel()[labelled]),
        tensor(kinds.ravel()[labelled]),
        _grouped(starts),
        len(samples),
        list(skipped),
    )


def _grouped(samples: list[tuple[int, Tokens]]) -> list[Images]:
    """Images of one size (and kind) together, so that the tower takes them in one go."""
    groups: dict[tuple[int, int, bool], list[tuple[int, Tokens, slice, NDArray[np.uint8]]]] = {}
    for start, sample in samples:
        pixels = sample.example.image
        if pixels is not None and sample.image is not None:
            key = (*pixels.shape[:2], sample.example.line)
            groups.setdefault(key, []).append((start, sample, sample.image, pixels))
    return [
        Images(
            torch.from_numpy(np.stack([pixels for *_, pixels in members])),
            torch.stack([torch.arange(start + at.start, start + at.stop) for start, _, at, _ in members]),
            torch.tensor([start + sample.prompt - 1 if sample.by_character else -1 for start, sample, *_ in members]),
            [sample.example.answer for _, sample, *_ in members] if line else None,
        )
        for (_, _, line), members in sorted(groups.items())
    ]
