"""Tables: an image of one table, to be written as HTML.

Protocol: PubTabNet's (Zhong, ShafieiBavani and Jimeno Yepes 2020, arXiv 1911.10683): TEDS and, without the cells'
contents, TEDS-S, averaged over tables. Of an answer the first `<table>` counts, whatever stands around it; where there
is none, its first Markdown table. An answer that is too large to compare scores 0.

PubTabNet's truth has `thead`, `tbody` and bold heads, and its TEDS counts them. The prompt does not ask for them, so
`normalised_*` compares both sides as OmniDocBench does: `th` as `td`, without `thead`, `tbody`, `sup`, `sub` and
attributes other than spans. Prompt: "table".

Folder: `manifest.jsonl` with `image` and `html`. The ones here are the 20 published examples, not the test split.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from eval.benchmarks.base import Item, Number, ratio, rgb
from eval.benchmarks.files import MANIFEST, manifest, unique
from eval.metrics.omnidocbench.blocks import Kind, blocks
from eval.metrics.omnidocbench.normalise import table as normalised
from eval.metrics.teds import teds_or_zero
from eval.predictions import Prediction

NAME = "tables"
TASK = "table"
FOLDER = "../shared/data/tables"
LICENCE = "PubTabNet, CDLA-Permissive 1.0"
MAIN = "teds"
ERRORS: frozenset[str] = frozenset()

MOST_NODES = 1000
"""Elements of a table that is compared; larger ones take minutes, and the largest truth here has 297."""

_TABLE = re.compile(r"<table\b.*?(?:</table\s*>|\Z)", re.DOTALL | re.IGNORECASE)


def load(folder: Path) -> list[Item]:
    """The tables of the manifest; the truth is HTML."""
    rows = manifest(folder, {"image": str, "html": str})
    items = [
        Item(Path(row["image"]).stem, partial(rgb, folder / row["image"]), row["html"], row["html"]) for _, row in rows
    ]
    return unique(items, folder / MANIFEST)


def first_table(answer: str) -> str:
    """The first table of an answer as HTML, "" if there is none. A table cut off by the end of the answer counts."""
    if found := _TABLE.search(answer):
        return found[0]
    return next((block.content for block in blocks(answer) if block.kind is Kind.HTML_TABLE), "")


def measure(item: Item, prediction: Prediction) -> dict[str, float]:
    """TEDS and TEDS-S as published and normalised."""
    answer = first_table(prediction.output)
    plain, truth = normalised(answer), normalised(item.truth)
    return {
        "teds": _score(answer, item.truth),
        "teds_s": _score(answer, item.truth, structure_only=True),
        "normalised_teds": _score(plain, truth),
        "normalised_teds_s": _score(plain, truth, structure_only=True),
        "tables": 1,
    }


def scores(sums: Mapping[str, Number]) -> dict[str, Number]:
    """Means over tables."""
    names = ("teds", "teds_s", "normalised_teds", "normalised_teds_s")
    return {name: ratio(sums[name], sums["tables"]) for name in names}


def _score(answer: str, truth: str, structure_only: bool = False) -> float:
    return teds_or_zero(answer, truth, structure_only, MOST_NODES)
