"""What the documents say: prose, headlines, names, tables, formulas and translations, from files or invented.

    corpus = Corpus(Path("text"))
    corpus.paragraph(rng, "de", length=200)

Everything drawn depends on `rng` alone (and on the files). Training text holds no held-out word and nothing of a
held-out document; `testing=True` yields what training never sees: held-out documents in their own words, one in five
swapped for an invented held-out word, and names of the held-out vocabulary. Translations and formulas are exempt from
the rule for words, since a swapped word would break them: they are held out by document, sentence and formula.
"""

from __future__ import annotations

import functools
import random
import re
from collections.abc import Iterator
from pathlib import Path

from training.synth.formula.invent import formula as invent_formula
from training.synth.text import TextSource, is_held_out_word
from training.synth.words import invent, lists, pairs, tables
from training.synth.words.cutting import cased_like, cut, recase, title_case, whole_words, with_insertion
from training.synth.words.files import PAIR_LANGUAGES, WORD, Pair, Table, TextFiles, is_held_out_formula

__all__ = ["Corpus", "Pair", "Table"]

_SENTENCE_END = re.compile(r"(?:(?<=[.!?…])|(?<=[.!?…][\"”’»)]))\s+")
_SENTENCE_END_ZH = re.compile(r"(?<=[。！？；])(?![”』」）。！？])")
_ENDS = tuple('.!?…:;。！？；："”’»)）')
_CELL = 40

# A hash per word would be half of what a paragraph costs.
_is_held_out = functools.lru_cache(maxsize=200_000)(is_held_out_word)


class Corpus:
    """Text to draw, for training or for testing; see the module's docstring for the hold-out.

    `folder`: see `words.files`; what it lacks (all, if None) the built-in generator supplies. Making one is cheap,
    each part is read at first use: call `warm_up` before worker processes fork. Raises FileNotFoundError for a folder
    that does not exist; any method may raise ValueError, naming file and line, for a broken file.
    """

    def __init__(self, folder: Path | None = None, testing: bool = False) -> None:
        self.testing = testing
        self.files = TextFiles(folder, testing)
        self._lines: TextSource | None = None

    @property
    def translations(self) -> tuple[str, ...]:
        """Languages that `page` and `pair` can set beside English."""
        return tuple(language for language in PAIR_LANGUAGES if self._has_pairs(language))

    def _has_pairs(self, language: str) -> bool:
        return language in pairs.LANGUAGES or bool(self.files.documents(language))

    def warm_up(self, languages: tuple[str, ...] = invent.LANGUAGES) -> None:
        """Reads all there is for these languages."""
        for language in languages:
            self.files.titles(language)
            self.files.tables(language)
            for kind in lists.KINDS:
                self.files.entries(kind, language)
            if language != "en":
                self.files.documents(language)
                self.files.sentence_pairs(language)
        self.files.formulas(display=False)
        self.files.formulas(display=True)
        self._line_source()
        if self.testing:
            for language in languages:
                _held_out_words("en" if language == "zh" else language)

    def paragraph(self, rng: random.Random, language: str = "en", length: int = 300) -> str:
        """About `length` characters of prose on one line, cut at the end of a sentence or a word."""
        glue = "" if language == "zh" else " "
        parts: list[str] = []
        while sum(map(len, parts)) + len(parts) * len(glue) < length:
            for sentence in self._passage(rng, language):
                parts.append(with_insertion(rng, sentence, language) if rng.random() < 1 / 8 else sentence)
                if sum(map(len, parts)) + len(parts) * len(glue) >= length:
                    break
        return self._checked(rng, cut(glue.join(parts), length), language)

    def sentence(self, rng: random.Random, language: str = "en") -> str:
        """A sentence of at most some 200 characters."""
        text = next(self._passage(rng, language))
        if rng.random() < 1 / 8:
            text = with_insertion(rng, text, language)
        return self._checked(rng, cut(text, 180), language)

    def title(self, rng: random.Random, language: str = "en") -> str:
        """Two to eight words (Chinese: up to some 24 characters) like a headline."""
        found = self.files.titles(language)
        if not found or rng.random() < 0.4:
            return self._checked(rng, invent.title(rng, language), language)
        text = rng.choice(found)
        if language != "zh":
            words = text.split()[:8]
            text = " ".join(words if len(words) > 1 else [text, invent.word(rng, language)])
            text = rng.choice([text, text, text.upper(), title_case(text)])
        return self._checked(rng, text, language)

    def person(self, rng: random.Random, language: str = "en") -> str:
        """A person's name, half of the parts invented."""
        first, last = self._base(rng, "first", language), self._base(rng, "last", language)
        return self._trained(rng, invent.person(rng, language, first, last), language)

    def company(self, rng: random.Random, language: str = "en") -> str:
        """A firm, mostly with a legal form."""
        base = self._entry(rng, "company", language)
        if base and language != "zh" and rng.random() < 0.3:
            return base
        base = base or self._base(rng, "last", language)
        return self._trained(rng, invent.company(rng, language, base), language)

    def street(self, rng: random.Random, language: str = "en") -> str:
        """A street with a house number."""
        base = self._entry(rng, "street", language) or self._base(rng, "last", language)
        return self._trained(rng, invent.street(rng, language, base), language)

    def city(self, rng: random.Random, language: str = "en") -> str:
        """A town."""
        found = self._entry(rng, "city", language)
        return found or self._checked(rng, invent.city(rng, language), language, share=1.0)

    def product(self, rng: random.Random, language: str = "en") -> str:
        """An article as on receipts, menus and invoices, sometimes a long one."""
        text = invent.product(rng, language, self._entry(rng, "product", language))
        return self._checked(rng, text, language)

    def job(self, rng: random.Random, language: str = "en") -> str:
        """A job title."""
        found = self._entry(rng, "job", language)
        return found or self._checked(rng, invent.job(rng, language), language)

    def address(self, rng: random.Random, language: str = "en") -> list[str]:
        """One to four lines."""
        lines = invent.address(rng, language, self.street(rng, language), self.city(rng, language))
        return [self._trained(rng, line, language) for line in lines]

    def table(self, rng: random.Random, language: str = "en") -> Table:
        """Two to eight columns, two to twenty rows, cells of at most 40 characters; some cells may be empty."""
        found = self.files.tables(language)
        if found and rng.random() < 0.6:
            whole = rng.choice(found)
            start = rng.randrange(len(whole.rows) - 1)
            table = Table(whole.title, whole.header, whole.rows[start : start + rng.randint(2, 20)])
            if language == "en" and not any(map(str.isupper, table.title + "".join(table.header))):
                table = recase(rng, table)
        else:
            table = Table("", *tables.table(rng, language))
        return Table(
            self._checked(rng, cut(table.title, 80), language) if table.title else self.title(rng, language),
            self._cells(rng, table.header, language),
            tuple(self._cells(rng, row, language) for row in table.rows),
        )

    def _cells(self, rng: random.Random, row: tuple[str, ...], language: str) -> tuple[str, ...]:
        cells = (self._checked(rng, cell, language) for cell in row)
        return tuple(cell if len(cell) <= _CELL else whole_words(cell, _CELL) for cell in cells)

    def formula(self, rng: random.Random, display: bool) -> str:
        """LaTeX without $; three in ten invented where there are files. Invented ones are not split for testing."""
        found = self.files.formulas(display)
        if found and rng.random() < 0.7:
            return rng.choice(found)
        while True:
            text: str = invent_formula(rng, display)
            if self.testing or not is_held_out_formula(text):
                return text

    def page(self, rng: random.Random, source: str, target: str) -> list[Pair]:
        """5 to 25 consecutive rows of an aligned document; `source` or `target` is "en".

        Without files, built-in sentences in some order. Raises ValueError for two languages without English among them,
        and LookupError for a language without any text (see `translations`).
        """
        other = _beside_english(source, target)
        count = rng.randint(5, 25)
        documents = self.files.documents(other)
        if documents:
            document = rng.choice(documents)
            start = rng.randint(0, max(0, len(document) - count))
            rows = document[start : start + count]
        else:
            known = self._built_in(other)
            chosen = rng.sample(known, min(count, len(known)))
            kinds = ("h2", *(rng.choice(["p", "p", "li"]) for _ in chosen[1:]))
            rows = tuple(Pair(kind, *pair) for kind, pair in zip(kinds, chosen, strict=True))
        return [row if source == "en" else Pair(row.kind, row.target, row.source) for row in rows]

    def pair(self, rng: random.Random, source: str, target: str) -> tuple[str, str]:
        """A short sentence and its translation. Errors: see `page`."""
        other = _beside_english(source, target)
        english, foreign = rng.choice(self.files.sentence_pairs(other) or self._built_in(other))
        return (english, foreign) if source == "en" else (foreign, english)

    def _built_in(self, language: str) -> tuple[tuple[str, str], ...]:
        if language not in pairs.LANGUAGES:
            raise LookupError(
                f"there is no text translated between English and {language!r}: give a text folder with pairs_docs, "
                f"or ask for one of {', '.join(self.translations)}"
            )
        return pairs.sentences(language, self.testing)

    def line(self, rng: random.Random, length: int) -> str:
        """A line of anything in Latin letters, about `length` characters: see `text.TextSource.line`."""
        return self._line_source().line(rng, length)

    def _line_source(self) -> TextSource:
        if self._lines is None:
            latin = [language for language in invent.LANGUAGES if language != "zh"]
            prose = (line for language in latin for block in self.files.prose(language) for line in block)
            names = (name for language in latin for kind in lists.KINDS for name in self.files.entries(kind, language))
            self._lines = TextSource(
                tuple(line for line in prose if len(line) > 20), tuple(dict.fromkeys(names)), self.testing
            )
        return self._lines

    def _passage(self, rng: random.Random, language: str) -> Iterator[str]:
        """Consecutive sentences, of a block of prose or, one time in ten, invented."""
        blocks = self.files.prose(language)
        if not blocks or rng.random() < 0.1:
            for _ in range(6):
                yield invent.sentence(rng, language)
            return
        block = rng.choice(blocks)
        lines = [line for line in block if line.endswith(_ENDS)] or block
        end = _SENTENCE_END_ZH if language == "zh" else _SENTENCE_END
        sentences = [text for line in lines for text in end.split(line) if text]
        yield from sentences[rng.randrange(max(1, len(sentences) - 2)) :]

    def _entry(self, rng: random.Random, kind: str, language: str) -> str:
        """A list entry half of the time, where there are any; else ""."""
        found = self.files.entries(kind, language)
        return rng.choice(found) if found and rng.random() < 0.5 else ""

    def _base(self, rng: random.Random, kind: str, language: str) -> str:
        """A list entry or an invented name of this side of the hold-out."""
        return self._entry(rng, kind, language) or self._checked(rng, invent.name(rng, language), language, share=1.0)

    def _trained(self, rng: random.Random, text: str, language: str) -> str:
        """Names: in testing their base is of the held-out vocabulary already, and the rest may stay."""
        return text if self.testing else self._checked(rng, text, language)

    def _checked(self, rng: random.Random, text: str, language: str, share: float = 0.2) -> str:
        """Swaps words for invented ones: in training all held-out words, in testing a `share` of the others."""

        def swap(match: re.Match[str]) -> str:
            word = match.group()
            if _is_held_out(word) == self.testing or (self.testing and (len(word) < 3 or rng.random() >= share)):
                return word
            latin = "en" if language == "zh" else language
            if self.testing:
                return cased_like(word, rng.choice(_held_out_words(latin)))
            new = word
            while is_held_out_word(new):
                new = invent.word(rng, latin)
            return cased_like(word, new)

        return WORD.sub(swap, text)


@functools.cache
def _held_out_words(language: str) -> list[str]:
    """A fixed invented vocabulary for testing: finding one such word takes some twenty tries."""
    rng = random.Random(language)
    words: list[str] = []
    while len(words) < 300:
        words += filter(is_held_out_word, [invent.word(rng, language)])
    return words


def _beside_english(source: str, target: str) -> str:
    if (source == "en") == (target == "en"):
        raise ValueError(f"one of the two languages must be 'en', but they are {source!r} and {target!r}")
    other = target if source == "en" else source
    if other not in PAIR_LANGUAGES:
        raise LookupError(f"there is no language {other!r} among {', '.join(PAIR_LANGUAGES)}")
    return other
