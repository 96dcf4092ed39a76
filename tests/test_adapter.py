"""LoRA adapters: beside the weights, merged into them, and what is said of folders that are none."""

from __future__ import annotations

import json
import os
import resource
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from typer.testing import CliRunner

from eval.parity import images
from eval.systems.hyocr import HyocrSystem
from hyocr.batch import load_engine
from hyocr.cli import app
from hyocr.corpus.work import Reading, identify
from hyocr.engines.base import Generation, Request
from hyocr.engines.transformers import TransformersEngine
from hyocr.engines.vllm_folder import folder_for_vllm
from hyocr.errors import CheckpointError, EngineError, HyocrError
from hyocr.model import checkpoint
from hyocr.model.adapter import check
from hyocr.model.checkpoint import load, prepare
from hyocr.model.folder import BUNDLED, find
from hyocr.model.merging import merge
from tests.adapters import EVERYWHERE, LANGUAGE, random_adapter

RECEIPT = Path(__file__).parents[1] / "examples/receipt.jpg"
LINES = [one.request for one in images(9, 1, [RECEIPT]) if one.request.single_line]
WEIGHTS = "adapter_model.safetensors"


@pytest.fixture(scope="module")
def adapter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One for all layers that can be adapted."""
    torch.set_num_threads(1)
    return random_adapter(tmp_path_factory.mktemp("adapters") / "till", EVERYWHERE, deviation=0.12)


@pytest.fixture
def copy(adapter: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(adapter, tmp_path / "copy"))


def read(model: str = "nano", adapter: Path | None = None, line_reader: str = "language") -> list[Generation]:
    return TransformersEngine(model, "cpu", line_reader=line_reader, adapter=adapter).generate(LINES)


def texts(answers: list[Generation]) -> list[str]:
    return [answer.text for answer in answers]


@pytest.fixture(scope="module")
def adapted(adapter: Path) -> list[Generation]:
    return read(adapter=adapter)


# What it does


def test_an_adapter_changes_what_the_language_model_reads(adapted: list[Generation]) -> None:
    assert len(LINES) == 8
    changed = sum(a != b for a, b in zip(texts(read()), texts(adapted), strict=True))
    assert changed >= 2
    assert all(texts(adapted))


def test_the_models_own_weights_stay_as_they_are(adapter: Path) -> None:
    own, beside = (load("nano", "cpu", folder).model for folder in (None, adapter))
    assert type(own) is type(beside)
    state = {name.replace(".base_layer.", "."): value for name, value in beside.state_dict().items()}
    assert all(torch.equal(value, state[name]) for name, value in own.state_dict().items())
    assert not any(parameter.requires_grad for name, parameter in beside.named_parameters() if "lora_" in name)
    assert not beside.training


def test_the_line_head_reads_through_the_adapted_tower(adapter: Path, tmp_path: Path) -> None:
    language = random_adapter(tmp_path / "language", LANGUAGE)
    own, with_language, with_vision = (read(adapter=one, line_reader="ctc") for one in (None, language, adapter))
    assert own == with_language
    assert [one.logprobs for one in own] != [one.logprobs for one in with_vision]


def test_merged_is_the_same_as_beside_the_weights(adapter: Path, adapted: list[Generation], tmp_path: Path) -> None:
    merge("nano", adapter, tmp_path / "merged")
    merged = read(str(tmp_path / "merged"))
    assert texts(merged) == texts(adapted)
    for one, other in zip(merged, adapted, strict=True):
        assert one.logprobs == pytest.approx(other.logprobs, abs=1e-4)
    ctc = [read(*given, line_reader="ctc") for given in ((str(tmp_path / "merged"),), ("nano", adapter))]
    assert texts(ctc[0]) == texts(ctc[1])


# What it says of itself


def test_the_name_is_that_of_both(adapter: Path) -> None:
    found = find("nano", adapter)
    assert (found.name, found.default_strategy, found.line_reader) == ("nano+till", "lines", "ctc")
    assert found.head_folder == BUNDLED / "nano"
    assert identify(Reading(adapter=str(adapter))) == ("nano+till", "lines")


def test_the_adapters_metadata_and_head_win(copy: Path, tmp_path: Path) -> None:
    (copy / "hyocr.json").write_text(json.dumps({"name": "tills", "line_reader": "language"}))
    shutil.copytree(BUNDLED / "nano/ctc", copy / "ctc")
    head = copy / "ctc/head.safetensors"
    with safe_open(head, "pt") as file:
        metadata = file.metadata()
    save_file({name: torch.zeros_like(value) for name, value in load_file(head).items()}, head, metadata=metadata)
    prepared = prepare("nano", copy)
    assert (prepared.name, prepared.line_reader, prepared.line_stretch) == ("tills", "language", 2)
    assert prepared.head_folder == copy
    assert texts(read(adapter=copy, line_reader="ctc")) != texts(read(line_reader="ctc"))
    merge("nano", copy, tmp_path / "merged")
    merged = find(str(tmp_path / "merged"))
    assert (merged.name, merged.line_reader, merged.line_stretch) == ("tills", "language", 2)
    assert (merged.folder / "ctc/head.safetensors").read_bytes() == head.read_bytes()
    (copy / "hyocr.json").write_text('{"line_stretch": 9}')
    with pytest.raises(CheckpointError, match="line_stretch should be a number from 1 to 4, not 9"):
        find("nano", copy)


# Folders that are no adapters, or others'


def refused(folder: Path, model: str = "nano") -> str:
    with pytest.raises(CheckpointError) as caught:
        load(model, "cpu", folder)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_missing_folder_is_one_sentence(tmp_path: Path) -> None:
    assert "No adapter folder at org/adapter" in refused(Path("org/adapter"))
    assert "has no adapter_config.json, so it is not an adapter folder." in refused(tmp_path)


def test_pickles_are_refused(copy: Path) -> None:
    torch.save(load_file(copy / WEIGHTS), copy / "adapter_model.bin")
    (copy / WEIGHTS).unlink()
    assert "only pickled weights" in refused(copy)
    (copy / "adapter_model.bin").unlink()
    assert "has no weights" in refused(copy)


def configured(folder: Path, **changes: Any) -> Path:
    path = folder / "adapter_config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))
    return folder


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"peft_type": "IA3"}, "is an adapter of the kind IA3; hyocr takes LoRA adapters"),
        ({"r": "four"}, "was made for another model"),
        ({"r": 8}, "was made for another model and does not fit this one: size mismatch"),
        ({"r": 0}, "was made for another model"),
        ({"modules_to_save": ["lm_head"]}, "has modules_to_save; hyocr takes LoRA matrices alone"),
        ({"bias": "all"}, "has bias; hyocr takes LoRA matrices alone"),
        ({"target_modules": ["nowhere"]}, "was made for another model"),
        ({"target_modules": ".*mlp.up_proj"}, "is too much."),
        ({"target_modules": EVERYWHERE + "|lm_head"}, "is missing."),
    ],
)
def test_configs_that_cannot_be_used_are_refused(copy: Path, changes: dict[str, Any], said: str) -> None:
    assert said in refused(configured(copy, **changes))


def test_a_config_that_is_no_json_is_refused(copy: Path) -> None:
    (copy / "adapter_config.json").write_text("{")
    assert "adapter_config.json is not valid JSON" in refused(copy)


def test_damaged_weights_are_refused(copy: Path) -> None:
    content = (copy / WEIGHTS).read_bytes()
    (copy / WEIGHTS).write_bytes(content[: len(content) // 2])
    assert f"The adapter {copy} is damaged" in refused(copy)


def test_an_adapter_of_the_embeddings_is_refused(copy: Path) -> None:
    tensors = load_file(copy / WEIGHTS)
    tensors["base_model.model.lm_head.lora_A.weight"] = torch.zeros(4, 256)
    save_file(tensors, copy / WEIGHTS)
    assert "changes base_model.model.lm_head.lora_A.weight; hyocr takes adapters of the language" in refused(copy)


def test_an_adapter_for_a_model_of_another_size_is_refused(adapter: Path, tiny_checkpoint: Path) -> None:
    said = "was made for another model and does not fit this one"
    assert said in refused(adapter, str(tiny_checkpoint))
    with pytest.raises(CheckpointError, match=said):
        check(prepare(str(tiny_checkpoint)).config, adapter)
    check(prepare("nano").config, adapter)


def test_the_network_is_not_asked(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []

    def fail(*given: Any, **more: Any) -> None:
        asked.append(given)
        raise OSError("there is no network")

    monkeypatch.setattr("socket.getaddrinfo", fail)
    monkeypatch.setattr("socket.socket.connect", fail)
    load("nano", "cpu", configured(copy, base_model_name_or_path="org/base", revision="main"))
    assert asked == []


# Merging


def test_a_merged_folder_is_like_the_base(adapter: Path, tmp_path: Path) -> None:
    output = tmp_path / "new" / "merged"
    done = CliRunner().invoke(app, ["merge", "--adapter", str(adapter), "--output", str(output)])
    assert (done.exit_code, done.output) == (0, "")
    assert [path.name for path in output.parent.iterdir()] == ["merged"]
    own = {str(path.relative_to(BUNDLED / "nano")) for path in (BUNDLED / "nano").rglob("*") if path.is_file()}
    assert {str(path.relative_to(output)) for path in output.rglob("*") if path.is_file()} == own - {"README.md"}
    base, merged = load_file(BUNDLED / "nano/model.safetensors"), load_file(output / "model.safetensors")
    assert base.keys() == merged.keys()
    assert {value.dtype for value in merged.values()} == {torch.float32}
    assert json.loads((output / "config.json").read_text())["dtype"] == "float32"
    embeddings = "model.embed_tokens.weight"
    assert torch.equal(merged[embeddings], base[embeddings].float())
    assert all(os.stat(path).st_mode & 0o777 == 0o644 for path in output.rglob("*.safetensors"))
    prompts = [checkpoint.prepare(name).processor.chat_template for name in ("nano", str(output))]
    assert prompts[0] == prompts[1]


def test_published_layouts_can_be_merged(tiny_checkpoint: Path, tmp_path: Path) -> None:
    adapter = random_adapter(tmp_path / "adapter", LANGUAGE, str(tiny_checkpoint), 0.2)
    merge(str(tiny_checkpoint), adapter, tmp_path / "merged")
    requests = [Request(Image.linear_gradient("L").resize((96, 64)), "read", max_tokens=12)]
    own = TransformersEngine(str(tiny_checkpoint), "cpu").generate(requests)
    beside = TransformersEngine(str(tiny_checkpoint), "cpu", adapter=adapter).generate(requests)
    merged = TransformersEngine(str(tmp_path / "merged"), "cpu").generate(requests)
    assert own[0].text != beside[0].text == merged[0].text


def merging(adapter: Path, output: Path) -> str:
    with pytest.raises(HyocrError) as caught:
        merge("nano", adapter, output)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_folder_that_is_there_is_left_alone(adapter: Path, tmp_path: Path) -> None:
    (tmp_path / "letter").write_text("dear")
    assert "is there already; name a new folder." in merging(adapter, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["letter"]


def test_a_place_that_cannot_be_written_is_one_sentence(adapter: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert "Cannot write" in merging(adapter, tmp_path / "file" / "merged")


def test_a_full_disk_leaves_nothing(adapter: Path, tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, hard))  # the nearest to a full disk that needs no disk
    try:
        assert "is the disk full?" in merging(adapter, tmp_path / "merged")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert list(tmp_path.iterdir()) == []


def test_an_adapter_that_does_not_fit_leaves_nothing(copy: Path, tmp_path: Path) -> None:
    assert "was made for another model" in merging(configured(copy, r=8), tmp_path / "merged")
    assert [path.name for path in tmp_path.iterdir()] == ["copy"]


# The folder for vLLM, without vLLM


def test_vllm_is_given_a_merged_folder_made_once(
    copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, adapted: list[Generation]
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    made = folder_for_vllm(prepare("nano", copy))
    assert texts(read(str(made))) == texts(adapted)
    before = (made / "model.safetensors").stat().st_mtime_ns
    assert folder_for_vllm(prepare("nano", copy)) == made
    assert (made / "model.safetensors").stat().st_mtime_ns == before
    tensors = load_file(copy / WEIGHTS)
    save_file({name: value + 0.01 for name, value in tensors.items()}, copy / WEIGHTS)
    assert folder_for_vllm(prepare("nano", copy)) != made
    with pytest.raises(CheckpointError, match="was made for another model"):
        folder_for_vllm(prepare("nano", configured(copy, r=8)))


# The command line


@pytest.fixture
def hyocr() -> Callable[..., tuple[int, str, str]]:
    def run(*arguments: object) -> tuple[int, str, str]:
        done = CliRunner().invoke(app, [str(argument) for argument in arguments])
        return done.exit_code, done.stdout, done.stderr

    return run


def test_the_command_line_reads_with_an_adapter(hyocr: Callable[..., Any], copy: Path, tmp_path: Path) -> None:
    (copy / "hyocr.json").write_text(json.dumps({"line_reader": "language"}))
    line = tmp_path / "line.png"
    LINES[1].image.save(line)
    outputs = {}
    for name, more in (("own", []), ("adapted", ["--adapter", copy])):
        code, outputs[name], _ = hyocr("read", line, "--format", "json", *more)
        assert code == 0
    assert [json.loads(text)["model"] for text in outputs.values()] == ["nano", "nano+copy"]
    code, _, _ = hyocr("batch", line, tmp_path / "out", "--adapter", copy)
    [written] = (tmp_path / "out").rglob("*.json")
    assert (code, json.loads(written.read_text())["model"]) == (0, "nano+copy")
    code, told, _ = hyocr("info", "--adapter", copy)
    assert f"adapter:    {copy}" in told
    assert "nano+copy" in told


def test_a_bad_adapter_is_one_line_on_stderr(hyocr: Callable[..., Any], tmp_path: Path) -> None:
    for verb in ("read", "spot"):
        code, out, errors = hyocr(verb, RECEIPT, "--adapter", tmp_path)
        assert (code, out) == (1, "")
        assert errors == f"error: {tmp_path} has no adapter_config.json, so it is not an adapter folder.\n"


def test_a_server_is_not_given_an_adapter(adapter: Path) -> None:
    with pytest.raises(EngineError, match=r"hyocr serve --lora .*without --adapter"):
        load_engine("nano", "http://127.0.0.1:1/v1", str(adapter))


def test_the_weights_of_a_run_are_the_adapters_too(copy: Path) -> None:
    own, one = (HyocrSystem("nano", 1, adapter=given).settings["weights"] for given in (None, str(copy)))
    other = HyocrSystem("nano", 1, adapter=str(configured(copy, lora_alpha=16))).settings["weights"]
    assert one.startswith(f"{own}+")
    assert len({own, one, other}) == 3
