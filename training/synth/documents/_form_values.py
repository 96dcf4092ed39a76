"""What people write into forms."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta

from training.synth.documents._business import dates
from training.synth.documents._people import name_parts
from training.synth.engine import World
from training.synth.words.invent import email, moment, phone, postcode, word
from training.synth.words.values import fill

COMBED = ("date_of_birth", "postcode", "iban", "id_number", "policy_no", "registration", "start_date", "serial_no")
"""What forms have a box for each character for."""
_AMOUNTS = ("99.99", "9.00", " 999,00", ".999,50", "50.00")  # after their first digit
_IBANS = ("AA99 9999 9999 9999 9999 99", "AA99 9999 9999 9999 9999 9999 99", "999-999999-99", "9999 9999 9999 9999")


class Dates:
    """The dates of one form: signed by somebody of age, about something that begins before it ends."""

    def __init__(self, rng: random.Random, language: str) -> None:
        self.write, self.signed = _short_date(rng, language), moment(rng)
        self.renew(rng)

    def renew(self, rng: random.Random) -> None:
        """Other days of birth, beginning and end."""
        born = self.signed - timedelta(days=rng.randint(18 * 366, 85 * 365))
        start = self.signed + timedelta(days=rng.randint(-1500, 300))
        end = start + timedelta(days=rng.randint(1, 1200))
        self.days = {"date": self.signed, "date_of_birth": born, "start_date": start, "end_date": end}


def _short_date(rng: random.Random, language: str) -> Callable[[datetime], str]:
    """A way to write dates that is digits mostly, as forms ask for."""
    numeric = {"en": "%d/%m/%Y", "zh": "%Y-%m-%d"}.get(language, "%d.%m.%Y")
    write = dates(rng, language)
    return write if rng.random() < 0.3 and len(write(datetime(2031, 9, 27))) <= 12 else lambda day: f"{day:{numeric}}"


def value(rng: random.Random, world: World, language: str, key: str, when: Dates) -> str:
    """An answer to what a field of a form asks for."""
    corpus = world.corpus
    if key in when.days:
        return when.write(when.days[key])
    if key == "amount":
        return rng.choice("123456789") + fill(rng, rng.choice(_AMOUNTS))
    if key in _PATTERNS:
        return fill(rng, rng.choice(_PATTERNS[key].split("|")))
    if key in ("name", "account_holder", "contact_person", "doctor"):
        return corpus.person(rng, language)
    makers: dict[str, Callable[[], str]] = {
        "surname": lambda: name_parts(corpus.person(rng, language), language)[1],
        "first_name": lambda: name_parts(corpus.person(rng, language), language)[0],
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
    "iban": "|".join(_IBANS),
    "registration": "AA-99-AA|AAA 9999|A-AA 999|9999 AAA",
    "serial_no": "AA9999999|9999-9999|A99-99999",
    "policy_no": "99999999|AA/99999|999-9999-99",
}
