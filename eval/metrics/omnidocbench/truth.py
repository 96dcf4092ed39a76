"""The annotated blocks of an OmniDocBench page: which are scored, in what order, and in what form.

An entry of the JSON has `layout_dets`, a list of blocks with `category_type`, `order` (place in the reading order; None
or absent outside it) and `text`, `latex` or `html`; and `extra.relation`, where "truncated" joins the parts of one text
block that columns or pictures cut apart.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from eval.metrics import formula_edit
from eval.metrics.formula_edit import Version
from eval.metrics.omnidocbench import normalise

IGNORED = frozenset(
    {
        *("figure_caption", "figure_footnote", "table_caption", "table_footnote", "equation_caption"),
        *("code_algorithm", "code_algorithm_caption", "header", "footer", "page_footnote", "page_number"),
    }
)
"""Text that is matched, so that it takes its prediction with it, but not scored."""

TEXT = IGNORED | {"text_block", "title", "code_txt", "code_txt_caption", "reference"}
FORMULA = "equation_isolated"
TABLE = "table"

_FIELDS = {FORMULA: "latex", TABLE: "html"}
_ARRAY = re.compile(r"\\begin\{array\}\{([^{}]*)\}")


class TrueBlock(NamedTuple):
    """An annotated block; `norm` is the form in which it is compared, `order` its place, None outside the order."""

    category: str
    content: str
    norm: str
    order: float | None


def page_blocks(page: Mapping[str, Any], version: Version = "1.5") -> list[TrueBlock]:
    """Text, formulas and tables of a page in reading order, without blocks of which nothing is left to compare.

    Raises ValueError if `page` has no list of blocks.
    """
    if not isinstance(page.get("layout_dets"), list):
        raise ValueError("An OmniDocBench page needs a list of blocks under layout_dets.")
    result = []
    for item in sorted(_merged(page), key=lambda item: item.get("order") or 0):
        category = item.get("category_type", "")
        content, order = str(item.get(_FIELDS.get(category, "text")) or ""), item.get("order") or None
        lines = array_lines(content) if category == FORMULA and version == "1.5" else []
        for number, line in enumerate(lines, start=1):
            norm = formula_edit.normalised(f"\\[{line}\\]", version)
            result.append(TrueBlock(category, f"\\[{line}\\]", norm, (order or 0) + number / 10))
        if not lines:
            result.append(TrueBlock(category, content, _norm(category, content, version), order))
    return [block for block in result if block.norm]


def array_lines(latex: str) -> list[str]:
    """The lines of the formula's first array if that has one column; none otherwise."""
    start = _ARRAY.search(latex)
    end = latex.find("\\end{array}", start.end()) if start else -1
    if not start or end < 0 or re.sub(r"[\s|]", "", start[1]) not in ("l", "c", "r"):
        return []
    return [line.strip() for line in latex[start.end() : end].split("\\\\") if line.strip()]


def _norm(category: str, content: str, version: Version) -> str:
    if category == FORMULA:
        return formula_edit.normalised(content, version)
    if category == TABLE:
        return normalise.table(content)
    return normalise.text(content) if category in TEXT else ""


def _merged(page: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The page's annotations, those that truncation cut apart joined in reading order."""
    groups: list[list[Any]] = []
    for relation in (page.get("extra") or {}).get("relation") or []:
        if relation.get("relation_type") == "truncated":
            both = [relation.get("source_anno_id"), relation.get("target_anno_id")]
            known = [group for group in groups if both[0] in group or both[1] in group]
            for group in known:
                group += both  # as published: the middle one of three parts comes twice
            groups += [] if known else [both]
    parts = {item.get("anno_id"): item for item in page["layout_dets"]}
    joined = {anno for group in groups for anno in group}
    result = [item for item in page["layout_dets"] if item.get("anno_id") not in joined]
    for group in groups:
        items = sorted((parts[anno] for anno in group if anno in parts), key=lambda item: item.get("order") or 0)
        if items:
            result.append({**items[0], "text": "".join(str(item.get("text") or "") for item in items)})
    return result
