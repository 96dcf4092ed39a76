"""Token sequences around same-size images: the published chat layout and its positions, no padding in the prompt."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from transformers import PreTrainedTokenizerBase

from hyocr.model import vocabulary as v

IGNORE = -100


class Answers:
    """Encodes answers by merged tokens or, for a share of them, character by character."""

    def __init__(self, tokenizer: PreTrainedTokenizerBase) -> None:
        self.tokenizer = tokenizer
        self.end = tokenizer.convert_tokens_to_ids(v.ASSISTANT)
        self._characters: dict[str, list[int]] = {}

    def encode(self, text: str, by_character: bool) -> list[int]:
        """Token ids of an answer with its end token."""
        if not by_character:
            return [*self.tokenizer.encode(text, add_special_tokens=False), self.end]
        ids: list[int] = []
        for character in text:
            if character not in self._characters:
                self._characters[character] = self.tokenizer.encode(character, add_special_tokens=False)
            ids += self._characters[character]
        return [*ids, self.end]


@dataclass(frozen=True)
class Layout:
    """The prompt around an image of a fixed size: ids (length,), positions (4, length), where the features go."""

    ids: Tensor
    positions: Tensor
    image: slice

    def answer_positions(self, length: int) -> Tensor:
        """Positions (4, prompt + length): text after the image continues the sequence on all four axes."""
        start = self.ids.numel()
        tail = torch.arange(start, start + length).expand(4, -1)
        return torch.cat([self.positions, tail], dim=1)


def layout(model: Any, tokenizer: PreTrainedTokenizerBase, prompt: str, grid: tuple[int, int]) -> Layout:
    """The chat prompt of one image of `grid` = (rows, columns) patches, as the processor would expand it."""
    merge = model.config.vision_config.spatial_merge_size
    count = grid[0] // merge * (grid[1] // merge + 1) + 2
    content = [{"type": "image"}, {"type": "text", "text": prompt}]
    text = tokenizer.apply_chat_template(
        [{"role": "user", "content": content}], tokenize=False, add_generation_prompt=True
    )
    text = text.replace(v.IMAGE, v.IMAGE * count)
    ids = torch.tensor(tokenizer.encode(text, add_special_tokens=False))
    is_image = ids == model.config.image_token_id
    positions, _ = model.model.get_rope_index(
        ids[None], mm_token_type_ids=is_image[None].int(), image_grid_thw=torch.tensor([[1, *grid]])
    )
    first = int(is_image.nonzero()[0])
    return Layout(ids, positions[:, 0], slice(first, first + count))


def pad_answers(answers: list[list[int]], pad: int) -> tuple[Tensor, Tensor]:
    """Right-padded input ids and labels, both (n, longest)."""
    longest = max(map(len, answers))
    ids = torch.full((len(answers), longest), pad)
    labels = torch.full((len(answers), longest), IGNORE)
    for row, answer in enumerate(answers):
        ids[row, : len(answer)] = torch.tensor(answer)
        labels[row, : len(answer)] = ids[row, : len(answer)]
    return ids, labels


def encode_batch(answers: Answers, texts: list[str], characters: float, seed: str) -> list[list[int]]:
    """Answers of one batch, a share `characters` of them written out; the choice follows from `seed`."""
    rng = random.Random(seed)
    return [answers.encode(text, rng.random() < characters) for text in texts]
