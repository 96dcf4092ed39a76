"""Parsing: a page or a table as Markdown with HTML tables.

    text = 1 - NED of the text alone; below 0.5 r = 0; above 0.99 text = 1
    r = text                                      if the truth has no table
    r = 0.5 text + 0.25 TEDS + 0.25 TEDS-S        else: means over the tables in their order

r is 0 where the number of tables differs, where one of them has TEDS < 0.4 or TEDS-S < 0.5, where r would be below
0.5, and where the output ends in a loop and is more than twice as long as the truth. The jumps are meant: this is the
published reward of HunyuanOCR 1.5 (`train_verl`; arXiv 2607.04884). Where we differ:

* There, text above 0.99 is 1 before any table is looked at. Our text has no markup, so that cells in the wrong rows
  would go unnoticed: tables always count.
* There, a loop is ten copies; here it is what `hyocr.engines.repetition` stops generation for. A loop of text is below
  0.5 anyway, for it is twice as long as the truth: the rule is for loops of markup.

The text has no white space, layout, places and tags; LaTeX is compared as it is written. Markdown tables count as
tables, too. Before TEDS, tags inside cells go, because they dilute errors (`eval.metrics.teds`), and tables are
normalised as OmniDocBench does. TEDS takes time that grows with the cube of the size: a table of more than MOST_NODES
elements gets 0 unless it is right in all.
"""

from __future__ import annotations

import re

from eval.metrics.ned import normalised_distance
from eval.metrics.omnidocbench.blocks import Kind, blocks
from eval.metrics.omnidocbench.normalise import table as normalised
from eval.metrics.omnidocbench.scan import Delimiters, without
from eval.metrics.teds import teds_or_zero
from eval.metrics.text import no_spaces
from hyocr.engines.repetition import find_loop
from training.rl.rewards.base import Size, scored

TASKS = frozenset({"parse", "layout_parse", "table"})

MOST_NODES = 300
"""Elements of a table that is compared: about a second on a slow core."""
LEAST, PERFECT = 0.5, 0.99
LEAST_TEDS, LEAST_TEDS_S = 0.4, 0.5

_PLACES = tuple(Delimiters(f"<{name}>", f"</{name}>") for name in ("hy-meta", "quad", "poly"))
_CELLS = "table|tr|td|th"
_OTHERS = "caption|colgroup|col|thead|tbody|tfoot|pFig|br|p|div|span|sup|sub|b|i|u|s|em|strong|a|img"
_ATTRIBUTES = r"(?:\s[^<>]*=[^<>]*+)?\s*+/?"
_TAG = re.compile(rf"</?(?:{_CELLS}|{_OTHERS}){_ATTRIBUTES}>", re.IGNORECASE)
_BREAK = re.compile(r"<br\s*+/?>", re.IGNORECASE)
_INNER_TAG = re.compile(rf"</?(?!(?:{_CELLS})\b)[a-zA-Z][^<>]*+>", re.IGNORECASE)


def score(output: str, truth: str, size: Size) -> float:
    """See the module."""
    if len(output) > 2 * len(truth) and find_loop(output):
        return 0.0
    similarity = 1 - normalised_distance(_text(output), _text(truth))
    if similarity < LEAST:
        return 0.0
    similarity = 1.0 if similarity > PERFECT else similarity
    there = _tables(truth)
    if not there:
        return similarity
    both = _table_scores(_tables(output), there)
    if both is None:
        return 0.0
    total = 0.5 * similarity + 0.25 * both[0] + 0.25 * both[1]
    return total if total >= LEAST else 0.0


def _table_scores(given: list[str], there: list[str]) -> tuple[float, float] | None:
    """Mean TEDS and TEDS-S; None if the tables are too few, too many or one of them too bad."""
    if len(given) != len(there):
        return None
    teds = teds_s = 0.0
    for answer, truth in zip(given, there, strict=True):
        full = shape = 1.0
        if answer != truth:
            shape = teds_or_zero(answer, truth, structure_only=True, max_nodes=MOST_NODES)
            full = teds_or_zero(answer, truth, max_nodes=MOST_NODES) if shape >= LEAST_TEDS_S else 0.0
        if full < LEAST_TEDS or shape < LEAST_TEDS_S:
            return None
        teds, teds_s = teds + full, teds_s + shape
    return teds / len(there), teds_s / len(there)


def _text(markdown: str) -> str:
    for place in _PLACES:
        markdown = without(markdown, place)
    return no_spaces(_TAG.sub("", markdown))


def _tables(markdown: str) -> list[str]:
    found = [block.content for block in blocks(markdown) if block.kind is Kind.HTML_TABLE]
    return [normalised(_INNER_TAG.sub("", _BREAK.sub(" ", table))) for table in found]


reward = scored("parsing", TASKS, score)
