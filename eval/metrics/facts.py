"""Yes/no facts about one page's Markdown: the unit tests of olmOCR-bench.

Published protocol: allenai/olmocr (Apache-2.0), `olmocr/bench/tests.py`; Poznanski et al. 2025, arXiv 2502.18443 and
2510.19817. A fact is one JSON line with `pdf`, `page`, `id`, `type` and the fields of its class below:

* present, absent: a text is (not) in the page, or in its first_n and last_n characters: partial_ratio (rapidfuzz)
  >= 1 - max_diffs / length.
* order: some occurrence of `before` starts before some occurrence of `after`, with at most max_diffs edits each.
* table: a cell with the given neighbours or headings, in any Markdown or HTML table of the page.
* math: a delimited formula that shows the reference's glyphs in the same arrangement.
* baseline: not empty, no 1- to 5-gram of characters repeated over 30 times at the end, no Chinese, Japanese or emoji.

Texts are compared after the published normalisation. Two things differ from the published code. `order` finds its near
matches by Sellers' algorithm instead of fuzzysearch (same rule). `math` compares the glyphs of `eval.metrics.latex`
instead of KaTeX in a browser: it passes if the reference's glyphs stand in the formula in one run, each within 0.2 em
of its place; a reference that can't be laid out passes only on the same LaTeX, spaces aside. The later types `format`
and `footnote` are not here. Every test takes time linear in the page for a fact of bounded length.
"""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import islice
from typing import Any, NamedTuple

import numpy as np
from rapidfuzz import fuzz

from eval.metrics.cdm import tokens
from eval.metrics.table_grid import MAX_PLACES, Grid, html_tables, markdown_tables
from eval.metrics.text import normalized

_SIMPLE = str.maketrans(
    dict.fromkeys("‘’‚", "'")
    | dict.fromkeys("“”„", '"')
    | dict.fromkeys("–—‑‒−", "-")
    | {"＿": "_", "\u00b5": "\u03bc"}
)
_WRONG_SCRIPT = re.compile(
    "[\u4e00-\u9fff\u3040-\u309f\u30a0-\u30ff\U0001f600-\U0001f64f\U0001f300-\U0001f5ff\U0001f680-\U0001f6ff"
    "\U0001f1e0-\U0001f1ff]"
)
_IMAGE = re.compile(r"!\[[^\[\]]*\]\([^()]*\)")
_SAME_PLACE = 0.2  # em
_MAX_FORMULAS = 200  # of one page, those most like the reference
_MAX_CELLS = 1000  # of one page that are like the cell wanted, the first


class Verdict(NamedTuple):
    """`reason` says why the test failed; "" where it passed."""

    passed: bool
    reason: str = ""


PASSED = Verdict(True)


def normalise(text: str) -> str:
    """The published normalisation: no bold and italic marks, single spaces, NFC, plain quotes and dashes."""
    text = re.sub(r"<br/?>", " ", text)
    text = re.sub(r"\*\*(.*?)\*\*", r"\1", text)
    text = re.sub(r"__(.*?)__", r"\1", text)
    text = re.sub(r"</?[bi]>", "", text)
    text = re.sub(r"(\*\*|__)(.*?)\1", r"\2", text)
    text = re.sub(r"(\*|_)(.*?)\1", r"\2", text)
    return normalized("NFC", re.sub(r"\s+", " ", text)).translate(_SIMPLE)


_wanted = lru_cache(maxsize=4096)(normalise)  # the same facts are checked again and again


def _threshold(text: str, max_diffs: int) -> float:
    return 1.0 - max_diffs / max(1, len(text))


@dataclass(frozen=True, kw_only=True)
class Fact:
    """What all facts have: the file, the page (from 1), an id, the type and the edits allowed."""

    pdf: str
    page: int
    id: str
    type: str
    max_diffs: int = 0
    checked: str | None = None
    url: str | None = None

    def __post_init__(self) -> None:
        for item in dataclasses.fields(self):
            value = getattr(self, item.name)
            kinds = [kind.strip() for kind in str(item.type).split("|")]
            if type(value).__name__ not in kinds and not (value is None and "None" in kinds):
                raise ValueError(f"{item.name} must be {item.type}, not {value!r:.40}")
        if not self.pdf or not self.id or self.max_diffs < 0:
            raise ValueError("pdf and id must not be empty, max_diffs not negative")

    def check(self, text: str) -> Verdict:
        """Whether the fact holds of a page's text."""
        raise NotImplementedError


@dataclass(frozen=True, kw_only=True)
class Presence(Fact):
    """Types present and absent."""

    text: str
    case_sensitive: bool = True
    first_n: int | None = None
    last_n: int | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if not normalise(self.text).strip():
            raise ValueError("text must not be empty")

    def check(self, text: str) -> Verdict:
        wanted, page = _wanted(self.text), normalise(text)
        if not self.case_sensitive:
            wanted, page = wanted.lower(), page.lower()
        if self.first_n or self.last_n:
            start = page[: self.first_n] if self.first_n else ""
            page = start + (page[-self.last_n :] if self.last_n else "")
        # A page shorter than the text would be looked for in the text.
        found = 0.0 if len(page) < len(wanted) - self.max_diffs else fuzz.partial_ratio(wanted, page) / 100
        here = len(page) >= len(wanted) - self.max_diffs and found >= _threshold(wanted, self.max_diffs)
        if here == (self.type == "present"):
            return PASSED
        return Verdict(False, f"'{wanted[:40]}' is {'there' if here else 'missing'} (best match {found:.3f})")


@dataclass(frozen=True, kw_only=True)
class Order(Fact):
    """Type order."""

    before: str
    after: str

    def __post_init__(self) -> None:
        super().__post_init__()
        texts = [normalise(self.before), normalise(self.after)]
        if not all(map(str.strip, texts)) or self.max_diffs > min(map(len, texts)) // 2:
            raise ValueError("before and after must not be empty, max_diffs at most half their length")

    def check(self, text: str) -> Verdict:
        page = normalise(text)
        before, after = _wanted(self.before), _wanted(self.after)
        firsts, lasts = near_starts(before, page, self.max_diffs), near_starts(after, page, self.max_diffs)
        for wanted, starts in ((before, firsts), (after, lasts)):
            if not starts:
                return Verdict(False, f"'{wanted[:40]}' is missing (up to {self.max_diffs} edits)")
        if firsts[0] < lasts[-1]:
            return PASSED
        return Verdict(False, f"'{before[:40]}' nowhere comes before '{after[:40]}'")


def near_starts(wanted: str, page: str, edits: int) -> list[int]:
    """Where substrings of the page within a Levenshtein distance of `wanted` start, ascending.

    Of a run of starts side by side the nearest count (of equally near ones side by side, the first).

    Sellers 1980, from right to left, so that what is found are starts: one numpy row for each character wanted.
    """
    if not edits or not page:
        return [match.start() for match in re.finditer(f"(?={re.escape(wanted)})", page)]
    codes = np.array([ord(character) for character in reversed(page)])
    columns = np.arange(len(page) + 1)
    row = np.zeros(len(page) + 1, dtype=np.int64)
    for i, character in enumerate(reversed(wanted)):
        changed = np.empty_like(row)
        changed[0] = i + 1
        changed[1:] = np.minimum(row[1:] + 1, row[:-1] + (codes != ord(character)))
        row = np.minimum.accumulate(changed - columns) + columns  # insertions: D[j] = min over k of D[k] + j - k
    distances = row[::-1]  # now by start
    near = np.flatnonzero(distances <= edits)
    runs = np.split(near, np.flatnonzero(np.diff(near) > 1) + 1) if near.size else []
    best = [run[distances[run] == distances[run].min()] for run in runs]
    return [int(start) for run in best for start in run[np.diff(run, prepend=-2) > 1]]


_Tables = list[tuple[Grid, list[str]]]


@lru_cache(maxsize=1)  # a page's facts are checked one after another
def _tables(page: str) -> tuple[_Tables, _Tables]:
    """The page's HTML and Markdown tables, each with its cells' texts as they are compared."""
    html = html_tables(page)
    markdown = markdown_tables(page, MAX_PLACES - sum(len(grid.places) for grid in html))
    plain = cache(normalise)  # a cell of a table in a table is in both
    found, also = ([(grid, [plain(cell.text) for cell in grid.cells]) for grid in grids] for grids in (html, markdown))
    return found, also


@dataclass(frozen=True, kw_only=True)
class Table(Fact):
    """Type table."""

    cell: str
    up: str | None = None
    down: str | None = None
    left: str | None = None
    right: str | None = None
    top_heading: str | None = None
    left_heading: str | None = None
    ignore_markdown_tables: bool = False

    def check(self, text: str) -> Verdict:
        html, markdown = _tables(text)
        tables = html if self.ignore_markdown_tables else html + markdown
        if not tables:
            return Verdict(False, "no table in the page")
        reasons: list[str] = []
        cells = (
            (grid, texts, i) for grid, texts in tables for i in range(len(texts)) if self._like(self.cell, texts[i])
        )
        for grid, texts, i in islice(cells, _MAX_CELLS):
            reason = self._unrelated(grid, texts, i)
            if not reason:
                return PASSED
            reasons.append(reason)
        return Verdict(False, "; ".join(reasons[:5]) or f"no cell '{self.cell[:40]}' in any table")

    def _like(self, wanted: str, found: str) -> bool:
        wanted = _wanted(wanted)
        return fuzz.ratio(wanted, found) / 100 >= max(0.5, _threshold(wanted, self.max_diffs))

    def _unrelated(self, grid: Grid, texts: list[str], cell: int) -> str:
        """Why this cell is not the one; "" if it is."""
        for name in ("up", "down", "left", "right", "left_heading", "top_heading"):
            wanted = getattr(self, name)
            if not wanted:
                continue
            heading = {"left_heading": "left", "top_heading": "up"}.get(name)
            others = grid.headings(cell, heading) if heading else grid.neighbours(cell, name)
            if not any(self._like(wanted, texts[other]) for other in others):
                return f"{name} of '{texts[cell][:40]}' is not '{wanted[:40]}'"
        return ""


@dataclass(frozen=True, kw_only=True)
class Math(Fact):
    """Type math."""

    math: str
    ignore_dollar_delimited: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.math.strip():
            raise ValueError("math must not be empty")

    def check(self, text: str) -> Verdict:
        found = formulas(text, dollars=not self.ignore_dollar_delimited)
        found.sort(key=lambda latex: -fuzz.ratio(latex, self.math))
        if any(shows(latex, self.math) for latex in found[:_MAX_FORMULAS]):
            return PASSED
        return Verdict(False, f"'{self.math[:60]}' is in none of the page's {len(found)} formulas")


def formulas(text: str, dollars: bool = True) -> list[str]:
    r"""The contents of `\(...\)`, then `\[...\]`, then `$$...$$` and `$...$` if `dollars`, each taken out in turn."""
    found = []
    for opening, closing in [("\\(", "\\)"), ("\\[", "\\]"), *([("$$", "$$"), ("$", "$")] if dollars else [])]:
        rest, at = [], 0
        while (start := text.find(opening, at)) >= 0:
            end = text.find(closing, start + len(opening) + 1)
            if end < 0:
                break
            rest.append(text[at:start])
            found.append(text[start + len(opening) : end].strip())
            at = end + len(closing)
        text = "".join(rest) + text[at:]
    return found


def shows(latex: str, reference: str) -> bool:
    """Whether a formula shows the reference's glyphs in one run, each where it stands in the reference (0.2 em)."""
    if "".join(latex.split()) == "".join(reference.split()):
        return True
    try:
        there, wanted = tokens(latex), tokens(reference)
    except ValueError:
        return False
    if not wanted or len(there) < len(wanted):
        return False
    names = [glyph.text for glyph in wanted]
    boxes, places = (np.array([[g.left + g.right, g.bottom + g.top] for g in side]) / 2 for side in (there, wanted))
    for start in range(len(there) - len(wanted) + 1):
        if there[start].text == names[0] and [g.text for g in there[start : start + len(names)]] == names:
            moved = boxes[start : start + len(names)] - places
            if np.abs(moved - moved[0]).max() < _SAME_PLACE:
                return True
    return False


@dataclass(frozen=True, kw_only=True)
class Baseline(Fact):
    """Type baseline; with max_length, the test that a blank page was left (nearly) blank."""

    max_length: int | None = None
    max_length_skips_image_alt_tags: bool = False
    max_repeats: int = 30
    check_disallowed_characters: bool = True

    def check(self, text: str) -> Verdict:
        shown = _IMAGE.sub("", text) if self.max_length is not None and self.max_length_skips_image_alt_tags else text
        length = sum(map(str.isalnum, shown))
        if self.max_length is not None:
            blank = length <= self.max_length
            return PASSED if blank else Verdict(False, f"{length} characters for a page that is blank")
        if not length:
            return Verdict(False, "no letters or digits")
        page = re.sub(r"\s+", " ", text)
        for size in range(1, 6):
            if (count := _repeats(page, size)) > self.max_repeats:
                return Verdict(False, f"ends with {count} times the same {size} characters")
        wrong = _WRONG_SCRIPT.findall(text) if self.check_disallowed_characters else []
        return Verdict(False, f"characters of other scripts: {''.join(wrong[:20])}") if wrong else PASSED


def _repeats(text: str, size: int) -> int:
    """How often the last `size` characters stand one after another at the end."""
    count, last = 0, text[-size:]
    while len(text) >= (count + 1) * size and text.startswith(last, len(text) - (count + 1) * size):
        count += 1
    return count


_TYPES: dict[str, type[Fact]] = {
    "present": Presence,
    "absent": Presence,
    "order": Order,
    "table": Table,
    "math": Math,
    "baseline": Baseline,
}


def fact(row: Any) -> Fact:
    """The fact of one JSON object. Raises ValueError with a sentence for an unknown type, field or value."""
    if not isinstance(row, dict) or not isinstance(row.get("type"), str) or row["type"] not in _TYPES:
        raise ValueError(f"a fact is an object with one of the types {', '.join(_TYPES)}")
    kind = _TYPES[row["type"]]
    known = {item.name: item for item in dataclasses.fields(kind)}
    needed = {name for name, item in known.items() if item.default is dataclasses.MISSING}
    if unknown := sorted(row.keys() - known):
        raise ValueError(f"unknown field {unknown[0]!r:.40} in a fact of type {row['type']}")
    if missing := sorted(needed - row.keys()):
        raise ValueError(f"field {missing[0]!r} is missing")
    return kind(**row)
