"""olmOCR-bench: pages to be written as Markdown, and yes/no facts that must hold of the Markdown.

Protocol: allenai/olmocr, `olmocr/bench` (Poznanski et al. 2025, arXiv 2502.18443 and 2510.19817). `overall` is the mean
of the pass rates of the .jsonl files; every PDF without a baseline fact gets one, and those count as one more file.
`facts` is the pass rate over all facts, `type_*` that of one type, `file_*` that of one file. `eval.metrics.facts` says
what its checks do otherwise than the published ones. Prompt: "parse".

Folder: as published (`bench_data`): .jsonl files of facts and the PDFs in `pdfs`, each a path from there; where there
is no such PDF, the page's image beside it, `NAME_pg1.png` or `.jpg`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image

from eval.benchmarks.base import Item, Number, ratio
from eval.benchmarks.files import json_lines, unique
from eval.metrics.facts import Baseline, Fact, fact
from eval.predictions import Prediction
from hyocr.sources import open_source

NAME = "olmocr_bench"
TASK = "parse"
FOLDER = "../shared/data/olmocr_bench"
LICENCE = "olmOCR-bench, ODC-BY 1.0"
MAIN = "overall"
ERRORS: frozenset[str] = frozenset()


class Truth(NamedTuple):
    """A page's facts by the names they count under, and all such names of the folder."""

    facts: tuple[tuple[Fact, tuple[str, ...]], ...]
    names: tuple[str, ...]


def load(folder: Path) -> list[Item]:
    """One item per page with facts, by file and page."""
    files = sorted(folder.glob("*.jsonl"))
    if not files:
        raise FileNotFoundError(f"There are no .jsonl files at {folder}; name the folder that holds them and `pdfs`.")
    facts = [(found, f"file_{path.stem}") for path in files for found in load_facts(path)]
    checked = {found.pdf for found, _ in facts if isinstance(found, Baseline)}
    for pdf in sorted({found.pdf for found, _ in facts} - checked):
        facts.append((Baseline(pdf=pdf, page=1, id=f"{pdf}_baseline", type="baseline"), "file_baseline"))
    pages: dict[tuple[str, int], list[tuple[Fact, tuple[str, ...]]]] = {}
    for one, file in facts:
        pages.setdefault((one.pdf, one.page), []).append((one, (file, f"type_{one.type}", "facts")))
    names = tuple(sorted({name for page in pages.values() for _, under in page for name in under}))
    items = []
    for (pdf, page), here in sorted(pages.items()):
        truth = Truth(tuple(here), names)
        text = "\n".join(f"{one.type}: {one.id}" for one, _ in here)
        items.append(Item(f"{Path(pdf).with_suffix('')}_pg{page}", partial(page_image, folder, pdf, page), truth, text))
    return unique(items, folder)


def load_facts(path: Path) -> list[Fact]:
    """All facts of one .jsonl file. Raises ValueError naming the file and line of a broken or repeated fact."""
    facts: dict[str, Fact] = {}
    for where, row in json_lines(path):
        try:
            found = fact(row)
        except ValueError as error:
            raise ValueError(f"{where}: {error}") from error
        if found.id in facts:
            raise ValueError(f"{where}: the id {found.id} is there twice")
        facts[found.id] = found
    return list(facts.values())


def page_image(folder: Path, pdf: str, page: int) -> Image.Image:
    """A page (from 1) as RGB. Raises FileNotFoundError or ValueError, hyocr's InputError for a damaged file."""
    path = folder / "pdfs" / pdf
    for image in [path.with_name(f"{path.stem}_pg{page}{suffix}") for suffix in (".png", ".jpg")]:
        if image.is_file() and not path.is_file():
            return next(open_source(image)).image.convert("RGB")
    if not path.is_file():
        raise FileNotFoundError(f"There is no {path}; put the benchmark's PDFs into {folder / 'pdfs'}.")
    pages = open_source(path)
    try:
        if not 1 <= page <= pages.total:
            raise ValueError(f"{path} has no page {page}.")
        pages.select([page])
        return next(pages).image.convert("RGB")
    finally:
        pages.close()


def measure(item: Item, prediction: Prediction) -> dict[str, float]:
    """For every name of the folder, facts that hold of the answer and facts there, `NAME:passed` and `NAME:facts`."""
    truth: Truth = item.truth
    sums = {f"{name}:{what}": 0.0 for name in truth.names for what in ("passed", "facts")}
    for one, names in truth.facts:
        # No answer at all fails every fact, those of absence too.
        passed = prediction.answered and one.check(prediction.output).passed
        for name in names:
            sums[f"{name}:passed"] += passed
            sums[f"{name}:facts"] += 1
    return sums


def scores(sums: Mapping[str, Number]) -> dict[str, Number]:
    """Pass rates, NaN without a fact; `overall` is the mean over the files that have one in the sum."""
    names = [key.removesuffix(":facts") for key in sums if key.endswith(":facts")]
    rates = {name: ratio(sums[f"{name}:passed"], sums[f"{name}:facts"], np.nan) for name in names}
    files = [name for name in names if name.startswith("file_")]
    total = np.sum([np.nan_to_num(rates[name]) for name in files], axis=0)
    there = np.sum([~np.isnan(rates[name]) for name in files], axis=0)
    return {"overall": ratio(total, there, np.nan), **rates}
