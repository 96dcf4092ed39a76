"""The mean of two checkpoints: tower and head half-way, connector and language model the second's."""

import torch

from training.checkpoint import load_weights
from training.soup import mean


def test_tower_and_head_are_half_way_and_the_rest_is_the_second_s():
    first, before, mixed = load_weights("new", 1), load_weights("new", 2), load_weights("new", 2)
    with torch.no_grad():
        for one in (before.head.project.weight, mixed.head.project.weight):
            one.copy_(torch.ones_like(one))
    mean(first, mixed)
    torch.testing.assert_close(mixed.head.project.weight, (first.head.project.weight + 1) / 2)
    olds, news = dict(first.model.named_parameters()), dict(before.model.named_parameters())
    for name, value in mixed.model.named_parameters():
        in_tower = "vision_tower" in name and "patch_merger" not in name
        expected = (olds[name] + news[name]) / 2 if in_tower else news[name]
        torch.testing.assert_close(value, expected)
