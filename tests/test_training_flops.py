"""The FLOPs counted by formula are those that PyTorch counts while the model runs."""

import pytest
import torch
import torch.nn.functional as F
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode
from transformers import AutoTokenizer

from hyocr.model import tower
from hyocr.model.presets import config_1b, new_nano
from training.checkpoint import NANO
from training.flops import model_flops, peak

GRIDS = [(2, 8), (8, 12)]
LABELLED = 5


@pytest.fixture(scope="module")
def nano():
    return new_nano(AutoTokenizer.from_pretrained(NANO))


def counted(model, freeze):
    """One forward and backward pass: an image and six words per sample, its last words labelled."""
    for name, parameter in model.named_parameters():
        parameter.requires_grad_(not any(part in name for part in freeze))
        parameter.grad = None
    vision, lengths = model.model.vision_tower, []
    # The counter knows attention as plain products; the CPU's fused kernel it passes over.
    with sdpa_kernel(SDPBackend.MATH), FlopCounterMode(display=False) as counter:
        for rows, columns in GRIDS:
            patches = torch.randn(1, rows * columns, 768)
            features = tower.connect(vision, tower.encode(vision, patches, (rows, columns)), (rows, columns))
            words = model.get_input_embeddings()(torch.arange(6)[None])
            row = torch.cat([features, words], dim=1)
            lengths.append(row.shape[1])
            hidden = model.model.language_model(inputs_embeds=row, use_cache=False).last_hidden_state
            F.cross_entropy(model.lm_head(hidden[0, -LABELLED:]), torch.arange(LABELLED)).backward()
    return counter.get_total_flops(), lengths


@pytest.mark.parametrize("freeze", [[], ["language_model"], ["vision_tower.layers", "embeddings"], ["vision_tower"]])
def test_formula_agrees_with_the_counter(nano, freeze):
    flops, lengths = counted(nano, freeze)
    expected = model_flops(nano.config, GRIDS, lengths, LABELLED * len(GRIDS), freeze)
    assert expected == pytest.approx(flops, rel=1e-6)


def test_published_model_costs_six_flops_per_parameter_and_token():
    # 24 layers of 2 * 1024 * 128 * (16 + 8) + 3 * 1024 * 3584 weights, and one row of the output layer per label.
    weights = 24 * 17_301_504 + 1024 * 120_818
    assert model_flops(config_1b(), [], [1] * 1000, 1000) == pytest.approx(6 * 1000 * weights, rel=1e-3)


def test_tower_alone_needs_no_connector(nano):
    assert model_flops(nano.config, GRIDS, [], 0) < model_flops(nano.config, GRIDS, [1], 0)


def test_cpu_has_no_peak():
    assert peak(torch.device("cpu")) is None
