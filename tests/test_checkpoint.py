from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from hyocr.engines.base import Request
from hyocr.engines.transformers import TransformersEngine
from hyocr.errors import CheckpointError
from hyocr.model import folder
from hyocr.model.checkpoint import load, read_config
from hyocr.model.folder import BUNDLED, locate
from tests.fixtures_model import published_config, tiny_tokenizer, write_checkpoint


def test_locate(tmp_path: Path) -> None:
    assert locate("nano") == BUNDLED / "nano"
    assert locate(str(tmp_path)) == tmp_path
    assert locate("tencent/HunyuanOCR") == "tencent/HunyuanOCR"


@pytest.mark.parametrize("name", ["missing", "/no/such/folder", "a/b/c"])
def test_a_missing_model_is_one_sentence(name: str) -> None:
    with pytest.raises(CheckpointError, match=r"use 'nano', 'small', a folder or org/name\."):
        locate(name)


def test_a_file_is_not_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "weights.bin").write_bytes(b"")
    with pytest.raises(CheckpointError, match=r"No checkpoint folder at models/weights\.bin"):
        locate("models/weights.bin")


def test_an_unreachable_hub_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: Any, **kwargs: Any) -> str:
        raise OSError("We have no connection\nand a long explanation")

    monkeypatch.setattr(folder, "snapshot_download", fail)
    with pytest.raises(CheckpointError, match="the hub does not give org/name: We have no connection") as caught:
        load("org/name")
    assert "\n" not in str(caught.value)


def test_a_hub_id_is_loaded_from_its_snapshot(tiny_checkpoint: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder, "snapshot_download", lambda hub_id, **kwargs: str(tiny_checkpoint))
    loaded = load("org/name", device="cpu")
    assert (loaded.name, loaded.folder) == ("org/name", tiny_checkpoint)


def test_load(tiny_checkpoint: Path) -> None:
    loaded = load(str(tiny_checkpoint), device="cpu")
    assert (loaded.name, loaded.default_strategy, loaded.folder) == ("tiny", "page", tiny_checkpoint)
    assert loaded.model.dtype == torch.float32
    assert not loaded.model.training
    assert type(loaded.processor.image_processor).__name__ == "HunYuanVLImageProcessorPil"
    text = "read 检测 <answer>"
    assert loaded.processor.tokenizer.encode(text) == tiny_tokenizer().encode(text)


def test_metadata(tiny_checkpoint: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(tiny_checkpoint, tmp_path / "copy")
    (folder / "hyocr.json").write_text(json.dumps({"name": "mine", "default_strategy": "lines"}))
    loaded = load(str(folder), device="cpu")
    assert (loaded.name, loaded.default_strategy) == ("mine", "lines")
    (folder / "hyocr.json").write_text("{")
    with pytest.raises(CheckpointError, match=r"hyocr\.json is not valid JSON"):
        load(str(folder), device="cpu")


@pytest.mark.parametrize("factor", ["2", True, None, 0.5, 4.1, float("nan")])
def test_a_line_stretch_that_is_no_number_from_1_to_4_is_refused(broken: Path, factor: object) -> None:
    (broken / "hyocr.json").write_text(json.dumps({"line_stretch": factor}))
    assert "hyocr.json: line_stretch should be a number from 1 to 4, not " in refused(broken)


def test_published_1_0_and_1_5_layouts_are_the_same_model(tiny_checkpoint: Path, tmp_path: Path) -> None:
    """Flat and nested config.json, named and unnamed image tokens, the same published tensor names."""
    flat = write_checkpoint(tmp_path / "flat", schema="1.0", named=False)
    with safe_open(flat / "model.safetensors", "pt") as tensors:
        assert {"model.layers.0.mlp.up_proj.weight", "vit.perceive.proj.0.weight"} <= set(tensors.keys())
    requests = [Request(Image.linear_gradient("L").resize((96, 64)), "read", max_tokens=12)]
    old, new = TransformersEngine(str(flat), "cpu"), TransformersEngine(str(tiny_checkpoint), "cpu")
    assert old.generate(requests) == new.generate(requests)
    state = new._model.state_dict()
    assert all(torch.equal(tensor, state[name]) for name, tensor in old._model.state_dict().items())


@pytest.mark.parametrize("schema", ["1.0", "1.5", "1.5 with rope_scaling"])
def test_published_configs(schema: str, tmp_path: Path) -> None:
    tokenizer = tiny_tokenizer()
    content = published_config(schema[:3], tokenizer)
    if "rope_scaling" in schema:
        content["text_config"]["rope_scaling"] = content["text_config"].pop("rope_parameters")
    (tmp_path / "config.json").write_text(json.dumps(content))
    config = read_config(tmp_path)
    rope = config.text_config.rope_parameters
    assert (rope["alpha"], rope["rope_theta"], rope["rope_type"]) == (1000.0, 10000.0, "dynamic")
    assert rope["mrope_section"] == [4, 4, 4, 4]
    assert "xdrope_section" not in rope
    text = config.text_config
    assert (text.head_dim, text.vocab_size, text.num_key_value_heads) == (32, len(tokenizer), 2)
    assert text.pad_token_id == tokenizer.pad_token_id  # pad_id rules over pad_token_id -1
    assert config.image_token_id == tokenizer.image_token_id
    assert config.tie_word_embeddings


def test_alpha_stretches_the_rope_base(tiny_checkpoint: Path) -> None:
    """base = theta * alpha ** (d / (d - 2)) with d the head width, and the last frequency base ** (-(d - 2) / d)."""
    rotary = load(str(tiny_checkpoint), device="cpu").model.model.language_model.rotary_emb
    assert rotary.rope_type == "ntk_alpha"
    assert rotary.inv_freq[-1].item() == pytest.approx((10000 * 1000 ** (32 / 30)) ** (-30 / 32), rel=1e-5)


@pytest.fixture
def broken(tiny_checkpoint: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny_checkpoint, tmp_path / "broken"))


def refused(folder: Path) -> str:
    with pytest.raises(CheckpointError) as caught:
        load(str(folder), device="cpu")
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    assert "has no config.json" in refused(tmp_path)


def test_another_architecture_is_refused(broken: Path) -> None:
    (broken / "config.json").write_text(json.dumps({"architectures": ["LlamaForCausalLM"], "model_type": "llama"}))
    assert "is a LlamaForCausalLM model; hyocr runs checkpoints of the class HunYuanVLFor" in refused(broken)


def test_pickles_are_refused(broken: Path) -> None:
    torch.save(load_file(broken / "model.safetensors"), broken / "pytorch_model.bin")
    (broken / "model.safetensors").unlink()
    assert "only pickled weights" in refused(broken)


def test_no_weights_are_refused(broken: Path) -> None:
    (broken / "model.safetensors").unlink()
    assert "has no weights" in refused(broken)


def test_damaged_weights_are_refused(broken: Path) -> None:
    content = (broken / "model.safetensors").read_bytes()
    (broken / "model.safetensors").write_bytes(content[: len(content) // 2])
    assert "cannot be loaded" in refused(broken)


def test_missing_tensors_are_refused(broken: Path) -> None:
    tensors = load_file(broken / "model.safetensors")
    del tensors["model.norm.weight"]
    save_file(tensors, broken / "model.safetensors", metadata={"format": "pt"})
    assert "1 tensors are missing, model.language_model.norm.weight among them" in refused(broken)


def test_tensors_of_another_size_are_refused(broken: Path) -> None:
    config = json.loads((broken / "config.json").read_text())
    config["text_config"]["intermediate_size"] = 96
    (broken / "config.json").write_text(json.dumps(config))
    assert "cannot be loaded" in refused(broken)


@pytest.mark.parametrize("file", ["tokenizer.json", "preprocessor_config.json", "chat_template.jinja"])
def test_missing_files_are_refused(broken: Path, file: str) -> None:
    (broken / file).unlink()
    refused(broken)


def test_a_damaged_tokenizer_is_refused(broken: Path) -> None:
    (broken / "tokenizer.json").write_text("{}")
    assert "cannot be loaded" in refused(broken)
