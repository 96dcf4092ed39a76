"""The batched tower gives the stock tower's numbers, for one size and for a mix."""

import torch
from transformers import AutoTokenizer

from hyocr.model import tower
from hyocr.model.presets import new_nano
from training.checkpoint import NANO


def test_mixed_sizes_equal_the_stock_tower():
    model = new_nano(AutoTokenizer.from_pretrained(NANO)).eval()
    vision = model.model.vision_tower
    grids = [(2, 8), (4, 6), (2, 8), (2, 4)]
    patches = torch.randn(sum(rows * columns for rows, columns in grids), 768)
    grid_thw = torch.tensor([[1, *grid] for grid in grids])
    with torch.no_grad():
        stock = vision(patches, grid_thw=grid_thw).pooler_output[0]
        ours = torch.cat(tower.image_features(vision, patches, grid_thw))
    torch.testing.assert_close(ours, stock, rtol=1e-4, atol=1e-5)


def test_nano_fits_its_budget():
    model = new_nano(AutoTokenizer.from_pretrained(NANO))
    assert sum(p.numel() for p in model.parameters()) <= 16_000_000
