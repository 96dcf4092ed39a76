"""From a page's predicted Markdown to typed blocks, in the steps and the order of OmniDocBench's published code.

Images, fences of Markdown, HTML and LaTeX, and long runs of underscores and spaces go first. Then tables (LaTeX, HTML),
formulas, pipe tables and code are cut out, and what is left is split into paragraphs at empty lines (at every line
where there is no empty one). An inline formula is a block of its own and stays in its paragraph, too: a page's
true formula may have been read inline.

Where versions differ: 1.0 also cut runs of other signs and took white space out of formulas; 1.5 drops the tags of a
whole HTML page and keeps spaces in formulas.
Unlike in the published code, a `$...$` inside `\\[...\\]` does not make it inline.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum
from typing import NamedTuple

from eval.metrics.formula_edit import Version
from eval.metrics.omnidocbench.scan import Delimiters, Stretch, delimited

MAX_CHARACTERS = 100_000
"""What is read of a prediction: far over any page there is, and it bounds the work on a model's endless loop."""


class Kind(Enum):
    """What a predicted block is."""

    TEXT = "text"
    FORMULA = "formula"  # displayed
    INLINE = "inline formula"
    HTML_TABLE = "HTML table"  # pipe tables are turned into HTML
    LATEX_TABLE = "LaTeX table"


class Block(NamedTuple):
    """A predicted block. `position` orders blocks on their page; see `_paragraphs` for what it counts."""

    kind: Kind
    content: str
    position: int


_FORMULAS = tuple(Delimiters(*pair) for pair in (("$$", "$$"), ("\\[", "\\]"), ("$", "$"), ("\\(", "\\)")))
_FENCE = re.compile(r"^```(?:markdown|html|latex)\n?|```\n?$", re.MULTILINE)
_HTML_TABLE = re.compile(r"<table[^<>]*>|(</table>)")
_TABULAR = re.compile(r"\\begin{tabular}|(\\end{tabular})")
_CODE_START = re.compile(r"(\w+)\n")
_WRAPPED = tuple(re.compile(r"\\" + name + r"\s*\{") for name in ("title", "text", r"section\*?"))


def blocks(markdown: str, version: Version = "1.5") -> list[Block]:
    """The page's blocks by position; of a text over MAX_CHARACTERS only the beginning is read."""
    content = _tidied(markdown[:MAX_CHARACTERS], version)
    found: list[Block] = []
    latex_tables = list(delimited(content, [Delimiters("\\begin{table}", "\\end{table}")]))
    spans = [(stretch.start, stretch.end) for stretch in latex_tables]
    spans += _balanced(_blanked(content, spans), _TABULAR)
    found += [Block(Kind.LATEX_TABLE, content[start:end], start) for start, end in spans]
    content = _blanked(content, spans)
    spans = _balanced(content, _HTML_TABLE)
    found += [Block(Kind.HTML_TABLE, content[start:end], start) for start, end in spans]
    content = _blanked(content, spans)
    formulas = [(_formula(stretch, version), stretch) for stretch in delimited(content, _FORMULAS)]
    found += [block for block, _ in formulas]
    content = _blanked(content, [(s.start, s.end) for block, s in formulas if block.kind is Kind.FORMULA])
    tables, content = _pipe_tables(content)
    code = [s for s in delimited(content, [Delimiters("```", "```")]) if _CODE_START.match(s.body)]
    found += tables + [Block(Kind.TEXT, s.body.split("\n", 1)[1].strip(), s.start) for s in code]
    content = _blanked(content, [(s.start, s.end) for s in code])
    found += _paragraphs(content)
    return sorted(found, key=lambda block: block.position)


def _tidied(content: str, version: Version) -> str:
    kept, position = [], 0
    for start, end in _images(content):
        kept.append(content[position:start])
        position = end
    content = _FENCE.sub("", "".join(kept) + content[position:])
    content = re.sub(r" {4,}", "    ", re.sub(r"_{4,}", "____", content))
    if version == "1.0":
        return re.sub(r"([^a-zA-Z0-9])\1{10,}", r"\1\1\1\1", content)
    return re.sub(r"</?(?:html|body)>", "", content)


def _images(content: str) -> Iterator[tuple[int, int]]:
    """Where `![...](...)` stands, each within one line."""
    position = 0
    for stretch in delimited(content, [Delimiters("![", "](")], within_line=True):
        line_end = content.find("\n", stretch.end)
        end = content.find(")", stretch.end, len(content) if line_end < 0 else line_end) + 1
        if end and stretch.start >= position:
            yield stretch.start, end
            position = end


def _balanced(content: str, tags: re.Pattern[str]) -> list[tuple[int, int]]:
    """Outermost pairs of opening and closing tags; a tag without its other half is ignored."""
    opened: list[int] = []
    pairs: list[tuple[int, int]] = []
    for tag in tags.finditer(content):
        if not tag[1]:
            opened.append(tag.start())
        elif opened:
            pairs.append((opened.pop(), tag.end()))
    outermost: list[tuple[int, int]] = []
    for start, end in sorted(pairs):
        if not outermost or start >= outermost[-1][1]:
            outermost.append((start, end))
    return outermost


def _blanked(content: str, spans: list[tuple[int, int]]) -> str:
    """The text with spaces in the place of the spans, so that what follows keeps its position."""
    kept, position = [], 0
    for start, end in sorted(spans):
        kept += [content[position:start], " " * (end - start)]
        position = end
    return "".join(kept) + content[position:]


def _formula(stretch: Stretch, version: Version) -> Block:
    body = "".join(stretch.body.split()) if version == "1.0" else stretch.body.replace("\n", " ")
    displayed = stretch.delimiters.opening in ("$$", "\\[") and body
    return Block(Kind.FORMULA if displayed else Kind.INLINE, f"\\[{body}\\]", stretch.start)


def _pipe_tables(content: str) -> tuple[list[Block], str]:
    """Tables of lines that start and end with a pipe, and the text with empty paragraphs in their place.

    As published, the line right above a table goes with it, and so does every cell with a colon or three dashes.
    """
    groups: list[tuple[int, int, list[str]]] = []  # start (of the line above), end, rows
    rows: list[str] = []
    above = position = 0
    for line in content.split("\n"):
        bare, end = line.strip(), position + len(line)
        if len(bare) > 1 and bare[0] == bare[-1] == "|":
            rows.append(bare)
            groups[len(groups) - (len(rows) > 1) :] = [(above, end, rows)]
        else:
            rows, above = [], position
        position = end + 1
    if sum(len(lines) for _, _, lines in groups) < 2:
        return [], content
    tables, kept, position = [], [], 0
    for start, end, lines in groups:
        tables.append(Block(Kind.HTML_TABLE, _html(lines), start))
        kept += [content[position:start], "\n\n" + " " * max(0, end - start - 4) + "\n\n"]
        position = end
    return tables, "".join(kept) + content[position:]


def _html(lines: list[str]) -> str:
    rows = [[cell.strip() for cell in line[1:-1].split("|")] for line in lines]
    rows = [[cell for cell in row if ":" not in cell and "---" not in cell] for row in rows]
    return "<table>" + "".join(f"<tr><td>{'</td><td>'.join(row)}</td></tr>" for row in rows if row) + "</table>"


def _paragraphs(content: str) -> Iterator[Block]:
    """Text blocks, and paragraphs of nothing but inline formulas as formulas.

    Positions count characters without the empty lines between paragraphs, as the published code does; they fall
    behind those of formulas on the way down the page, which now and then decides what is next to what.
    """
    for pattern in _WRAPPED:
        content = _unwrapped(content, pattern)
    pieces = content.split("\n\n")
    position = 0
    for piece in pieces if len(pieces) > 1 else content.split("\n"):
        paragraph = "\n".join(line.strip() for line in piece.split("\n") if line.strip())
        if paragraph.startswith("$") and paragraph.endswith("$"):
            if paragraph.strip("$ \n"):
                yield Block(Kind.FORMULA, paragraph, position)
        elif paragraph:
            yield Block(Kind.TEXT, paragraph, position)
        position += len(piece)


def _unwrapped(content: str, opening: re.Pattern[str]) -> str:
    """`\\title{...}` and the like give way to their argument, up to the first closing brace."""
    kept, position = [], 0
    for start in opening.finditer(content):
        if start.start() < position:
            continue
        end = content.find("}", start.end())
        if end < 0:
            break
        kept += [content[position : start.start()], content[start.end() : end].strip()]
        position = end + 1
    return "".join(kept) + content[position:]
