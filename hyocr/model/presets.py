"""Model sizes: `nano`, which this project trains, and `1b`, the published HunyuanOCR."""

from __future__ import annotations

import math

import torch
from transformers import HunYuanVLConfig, HunYuanVLForConditionalGeneration, PreTrainedTokenizerBase

from hyocr.model import vocabulary as v


def config_nano(tokenizer: PreTrainedTokenizerBase) -> HunYuanVLConfig:
    """9.0 M parameters: a 6-layer ViT of width 192 and a 4-layer language model of width 256, heads of 64."""
    ids = {
        name: tokenizer.convert_tokens_to_ids(token)
        for name, token in vars(v).items()
        if name.isupper() and isinstance(token, str)
    }
    ends = [ids["ASSISTANT"], ids["END"]]
    return HunYuanVLConfig(
        text_config={
            "vocab_size": len(tokenizer),
            "hidden_size": 256,
            "intermediate_size": 768,
            "num_hidden_layers": 4,
            "num_attention_heads": 4,
            "num_key_value_heads": 2,
            "head_dim": 64,
            "max_position_embeddings": 8192,
            # The published values. In this library's layout they leave half of each head to content: the width and
            # image axes turn by less than 0.02 rad over a page.
            "rope_parameters": {
                "rope_type": "dynamic",
                "alpha": 1000.0,
                "rope_theta": 10000.0,
                "factor": 1.0,
                "mrope_section": [8, 8, 8, 8],
            },
            "pad_token_id": ids["PAD"],
            "bos_token_id": ids["BEGIN"],
            "eos_token_id": ends,
            "eod_token_id": ids["END"],
            "sep_token_id": ids["SEPARATOR"],
            "tie_word_embeddings": True,
        },
        vision_config={
            "hidden_size": 192,
            "intermediate_size": 768,
            "num_hidden_layers": 6,
            "num_attention_heads": 3,
            "out_hidden_size": 256,
            "text_hidden_size": 256,
            "max_image_size": 512,
            "patch_size": 16,
        },
        image_token_id=ids["IMAGE"],
        im_start_id=ids["IMAGE_START"],
        im_end_id=ids["IMAGE_END"],
        im_newline_id=ids["IMAGE_NEWLINE"],
        tie_word_embeddings=True,
        pad_token_id=ids["PAD"],
        bos_token_id=ids["BEGIN"],
        eos_token_id=ends,
    )


def config_1b() -> HunYuanVLConfig:
    """HunyuanOCR 1.5: 996 M parameters, the language model 539 M and the vision tower with its connector 457 M.

    Sizes and token ids of the published config.json; only its keys are today's (`mrope_section` for `xdrope_section`).
    """
    ends = [120007, 120020]
    return HunYuanVLConfig(
        text_config={
            "vocab_size": 120818,
            "hidden_size": 1024,
            "intermediate_size": 3584,
            "num_hidden_layers": 24,
            "num_attention_heads": 16,
            "num_key_value_heads": 8,
            "head_dim": 128,
            "max_position_embeddings": 131072,
            "rms_norm_eps": 1e-5,
            "rope_parameters": {
                "rope_type": "dynamic",
                "alpha": 1000.0,
                "rope_theta": 10000.0,
                "factor": 1.0,
                "mrope_section": [16, 16, 16, 16],
            },
            "pad_token_id": 120002,
            "bos_token_id": 120000,
            "eos_token_id": ends,
            "eod_token_id": 120020,
            "tie_word_embeddings": True,
        },
        vision_config={
            "hidden_size": 1152,
            "intermediate_size": 4304,
            "num_hidden_layers": 27,
            "num_attention_heads": 16,
            "out_hidden_size": 1024,
            "text_hidden_size": 1024,
            "max_image_size": 2048,  # sets the size of the position table; larger images interpolate it
            "img_max_token_num": 16384,
            "max_vit_seq_len": 65536,
            "patch_size": 16,
        },
        image_token_id=120120,
        im_start_id=120118,
        im_end_id=120119,
        im_newline_id=120121,
        tie_word_embeddings=True,
        pad_token_id=120002,
        bos_token_id=120000,
        eos_token_id=ends,
    )


def new_nano(tokenizer: PreTrainedTokenizerBase, seed: int = 0) -> HunYuanVLForConditionalGeneration:
    """Untrained weights of `nano`."""
    return _untrained(config_nano(tokenizer), seed)


def new_1b(tokenizer: PreTrainedTokenizerBase, seed: int = 0) -> HunYuanVLForConditionalGeneration:
    """Untrained weights in the 1B's shape, for a tokenizer of ours: its size and its control tokens."""
    config, ours = config_1b(), config_nano(tokenizer)
    config.text_config.vocab_size = len(tokenizer)
    for part, source in ((config, ours), (config.text_config, ours.text_config)):
        for name, value in source.to_dict().items():
            if name.endswith(("_token_id", "_start_id", "_end_id", "_newline_id")):
                setattr(part, name, value)
    return _untrained(config, seed)


def _untrained(config: HunYuanVLConfig, seed: int) -> HunYuanVLForConditionalGeneration:
    """The position table starts as 2-D sines, smooth when interpolated to any image shape."""
    torch.manual_seed(seed)
    model = HunYuanVLForConditionalGeneration(config)
    table = model.model.vision_tower.embeddings
    with torch.no_grad():
        table.position_embedding.weight[1:] = 0.3 * sine_table(table.position_edge, table.embed_dim)
    return model


def sine_table(edge: int, width: int) -> torch.Tensor:
    """(edge * edge, width) sines and cosines of row and column, as in ViT (Dosovitskiy et al. 2021, D.4)."""
    frequencies = math.pi * torch.logspace(0, math.log10(edge / 2), width // 4) / edge
    angles = torch.arange(edge)[:, None] * frequencies
    waves = torch.cat([angles.sin(), angles.cos()], dim=1)
    rows = waves[:, None].expand(edge, edge, -1)
    columns = waves[None].expand(edge, edge, -1)
    return torch.cat([rows, columns], dim=2).reshape(edge * edge, width)
