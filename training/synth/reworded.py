"""Fields and single values of a document asked for in words that training never uses (`training.sources.names`).

Only fields are asked for that have such a name or such a question, and only of documents in languages that nano reads.
"""

from __future__ import annotations

import random

from hyocr import wording
from training.sources import names
from training.sources.observed import LANGUAGES
from training.synth.annotation import Document
from training.synth.samples import Sample
from training.synth.tasks.fields import fenced


def renamed_fields(rng: random.Random, document: Document) -> Sample | None:
    """Ask for all fields that have such a name, or some of them in any order; None where there are none."""
    known = [name for name in _readable(document) if _other_names(name)]
    if not known:
        return None
    asked = known if rng.random() < 0.5 else rng.sample(known, rng.randint(1, len(known)))
    values = {names.name_of(rng, name, testing=True, own=0.0): document.fields[name] for name in asked}
    return Sample("fields", document.id, document.image, fenced(values), {"keys": wording.listed(values)})


def renamed_key(rng: random.Random, document: Document) -> Sample | None:
    """Ask for one field that has such a name; None where there is none."""
    known = [name for name in _single(document) if _other_names(name)]
    if not known:
        return None
    name = rng.choice(known)
    asked = {"key": names.name_of(rng, name, testing=True, own=0.0)}
    return Sample("key", document.id, document.image, document.fields[name], asked)


def reworded_question(rng: random.Random, document: Document) -> Sample | None:
    """Ask a question about one field that has such a name or question; None where there is none."""
    known = [name for name in _single(document) if _other_names(name) or _other_questions(name)]
    if not known:
        return None
    name = rng.choice(known)
    asked = {"question": names.question_for(rng, name, testing=True)}
    return Sample("ask", document.id, document.image, document.fields[name], asked)


def _readable(document: Document) -> list[str]:
    return list(document.fields) if document.language in LANGUAGES else []


def _single(document: Document) -> list[str]:
    return [name for name in _readable(document) if isinstance(document.fields[name], str)]


def _other_names(field: str) -> list[str]:
    return [name for name in names.NAMES.get(field, []) if names.reserved(name)]


def _other_questions(field: str) -> list[str]:
    return [text for text in names.QUESTIONS.get(field, []) if names.reserved(text)]
