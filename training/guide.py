"""Guided attention: one head per layer is told which visual token the next character stands in.

A decoder that reads must learn where to look before it can learn what to say, and the language loss teaches that
slowly. The CTC head knows where each character stands: its Viterbi path gives every character of the answer a column,
and the cross-entropy between a head's attention and that column teaches the pointing directly. Source: guided
alignment training, Chen et al. 2016 (arXiv 1607.01628), there with the alignments of a statistical translator.
"""

from __future__ import annotations

import torch
from torch import Tensor

from hyocr.model.ctc import BLANK, STEPS_PER_COLUMN
from training.ctc import INDEX
from training.packing import MERGE, Images

HEAD = 0
"""The attention head that is guided, in each layer but the first."""


@torch.no_grad()
def alignments(log_probs: Tensor, texts: list[str]) -> Tensor:
    """The step of each character on its text's most probable CTC path, (n, longest); -1 where there is none.

    `log_probs`: (n, steps, symbols). A text with unknown characters, or too long for its image, has no alignment. All
    on the CPU: hundreds of small steps would each start a kernel.
    """
    (count, steps, _), longest = log_probs.shape, max([1, *map(len, texts)])
    log_probs = log_probs.float().cpu()
    symbols = torch.full((count, 2 * longest + 1), BLANK)
    for row, text in enumerate(texts):
        symbols[row, 1 : 2 * len(text) : 2] = torch.tensor([INDEX.get(c, BLANK) for c in text], dtype=torch.long)
    scores = log_probs.gather(2, symbols[:, None].expand(-1, steps, -1))
    stays = torch.ones_like(symbols, dtype=torch.bool)  # where a blank may not be left out: between equal characters
    stays[:, 3::2] = symbols[:, 3::2] == symbols[:, 1:-2:2]
    best, back = _viterbi(scores, stays)
    lengths = torch.tensor([2 * len(text) for text in texts])
    rows = torch.arange(count)
    ends = torch.stack([best[rows, lengths], best[rows, (lengths - 1).clamp(min=0)]])
    state = lengths - ends.argmax(0) * (lengths > 0)
    found = torch.full((count, longest), -1)
    for step in range(steps - 1, -1, -1):
        inside = state % 2 == 1
        found[rows[inside], state[inside] // 2] = step
        state = state - back[step, rows, state]
    known = torch.tensor([all(c in INDEX for c in text) for text in texts])
    return torch.where((known & ends.max(0).values.isfinite())[:, None], found, -1)


def _viterbi(scores: Tensor, stays: Tensor) -> tuple[Tensor, Tensor]:
    """Best log-probability (n, states) of ending in each state, and how many states each step (steps, n, states) came
    forward."""
    best = torch.full_like(scores[:, 0], -torch.inf)
    best[:, :2] = scores[:, 0, :2]
    back = torch.zeros(scores.shape[1], *best.shape, dtype=torch.long)
    for step in range(1, scores.shape[1]):
        moves = torch.full((3, *best.shape), -torch.inf)
        moves[0], moves[1, :, 1:] = best, best[:, :-1]
        moves[2, :, 2:] = best[:, :-2].masked_fill(stays[:, 2:], -torch.inf)
        best, back[step] = moves.max(0)
        best = best + scores[:, step]
    return best, back


def guide_loss(attentions: tuple[Tensor, ...], log_probs: Tensor, images: Images) -> Tensor:
    """Summed cross-entropy of the guided heads' attention to each next character's visual token, mean over layers.

    `attentions`: per layer (rows, heads, length, length); `log_probs`: of the CTC head on the line images. After the
    last character the newline token is the one to look at.
    """
    lines, length = images.lines or [], attentions[0].shape[-1]
    paths = alignments(log_probs, lines).tolist()
    rows, queries, keys = list[int](), list[int](), list[int]()
    for line, path, slots, asked in zip(lines, paths, images.slots.tolist(), images.asked.tolist(), strict=True):
        if asked < 0 or not line or path[0] < 0:
            continue
        seen = [slots[1 + step // (MERGE * STEPS_PER_COLUMN)] for step in path[: len(line)]] + [slots[-2]]
        rows += [asked // length] * len(seen)
        queries += [asked % length + offset for offset in range(len(seen))]
        keys += [slot % length for slot in seen]
    if not rows:
        return attentions[0].new_zeros(())
    at = torch.tensor([rows, queries, keys]).to(attentions[0].device)
    losses = [-layer[:, HEAD][at[0], at[1], at[2]].clamp(min=1e-6).log().sum() for layer in attentions[1:]]
    return torch.stack(losses).mean()
