"""The names under which people ask for a field, and the words in which they ask for one value.

Every field of the drawn documents has the name that the data engine gives it; asked for, it has any of these. One name
in six and one question in six, by hash, is never trained on, so that what is learned can be told from what is known.
"""

from __future__ import annotations

import random
from pathlib import Path

import yaml

from training.synth.fonts import held_out

_WORDS = yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8"))
NAMES: dict[str, list[str]] = _WORDS["names"]
"""Other names of fields."""
QUESTIONS: dict[str, list[str]] = _WORDS["questions"]
"""Questions about one field."""
ASKING: list[str] = _WORDS["asking"]
"""Questions about any field, its name in the braces."""


def name_of(rng: random.Random, field: str, testing: bool, own: float = 0.5) -> str:
    """A name to ask for a field by: its own with probability `own`, else another, each written one of several ways.

    In testing the others are those never trained on, if there are any.
    """
    others = [name for name in NAMES.get(field, []) if reserved(name) == testing]
    name = field if not others or rng.random() < own else rng.choice(others)
    spaced = name.replace("_", " ")
    kinds = [spaced.replace(" ", "_"), spaced, spaced, spaced.title(), spaced.capitalize(), spaced.upper()]
    return rng.choices(kinds, [5, 3, 2, 2, 1, 1])[0]


def question_for(rng: random.Random, field: str, testing: bool) -> str:
    """One value asked for in words."""
    own = [text for text in QUESTIONS.get(field, []) if reserved(text) == testing]
    if own and rng.random() < 0.65:
        return rng.choice(own)
    wordings = [text for text in ASKING if reserved(text) == testing]
    while True:
        spaced = name_of(rng, field, testing).replace("_", " ")
        question = rng.choice(wordings).format(spaced if spaced.isupper() else spaced.lower())
        if testing or question not in HIDDEN:
            return question


def reserved(words: str) -> bool:
    """Whether a name or question is never trained on."""
    return held_out("asked:" + words, share=6)


HIDDEN = frozenset(text for texts in QUESTIONS.values() for text in texts if reserved(text))
"""Questions about one field that are never trained on, even where one about any field would be the same."""
