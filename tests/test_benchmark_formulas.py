from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from eval.benchmarks import formulas, olmocr_bench, omnidocbench
from eval.benchmarks.base import Item
from eval.predictions import Prediction


def total(module: object, items: list[Item], outputs: list[str]) -> dict[str, float]:
    rows = [module.measure(item, Prediction(item.id, text)) for item, text in zip(items, outputs, strict=True)]  # type: ignore[attr-defined]
    sums = {name: sum(row[name] for row in rows) for name in rows[0]}
    found = module.scores(sums)  # type: ignore[attr-defined]
    twice = module.scores({name: np.array([value, 2 * value]) for name, value in sums.items()})  # type: ignore[attr-defined]
    assert all(np.allclose(twice[name], value) for name, value in found.items())
    return {name: round(float(value), 6) for name, value in found.items()}


def test_formulas(tmp_path: Path) -> None:
    pytest.importorskip("latex2mathml")
    rows = [("a", r"a \over b", "dev"), ("b", "x+y", "dev"), ("c", r"\ownmacro", "dev"), ("d", "z", "train")]
    lines = [json.dumps({"image": f"{name}.png", "latex": latex, "split": split}) for name, latex, split in rows]
    (tmp_path / "manifest.jsonl").write_text("\n".join(lines), encoding="utf-8")
    items = formulas.load(tmp_path)
    assert [item.id for item in items] == ["a", "b", "c"]
    found = total(formulas, items, [r"\frac{a}{b}", "x+z", "c"])
    # (1 + 2/3) / 2 over the two truths that can be laid out.
    assert (found["cdm"], found["exp_rate"]) == (0.833333, 0.5)
    assert (found["unrenderable"], found["broken"]) == (0.333333, 0)
    assert total(formulas, items, ["", "x+y", ""])["broken"] == 0.5


def test_olmocr_bench(tmp_path: Path) -> None:
    common = {"pdf": "old/a.pdf", "page": 1}
    tables = {**common, "id": "t", "type": "table", "cell": "1", "right": "2"}
    text = [{**common, "id": f"p{i}", "type": "present", "text": word} for i, word in enumerate(["one", "two", "six"])]
    (tmp_path / "tables.jsonl").write_text(json.dumps(tables), encoding="utf-8")
    (tmp_path / "text.jsonl").write_text("\n".join(map(json.dumps, text)), encoding="utf-8")
    (item,) = olmocr_bench.load(tmp_path)
    assert item.id == "old/a_pg1"
    found = total(olmocr_bench, [item], ["one two\n\n|1|3|\n|-|-|\n|4|2|"])
    assert found["file_tables"] == 0
    assert found["file_text"] == found["type_present"] == 0.666667
    assert found["file_baseline"] == 1
    assert found["overall"] == 0.555556  # (0 + 2/3 + 1) / 3
    assert found["facts"] == 0.6


def test_olmocr_facts_are_read_line_by_line(tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [
        {"pdf": "a.pdf", "page": 1, "id": "a", "type": "present", "text": "x", "checked": "verified", "url": None},
        {"pdf": "a.pdf", "page": 1, "id": "b", "type": "order", "before": "some", "after": "other", "max_diffs": 2},
    ]
    path = tmp_path / "facts.jsonl"
    path.write_text("\n\n".join(map(json.dumps, rows)) + "\n", encoding="utf-8")
    assert [(f.id, f.type, f.max_diffs) for f in olmocr_bench.load_facts(path)] == [
        ("a", "present", 0),
        ("b", "order", 2),
    ]
    for row, reason in [
        ("{", "this is not JSON"),
        ("[" * 100_000, "nests too deeply"),
        ("[]", "one of the types"),
        (json.dumps(rows[0]), "the id a is there twice"),
    ]:
        path.write_text(json.dumps(rows[0]) + "\n\n" + row, encoding="utf-8")
        with pytest.raises(ValueError, match=rf"facts\.jsonl, line 3: .*{reason}"):
            olmocr_bench.load_facts(path)


def test_scores_of_what_is_not_there_are_unknown(tmp_path: Path) -> None:
    for name, page in (("one", 1), ("two", 2)):
        row = {"pdf": "a.pdf", "page": page, "id": name, "type": "present", "text": "word"}
        (tmp_path / f"{name}.jsonl").write_text(json.dumps(row), encoding="utf-8")
    _, second = olmocr_bench.load(tmp_path)
    found = olmocr_bench.scores(olmocr_bench.measure(second, Prediction(second.id, "word")))
    assert (found["overall"], found["file_two"]) == (1, 1)
    assert np.isnan([found["file_one"], found["file_baseline"], found["type_baseline"]]).all()
    page = {"page_info": {"image_path": "a.png"}, "layout_dets": [{"category_type": "title", "order": 1, "text": "A"}]}
    (tmp_path / "pages.json").write_text(json.dumps([page]), encoding="utf-8")
    (item,) = omnidocbench.load(tmp_path)
    scores = omnidocbench.scores(omnidocbench.measure(item, Prediction("a", "A")))
    assert scores["text_edit"] == scores["order_edit"] == 0
    assert all(np.isnan(value) for name, value in scores.items() if name not in ("text_edit", "order_edit"))


def test_olmocr_bench_opens_pdfs_and_images(tmp_path: Path) -> None:
    (tmp_path / "pdfs").mkdir()
    sheets = [Image.new("RGB", (100, 50), colour) for colour in ("red", "blue")]
    sheets[0].save(tmp_path / "pdfs" / "a.pdf", save_all=True, append_images=sheets[1:], resolution=72)
    sheets[1].save(tmp_path / "pdfs" / "b_pg1.png")
    red, blue = (olmocr_bench.page_image(tmp_path, "a.pdf", page).getpixel((20, 20)) for page in (1, 2))
    assert red[0] > 200 > 50 > red[2]  # type: ignore[index]
    assert blue[2] > 200 > 50 > blue[0]  # type: ignore[index]
    assert olmocr_bench.page_image(tmp_path, "b.pdf", 1).size == (100, 50)
    with pytest.raises(ValueError, match="no page 3"):
        olmocr_bench.page_image(tmp_path, "a.pdf", 3)
    with pytest.raises(FileNotFoundError, match="put the benchmark's PDFs"):
        olmocr_bench.page_image(tmp_path, "c.pdf", 1)


def test_olmocr_bench_without_files_says_so(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"no \.jsonl files"):
        olmocr_bench.load(tmp_path)
