"""Sampled completions of many prompts at once, by the decode loop's own prefill.

The library's `generate` reads a prompt and its picture once for each answer and keeps finished rows to the end. Here a
prompt is read once, however many answers it gets, and rows that have ended leave the batch.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from hyocr.engines.decoding import SHRINK, prefill, step


@dataclass(frozen=True)
class Sampling:
    """How the next token is drawn: of the `top_k` best (0: all) from those that make up `top_p` of the probability."""

    temperature: float
    top_p: float
    top_k: int


@torch.no_grad()
def rollout(
    model: Any,
    inputs: Mapping[str, Tensor],
    copies: Sequence[int],
    sampling: Sampling,
    stops: set[int],
    most: int,
    never: Sequence[int] = (),
) -> list[list[int]]:
    """Token ids of one answer for each entry of `copies`, which says which row of `inputs` it answers.

    `inputs` is what `decode` takes: one image per row, left-padded. An answer ends with one of `stops`, or after `most`
    tokens without; tokens of `never` are not written.
    """
    outputs, position = prefill(model, inputs)
    rows = torch.tensor(copies, device=position.device)
    cache, mask, position = outputs.past_key_values, inputs["attention_mask"][rows], position[rows]
    cache.batch_select_indices(rows)
    logits = outputs.logits[:, -1][rows]
    answers: list[list[int]] = [[] for _ in copies]
    live = list(range(len(copies)))  # which answer each row of the batch writes
    going = [True] * len(copies)
    while True:
        logits[:, never] = -torch.inf
        tokens = draw(logits, sampling)
        for answer, token in zip(live, tokens.tolist(), strict=True):
            if going[answer]:
                answers[answer].append(token)
                going[answer] = token not in stops and len(answers[answer]) < most
        left = [row for row, answer in enumerate(live) if going[answer]]
        if not left:
            return answers
        if len(left) <= SHRINK * len(live):
            kept = torch.tensor(left, device=tokens.device)
            cache.batch_select_indices(kept)
            tokens, mask, position = tokens[kept], mask[kept], position[kept]
            live = [live[row] for row in left]
        mask = torch.cat([mask, mask.new_ones(len(live), 1)], dim=1)
        logits = step(model, tokens, mask, position, cache).logits[:, -1]
        position = position + 1


def draw(logits: Tensor, sampling: Sampling) -> Tensor:
    """A token (rows,) from logits (rows, vocabulary): temperature, top-k, then top-p, as the library orders them."""
    count = sampling.top_k or logits.shape[-1]
    best, tokens = (logits.float() / sampling.temperature).topk(min(count, logits.shape[-1]), dim=-1)
    shares = best.softmax(dim=-1)
    before = shares.cumsum(dim=-1) - shares
    out = before >= sampling.top_p
    out[:, 0] = False  # the best one stays, whatever top_p is
    shares = shares.masked_fill(out, 0.0)
    return tokens.gather(1, torch.multinomial(shares, 1))[:, 0]


def unique(prompts: Sequence[Sequence[int]], pixels: Sequence[Tensor]) -> tuple[list[int], list[int]]:
    """The first place of each different question, and for every question which of those it is.

    Questions are the same if their tokens and their pictures are.
    """
    known: dict[tuple[Any, ...], int] = {}
    first, copies = list[int](), list[int]()
    for place, (prompt, patches) in enumerate(zip(prompts, pixels, strict=True)):
        key = (tuple(prompt), patches.shape, patches.cpu().numpy().tobytes())
        if key not in known:
            known[key] = len(first)
            first.append(place)
        copies.append(known[key])
    return first, copies
