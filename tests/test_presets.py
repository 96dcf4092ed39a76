from __future__ import annotations

import torch
from transformers import AutoTokenizer, HunYuanVLForConditionalGeneration

from hyocr.model import vocabulary as v
from hyocr.model.presets import config_1b, config_nano, new_1b
from training.checkpoint import NANO


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


def test_an_untrained_1b_speaks_our_tokenizer() -> None:
    tokenizer = AutoTokenizer.from_pretrained(NANO)
    with torch.device("meta"):
        model = new_1b(tokenizer)
    config, nano = model.config, config_nano(tokenizer)
    assert model.get_input_embeddings().weight.shape == (len(tokenizer), 1024)
    assert len(model.model.language_model.layers) == 24
    assert config.image_token_id == nano.image_token_id == tokenizer.convert_tokens_to_ids(v.IMAGE)
    assert config.text_config.eos_token_id == nano.text_config.eos_token_id
    assert config.im_newline_id == nano.im_newline_id
