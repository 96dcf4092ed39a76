"""The command line and the variables that `hyocr serve` becomes, without vLLM."""

import json
import os
import socket
from pathlib import Path

import pytest
from transformers import AutoConfig, AutoProcessor
from typer.testing import CliRunner

from hyocr.cli import app
from hyocr.engines import vllm_settings
from hyocr.model.folder import BUNDLED, find
from hyocr.serve import launch
from tests.adapters import random_adapter
from tests.fixtures_model import IMAGE, write_checkpoint

NANO = BUNDLED / "nano"


@pytest.fixture
def cpu(monkeypatch):
    for module in (vllm_settings, launch):
        monkeypatch.setattr(module, "build", lambda: "cpu")


@pytest.fixture
def become(monkeypatch, cpu):
    """What the process would become: (arguments, variables) of each execve."""
    calls = []
    monkeypatch.setattr(os, "execve", lambda path, arguments, variables: calls.append((arguments, variables)))
    return calls


def free_port():
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return trial.getsockname()[1]


def value(arguments, flag):
    return arguments[arguments.index(flag) + 1]


def invoke(*arguments, **variables):
    return CliRunner(env=variables).invoke(app, ["serve", *arguments])


def test_nano_is_served_under_its_name_on_loopback(become):
    port = free_port()
    invoke("--port", str(port))
    [(arguments, variables)] = become
    assert value(arguments, "--model") == str(NANO)
    assert value(arguments, "--served-model-name") == "nano"
    assert (value(arguments, "--host"), value(arguments, "--port")) == ("127.0.0.1", str(port))
    assert value(arguments, "--middleware") == "hyocr.serve.limits.Limits"
    assert value(arguments, "--dtype") == "float32"
    assert json.loads(value(arguments, "--limit-mm-per-prompt"))["image"]
    assert json.loads(value(arguments, "--override-generation-config"))["temperature"] == 0
    assert variables["VLLM_NO_USAGE_STATS"] == "1"
    assert "VLLM_API_KEY" not in variables


def test_further_options_are_vllms_and_come_last(become):
    invoke("--port", str(free_port()), "--max-num-seqs", "4", "--no-enable-prefix-caching")
    [(arguments, _)] = become
    assert arguments[-3:] == ["--max-num-seqs", "4", "--no-enable-prefix-caching"]


def test_the_key_is_not_on_the_command_line(become):
    invoke("--port", str(free_port()), HYOCR_API_KEY="secret")
    [(arguments, variables)] = become
    assert variables["VLLM_API_KEY"] == "secret"
    assert "secret" not in " ".join(arguments)


def test_the_users_own_variables_win(become):
    invoke("--port", str(free_port()), VLLM_CPU_KVCACHE_SPACE="7")
    [(_, variables)] = become
    assert variables["VLLM_CPU_KVCACHE_SPACE"] == "7"


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.org"])
def test_others_are_not_served_without_a_key(become, host):
    done = invoke("--host", host)
    assert done.exit_code == 1
    assert "give an --api-key" in done.output
    assert become == []


def test_a_port_in_use_is_one_sentence(become):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        done = invoke("--port", str(other.getsockname()[1]))
    assert done.exit_code == 1
    assert "choose another --port" in done.output
    assert become == []


def test_without_vllm_there_is_a_sentence(monkeypatch):
    def missing(name):
        raise vllm_settings.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(vllm_settings.metadata, "version", missing)
    done = invoke("--port", str(free_port()))
    assert done.exit_code == 1
    assert "vLLM is not installed: pip install" in done.output


def test_cuda_serves_in_bfloat16(monkeypatch):
    monkeypatch.setattr(vllm_settings, "build", lambda: "cuda")
    chosen = vllm_settings.settings(NANO)
    assert chosen["dtype"] == "bfloat16"
    assert "enforce_eager" not in chosen
    assert "VLLM_CPU_KVCACHE_SPACE" not in vllm_settings.environment(NANO)


def test_the_cache_holds_what_is_in_work_at_once(cpu):
    # 4 layers x 2 heads x 64 x (key, value) x 4 bytes = 4 KiB a token: 32 requests of 2,048 tokens take a quarter GiB.
    assert vllm_settings.environment(NANO)["VLLM_CPU_KVCACHE_SPACE"] == "1"


@pytest.mark.parametrize(("schema", "named"), [("1.5", True), ("1.0", True), ("1.0", False)])
def test_published_folders_are_rewritten_for_vllm(become, tmp_path, monkeypatch, schema, named):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = write_checkpoint(tmp_path / "ocr", schema, named)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    for _ in range(2):  # the second time it is there
        invoke("--model", str(folder), "--port", str(free_port()))
    first, second = (Path(value(arguments, "--model")) for arguments, _ in become)
    assert first == second != folder
    assert value(become[0][0], "--served-model-name") == "ocr"
    stock = AutoConfig.from_pretrained(first)
    assert stock.text_config.rope_parameters["factor"] == 1.0
    assert AutoProcessor.from_pretrained(first).image_token == IMAGE
    assert (first / "model.safetensors").read_bytes() == before["model.safetensors"]
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert [path.name for path in first.parent.iterdir()] == [first.name]


def test_an_adapter_is_served_merged_under_its_own_name(become, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    adapter = random_adapter(tmp_path / "till")
    invoke("--lora", str(adapter), "--port", str(free_port()), "--max-num-seqs", "4")
    [(arguments, _)] = become
    folder = Path(value(arguments, "--model"))
    assert folder.parent == tmp_path / "cache/hyocr/vllm"
    assert find(str(folder)).name == value(arguments, "--served-model-name") == "nano+till"
    assert arguments[-2:] == ["--max-num-seqs", "4"]


def test_an_adapter_that_is_none_is_one_sentence(become, tmp_path):
    done = invoke("--lora", str(tmp_path), "--port", str(free_port()))
    assert done.exit_code == 1
    assert "is not an adapter folder" in done.output
    assert become == []


def test_a_cache_that_cannot_be_written_is_one_sentence(become, tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    done = invoke("--model", str(write_checkpoint(tmp_path / "ocr")), "--port", str(free_port()))
    assert done.exit_code == 1
    assert "set XDG_CACHE_HOME" in done.output
