"""OmniDocBench end to end: a page's predicted Markdown against its annotated blocks.

Sources: Ouyang et al. 2024, arXiv 2412.07626, and the published evaluation code, whose rules are followed where the
paper is silent. Scores are version 1.5's; version 1.0 is here because the published demo results are its.

* 1.5 matches text and formulas of a page in one go, after taking out predictions that are like an ignored block
  (header, footer, captions, page number...; d < 0.25). 1.0 matches text with text, ignored blocks included, and
  formulas with formulas. See `match.py` for the matching.
* Ignored blocks are not scored. True blocks without a prediction count as all wrong. Predictions without a true block
  cost nothing in 1.5; in 1.0 they count where every true block of the page is matched.
* 1.5 splits formulas that are one-column arrays into their lines, and counts a formula read as text under text.
* Tables are matched one to one. A LaTeX table scores 0, as in 1.5 (1.0 converted it with LaTeXML, which is not done
  here). In 1.5 the cells of predicted tables left over are text.
* Text, formula and reading-order edit: per page, all edits over all longer lengths; then the mean over pages.
  TEDS, TEDS-S and CDM: mean over the page's tables or formulas, then over pages; the means over all of them are
  `teds_each`, `teds_s_each`, `formula_edit_each` and `cdm_each`.

A page without a prediction is measured with "" and is all wrong; the published code leaves it out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from lxml import etree, html

from eval.metrics import formula_edit
from eval.metrics.formula_edit import Version, edit_counts, pooled
from eval.metrics.omnidocbench import normalise
from eval.metrics.omnidocbench.blocks import Block, Kind, blocks
from eval.metrics.omnidocbench.match import CONFIDENT, Pair, distances, quick_match, simple_match
from eval.metrics.omnidocbench.truth import FORMULA, IGNORED, TABLE, TEXT, TrueBlock, array_lines, page_blocks
from eval.metrics.pooled import Number, ratio
from eval.metrics.reading_order import RankedPair, ranks, reading_order_edit
from eval.metrics.teds import teds_or_zero

_FORMULAS = (Kind.FORMULA, Kind.INLINE)
_COMPARED = (Kind.TEXT, *_FORMULAS)


class Read(NamedTuple):
    """A predicted block, the form in which it is compared, and the block whose place and kind count for it.

    As published, those of the n-th block that is not empty in its compared form are the n-th block's, empty ones
    included. An empty block so shifts all that follow; scores of the published code contain that.
    """

    block: Block
    norm: str
    placed: Block


class Match(NamedTuple):
    """True blocks and what they were read as; either may be empty."""

    truth: tuple[TrueBlock, ...]
    read: tuple[Read, ...]

    @property
    def category(self) -> str:
        """The commonest category of the true blocks that are scored; of the others if there are none such."""
        names = [block.category for block in self.truth]
        scored = [name for name in names if name not in IGNORED]
        return Counter(scored or names).most_common(1)[0][0] if names else ""

    @property
    def norms(self) -> tuple[str, str]:
        """Prediction and truth as compared."""
        return "".join(read.norm for read in self.read), "".join(block.norm for block in self.truth)


class PageMatches(NamedTuple):
    """What is scored of a page: pairs of prediction and truth as they are compared, and places for the order."""

    text: list[tuple[str, str]]
    formulas: list[Match]
    tables: list[tuple[str, str]]
    order: list[RankedPair]


def page_matches(prediction: str, page: Mapping[str, Any], version: Version = "1.5") -> PageMatches:
    """The matched blocks of one page, for `page_counts` and `formula_pairs`.

    `prediction` is the page's Markdown, "" where there is none; `page` is an entry of OmniDocBench's JSON.
    Raises ValueError if `page` has no list of annotated blocks.
    """
    found = blocks(prediction, version)
    truth = page_blocks(page, version)
    tables, spare = _tables(found, [block for block in truth if block.category == TABLE])
    truth = [block for block in truth if block.category in (*TEXT, FORMULA)]
    if version == "1.0":
        text = _match([t for t in truth if t.category in TEXT], _read(found, version, [Kind.TEXT]), version)
        formulas = _match([t for t in truth if t.category == FORMULA], _read(found, version, _FORMULAS), version)
        text = [match for match in text if match.category not in IGNORED]
        formulas = [match for match in formulas if match.truth]
        as_text: list[Match] = []
    else:
        # Equal positions (text ones lag): text and formulas as they first come on the page, as published.
        text_first = next((block.kind is Kind.TEXT for block in found if block.kind in _COMPARED), True)
        found = sorted(
            found + spare,
            key=lambda block: (block.kind is Kind.INLINE, block.position, (block.kind is Kind.TEXT) != text_first),
        )
        mixed = _match_mixed(truth, _read(_split_arrays(found), version, _COMPARED))
        text = [match for match in mixed if match.category in TEXT and match.category not in IGNORED]
        formulas = [match for match in mixed if match.category == FORMULA]
        as_text = [match for match in formulas if match.read and match.read[0].placed.kind not in _FORMULAS]
        formulas = [match for match in formulas if match not in as_text]
    order = [
        RankedPair([block.order for block in match.truth], match.read[0].placed.position if match.read else None)
        for match in text
    ]
    pairs = [match.norms for match in text] + [(match.norms[0], _formula_text(match)) for match in as_text]
    return PageMatches([pair for pair in pairs if any(pair)], formulas, tables, order)


def page_counts(matches: PageMatches) -> dict[str, float]:
    """One page's sums, the same names for every page; they add over pages. See `scores`."""
    text = [edit_counts(*pair) for pair in matches.text]
    formulas = [edit_counts(*match.norms) for match in matches.formulas]
    similarity = [teds_or_zero(*pair) for pair in matches.tables]
    structure = [teds_or_zero(*pair, structure_only=True) for pair in matches.tables]
    predicted, true = ranks(matches.order)
    return {
        "text_edit": pooled(text),
        "text_pages": float(bool(text)),
        "formula_edit": pooled(formulas),
        "formula_pages": float(bool(formulas)),
        "formula_edit_each": sum(pooled([counts]) for counts in formulas),
        "formulas": float(len(formulas)),
        "teds": _mean(similarity),
        "teds_s": _mean(structure),
        "table_pages": float(bool(similarity)),
        "teds_each": sum(similarity),
        "teds_s_each": sum(structure),
        "tables": float(len(similarity)),
        "order_edit": reading_order_edit(predicted, true),
        "order_pages": float(bool(predicted or true)),
    }


def formula_pairs(matches: PageMatches) -> list[tuple[str, str]]:
    """The page's display formulas as (prediction, truth) in LaTeX without delimiters, for CDM; "" where not read."""
    return [
        (_latex([read.block.content for read in match.read]), _latex([block.content for block in match.truth]))
        for match in matches.formulas
    ]


def cdm_counts(values: Sequence[float]) -> dict[str, float]:
    """One page's sums of CDM; they go beside those of `page_counts`.

    `values` are the CDM of the page's `formula_pairs`, without those whose truth the CDM at hand cannot render.
    """
    each = {"cdm_each": sum(values), "cdm_formulas": float(len(values))}
    return {"cdm": _mean(values), "cdm_pages": float(bool(values)), **each}


def scores(sums: Mapping[str, Number]) -> dict[str, Number]:
    """Scores from sums over any pages, elementwise, in 0..1; NaN where there was nothing of the kind.

    overall = ((1 - text edit) + TEDS + CDM) / 3, version 1.5, where it is in percent; NaN where one of the three is. It
    needs CDM; without `cdm` in `sums` there is neither a CDM nor an overall score.
    """
    result: dict[str, Number] = {}
    for name, whole in (("text_edit", "text_pages"), ("teds", "table_pages"), ("teds_s", "table_pages"),
                        ("formula_edit", "formula_pages"), ("order_edit", "order_pages"), ("teds_each", "tables"),
                        ("teds_s_each", "tables"), ("formula_edit_each", "formulas"), ("cdm", "cdm_pages"),
                        ("cdm_each", "cdm_formulas")):  # fmt: skip
        if name in sums:
            result[name] = ratio(sums[name], sums[whole], np.nan)
    if "cdm" in result:
        result["overall"] = (1 - result["text_edit"] + result["teds"] + result["cdm"]) / 3
    return result


def _mean(values: Sequence[float]) -> float:
    return sum(values) / max(1, len(values))


def _match(truth: Sequence[TrueBlock], reads: Sequence[Read], version: Version) -> list[Match]:
    """Quick match of blocks."""
    pairs = quick_match([block.norm for block in truth], [read.norm for read in reads], version)
    return [_joined(pair, truth, reads) for pair in pairs]


def _joined(pair: Pair, truth: Sequence[TrueBlock], reads: Sequence[Read]) -> Match:
    return Match(tuple(truth[t] for t in pair.truth), tuple(reads[p] for p in pair.prediction))


def _match_mixed(truth: Sequence[TrueBlock], reads: Sequence[Read]) -> list[Match]:
    """Version 1.5: predictions like an ignored block go first; the others are matched with what is scored."""
    ignored = [block.norm for block in truth if block.category in IGNORED]
    near = np.asarray(distances(ignored, [read.norm for read in reads]) < CONFIDENT)
    taken = np.any(near, axis=0).tolist()
    kept = [read for read, gone in zip(reads, taken, strict=True) if not gone]
    return _match([block for block in truth if block.category not in IGNORED], kept, "1.5")


def _read(found: Iterable[Block], version: Version, kinds: Iterable[Kind]) -> list[Read]:
    """The blocks of these kinds in the form they are compared in, without those that are empty in that form."""
    all_blocks = [block for block in found if block.kind in kinds]
    norms = [
        formula_edit.normalised(block.content, version) if block.kind in _FORMULAS else normalise.text(block.content)
        for block in all_blocks
    ]
    kept = [(block, norm) for block, norm in zip(all_blocks, norms, strict=True) if norm]
    return [Read(*pair, placed) for pair, placed in zip(kept, all_blocks, strict=False)]


def _split_arrays(found: Iterable[Block]) -> list[Block]:
    """Formulas that are one-column arrays line by line."""
    result = []
    for block in found:
        lines = array_lines(block.content) if block.kind in _FORMULAS else []
        result += [block._replace(content=f"\\[{line}\\]") for line in lines] or [block]
    return result


def _tables(found: Sequence[Block], truth: Sequence[TrueBlock]) -> tuple[list[tuple[str, str]], list[Block]]:
    """Pairs of predicted and true tables as TEDS compares them, and the cells of predicted tables left over, as text.

    A page's predicted tables are all taken as HTML or all as LaTeX, whichever there are more of.
    """
    predicted = [block for block in found if block.kind is Kind.HTML_TABLE]
    if len(predicted) < sum(block.kind is Kind.LATEX_TABLE for block in found):
        predicted = []
    if not truth or not predicted:
        return [("", block.norm) for block in truth], []
    # Which table is which is decided on the HTML as it was written.
    matched = simple_match([block.content for block in truth], [block.content for block in predicted])
    pairs, cells = [], []
    for pair in matched:
        content = "".join(predicted[p].content for p in pair.prediction[:1])
        pairs += [(normalise.table(content), truth[t].norm) for t in pair.truth]
        if not pair.truth:
            cells = [cell for p in pair.prediction for cell in _cells(predicted[p])]
    return pairs, cells


def _cells(table: Block) -> list[Block]:
    """The cells of an HTML table that hold a single piece of text, as text blocks in the table's place."""
    try:
        root = html.fragment_fromstring(table.content, create_parent=True)
    except (etree.ParserError, ValueError):
        return []
    texts = [list(cell.itertext()) for cell in root.iter("td")]
    return [
        Block(Kind.TEXT, pieces[0].replace("$\\cdot$", "").strip(), table.position)
        for pieces in texts
        if len(pieces) == 1
    ]


def _formula_text(match: Match) -> str:
    """The letters of a true formula that was read as text."""
    return "".join(normalise.letters(normalise.latex_text(block.content)) for block in match.truth)


def _latex(formulas: Sequence[str]) -> str:
    """One formula of several: the lines of an array."""
    bare = [formula.strip().strip("$").strip().removeprefix("\\[").removesuffix("\\]").strip() for formula in formulas]
    if len(bare) < 2:
        return "".join(bare)
    return "\\begin{array}{l} " + " \\\\ ".join(f"{{{formula}}}" for formula in bare) + " \\end{array}"
