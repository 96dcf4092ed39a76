"""Markdown (CommonMark and GitHub's) that renders as the very text that was read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from hyocr.document import Field, PageResult
from hyocr.exports.outline import Outline

SUFFIX = ".md"

# Characters with a meaning anywhere in a line. "&" has one only where it begins an entity such as &lt; or &#9;.
INLINE = re.compile(r"[\\`*_\[\]<>|~$]|&(?=#?\w+;)")

# What makes a heading (of the line before, for "=" and "-"), list, rule or table of a line that begins with it.
MARKER = re.compile(r"[#+=:-]")
NUMBER = re.compile(r"(\d+)([.)])(?=\s|$)")


def pieces(outline: Outline, pages: Iterable[PageResult]) -> Iterator[str]:
    """Lines keep their breaks, blank lines part paragraphs, and each of several pages begins with a comment.

    A page that is not complete says so in its comment. The evidence of an answer follows it as a quotation; fields are
    a list.
    """
    begun = False
    for page in pages:
        if written := _page(page, outline, outline.total > 1):
            yield ("\n\n" if begun else "") + written.strip("\n")
            begun = True
    if begun:
        yield "\n"


def escape(text: str) -> str:
    """`text` with backslashes where Markdown would see markup, and two spaces at the end of lines that go on.

    Spaces at the ends of a line are dropped: at the start they would make it a code block.
    """
    lines = [_escape_line(line.strip()) for line in text.splitlines()]
    return re.sub(r"(?<=\S)\n(?=\S)", "  \n", "\n".join(lines))


def _escape_line(line: str) -> str:
    line = INLINE.sub(r"\\\g<0>", line)
    if MARKER.match(line):
        return "\\" + line
    number = NUMBER.match(line)
    return f"{number[1]}\\{line[len(number[1]) :]}" if number else line


def _page(page: PageResult, outline: Outline, several: bool) -> str:
    notes = [f"page {page.number}"] if several or page.status != "ok" else []
    incomplete = page.finish_reason != "stop" or bool(page.unparsed)
    if page.status == "partial" and incomplete:
        notes.append(f"not complete, finish reason {page.finish_reason}")
    notes += [f"contradiction: {sentence}" for sentence in page.contradictions]
    if page.error:
        what = "another attempt failed" if page.status == "partial" and incomplete else "failed"
        notes.append(f"{what}: {page.error.message}")
    comment = ", ".join(notes).replace("--", "- -")  # two dashes may end a comment
    evidence = outline.evidence(page)
    quoted = "\n".join(f"> {line}" for line in escape("\n".join(evidence)).split("\n")) if evidence else ""
    text = _fields(page.fields) if outline.task == "fields" and page.fields else escape(page.text.strip())
    return "\n\n".join(part for part in (f"<!-- {comment} -->" if comment else "", text, quoted) if part)


def _fields(fields: Sequence[Field]) -> str:
    """A list of names and values; a value that stands nowhere on the page says so."""
    items = []
    for field in fields:
        name, value = (escape(" ".join(text.split())) for text in (field.name, field.value))
        doubt = " (not found on the page)" if field.value and not field.found else ""
        items.append(f"- **{name}**: {value or '(none)'}{doubt}")
    return "\n".join(items)
