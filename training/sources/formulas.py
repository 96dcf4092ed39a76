"""Real formulas: crops of papers with their LaTeX (im2markup sample, harvardnlp), train split."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.benchmarks.files import manifest
from hyocr import wording
from training.example import Example, SampleError
from training.sources.pictures import Fit, read_image, reason, relit

# Names of equations, not shown; and what is left of comments, whose lines were joined.
_UNSEEN = re.compile(r"\\label\s*\{[^{}]*\}|\\(?:nonumber|notag)(?![A-Za-z])|(?<!\\)%")


@dataclass(frozen=True)
class Formula:
    """A picture's file and its LaTeX."""

    path: Path
    latex: str


def formulas(folder: Path) -> list[Formula]:
    """The train split of a formulas folder, pictures without LaTeX left out.

    Raises FileNotFoundError or ValueError with a sentence.
    """
    rows = manifest(folder, {"image": str, "latex": str, "split": str}, "set formulas to a folder that has one")
    found = [Formula(folder / row["image"], shown(row["latex"])) for _, row in rows if row["split"] == "train"]
    return [formula for formula in found if formula.latex]


def shown(latex: str) -> str:
    """The LaTeX that can be seen: without labels, single-spaced."""
    return " ".join(_UNSEEN.sub(" ", latex).split())


class Formulas:
    """Formulas in any light, at the size the image processor gives them."""

    def __init__(self, known: Sequence[Formula], languages: Sequence[str], fit: Fit) -> None:
        self.known, self.languages, self.fit = known, languages, fit

    def draw(self, rng: random.Random, width: int) -> Example:
        """A formula. Raises SampleError for a file that cannot be read."""
        question = wording.prompt("formula", rng.choice(self.languages))
        formula = rng.choice(self.known)
        picture = relit(rng, read_image(formula.path))
        try:
            return Example("formulas", question, formula.latex, self.fit(picture), asked="formula")
        except ValueError as error:
            raise SampleError(str(formula.path), reason(error)) from error
