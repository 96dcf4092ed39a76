"""`hyocr label`: predictions as rows, the page to correct them, and runs that are broken off."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image
from typer.testing import CliRunner

from hyocr.cli import app
from tests.browser import needs_chromium, opened

RECEIPT = Path(__file__).parents[1] / "examples/receipt.jpg"
INPUT = ".answer input, .answer textarea"


def label(*arguments: object):
    return CliRunner().invoke(app, ["label", *map(str, arguments), "--quiet"])


def rows(folder: Path, name: str = "labels.jsonl") -> list[dict]:
    return [json.loads(line) for line in (folder / name).read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def labels(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("label") / "labels"
    done = label(RECEIPT, "--output", folder)
    assert done.exit_code == 0, done.output
    return folder


def test_lines_become_rows_that_can_be_trained_on(labels: Path) -> None:
    from training.finetune.images import look
    from training.finetune.rows import parse_rows

    found = rows(labels)
    assert len(found) > 20
    for number, line in enumerate((labels / "labels.jsonl").read_text(encoding="utf-8").splitlines(), 1):
        row = json.loads(line)
        assert row["line"] is True
        assert row["task"] == "read"
        assert 0 <= row["confidence"] <= 1
        if row["answer"]:
            [parsed] = parse_rows(line, number, labels)
            assert look(parsed).height == 32


def test_a_run_goes_on_where_it_was(labels: Path, tmp_path: Path) -> None:
    again = label(RECEIPT, "--output", labels)
    assert again.exit_code == 0
    before = rows(labels)
    with (labels / "labels.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"image": "torn')
    assert label(RECEIPT, "--output", labels).exit_code == 0
    assert rows(labels) == before
    other = label(RECEIPT, "--output", labels, "--task", "ask", "--question", "Why?")
    assert other.exit_code == 1
    assert "\n" not in other.output.strip()


def test_bad_files_cost_themselves_alone(tmp_path: Path) -> None:
    (tmp_path / "empty.png").touch()
    Image.new("RGB", (200, 60), "white").save(tmp_path / "blank.png")
    done = label(tmp_path / "empty.png", tmp_path / "missing.png", tmp_path / "blank.png", "--output", tmp_path / "out")
    assert done.exit_code == 1
    assert "empty.png" in done.output
    assert "missing.png" in done.output
    (tmp_path / "file").touch()
    assert label(RECEIPT, "--output", tmp_path / "file/out").exit_code == 1


@needs_chromium
def test_the_page(labels: Path, tmp_path: Path) -> None:
    hostile = '</script><img src=x onerror="document.title=1">\u2028<!--'
    path = labels / "labels.jsonl"
    kept = path.read_text(encoding="utf-8")
    found = rows(labels)
    found[3] |= {"answer": hostile, "confidence": 0.0}
    path.write_text("".join(json.dumps(row) + "\n" for row in found), encoding="utf-8")
    try:
        assert label(RECEIPT, "--output", labels).exit_code == 0
        with opened(tmp_path, (labels / "index.html").as_uri()) as page:
            page.wait(f"document.querySelector('{INPUT}') !== null")
            values = page.evaluate(f"[...document.querySelectorAll('{INPUT}')].map((input) => input.value)")
            assert hostile.replace("\u2028", "") in [value.replace("\u2028", "") for value in values[:3]]
            assert page.evaluate("document.title") != "1"
            assert page.evaluate("document.querySelectorAll('img[src=x]').length") == 0
            page.evaluate(f"document.querySelector('{INPUT}').select()")
            page.type("KEPT OVER A RELOAD")
            page.press("Enter")
            page.reload()
            page.wait(f"document.querySelector('{INPUT}') !== null")
            assert "KEPT OVER A RELOAD" in page.evaluate(
                f"[...document.querySelectorAll('{INPUT}')].map((input) => input.value)"
            )
            page.click("#save")
            [saved] = [json.loads(line) for line in page.download().read_text(encoding="utf-8").splitlines()]
            assert saved["answer"] == "KEPT OVER A RELOAD"
            assert saved["corrected"] is True
    finally:
        path.write_text(kept, encoding="utf-8")
