"""The parts of people's names, as forms and cards ask for them."""

from __future__ import annotations

from training.synth.words.vocabulary import HONORIFICS

_TITLES = frozenset(word for words in HONORIFICS.values() for word in words.split())


def name_parts(person: str, language: str) -> tuple[str, str]:
    """First name and surname without title and initials: ("Ann", "Lee") of "Prof. Ann B. Lee" and of "Lee, Ann"."""
    if language == "zh" and " " not in person:
        return person[1:], person[:1]
    last, comma, first = person.partition(", ")
    if comma:
        return first, last
    words = [word for word in person.split() if word not in _TITLES and not (len(word) == 2 and word[1] == ".")]
    words = words or person.split()
    return words[0], " ".join(words[1:]) or words[0]
