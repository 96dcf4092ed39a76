"""Small changes to text that the corpus makes: cutting, capitals, insertions."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

from training.synth.words import invent
from training.synth.words.files import Table

_LATIN_START = re.compile(r"(?<![\w'’])[a-zà-ÿ]")


def cased_like(word: str, new: str) -> str:
    """`new`, capitalised as `word` is."""
    if len(word) > 1 and word.isupper():
        return new.upper()
    return new.capitalize() if word[0].isupper() else new


def with_insertion(rng: random.Random, sentence: str, language: str) -> str:
    """The sentence with something unforeseeable at a random place, in Chinese never inside a Latin word."""
    text = invent.insertion(rng, language)
    if language != "zh":
        words = sentence.split()
        words.insert(rng.randint(1, len(words)), text)
        return " ".join(words)
    places = [at for at in range(1, len(sentence)) if not (sentence[at - 1].isascii() and sentence[at].isascii())]
    at = rng.choice(places or [len(sentence)])
    return sentence[:at] + text + sentence[at:]


def cut(text: str, length: int) -> str:
    """About `length` characters of the text: up to the end of a sentence near there, else of a word."""
    limit = length + max(2, length // 8)
    if len(text) <= limit:
        return text
    for at in range(limit, int(0.85 * length), -1):
        if text[at - 1] in "。！？" or (text[at - 1] in ".!?" and text[at] == " "):
            return text[:at]
    head = whole_words(text, limit)
    # Rather a long word too much than half of what was asked for.
    return head if 2 * len(head) >= length else text[:limit] + text[limit:].split(" ")[0]


def whole_words(text: str, limit: int) -> str:
    """At most `limit` characters, without the beginning of a word or number at the end unless there is nothing else."""
    head = text[:limit]
    if len(text) > limit and text[limit] != " ":
        head = re.sub(r"[^\s\u2e80-\uffef]+$", "", head) or head
    return head.rstrip(" ,;:-–—、，（(“")


def title_case(text: str) -> str:
    """A capital at the start of every Latin word, and nothing else changed."""
    return _LATIN_START.sub(lambda match: str.upper(match.group()), text)


def recase(rng: random.Random, table: Table) -> Table:
    """Capitals for a table that has none: title, heads and cells, each in one way throughout."""
    styles: list[Callable[[str], str]] = [title_case, title_case, _first_capital, str.upper]
    of_title, of_heads = rng.choice(styles), rng.choice(styles)
    of_cells = rng.choice([*styles, title_case, str.strip])  # the last leaves them as they are
    rows = tuple(tuple(map(of_cells, row)) for row in table.rows)
    return Table(of_title(table.title), tuple(map(of_heads, table.header)), rows)


def _first_capital(text: str) -> str:
    return text[:1].upper() + text[1:]
