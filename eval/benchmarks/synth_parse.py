"""Drawn pages, parsed: Markdown in reading order with HTML tables and LaTeX formulas.

Protocol: that of `omnidocbench`, OmniDocBench 1.5 end to end: edit of text, formulas and reading order, TEDS, CDM. The
annotation of a page is what the same protocol finds in the right answer; nothing there is ignored, for headers, footers
and page numbers are no part of it. Prompt: "parse".

The folder is made by `python -m training.synth heldout`, which says what is held out.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from eval.benchmarks import drawn, omnidocbench
from eval.benchmarks.base import Item
from eval.metrics.omnidocbench.blocks import Kind, blocks

NAME = "synth_parse"
TASK = "parse"
FOLDER = "runs/held_out/parse"
LICENCE = drawn.LICENCE
MAIN, ERRORS = omnidocbench.MAIN, omnidocbench.ERRORS

_CATEGORIES = {
    Kind.TEXT: ("text_block", "text"),
    Kind.FORMULA: ("equation_isolated", "latex"),
    Kind.HTML_TABLE: ("table", "html"),
}
"""What OmniDocBench calls a block and its content. Inline formulas stay in their paragraphs."""


def load(folder: Path) -> list[Item]:
    """The pages of the manifest; the truth is a page in OmniDocBench's format."""
    return drawn.items(folder, _page)


def _page(row: drawn.Row) -> dict[str, Any]:
    found = [(*_CATEGORIES[block.kind], block.content) for block in blocks(row.answer) if block.kind in _CATEGORIES]
    return {
        "layout_dets": [
            {"category_type": category, member: content, "order": order, "anno_id": order}
            for order, (category, member, content) in enumerate(found, start=1)
        ]
    }


measure, scores = omnidocbench.measure, omnidocbench.scores
