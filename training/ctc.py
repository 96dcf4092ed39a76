"""The loss that teaches `hyocr.model.ctc.CtcHead`, and the vision tower below it, to tell characters apart."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from hyocr.model.ctc import BLANK, CtcHead
from training.synth.text import ALPHABET

INDEX = {character: i + 1 for i, character in enumerate(ALPHABET)}
"""Each character's symbol; 0 is the blank."""


def ctc_loss(log_probs: Tensor, texts: list[str]) -> Tensor:
    """Mean negative log-likelihood per character; texts too long for their image count as 0.

    `log_probs`: (n, steps, 1 + len(ALPHABET)) from the head. Characters outside ALPHABET are left out.
    """
    encoded = [[INDEX[character] for character in text if character in INDEX] for text in texts]
    lengths = torch.tensor([len(text) for text in encoded])
    targets = torch.tensor([index for text in encoded for index in text], device=log_probs.device)
    steps = torch.full((len(texts),), log_probs.shape[1])
    return F.ctc_loss(log_probs.transpose(0, 1), targets, steps, lengths, blank=BLANK, zero_infinity=True)


def ctc_read(head: CtcHead, log_probs: Tensor) -> list[str]:
    """The best path of each image as text."""
    return ["".join(character.text for character in path) for path in head.best_path(log_probs)]
