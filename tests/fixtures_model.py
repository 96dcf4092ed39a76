"""Tiny random checkpoints of the real class, with a tokenizer and config files laid out like the published ones."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import HunYuanVLConfig, HunYuanVLForConditionalGeneration, PreTrainedTokenizerFast
from transformers.models.hunyuan_vl.image_processing_pil_hunyuan_vl import HunYuanVLImageProcessorPil

from hyocr.model.checkpoint import read_config

PAD, BEGIN, END = "<｜hy_▁pad▁｜>", "<｜hy_begin▁of▁sentence｜>", "<｜hy_place▁holder▁no▁2｜>"
SEPARATOR, USER, ASSISTANT = "<｜hy_place▁holder▁no▁3｜>", "<｜hy_User｜>", "<｜hy_Assistant｜>"
IMAGE_START, IMAGE_END, IMAGE = (f"<｜hy_place▁holder▁no▁{i}｜>" for i in (100, 101, 102))
QUAD, QUAD_END, REF, REF_END = (f"<｜hy_place▁holder▁no▁{i}｜>" for i in (110, 111, 112, 113))
# As in HunyuanOCR, special tokens come last: id 0 is an ordinary token.
SPECIAL = [PAD, BEGIN, END, SEPARATOR, USER, ASSISTANT, IMAGE_START, IMAGE_END, IMAGE]
MARKUP = [QUAD, QUAD_END, REF, REF_END, "<answer>"]

TEMPLATE = (
    BEGIN + "{% for m in messages %}"
    "{% if m['role'] == 'system' %}{{ m['content'] }}" + SEPARATOR + "{% elif m['role'] == 'user' %}"
    "{% for part in m['content'] %}{% if part['type'] == 'image' %}"
    + IMAGE_START
    + IMAGE
    + IMAGE_END
    + "{% else %}{{ part['text'] }}{% endif %}{% endfor %}"
    + USER
    + "{% elif m['role'] == 'assistant' %}{{ m['content'] }}"
    + ASSISTANT
    + "{% endif %}{% endfor %}"
)


def tiny_tokenizer(named: bool = True) -> PreTrainedTokenizerFast:
    """Byte-level BPE of some 400 tokens. `named` False leaves out the image tokens' names, as old 1.0 folders do."""
    core = Tokenizer(models.BPE())
    core.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    core.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=320, initial_alphabet=alphabet, show_progress=False)
    core.train_from_iterator(["read the text in the image, total 12.50", "检测并识别图片中的文字"] * 50, trainer)
    core.add_special_tokens(SPECIAL + MARKUP)
    names = {"image_token": IMAGE, "image_start_token": IMAGE_START, "image_end_token": IMAGE_END}
    return PreTrainedTokenizerFast(
        tokenizer_object=core,
        pad_token=PAD,
        bos_token=BEGIN,
        eos_token=END,
        chat_template=TEMPLATE,
        **({"extra_special_tokens": names} if named else {}),
    )


def published_config(schema: str, tokenizer: Any) -> dict[str, Any]:
    """config.json in HunyuanOCR's own keys, "1.0" (flat) or "1.5" (nested), with tiny sizes."""
    ids = {token: tokenizer.convert_tokens_to_ids(token) for token in SPECIAL}
    rope = {"alpha": 1000.0, "xdrope_section": [4, 4, 4, 4]}
    text = {
        "hidden_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 32,
        "intermediate_size": 128, "hidden_act": "silu", "vocab_size": len(tokenizer), "rms_norm_eps": 1e-5,
        "use_qk_norm": True, "attention_bias": False, "mlp_bias": False, "tie_word_embeddings": True,
        "bos_token_id": ids[BEGIN], "eos_token_id": [ids[ASSISTANT], ids[END]], "max_position_embeddings": 2048,
        "initializer_range": 0.02, "attention_dropout": 0.0, "use_cache": True, "use_cla": False,
    }  # fmt: skip
    vision = {
        "hidden_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 128,
        "hidden_act": "gelu",
        "patch_size": 16, "num_channels": 3, "spatial_merge_size": 2, "out_hidden_size": 64, "rms_norm_eps": 1e-5,
        "interpolate_mode": "bilinear", "cat_extra_token": 1, "img_max_token_num": 4096, "max_vit_seq_len": 16384,
        "max_image_size": 128, "add_patchemb_bias": True, "anyres_vit_max_image_size": None, "hidden_dropout": 0.0,
    }  # fmt: skip
    top = {"architectures": ["HunYuanVLForConditionalGeneration"], "model_type": "hunyuan_vl", "vision_config": vision}
    if schema == "1.5":
        rope |= {"rope_theta": 10000.0, "rope_type": "xdrope", "type": "xdrope"}
        text |= {"model_type": "hunyuan_vl_text", "rope_parameters": rope, "pad_token_id": ids[PAD]}
        images = {"image_token_id": ids[IMAGE], "im_start_id": ids[IMAGE_START], "im_end_id": ids[IMAGE_END]}
        vision |= {"model_type": "hunyuan_vl_vision", "min_image_size": 512, "temporal_patch_size": 1}
        return top | images | {"text_config": text, "dtype": "bfloat16", "transformers_version": "5.13.0"}
    rope |= {"type": "xdrope", "factor": 1.0, "beta_fast": 32, "beta_slow": 1, "mscale": 1.0, "mscale_all_dim": 1.0}
    images = {"image_token_id": ids[IMAGE], "im_start_id": ids[IMAGE_START], "im_end_id": ids[IMAGE_END]}
    legacy = {
        "attention_head_dim": 32, "org_vocab_size": len(tokenizer), "rope_theta": 10000.0, "rope_scaling": rope,
        "pad_id": ids[PAD], "pad_token_id": -1, "sep_token_id": 0, "eod_token_id": ids[END], "text_start_id": 7,
        "text_end_id": 8, "image_start_token_id": ids[IMAGE_START], "num_experts": 1, "torch_dtype": "bfloat16",
        "transformers_version": "4.49.0",
    }  # fmt: skip
    return top | images | text | legacy


def random_model(config: HunYuanVLConfig, seed: int = 0) -> HunYuanVLForConditionalGeneration:
    """Weights large enough that answers depend on the image and on every token before."""
    torch.manual_seed(seed)
    model = HunYuanVLForConditionalGeneration(config)
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.ndim > 1:
                parameter.normal_(0, 0.15)
    return model.eval()


def write_checkpoint(
    folder: Path, schema: str = "1.5", named: bool = True, metadata: dict[str, Any] | None = None
) -> Path:
    """A folder of config, weights, tokenizer and processor files; the same weights for both schemas."""
    tokenizer = tiny_tokenizer(named)
    config = published_config(schema, tokenizer)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(config))
    random_model(read_config(folder)).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    HunYuanVLImageProcessorPil(min_pixels=32 * 64, max_pixels=256 * 256).save_pretrained(folder)
    (folder / "config.json").write_text(json.dumps(config))  # save_pretrained wrote it in its own keys
    if metadata is not None:
        (folder / "hyocr.json").write_text(json.dumps(metadata))
    return folder
