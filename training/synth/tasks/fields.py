"""Fields: several as JSON, and single ones as they stand."""

from __future__ import annotations

import json
import random

from hyocr import wording
from training.synth.annotation import Document
from training.synth.samples import Sample

NAME = "fields"


def samples(rng: random.Random, document: Document, language: str) -> list[Sample]:
    """All fields or some of them in any order, now and then with one that isn't there (null), and one by itself."""
    if not document.fields:
        return []
    names = list(document.fields)
    asked = names if rng.random() < 0.5 else rng.sample(names, rng.randint(1, len(names)))
    values = {name: document.fields[name] for name in asked}
    if rng.random() < 0.1:
        absent = rng.choice([name for name in ABSENT if name not in names])
        values[absent] = None
    found = [
        Sample(
            "fields",
            document.id,
            document.image,
            fenced(values),
            {"keys": wording.listed(values)},
            language,
        )
    ]
    single = [name for name in names if isinstance(document.fields[name], str)]
    if single:
        name = rng.choice(single)
        found.append(Sample("key", document.id, document.image, document.fields[name], {"key": name}, language))
    return found


ABSENT = ("passport_no", "blood_group", "vehicle_plate", "flight", "tracking_no")
"""Fields that no document here has."""


def fenced(values: object) -> str:
    """JSON in a fence, as HunyuanOCR writes it."""
    return f"```json\n{json.dumps(values, ensure_ascii=False)}\n```"
