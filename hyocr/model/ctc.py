"""The discriminative half of the hybrid objective: a CTC head on the vision tower, three steps per patch column.

Source: connectionist temporal classification, Graves et al. 2006; the hybrid generative-discriminative ViT training is
that of the HunyuanOCR technical report (arXiv 2511.19575, section 3). The head sees images of one text line, two patch
rows high. In training it teaches the tower its letters; in use it reads lines where a checkpoint's metadata asks for
it.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from safetensors import safe_open
from torch import Tensor, nn

from hyocr.model.folder import HEAD

ROWS = 2
"""Patch rows of a line canvas: 32 pixels at patch 16."""

STEPS_PER_COLUMN = 3
BLANK = 0


class Character(NamedTuple):
    """One character of a best path and the log-probability of its surest step."""

    text: str
    logprob: float


class CtcHead(nn.Module):
    """Maps the two stacked patches of a column to three distributions over blank and the alphabet's characters."""

    def __init__(self, hidden: int, alphabet: str) -> None:
        super().__init__()
        self.alphabet = alphabet
        self.project = nn.Linear(ROWS * hidden, STEPS_PER_COLUMN * (len(alphabet) + 1))

    def forward(self, hidden: Tensor) -> Tensor:
        """(n, 2 * columns, hidden) from `tower.encode` -> log-probabilities (n, 3 * columns, 1 + alphabet)."""
        count, length, width = hidden.shape
        columns = hidden.view(count, ROWS, length // ROWS, width).permute(0, 2, 1, 3).reshape(count, length // ROWS, -1)
        logits = self.project(columns).view(count, STEPS_PER_COLUMN * length // ROWS, -1)
        log_probs: Tensor = logits.float().log_softmax(-1)
        return log_probs

    def best_path(self, log_probs: Tensor) -> list[list[Character]]:
        """The most probable path of each image: repeated symbols merged, blanks dropped."""
        values, symbols = (part.tolist() for part in log_probs.max(-1))
        return [self._merge(*path) for path in zip(values, symbols, strict=True)]

    def _merge(self, values: list[float], symbols: list[int]) -> list[Character]:
        merged: list[Character] = []
        previous = BLANK
        for value, symbol in zip(values, symbols, strict=True):
            if symbol == previous and symbol != BLANK:
                merged[-1] = Character(merged[-1].text, max(merged[-1].logprob, value))
            elif symbol != BLANK:
                merged.append(Character(self.alphabet[symbol - 1], value))
            previous = symbol
        return merged


def load_head(folder: Path) -> CtcHead:
    """The head saved in a checkpoint folder, in float32. Raises OSError or ValueError if it is missing or damaged."""
    with safe_open(folder / HEAD, "pt") as file:
        state = {name: file.get_tensor(name).float() for name in file.keys()}  # noqa: SIM118
        alphabet = (file.metadata() or {}).get("alphabet", "")
    weight = state["project.weight"]
    if weight.shape[0] != STEPS_PER_COLUMN * (len(alphabet) + 1):
        raise ValueError(f"{folder / HEAD} does not fit its alphabet")
    head = CtcHead(weight.shape[1] // ROWS, alphabet)
    head.load_state_dict(state)
    return head
