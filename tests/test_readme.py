"""The README tells the truth: its Python runs, its commands exist, its links lead somewhere."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from eval.serving import served
from hyocr.model.store import is_fetched

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CARD = (ROOT / "hyocr/weights/nano/README.md").read_text(encoding="utf-8")


def run(*command: str) -> str:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, flags=re.DOTALL)


def test_the_python_example_reads_the_receipt():
    # The other example wants a server: see test_vllm_server.
    [example] = [block for block in blocks("python") if 'TransformersEngine("nano")' in block]
    shown = run(sys.executable, "-c", example)
    assert "15.90" in shown
    assert "finished page 1 of 1 ok" in shown


needs_small = pytest.mark.skipif(not is_fetched(), reason="small is not on this machine: hyocr fetch small")


@needs_small
def test_the_python_example_traces_the_receipts_values():
    [example] = [block for block in blocks("python") if 'TransformersEngine("small")' in block]
    shown = run(sys.executable, "-c", example)
    assert re.search(r"^date = \S+ True [01]\.\d\d \[Box\(", shown, re.MULTILINE)
    assert re.search(r"^total = 15\.90 True", shown, re.MULTILINE)


@needs_small
def test_small_answers_about_the_receipt():
    assert "15.90" in run(sys.executable, "-m", "hyocr", "ask", "What is the total?", "examples/receipt.jpg")
    values = json.loads(run(sys.executable, "-m", "hyocr", "extract", "company,date,total", "examples/receipt.jpg"))
    assert values["total"] == "15.90"
    assert values["date"]


def test_the_document_apis_curl_works(tmp_path: Path):
    if not shutil.which("curl"):
        pytest.skip("curl is not installed")
    [command] = [block for block in blocks("sh") if block.startswith("curl http://127.0.0.1:8080")]
    with served(verb="api", extra=["--data", str(tmp_path)]) as server:
        [page] = json.loads(run("bash", "-c", command.replace(":8080", f":{server.port}")))["pages"]
    assert "15.90" in page["markdown"]
    assert page["lines"][0]["box"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["info"],
        ["read", "examples/page.png"],
        ["spot", "examples/page.png"],
    ],
    ids=lambda arguments: arguments[0],
)
def test_commands_run_on_an_example(arguments):
    assert f"hyocr {arguments[0]}" in README
    assert run(sys.executable, "-m", "hyocr", *arguments).strip()


def test_every_make_target_named_exists():
    targets = re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE)
    assert {name for name in re.findall(r"make ([a-z]+)", README) if name in ("demo", "test", "peers")} <= set(targets)


@pytest.mark.parametrize("text", [README, CARD], ids=["README", "model card"])
def test_scripts_and_modules_named_exist(text):
    for path in re.findall(r"\b(?:training|examples|docs)/[\w/]+\.(?:sh|py|md|yaml|jpg|png)\b", text):
        assert (ROOT / path).exists(), path
    for module in re.findall(r"python -m ((?:training|eval)[\w.]*)", text):
        path = ROOT / module.replace(".", "/")
        assert path.with_suffix(".py").exists() or (path / "__main__.py").exists(), module


def test_links_lead_somewhere():
    for target in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / target).exists(), target
