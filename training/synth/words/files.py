"""Reads the text folder: prose, lists, tables, formulas and aligned pairs, each only the training or the testing side.

Layout, below the folder (each part may be absent): `prose_docs/{language}.txt`, `en_novels/novels.txt`,
`zh_docs/*.txt`, `zh_oiwiki/prose.txt`, `zh_wiki_cmrc/paragraphs.txt`, `zh_howtocook/*.txt` (blocks with blank lines
between them, a paragraph per line); `lists_faker/*.json`, `lists_corpora/*.json`; `latex_oiwiki/formulas.tsv`;
`tables_*/tables.jsonl`; `pairs_docs/en-*.tsv`, `pairs_tatoeba/en-*.tsv`. Everything is read at first use and kept.

Hold-out, one in twenty by hash: aligned documents by name, and with them every block of prose that has a paragraph of
such a document in it; other blocks by their beginning; sentence pairs by their English sentence, across languages;
tables and formulas by what they say; list entries by their words.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, cast

from training.synth.fonts import held_out
from training.synth.text import is_held_out_word
from training.synth.words import lists
from training.synth.words.reading import read, read_blocks, read_json, read_rows, read_tables

PAIR_LANGUAGES = ("zh", "de", "fr", "es", "it", "pt", "nl", "pl")
WORD = re.compile(r"[^\W\d_\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]+")
"""A run of letters; Chinese characters are no letters here."""
Block = tuple[str, ...]
Entry = TypeVar("Entry")

_SHARE = 20
_NOVELS_STEP = 12  # every twelfth block of the novels: old diction is to be a quarter of the English prose at most
_CONTROL = re.compile("[\u0000-\u0008\u000e-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060\ufeff]")
_NOT_LETTERS = re.compile(r"[\W_]+")
_CODE_MARKS = re.compile(r"`|\*\*|(?<!\w)_|_(?!\w)")
_SIGNS = frozenset("`*_-/:–")  # without one of these neither pattern around this line matches
# A lower-cased source has spaces around the signs inside dates, scores and years.
_SPACED_SIGN = re.compile(r"(?<=\d) ([-/:–]) (?=\d)")
_TELLING = {"zh": 8}  # characters from which on a paragraph tells its document; headings like "Resources" do not
_MARKUP = re.compile(r"[$<>|{}\\]|\]\(|https?:")


@dataclass(frozen=True)
class Table:
    """A table of plain text cells; every row is as long as the header."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Pair:
    """A paragraph and its translation. `kind`: h1 to h6, p, li, q (as the tags of HTML)."""

    kind: str
    source: str
    target: str


def clean(text: str) -> str:
    """NFC, without control characters, with single spaces."""
    if text.isprintable() and "  " not in text and unicodedata.is_normalized("NFC", text):
        return text.strip()  # the usual case, several times faster
    return " ".join(_CONTROL.sub("", unicodedata.normalize("NFC", text)).split())


def letters(text: str) -> str:
    """What the hold-out compares: letters and digits only, case ignored."""
    return _NOT_LETTERS.sub("", text.casefold())


@functools.lru_cache(maxsize=10_000)  # a name comes with each of its paragraphs
def is_held_out_document(name: str) -> bool:
    """Whether an aligned document is for testing only, in every language."""
    return held_out("document:" + name, share=_SHARE)


def is_held_out_sentence(english: str) -> bool:
    """Whether a sentence pair is for testing only, by its English side."""
    return held_out("sentence:" + letters(english), share=_SHARE)


def is_held_out_formula(latex: str) -> bool:
    """Whether a formula is for testing only; spaces do not count."""
    return held_out("formula:" + "".join(latex.split()), share=_SHARE)


def is_held_out_entry(entry: str) -> bool:
    """Whether a list entry is for testing only: one of its words is, or (without Latin words) the entry itself."""
    words = WORD.findall(entry)
    return any(map(is_held_out_word, words)) if words else held_out("entry:" + entry, share=_SHARE)


class TextFiles:
    """One side of the hold-out of a text folder (None: everything is empty). Cheap to make; methods read at first use.

    Raises FileNotFoundError if the folder does not exist, and its methods ValueError, with a sentence naming file and
    line, for a broken file. What is absent comes out empty.
    """

    def __init__(self, folder: Path | None, testing: bool) -> None:
        if folder is not None and not folder.is_dir():
            raise FileNotFoundError(f"there is no text folder {folder}: give one that exists, or none")
        self.folder = folder
        self.testing = testing
        self._kept: dict[tuple[str, str], tuple[Any, ...]] = {}

    def _once(self, kind: str, language: str, load: Callable[[Path], Iterator[Entry]]) -> tuple[Entry, ...]:
        if self.folder is None:
            return ()
        if (kind, language) not in self._kept:
            self._kept[kind, language] = tuple(load(self.folder))
        return cast(tuple[Entry, ...], self._kept[kind, language])

    def prose(self, language: str) -> tuple[Block, ...]:
        """Blocks of consecutive paragraphs."""

        def load(folder: Path) -> Iterator[Block]:
            told = self._held_out_paragraphs(folder, language)
            shared = (
                sorted(folder.glob("zh_docs/*.txt")) if language == "zh" else [folder / f"prose_docs/{language}.txt"]
            )
            for path in shared:
                yield from self._side(read_blocks(path), told)
            if language == "en":
                yield from self._side(read_blocks(folder / "en_novels/novels.txt")[::_NOVELS_STEP], frozenset())
            if language == "zh":
                for name in ("zh_oiwiki/prose.txt", "zh_wiki_cmrc/paragraphs.txt", "zh_howtocook/recipes.txt"):
                    yield from self._side(read_blocks(folder / name), frozenset())

        return self._once("prose", language, load)

    def _side(self, blocks: list[Block], told: frozenset[str]) -> Iterator[Block]:
        for lines in blocks:
            block = tuple(filter(None, map(clean, lines)))
            if not block:
                continue
            told_of = bool(told) and any(letters(line) in told for line in block)
            if self.testing == (told_of or held_out("block:" + "\n".join(block)[:80], share=_SHARE)):
                yield block

    def _held_out_paragraphs(self, folder: Path, language: str) -> frozenset[str]:
        """The paragraphs, by `letters`, of documents for testing; those too short to tell a document are left out."""
        others, column = (PAIR_LANGUAGES, 3) if language == "en" else ((language,), 4)
        rows = (row for other in others for row in read_rows(folder / f"pairs_docs/en-{other}.tsv", 5))
        found = (letters(clean(row[column])) for row in rows if is_held_out_document(row[0]))
        return frozenset(text for text in found if len(text) >= _TELLING.get(language, 25))

    def titles(self, language: str) -> tuple[str, ...]:
        """Headings inside the prose: short lines without a full stop."""

        def load(_: Path) -> Iterator[str]:
            low, high = (4, 16) if language == "zh" else (8, 60)
            for line in (line for block in self.prose(language) for line in block):
                if low <= len(line) <= high and line[-1].isalnum() and line[0].isalpha():
                    yield line

        return self._once("titles", language, load)

    def entries(self, kind: str, language: str) -> tuple[str, ...]:
        """List entries of a kind of `words.lists`: first, last, city, street, company, product, job."""

        def load(folder: Path) -> Iterator[str]:
            found: list[str] = []
            for name, *keys in lists.faker(kind, language):
                found += lists.strings(read_json(folder / name), keys)
            for name, *keys in lists.FILES.get((kind, language), ()):
                found += lists.strings(read_json(folder / f"{name}.json"), keys)
            for name in lists.LINES.get((kind, language), ()):
                found += read(folder / name).split("\n")
            for entry in dict.fromkeys(map(clean, found)):
                if (
                    0 < len(entry) < 60
                    and not re.search(r"[{}#<>]", entry)
                    and is_held_out_entry(entry) == self.testing
                ):
                    yield entry

        return self._once("entries " + kind, language, load)

    def tables(self, language: str) -> tuple[Table, ...]:
        """Tables with at least two columns and two rows; those of `tables_tabfact` are English and lower case."""

        def load(folder: Path) -> Iterator[Table]:
            sources = [read_tables(folder / "tables_markdown/tables.jsonl")]
            if language == "en":
                sources.append(read_tables(folder / "tables_tabfact/tables.jsonl"))
            for raw in (raw for source in sources for raw in source if raw.get("lang", "en") == language):
                table = _table(raw)
                told = held_out(
                    "table:" + "|".join((*table.header, *table.rows[0])) if table.rows else "", share=_SHARE
                )
                if len(table.rows) > 1 and told == self.testing:
                    yield table

        return self._once("tables", language, load)

    def formulas(self, display: bool) -> tuple[str, ...]:
        """LaTeX of display or inline formulas, without $ and without the sentence's punctuation at the end."""
        kind = "display" if display else "inline"

        def load(folder: Path) -> Iterator[str]:
            for row in read_rows(folder / "latex_oiwiki/formulas.tsv", 3):
                latex = re.sub(r"(?<!\\)[.,;。，；]$", "", clean(row[2])).rstrip()
                if row[0] == kind and latex and is_held_out_formula(latex) == self.testing:
                    yield latex

        return self._once("formulas", kind, load)

    def documents(self, language: str) -> tuple[tuple[Pair, ...], ...]:
        """Aligned documents of five or more rows, English as the source."""

        def load(folder: Path) -> Iterator[tuple[Pair, ...]]:
            found: dict[str, list[Pair]] = {}
            for row in read_rows(folder / f"pairs_docs/en-{language}.tsv", 5):
                pair = Pair(row[2], clean(row[3]), clean(row[4]))
                if row[0] != "doc" and pair.source and pair.target and is_held_out_document(row[0]) == self.testing:
                    found.setdefault(row[0], []).append(pair)
            yield from (tuple(pairs) for pairs in found.values() if len(pairs) >= 5)

        return self._once("documents", language, load)

    def sentence_pairs(self, language: str) -> tuple[tuple[str, str], ...]:
        """(English, `language`) sentences; where there are none of their own, short paragraphs of the documents."""

        def load(folder: Path) -> Iterator[tuple[str, str]]:
            path = folder / f"pairs_tatoeba/en-{language}.tsv"
            if path.exists():
                rows = ((clean(row[0]), clean(row[1])) for row in read_rows(path, 2))
                yield from (row for row in rows if all(row) and is_held_out_sentence(row[0]) == self.testing)
            else:
                pairs = (pair for document in self.documents(language) for pair in document)
                yield from ((pair.source, pair.target) for pair in pairs if len(pair.source) <= 100)

        return self._once("sentences", language, load)


def _table(raw: dict[str, Any]) -> Table:
    """The table as plain text: code marks and bold taken off, columns with other markup and ragged rows left out."""
    header, rows = raw["header"], [row for row in raw["rows"] if len(row) == len(raw["header"])]
    columns: Sequence[int] = range(len(header))
    if _MARKUP.search(" ".join(cell for row in (header, *rows) for cell in row)):
        columns = [at for at in columns if not any(_MARKUP.search(row[at]) for row in (header, *rows))]
    if len(columns) < 2:
        return Table("", (), ())
    plain = [tuple(_cell(row[at]) for at in columns[:8]) for row in (header, *rows)]
    return Table(clean(str(raw.get("title", ""))), plain[0], tuple(row for row in plain[1:] if any(row)))


def _cell(text: str) -> str:
    if _SIGNS.isdisjoint(text):
        return clean(text)  # most cells: the patterns below take their time
    return clean(_SPACED_SIGN.sub(r"\1", _CODE_MARKS.sub("", text)))
