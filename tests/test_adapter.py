"""LoRA adapters: beside the weights and merged they give the same answers, and what is no adapter is named."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import torch
from peft import LoraConfig, get_peft_model
from PIL import Image
from typer.testing import CliRunner

from hyocr.canvas import canvas
from hyocr.cli import app
from hyocr.engines.base import Request
from hyocr.engines.transformers import TransformersEngine
from hyocr.errors import CheckpointError, HyocrError
from hyocr.lines import propose
from hyocr.model.checkpoint import load, prepare
from hyocr.model.merging import merge

RECEIPT = Path(__file__).parents[1] / "examples/receipt.jpg"
LAYERS = {
    "language": r".*language_model\.layers\.\d+\.(self_attn\.[qkvo]_proj|mlp\.(gate|up|down)_proj)",
    "all": r".*(language_model.*self_attn\.[qv]_proj|vision_tower\.layers\.\d+\.mlp\.fc1|patch_merger\.mlp)",
}


def make(folder: Path, layers: str, metadata: dict[str, str] | None = None) -> Path:
    """An adapter with random matrices, small enough that answers stay text."""
    torch.manual_seed(0)
    model = get_peft_model(load("nano", "cpu").model, LoraConfig(r=4, target_modules=LAYERS[layers]))
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "lora_B" in name:
                parameter.normal_(0, 0.03)
    model.save_pretrained(str(folder))
    if metadata:
        (folder / "hyocr.json").write_text(json.dumps(metadata), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def adapter(tmp_path_factory) -> Path:
    return make(tmp_path_factory.mktemp("adapter") / "mine", "language")


@pytest.fixture(scope="module")
def requests() -> list[Request]:
    crops = propose(Image.open(RECEIPT).convert("RGB"))[:12]
    return [Request(canvas(crop.image), "Extract the text in the image.", 40, line_canvas=True) for crop in crops]


@pytest.mark.parametrize("layers", ["language", "all"])
def test_merged_equals_unmerged(layers: str, requests: list[Request], tmp_path: Path) -> None:
    folder = make(tmp_path / "mine", layers)
    merge("nano", folder, tmp_path / "merged")
    plain = TransformersEngine("nano", "cpu").generate(requests)
    beside = TransformersEngine("nano", "cpu", adapter=folder).generate(requests)
    merged = TransformersEngine(str(tmp_path / "merged"), "cpu").generate(requests)
    assert [answer.text for answer in merged] == [answer.text for answer in beside]
    assert [answer.text for answer in plain] != [answer.text for answer in beside]
    for one, two in zip(beside, merged, strict=True):
        assert one.logprobs == pytest.approx(two.logprobs, abs=1e-3)


def test_what_an_adapter_is_called(adapter: Path, tmp_path: Path) -> None:
    assert prepare("nano", adapter).name == "nano+mine"
    named = make(tmp_path / "other", "language", {"name": "shop", "line_reader": "language"})
    prepared = prepare("nano", named)
    assert (prepared.name, prepared.line_reader, prepared.default_strategy) == ("shop", "language", "lines")
    merge("nano", named, tmp_path / "merged")
    assert prepare(str(tmp_path / "merged")).name == "shop"


def without(adapter: Path, folder: Path, name: str) -> Path:
    shutil.copytree(adapter, folder)
    (folder / name).unlink()
    return folder


def test_what_is_no_adapter(adapter: Path, tmp_path: Path) -> None:
    config = json.loads((adapter / "adapter_config.json").read_text())
    cases = [tmp_path / "missing", tmp_path]
    cases.append(without(adapter, tmp_path / "no_config", "adapter_config.json"))
    cases.append(without(adapter, tmp_path / "no_weights", "adapter_model.safetensors"))
    pickled = without(adapter, tmp_path / "pickled", "adapter_model.safetensors")
    (pickled / "adapter_model.bin").write_bytes(b"pickle")
    cases.append(pickled)
    for name, text in (
        ("not_json", "{"),
        ("a_list", "[]"),
        ("not_lora", json.dumps(config | {"peft_type": "IA3"})),
        ("other_rank", json.dumps(config | {"r": 8})),
        ("more", json.dumps(config | {"modules_to_save": ["lm_head"]})),
    ):
        folder = tmp_path / name
        shutil.copytree(adapter, folder)
        (folder / "adapter_config.json").write_text(text, encoding="utf-8")
        cases.append(folder)
    damaged = tmp_path / "damaged"
    shutil.copytree(adapter, damaged)
    weights = damaged / "adapter_model.safetensors"
    weights.write_bytes(weights.read_bytes()[:1000])
    cases.append(damaged)
    for folder in cases:
        with pytest.raises(CheckpointError) as caught:
            load("nano", "cpu", folder)
        assert "\n" not in str(caught.value)


def test_the_command_line(adapter: Path, tmp_path: Path) -> None:
    run = CliRunner().invoke
    output = tmp_path / "merged"
    assert run(app, ["merge", "--adapter", str(adapter), "--output", str(output)]).exit_code == 0
    again = run(app, ["merge", "--adapter", str(adapter), "--output", str(output)])
    assert again.exit_code == 1
    assert "there already" in again.output
    told = run(app, ["info", "--adapter", str(adapter)])
    assert "nano+mine" in told.output
    read = run(app, ["read", str(RECEIPT), "--adapter", str(adapter), "--format", "json", "--quiet"])
    assert read.exit_code == 0
    assert '"nano+mine"' in read.output
    refused = run(app, ["read", str(RECEIPT), "--engine", "http://127.0.0.1:9/v1", "--adapter", str(adapter)])
    assert refused.exit_code == 1
    assert "hyocr serve --lora" in refused.output


def test_nothing_is_left_where_the_disk_is_full(adapter: Path, tmp_path: Path, monkeypatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("hyocr.model.merging.shutil.copyfile", full)
    with pytest.raises(HyocrError, match="No space left"):
        merge("nano", adapter, tmp_path / "merged")
    assert not list(tmp_path.iterdir())
