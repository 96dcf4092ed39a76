"""The loss that teaches `hyocr.model.ctc.CtcHead`, and the vision tower below it, to tell characters apart."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from hyocr.model.ctc import BLANK, CtcHead
from training.synth.text import ALPHABET

INDEX = {character: i + 1 for i, character in enumerate(ALPHABET)}
"""Each character's symbol; 0 is the blank."""


def ctc_losses(log_probs: Tensor, texts: list[str]) -> Tensor:
    """Negative log-likelihood per character of each text, (n,); of one too long for its image 0.

    `log_probs`: (n, steps, 1 + len(ALPHABET)) from the head. Characters outside ALPHABET are left out.
    """
    encoded = [[INDEX[character] for character in text if character in INDEX] for text in texts]
    lengths = torch.tensor([len(text) for text in encoded])
    targets = torch.tensor([index for text in encoded for index in text], dtype=torch.long, device=log_probs.device)
    steps = torch.full((len(texts),), log_probs.shape[1])
    paths = log_probs.transpose(0, 1)
    losses = F.ctc_loss(paths, targets, steps, lengths, blank=BLANK, reduction="none", zero_infinity=True)
    return losses / lengths.clamp(min=1).to(losses.device)


def ctc_read(head: CtcHead, log_probs: Tensor) -> list[str]:
    """The best path of each image as text."""
    return ["".join(character.text for character in path) for path in head.best_path(log_probs)]
