"""Drawn documents: one task's questions to documents of all types that have something for it."""

from __future__ import annotations

import random
from collections.abc import Sequence

from training.example import Example, SampleError
from training.sources.pictures import Fit, reason
from training.synth.engine import Engine, kinds
from training.synth.held_out import SETS
from training.synth.samples import Sample, samples

ATTEMPTS = 20
"""So many documents are drawn for one sample: not all papers have a table, and few signs a translation."""

SEEDS = 10**9


def types_for(task: str) -> list[str]:
    """The document types that the held-out sets of a task ask; all types for a task without such a set."""
    types = dict.fromkeys(kind for chosen in SETS.values() if chosen.task == task for kind in chosen.types)
    return list(types) or kinds()


class Documents:
    """Samples of one task of `training.synth.tasks`; `split` is "train" or "test"."""

    def __init__(self, task: str, engine: Engine, split: str, languages: Sequence[str], fit: Fit) -> None:
        self.task, self.engine, self.split, self.languages, self.fit = task, engine, split, languages, fit
        self.types = types_for(task)

    def draw(self, rng: random.Random, width: int) -> Example:
        """A sample of a new document. Raises SampleError for one that fails, or if none has any."""
        for _ in range(ATTEMPTS):
            id = f"{rng.choice(self.types)}/{self.split}/{rng.randrange(SEEDS)}/{rng.randrange(SEEDS)}"
            try:
                found = self._samples(id)
                if found:
                    chosen = rng.choice(found)
                    image = self.fit(chosen.image)
                    return Example(f"synth/{self.task}", chosen.prompt, chosen.answer, image, asked=chosen.task)
            except Exception as error:  # whatever it is: of a million documents the others are still wanted
                raise SampleError(id, reason(error)) from error
        raise SampleError(id, f"nothing to ask for {self.task} in {ATTEMPTS} documents in a row, the last of them this")

    def _samples(self, id: str) -> list[Sample]:
        return samples(self.engine.document(id), [self.task], self.languages)
