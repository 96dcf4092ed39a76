"""The mean of two checkpoints' vision towers and CTC heads; all else is the second's.

    python -m training.soup runs/nano_cpu_1e_again/checkpoint runs/nano_cpu_2b_lines/checkpoint
    --output runs/nano_cpu_2b_mean

Where the second was trained on from the first, the mean reads better than either: model soups, Wortsman et al. 2022
(arXiv 2203.05482).
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch
from torch import nn

from training.checkpoint import Weights, load_weights, save_weights


def mean(first: Weights, second: Weights) -> None:
    """Moves the second's tower (without its connector) and head half-way to the first's."""
    for into, source in (
        (second.model.model.vision_tower.embeddings, first.model.model.vision_tower.embeddings),
        (second.model.model.vision_tower.layers, first.model.model.vision_tower.layers),
        (second.head, first.head),
    ):
        _half_way(into, source)


@torch.no_grad()
def _half_way(into: nn.Module, source: nn.Module) -> None:
    for mine, other in zip(into.parameters(), source.parameters(), strict=True):
        mine.lerp_(other, 0.5)


def main() -> None:
    """Command line: see the module's docstring."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("first")
    parser.add_argument("second")
    parser.add_argument("--output", type=Path, required=True)
    options = parser.parse_args()
    first, second = load_weights(options.first), load_weights(options.second)
    mean(first, second)
    save_weights(second, options.output)


if __name__ == "__main__":
    main()
