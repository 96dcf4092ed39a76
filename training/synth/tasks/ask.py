"""Questions over everything rendered: answered outright, or after the lines that hold the answer."""

from __future__ import annotations

import random

from training.synth.annotation import Document
from training.synth.samples import Sample, evidence

NAME = "ask"


def samples(rng: random.Random, document: Document, language: str) -> list[Sample]:
    """One sample for each question; half of them ask for the evidence as well."""
    found = []
    for question in document.questions:
        values = {"question": question.en if language == "en" else question.zh}
        task, answer = "ask", question.answer
        if rng.random() < 0.5:
            observed = "\n".join(evidence(document, question.evidence))
            task, answer = "evidence", f"<observation>{observed}</observation><answer>{answer}</answer>"
        found.append(Sample(task, document.id, document.image, answer, values, language))
    return found
