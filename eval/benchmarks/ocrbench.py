"""OCRBench (v1): a thousand questions about text in images, in five groups.

Protocol: Liu et al. 2023, arXiv 2305.07895, with the rule of the published script (`eval.metrics.ocrbench`): an answer
is right if it contains an accepted one. `total` is the share of right answers; over all 1,000 questions, 1000 x `total`
is the published score. The groups are the paper's: recognition (six types, 300 questions), questions about
scenes (200) and documents (200), key information (200), handwritten formulas (100). The prompt is the question alone.

Folder: `OCRBench.json` (a list of {dataset_name, type, question, answers, image_path}) and the images under
`OCRBench_Images`. An item's id is its position in the list, from 0.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path

from eval.benchmarks.base import Item, Number, ratio, rgb
from eval.benchmarks.files import checked, json_file, unique
from eval.metrics.ocrbench import ocrbench_counts
from eval.predictions import Prediction

NAME = "ocrbench"
TASK = "ask"
FOLDER = "../shared/data/ocrbench"
LICENCE = "OCRBench, research use; each of its 29 sources has its own"
MAIN = "total"
ERRORS: frozenset[str] = frozenset()

QUESTIONS, IMAGES = "OCRBench.json", "OCRBench_Images"
GROUPS = {
    "Regular Text Recognition": "recognition",
    "Irregular Text Recognition": "recognition",
    "Artistic Text Recognition": "recognition",
    "Handwriting Recognition": "recognition",
    "Digit String Recognition": "recognition",
    "Non-Semantic Text Recognition": "recognition",
    "Scene Text-centric VQA": "scenes",
    "Doc-oriented VQA": "documents",
    "Key Information Extraction": "fields",
    "Handwritten Mathematical Expression Recognition": "formulas",
}
"""The published types and the group that each counts for."""


def load(folder: Path) -> list[Item]:
    """The questions; the truth is the accepted answers, the `dataset_name` and the group."""
    path = folder / QUESTIONS
    return unique(_items(path), path)


def _items(path: Path) -> Iterator[Item]:
    rows = json_file(path, "the folder should be OCRBench's, with its images in OCRBench_Images")
    if not isinstance(rows, list):
        raise ValueError(f"{path}: this should be a JSON list of questions.")
    for index, row in enumerate(rows):
        where = f"{path}, question {index + 1}"
        checked(row, {"dataset_name": str, "type": str, "question": str, "image_path": str}, where)
        given = row.get("answers")
        answers = [given] if isinstance(given, str) else given
        if not isinstance(answers, list) or not answers or not all(map(_text, answers)):
            raise ValueError(f'{where}: "answers" should be a string or a list of strings, none blank.')
        if row["type"] not in GROUPS:
            raise ValueError(f'{where}: OCRBench has no type "{row["type"]}".')
        yield Item(
            f"{index:04d}",
            partial(rgb, path.parent / IMAGES / row["image_path"]),
            (answers, row["dataset_name"], GROUPS[row["type"]]),
            "\n".join(answers),
            {"question": row["question"]},
        )


def _text(answer: object) -> bool:
    return isinstance(answer, str) and bool(answer.strip())


def measure(item: Item, prediction: Prediction) -> dict[str, float]:
    """Right answers and questions of each group; of one question, all but its own group's are 0."""
    answers, dataset, group = item.truth
    counts = ocrbench_counts(prediction.output, answers, dataset)
    sums: dict[str, float] = {}
    for name in dict.fromkeys(GROUPS.values()):
        own = name == group
        sums |= {f"{name}_correct": counts.correct * own, f"{name}_questions": counts.questions * own}
    return sums


def scores(sums: Mapping[str, Number]) -> dict[str, Number]:
    """The share of right answers, in all and by group, NaN for a group without a question."""
    groups = list(dict.fromkeys(GROUPS.values()))
    correct = sum(sums[f"{name}_correct"] for name in groups)
    questions = sum(sums[f"{name}_questions"] for name in groups)
    shares = {name: ratio(sums[f"{name}_correct"], sums[f"{name}_questions"], math.nan) for name in groups}
    return {"total": ratio(correct, questions)} | shares
