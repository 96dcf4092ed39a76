from __future__ import annotations

import torch
from transformers import HunYuanVLForConditionalGeneration

from hyocr.model.presets import config_1b


def test_config_1b_has_the_published_sizes() -> None:
    with torch.device("meta"):
        model = HunYuanVLForConditionalGeneration(config_1b())

    def millions(module: torch.nn.Module) -> float:
        return round(sum(parameter.numel() for parameter in module.parameters()) / 1e6, 1)

    assert millions(model) == 996.2
    assert millions(model.model.language_model) == 539.0
    assert millions(model.model.vision_tower) == 457.2
    assert millions(model.model.vision_tower.patch_merger) == 26.0
    assert model.model.language_model.rotary_emb.rope_type == "ntk_alpha"
