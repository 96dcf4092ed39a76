"""The discriminative half of the hybrid objective: an auxiliary CTC head on the vision tower, three steps per patch
column.

Source: connectionist temporal classification, Graves et al. 2006; the hybrid generative-discriminative ViT training
is that of the HunyuanOCR technical report (arXiv 2511.19575, section 3). Only images of one text line (two patch
rows) have a CTC loss.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from training.synth.text import ALPHABET

ROWS = 2
"""Patch rows of a line canvas: 32 pixels at patch 16."""

STEPS_PER_COLUMN = 3
BLANK = 0
_INDEX = {character: i + 1 for i, character in enumerate(ALPHABET)}


class CtcHead(nn.Module):
    """Maps the two stacked patches of a column to three distributions over blank and ALPHABET."""

    def __init__(self, hidden: int) -> None:
        super().__init__()
        self.project = nn.Linear(ROWS * hidden, STEPS_PER_COLUMN * (len(ALPHABET) + 1))

    def forward(self, hidden: Tensor) -> Tensor:
        """(n, 2 * columns, hidden) from `tower.encode` -> log-probabilities (n, 3 * columns, 1 + len(ALPHABET))."""
        count, length, width = hidden.shape
        columns = hidden.view(count, ROWS, length // ROWS, width).permute(0, 2, 1, 3).reshape(count, length // ROWS, -1)
        logits = self.project(columns).view(count, STEPS_PER_COLUMN * length // ROWS, -1)
        log_probs: Tensor = logits.float().log_softmax(-1)
        return log_probs


def ctc_loss(log_probs: Tensor, texts: list[str]) -> Tensor:
    """Mean negative log-likelihood per character; texts too long for their image count as 0."""
    encoded = [[_INDEX[character] for character in text if character in _INDEX] for text in texts]
    lengths = torch.tensor([len(text) for text in encoded])
    targets = torch.tensor([index for text in encoded for index in text], device=log_probs.device)
    steps = torch.full((len(texts),), log_probs.shape[1])
    return F.ctc_loss(log_probs.transpose(0, 1), targets, steps, lengths, blank=BLANK, zero_infinity=True)


def ctc_decode(log_probs: Tensor) -> list[str]:
    """The best path of each image: repeats merged, blanks dropped."""
    texts = []
    for path in log_probs.argmax(-1):
        merged = torch.unique_consecutive(path)
        texts.append("".join(ALPHABET[i - 1] for i in merged.tolist() if i != BLANK))
    return texts
