"""What the drawn lines say: prose and names from files where there are any, and numbers, prices, dates, codes from
rules.

An OCR model must not guess words: half of what it reads is random, and one word in twenty, chosen by hash, is never
shown in training.
"""

from __future__ import annotations

import json
import random
import re
import string
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from training.synth.fonts import held_out

ACCENTED = "ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝßàáâãäåæçèéêëìíîïñòóôõöøùúûüýÿŒœŠšŽžĄąĆćĘęŁłŃńŚśŹźŻż"
SIGNS = "£€¥§°©®±×÷·•«»¿¡ªº½¼–—‘’“”„…™"
ALPHABET = string.digits + string.ascii_letters + string.punctuation + " " + ACCENTED + SIGNS
"""Every character the Latin data engine draws, and what the auxiliary CTC head tells apart."""

_WORD = re.compile(r"[^\W\d_]+")
_RECEIPT_WORDS = """
TOTAL SUBTOTAL CASH CHANGE TAX GST INVOICE RECEIPT NO DATE TIME QTY PRICE AMOUNT DISC ROUNDING ADJUSTMENT ITEM TEL FAX
THANK YOU PLEASE COME AGAIN CASHIER MEMBER BILL TABLE SDN BHD JALAN TAMAN KUALA LUMPUR SELANGOR REG ID SUMMARY VISA CARD
GOODS SOLD ARE NOT RETURNABLE EXCHANGE DUE BALANCE PAYMENT STORE COUNTER DESCRIPTION CODE UNIT NET INCL EXCL SERVICE
CHARGE Total Subtotal Cash Change Tax Invoice Receipt Date Time Qty Price Amount Discount Rounding Thank you Please Tel
Fax Cashier Table Bill Payment Approved Customer Copy Order Guest Server VAT Net Gross Balance Paid Card Ending Code
""".split()  # noqa: SIM905
_SYLLABLES = """
ba be bi bo ca ce co da de di du el en er fa fi ga ge ha hi in ja ka ki la le li lo ma me mi mo na ne no on or pa pe po
ra re ri ro sa se si so ta te ti to tra un va ve wa za st ch sh qu ng
""".split()  # noqa: SIM905


def is_held_out_word(word: str) -> bool:
    """Whether a word (letters only, case ignored) is reserved for testing: one in twenty, by hash."""
    return len(word) > 2 and held_out("word:" + word.casefold(), share=20)


@dataclass(frozen=True)
class TextSource:
    """Word runs to draw: `prose` lines and `names`, either may be empty. `testing` asks for held-out words."""

    prose: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    testing: bool = False

    @classmethod
    def from_folder(cls, folder: Path | None, testing: bool = False) -> TextSource:
        """Reads `prose_docs/*.txt`, `en_novels/*.txt` and `lists_*/*.json` below the folder, whichever exist.

        Source and licences: the folder's own README. Without a folder the rules alone supply text.
        """
        if folder is None or not folder.is_dir():
            return cls(testing=testing)
        prose: list[str] = []
        for path in sorted(folder.glob("prose_docs/*.txt")):
            prose += (line for line in path.read_text(encoding="utf-8").splitlines() if len(line) > 20)
        for path in sorted(folder.glob("en_novels/*.txt")):
            prose += path.read_text(encoding="utf-8").splitlines()[::40]  # old diction: a pinch
        names: list[str] = []
        for path in sorted(folder.glob("lists_*/*.json")):
            if not path.name.startswith(("zh_", "counts")):
                names += _strings(json.loads(path.read_text(encoding="utf-8")))
        return cls(tuple(prose), tuple(dict.fromkeys(names)), testing)

    def line(self, rng: random.Random, length: int) -> str:
        """About `length` characters of text on one line, single-spaced, within ALPHABET."""
        kinds: list[Callable[[random.Random], str]] = [
            self._prose,
            self._name,
            _receipt_words,
            _number,
            _price,
            _labelled,
            _code,
            _date,
        ]
        weights = [6, 4, 3, 2, 4, 3, 2, 1]
        if not self.testing:  # held-out texts stay those that older numbers were measured on
            kinds.append(self._listed)
            weights.append(3)
        mixed = rng.random() < 0.5
        kind = rng.choices(kinds, weights)[0]
        parts: list[str] = []
        while not parts or sum(map(len, parts)) + len(parts) < length * rng.uniform(0.7, 1.2):
            parts.append(kind(rng))
            if mixed:
                kind = rng.choices(kinds, weights)[0]
        text = _recase(rng, " ".join(parts))
        text = " ".join("".join(c for c in text if c in _ALPHABET_SET).split())
        return _cut(text, length) or self.line(rng, length)

    def _prose(self, rng: random.Random) -> str:
        if not self.prose or self.testing:
            return self._checked(rng, " ".join(invented_word(rng) for _ in range(rng.randint(1, 4))))
        words = rng.choice(self.prose).split()
        start = rng.randrange(len(words)) if words else 0
        return self._checked(rng, " ".join(words[start : start + rng.randint(1, 8)]))

    def _name(self, rng: random.Random) -> str:
        return self._checked(
            rng, rng.choice(self.names) if self.names and not self.testing else invented_word(rng).title()
        )

    def _listed(self, rng: random.Random) -> str:
        """Names and numbers with commas between them, as in addresses; the last often ends the line."""
        parts = [rng.choice([self._name, self._name, _number, _place])(rng) for _ in range(rng.randint(2, 5))]
        comma = rng.choice([", ", ", ", ", ", ", ", ",", ",", " ,", " , "])
        return comma.join(parts) + rng.choice(["", "", comma.rstrip(), "."])

    def _checked(self, rng: random.Random, text: str) -> str:
        """Replaces words of the wrong side of the hold-out by invented ones of the right side."""

        def swap(match: re.Match[str]) -> str:
            word = match.group()
            while is_held_out_word(word) != self.testing and len(word) > 2:
                word = invented_word(rng)
            return word

        return _WORD.sub(swap, text)


_ALPHABET_SET = frozenset(ALPHABET)


def _strings(node: object) -> list[str]:
    """All leaf strings of a JSON value that are not templates."""
    if isinstance(node, str):
        return [node] if 1 < len(node) < 60 and not re.search(r"[{}#<>]|https?:", node) else []
    children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    return [leaf for child in children for leaf in _strings(child)]


def _cut(text: str, length: int) -> str:
    """At most 1.3 x length characters, cut between words where there is a space."""
    limit = max(1, int(length * 1.3))
    if len(text) <= limit:
        return text
    head = text[: limit + 1]
    return head.rsplit(" ", 1)[0] if " " in head.strip() else head[:limit]


def _recase(rng: random.Random, text: str) -> str:
    draw = rng.random()
    if draw < 0.35:
        return text.upper()
    return text.lower() if draw < 0.4 else text.title() if draw < 0.5 else text


def invented_word(rng: random.Random) -> str:
    """One to four syllables that mean nothing."""
    return "".join(rng.choice(_SYLLABLES) for _ in range(rng.randint(1, 4)))


def _receipt_words(rng: random.Random) -> str:
    tail = rng.choice(["", "", "", ":", " :", ".", "(RM)", "%", "!"])
    return " ".join(rng.choice(_RECEIPT_WORDS) for _ in range(rng.randint(1, 4))) + tail


def _digits(rng: random.Random, low: int, high: int) -> str:
    return "".join(rng.choice(string.digits) for _ in range(rng.randint(low, high)))


def _number(rng: random.Random) -> str:
    text = _digits(rng, 1, 12)
    return rng.choice(
        [
            text,
            text,
            f"{text}-{_digits(rng, 3, 8)}",
            f"{text}x",
            f"({text})",
            f"#{text}",
            f"{text}%",
            f"{text}/{_digits(rng, 1, 3)}",
            f"+{text}",
        ]
    )


def _place(rng: random.Random) -> str:
    """A house, street or postal code."""
    number, street = _digits(rng, 1, 3), f"{_digits(rng, 1, 2)}/{_digits(rng, 1, 3)}{rng.choice(['', '', 'A', 'B'])}"
    choices = [
        f"NO.{number}",
        f"No. {number}",
        f"LOT {number}",
        f"{number}-{_digits(rng, 1, 2)}",
        f"JALAN SS {street}",
        f"Jalan {invented_word(rng).title()} {street}",
        _digits(rng, 5, 5),
        f"{_digits(rng, 5, 5)} {invented_word(rng).title()}",
    ]
    return rng.choice(choices)


def _price(rng: random.Random) -> str:
    amount = f"{_digits(rng, 1, 3).lstrip('0') or '0'}{rng.choice(['.', '.', '.', ','])}{_digits(rng, 2, 2)}"
    if rng.random() < 0.1:
        amount = f"{rng.randint(1, 99)},{_digits(rng, 3, 3)}.{_digits(rng, 2, 2)}"
    head = rng.choice(["", "", "", "", "RM", "RM ", "$", "€", "£", "-", "USD ", "@"])
    return head + amount + rng.choice(["", "", "", "", " SR", " S", "*", "-", " €", "%"])


def _labelled(rng: random.Random) -> str:
    value = rng.choice([_number, _price, _date, _code])(rng)
    return f"{rng.choice(_RECEIPT_WORDS)}{rng.choice([':', ': ', ' : ', ' ', '. '])}{value}"


def _code(rng: random.Random) -> str:
    draw = rng.random()
    if draw < 0.3:
        return "".join(rng.choice(ALPHABET[:94]) for _ in range(rng.randint(1, 7)))
    if draw < 0.4:
        return "".join(rng.choice(ACCENTED + SIGNS) for _ in range(rng.randint(1, 4)))
    if draw < 0.5:
        return rng.choice("*-=._#~") * rng.randint(2, 12)
    if draw < 0.6:
        return f"{invented_word(rng)}@{invented_word(rng)}.{rng.choice(['com', 'net', 'org', 'my', 'de', 'fr'])}"
    return "".join(rng.choice(string.ascii_uppercase + string.digits * 2) for _ in range(rng.randint(2, 10)))


def _date(rng: random.Random) -> str:
    day, month, year = rng.randint(1, 31), rng.randint(1, 12), rng.randint(1990, 2035)
    clock = f"{rng.randint(0, 23):02d}:{rng.randint(0, 59):02d}"
    name = rng.choice(["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"])
    return rng.choice(
        [
            f"{day:02d}/{month:02d}/{year}",
            f"{day:02d}-{month:02d}-{year % 100:02d}",
            f"{year}-{month:02d}-{day:02d}",
            f"{day:02d}.{month:02d}.{year}",
            f"{day} {name} {year}",
            f"{day:02d}/{month:02d}/{year} {clock}",
            clock,
            f"{clock}:{rng.randint(0, 59):02d} {rng.choice(['AM', 'PM'])}",
        ]
    )
