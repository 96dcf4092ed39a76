"""Checkpoints between two others: tower and head half-way and the rest the second's, or all so far on the way."""

import torch

from training.checkpoint import load_weights
from training.soup import between, mean


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


def test_all_lies_on_the_way():
    first, before, mixed = load_weights("new", 1), load_weights("new", 2), load_weights("new", 2)
    between(first, mixed, 0.75)
    parts = ((one.model, two.model, three.model) for one, two, three in [(first, before, mixed)])
    for olds, news, found in (*parts, (first.head, before.head, mixed.head)):
        for old, new, value in zip(olds.parameters(), news.parameters(), found.parameters(), strict=True):
            torch.testing.assert_close(value, 0.25 * old + 0.75 * new)
