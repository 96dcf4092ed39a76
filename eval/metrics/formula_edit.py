"""Edit distance of display formulas written in LaTeX.

    edit(a, b) = Levenshtein(n(a), n(b)) / max(|n(a)|, |n(b)|)

n() drops what does not change the mathematics: delimiters, tags, environments, fonts, spaces, and it lower-cases.
Protocol: OmniDocBench (Ouyang et al. 2024, arXiv 2412.07626), end-to-end evaluation, whose list of dropped commands is
followed to the letter, the places where it cuts a longer command short (`\\leftarrow` becomes `arrow`) included.
Version 1.5 also drops `\\left`, `\\right`, `\\displaystyle` and `$$`, which version 1.0 kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal, NamedTuple

from rapidfuzz.distance import Levenshtein

Version = Literal["1.0", "1.5"]

_DROPPED = (
    *("\\mathbf", "\\mathrm", "\\mathnormal", "\\mathit", "\\mathbb", "\\mathcal", "\\mathscr", "\\mathfrak"),
    *("\\mathsf", "\\mathtt", "\\textbf", "\\text", "\\boldmath", "\\boldsymbol", "\\operatorname", "\\bm"),
    *("\\symbfit", "\\mathbfcal", "\\symbf", "\\scriptscriptstyle", "\\notag", "\\setlength", "\\coloneqq"),
    *("\\space", "\\thickspace", "\\thinspace", "\\medspace", "\\nobreakspace", "\\negmedspace"),
    *("\\quad", "\\qquad", "\\enspace", "\\substackw", " "),
)
_DROPPED_SINCE_1_5 = ("$$", "\\left", "\\right", "\\displaystyle")
_DROPPED_WITH_ARGUMENT = ("\\tag{", "\\hspace{", "\\begin{", "\\end{", "\\arraycolsep")
_CLOSING = re.compile(r"(?<!\\)\\\]")


class EditCounts(NamedTuple):
    """Levenshtein operations and the length they are divided by; both add over the blocks of a page."""

    edits: int
    length: int


def normalised(latex: str, version: Version = "1.5") -> str:
    """The formula as it is compared; empty if nothing is left of it."""
    if version == "1.5":
        latex = latex.strip().strip("$").strip("\n")
    latex = _inner(latex)
    for opening in _DROPPED_WITH_ARGUMENT:
        latex = "\n".join(_cut(line, opening) for line in latex.split("\n"))
    latex = latex.strip(".")
    for command in _DROPPED + (_DROPPED_SINCE_1_5 if version == "1.5" else ()):
        latex = latex.replace(command, "")
    return latex.lower()


def edit_counts(prediction: str, truth: str) -> EditCounts:
    """Edits and longer length of two texts that are normalised already."""
    return EditCounts(Levenshtein.distance(prediction, truth), max(len(prediction), len(truth)))


def pooled(counts: Iterable[EditCounts]) -> float:
    """All edits over all lengths, in 0..1; 0 where there is nothing to compare."""
    both = list(counts)
    return sum(c.edits for c in both) / max(1, sum(c.length for c in both))


def formula_edit(prediction: str, truth: str, version: Version = "1.5") -> float:
    """Normalised edit distance of two formulas, in 0..1; 0 is a perfect reading."""
    return pooled([edit_counts(normalised(prediction, version), normalised(truth, version))])


def _inner(latex: str) -> str:
    """What stands between the first `\\[` and its `\\]`, if both are on one line."""
    for line in latex.split("\n"):
        start = line.find("\\[")
        closing = _CLOSING.search(line, start + 3) if start >= 0 else None
        if closing:
            return line[start + 2 : closing.start()].strip()
    return latex


def _cut(line: str, opening: str) -> str:
    """The line without any `opening` up to the next closing brace. Linear: no brace, no further look."""
    kept, position = [], 0
    while (start := line.find(opening, position)) >= 0 and (end := line.find("}", start + len(opening))) >= 0:
        kept.append(line[position:start])
        position = end + 1
    return "".join(kept) + line[position:]
