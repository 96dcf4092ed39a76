"""Who sells and what: firms, addresses and goods as on the receipts of a country. Half of every name is invented."""

from __future__ import annotations

import functools
import random
import re

from training.synth.documents._receipt_lists import GOODS, PARTS, TRADES
from training.synth.text import is_held_out_word
from training.synth.words import invent
from training.synth.words.corpus import Corpus
from training.synth.words.values import fill

_WEIGHTS = {
    "market": 6,
    "restaurant": 7,
    "hardware": 5,
    "stationery": 3,
    "pharmacy": 2,
    "fashion": 2,
    "petrol": 1,
    "parking": 1,
    "hotel": 0.5,
}


def trade(rng: random.Random) -> str:
    """The kind of a shop."""
    return rng.choices(list(_WEIGHTS), list(_WEIGHTS.values()))[0]


@functools.cache
def _learnable(entries: tuple[str, ...]) -> tuple[str, ...]:
    """Those without a word that is held out for testing."""
    return tuple(entry for entry in entries if not any(map(is_held_out_word, re.findall(r"[^\W\d_]+", entry))))


def _pick(rng: random.Random, entries: tuple[str, ...]) -> str:
    return rng.choice(_learnable(entries))


def _place(rng: random.Random, corpus: Corpus) -> str:
    """A Malaysian name for streets and quarters, or one of the corpus."""
    if rng.random() < (0.8 if corpus.testing else 0.4):
        return corpus.city(rng, "en").split(",")[0].upper()
    known = _pick(rng, PARTS["place"])
    return known if rng.random() < 0.6 else f"{known} {_pick(rng, PARTS['place'])}"


def _filled(rng: random.Random, corpus: Corpus, pattern: str) -> str:
    """The pattern with # -> a number, @ -> a place."""
    text = pattern.replace("@", _place(rng, corpus)) if "@" in pattern else pattern
    while "#" in text:
        text = text.replace("#", str(rng.randint(1, rng.choice([9, 30, 99]))), 1)
    return text


def company(rng: random.Random, corpus: Corpus, region: str, language: str, trade: str) -> str:
    """A firm's name, in capitals in Malaysia."""
    if language != "en" or (region != "my" and rng.random() < 0.6):
        return corpus.company(rng, language)
    base = rng.choice(
        [
            corpus.person(rng, "en").split()[-1],
            corpus.city(rng, "en"),
            corpus.company(rng, "en").split()[0].strip(",.&"),
            " ".join(rng.sample(_learnable(PARTS["firm"]), rng.choice([2, 3]))),
            f"{rng.choice('ABCDEGHJKLMNPRST')}{rng.choice('ABCDEGHJKLMNPRST')}",
        ]
    ).upper()
    legal = _pick(rng, PARTS["legal"]) if region == "my" else rng.choice(["LTD", "INC.", "PTE LTD", "LLC", "", ""])
    return f"{base} {_pick(rng, TRADES[trade])} {legal}".strip()


def address(rng: random.Random, corpus: Corpus, region: str, language: str) -> list[str]:
    """One to five lines."""
    if region != "my":
        return corpus.address(rng, language)
    house, road = (_filled(rng, corpus, _pick(rng, PARTS[part])) for part in ("house", "road"))
    quarter = _filled(rng, corpus, _pick(rng, PARTS["quarter"]))
    floor = _filled(rng, corpus, _pick(rng, PARTS["floor"])) if rng.random() < 0.15 else ""
    town = _pick(rng, PARTS["town"]) if rng.random() < 0.6 else corpus.city(rng, "en").upper()
    place = f"{rng.randint(10, 98)}{rng.choice(['000', '100', '200', '300', '500', '150', '450'])} {town}"
    state = _pick(rng, PARTS["state"]) if rng.random() < 0.6 else ""
    return _address_lines(rng, [f"{floor}{house} {road}", quarter, place, state])


def _address_lines(rng: random.Random, parts: list[str]) -> list[str]:
    """The parts with commas, on lines of their own or together."""
    parts = [part for part in parts if part]
    comma = rng.choice([",", ",", ",", ""])
    lines = [parts[0]]
    for part in parts[1:]:
        if len(lines[-1]) + len(part) < 30 and rng.random() < 0.45:
            lines[-1] += f"{comma or ','} {part}"
        else:
            lines[-1] += comma
            lines.append(part)
    lines[-1] += rng.choice(["", "", "."])
    if rng.random() < 0.85:
        return lines
    return [
        " ".join(word.title() if word.strip(",.").isalpha() and len(word) > 2 else word for word in line.split())
        for line in lines
    ]


def phone(rng: random.Random, region: str, language: str) -> str:
    """A telephone number."""
    if region == "my":
        return fill(
            rng,
            rng.choice(["03-9999 9999", "0799999999", "07-9999999", "603-99999999", "016-9999999", "+603-9999 9999"]),
        )
    return invent.phone(rng, language)


def tax_number(rng: random.Random, region: str) -> str:
    """A firm's number with the tax office."""
    patterns = {
        "my": "000999999999",
        "uk": "GB 999 9999 99",
        "us": "99-9999999",
        "zh": "91999999A9999999AA",
        "de": "DE999999999",
    }
    return fill(rng, patterns.get(region, rng.choice(["99999999999", "999 999 999", "A99999999"])))


def company_number(rng: random.Random, region: str) -> str:
    """A firm's number in the register."""
    return fill(rng, rng.choice(["999999-A", "9999999-A", "999999 A", "00999999-A"]) if region == "my" else "99999999")


def goods(rng: random.Random, corpus: Corpus, language: str, trade: str) -> str:
    """An article's name, in English mostly short and in capitals."""
    if language != "en" or (
        trade not in ("petrol", "parking", "hotel") and rng.random() < (0.7 if corpus.testing else 0.4)
    ):
        return corpus.product(rng, language)
    parts = [_pick(rng, GOODS[trade])]
    if trade in ("petrol", "parking", "hotel"):
        return parts[0]
    if rng.random() < 0.6:
        parts.insert(0, corpus.city(rng, "en").split()[0].upper()[: rng.choice([3, 5, 9])])
    if rng.random() < 0.5:
        parts.append(_pick(rng, PARTS["size"]))
    text = " ".join(parts)
    return text if rng.random() < 0.85 else text.title()
