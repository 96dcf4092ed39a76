"""What people write into forms."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime

from training.synth.documents._business import dates
from training.synth.engine import World
from training.synth.words.invent import email, moment, phone, postcode, word
from training.synth.words.values import fill

Dates = Callable[[datetime], str]
COMBED = ("date_of_birth", "postcode", "iban", "id_number", "policy_no", "registration", "start_date", "serial_no")
"""What forms have a box for each character for."""
_IBANS = ("AA99 9999 9999 9999 9999 99", "AA99 9999 9999 9999 9999 9999 99", "999-999999-99", "9999 9999 9999 9999")


def numeric_date(rng: random.Random, language: str) -> Dates:
    """A way to write dates that is digits mostly, as forms ask for."""
    return dates(rng, language) if rng.random() < 0.3 else lambda when: f"{when:%d.%m.%Y}"


def value(rng: random.Random, world: World, language: str, key: str, write: Dates) -> str:
    """An answer to what a field of a form asks for."""
    corpus = world.corpus
    if key in ("date_of_birth", "start_date", "end_date", "date"):
        return write(moment(rng))
    if key in _PATTERNS:
        return fill(rng, rng.choice(_PATTERNS[key].split("|")))
    if key in ("name", "account_holder", "contact_person", "doctor"):
        return corpus.person(rng, language)
    makers: dict[str, Callable[[], str]] = {
        "surname": lambda: (
            corpus.person(rng, language)[:1] if language == "zh" else corpus.person(rng, language).split()[-1]
        ),
        "first_name": lambda: (
            corpus.person(rng, language)[1:] if language == "zh" else corpus.person(rng, language).split()[0]
        ),
        "place_of_birth": lambda: corpus.city(rng, language),
        "nationality": lambda: word(rng, language).capitalize(),
        "street": lambda: corpus.street(rng, language),
        "postcode": lambda: postcode(rng, language),
        "city": lambda: corpus.city(rng, language),
        "destination": lambda: corpus.city(rng, language),
        "phone": lambda: phone(rng, language),
        "mobile": lambda: phone(rng, language),
        "email": lambda: email(rng, language),
        "employer": lambda: corpus.company(rng, language),
        "insurer": lambda: corpus.company(rng, language),
        "bank": lambda: corpus.company(rng, language),
        "occupation": lambda: corpus.job(rng, language),
        "department": lambda: word(rng, language).capitalize(),
        "model": lambda: f"{word(rng, language).capitalize()} {fill(rng, 'A9')}",
        "allergies": lambda: word(rng, language),
        "school": lambda: f"{corpus.city(rng, language)} {word(rng, language).capitalize()}",
        "course": lambda: " ".join(corpus.title(rng, language).split()[:3])[:24].strip(),
        "persons": lambda: str(rng.randint(1, 12)),
        "reason": lambda: corpus.paragraph(rng, language, rng.randint(30, 110)),
        "comments": lambda: corpus.paragraph(rng, language, rng.randint(40, 160)),
        "place": lambda: corpus.city(rng, language),
    }
    return makers[key]()


_PATTERNS = {
    "id_number": "999999999|A9999999|99 99 99 999|9999999-9|AA999999",
    "amount": "999.99|99.00|9 999,00|1.999,50|250.00",
    "iban": "|".join(_IBANS),
    "registration": "AA-99-AA|AAA 9999|A-AA 999|9999 AAA",
    "serial_no": "AA9999999|9999-9999|A99-99999",
    "policy_no": "99999999|AA/99999|999-9999-99",
}
