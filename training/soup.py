"""A checkpoint between two others, of which one was trained on from the other or both from a third.

    python -m training.soup runs/nano_cpu_1e_again/checkpoint runs/nano_cpu_2b_lines/checkpoint
    --output runs/nano_cpu_2b_mean
    python -m training.soup runs/rl_lines/checkpoint runs/rl_asked/checkpoint --all 0.7 --output runs/rl_mean

The first takes the mean of the vision towers and CTC heads, and all else from the second checkpoint; with `--all` every
weight lies so far on the way from the first to the second. In between is often better than either: model soups,
Wortsman et al. 2022 (arXiv 2203.05482); of policies with different rewards, Rame et al. 2023 (arXiv 2306.04488).
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
        _move(into, source, 0.5)


def between(first: Weights, second: Weights, share: float) -> None:
    """Moves all of the second back, so that it lies `share` of the way from the first to where it was."""
    for into, source in ((second.model, first.model), (second.head, first.head)):
        _move(into, source, 1 - share)


@torch.no_grad()
def _move(into: nn.Module, source: nn.Module, way: float) -> None:
    for mine, other in zip(into.parameters(), source.parameters(), strict=True):
        mine.lerp_(other, way)


def main() -> None:
    """Command line: see the module's docstring."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("first")
    parser.add_argument("second")
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--all", type=float, metavar="SHARE", help="of the second in every weight, 0 to 1")
    options = parser.parse_args()
    first, second = load_weights(options.first), load_weights(options.second)
    if options.all is None:
        mean(first, second)
    else:
        between(first, second, options.all)
    save_weights(second, options.output)


if __name__ == "__main__":
    main()
