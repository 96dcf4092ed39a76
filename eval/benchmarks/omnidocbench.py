"""OmniDocBench: pages of nine kinds of document, to be written as Markdown with HTML tables and LaTeX formulas.

Protocol: OmniDocBench 1.5, end to end with quick match (`eval.metrics.omnidocbench`); `overall` is
((1 - text edit) + TEDS + CDM) / 3. CDM is `eval.metrics.cdm`'s, whose renderer is not the published one:
formulas it cannot set are left out of CDM (`unrenderable` is their share), so `cdm` and `overall` are near the
published ones, not the same. Over pages without any table or formula there is no `overall`.

Any folder in the format will do: one JSON file with a list of pages (`page_info`, `layout_dets`, `extra`) and the page
images in `images/`. The one here is the demo of 18 pages, not the whole benchmark.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from eval.benchmarks.base import Item, Number, ratio, rgb
from eval.benchmarks.files import json_file, unique
from eval.metrics import omnidocbench as metric
from eval.metrics.cdm import cdm
from eval.metrics.omnidocbench.truth import page_blocks
from eval.predictions import Prediction

NAME = "omnidocbench"
TASK = "parse"
FOLDER = "../shared/data/documents"
LICENCE = "OmniDocBench, for research only; code Apache-2.0; rights in the pages are their publishers'"
MAIN = "text_edit"
ERRORS: frozenset[str] = frozenset({"text_edit", "formula_edit", "formula_edit_each", "order_edit", "unrenderable"})


def load(folder: Path) -> list[Item]:
    """The pages of the folder's JSON file; the id is the image's name without its ending."""
    found = sorted(folder.glob("*.json"))
    if len(found) != 1:
        raise FileNotFoundError(f"{folder} should have one JSON file of OmniDocBench pages; it has {len(found)}.")
    pages = json_file(found[0])
    if not isinstance(pages, list) or not all(isinstance(page, dict) for page in pages):
        raise ValueError(f"{found[0]} should be a list of pages.")
    return unique((_item(folder, page, found[0], number) for number, page in enumerate(pages, start=1)), found[0])


def _item(folder: Path, page: Mapping[str, Any], source: Path, number: int) -> Item:
    info = page.get("page_info")
    name = info.get("image_path") if isinstance(info, dict) else None
    if not isinstance(name, str) or not name:
        raise ValueError(f'{source}, page {number}: "page_info" should name the page\'s "image_path".')
    try:
        text = "\n\n".join(block.content for block in page_blocks(page))
    except ValueError as error:
        raise ValueError(f"{source}, page {number}: {error}") from error
    path = folder / "images" / Path(name).name
    return Item(path.stem, partial(rgb, path), page, text)


def measure(item: Item, prediction: Prediction) -> dict[str, float]:
    """The page's sums of `eval.metrics.omnidocbench.page_counts` and of CDM."""
    matches = metric.page_matches(prediction.output, item.truth)
    values = [cdm(*pair) for pair in metric.formula_pairs(matches)]
    return {
        **metric.page_counts(matches),
        **metric.cdm_counts([value.f1 for value in values if value.renderable]),
    }


def scores(sums: Mapping[str, Number]) -> dict[str, Number]:
    """Text, formula and order edit, TEDS, TEDS-S, CDM and overall; the share of true formulas that CDM leaves out."""
    left_out = np.asarray(sums["formulas"]) - np.asarray(sums["cdm_formulas"])
    return {**metric.scores(sums), "unrenderable": ratio(left_out, sums["formulas"], np.nan)}
