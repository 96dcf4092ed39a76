"""From labels corrected in the browser to an adapter: what the page saves is trained on as it is."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

pytest.importorskip("jinja2", reason="needs the train extra")
from hyocr.cli import app
from tests.browser import needs_chromium, opened
from training.finetune.__main__ import main

RECEIPT = Path(__file__).parents[1] / "examples/receipt.jpg"


@needs_chromium
def test_edit_save_train(tmp_path: Path) -> None:
    labels = tmp_path / "labels"
    done = CliRunner().invoke(app, ["label", str(RECEIPT), "--output", str(labels), "--quiet"])
    assert done.exit_code == 0, done.output
    with opened(tmp_path, (labels / "index.html").as_uri()) as page:
        first = ".answer input, .answer textarea"
        page.wait(f"document.querySelector({json.dumps(first)}) !== null")
        for text in ("CORRECTED BY HAND", "AND ANOTHER"):
            page.evaluate("document.activeElement.blur()")
            page.evaluate(f"[...document.querySelectorAll({json.dumps(first)})].find((i) => !i.dataset.seen).select()")
            page.evaluate(
                f"[...document.querySelectorAll({json.dumps(first)})].find((i) => !i.dataset.seen).dataset.seen = 1"
            )
            page.type(text)
            page.press("Enter")
        page.click("#save")
        shutil.copy(page.download(), labels / "corrected.jsonl")
    rows = [json.loads(line) for line in (labels / "corrected.jsonl").read_text(encoding="utf-8").splitlines()]
    assert {row["answer"] for row in rows} == {"CORRECTED BY HAND", "AND ANOTHER"}
    options = ["--data", str(labels / "corrected.jsonl"), "--epochs", "20", "--threads", "1"]
    output = tmp_path / "mine"
    assert main([*options, "--output", str(output)]) == 0
    assert (output / "adapter/adapter_model.safetensors").is_file()
    losses = [json.loads(line)["loss"] for line in (output / "metrics.jsonl").read_text().splitlines()]
    assert losses[-1] < losses[0]
