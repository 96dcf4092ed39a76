"""DocVQA: questions about scanned documents.

Protocol: ANLS (Mathew, Karatzas and Jawahar 2021, arXiv 2007.00398) averaged over questions, and the share answered
exactly, case and runs of white space ignored (the paper's accuracy). The prompt is the question and, as is usual for
models that answer in sentences otherwise, "Answer the question using a single word or phrase."

Folder: the published JSON file (`{"data": [{"questionId", "question", "answers", "image"}, ...]}`) and the images at
the paths that it names. Of several JSON files that with "val" in its name is read; the test split has no answers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path

from eval.benchmarks.base import Item, Number, ratio, rgb
from eval.benchmarks.files import checked, json_file, unique
from eval.metrics.anls import anls
from eval.metrics.text import single_spaces
from eval.predictions import Prediction

NAME = "docvqa"
TASK = "ask"
FOLDER = "../shared/data/docvqa"
LICENCE = "DocVQA, research use; the images are the UCSF Industry Documents Library's"
MAIN = "anls"
ERRORS: frozenset[str] = frozenset()

INSTRUCTION = "Answer the question using a single word or phrase."


def load(folder: Path) -> list[Item]:
    """The questions of the file; the truth is the list of accepted answers."""
    path = _questions(folder)
    return unique(_items(path), path)


def _questions(folder: Path) -> Path:
    found = sorted(folder.glob("*.json"))
    chosen = found if len(found) < 2 else [path for path in found if "val" in path.stem]
    if not found:
        raise FileNotFoundError(
            f"There are no questions at {folder}; it should hold a JSON file such as val_v1.0.json."
        )
    if len(chosen) != 1:
        raise ValueError(f'{folder} holds several JSON files; leave the one to be read, or one with "val" in its name.')
    return chosen[0]


def _items(path: Path) -> Iterator[Item]:
    rows = checked(json_file(path), {"data": list}, str(path))["data"]
    for number, row in enumerate(rows, start=1):
        where = f"{path}, question {number}"
        checked(row, {"question": str, "answers": list, "image": str}, where)
        answers = row["answers"]
        if (
            not answers
            or not all(isinstance(answer, str) and answer.strip() for answer in answers)
            or "questionId" not in row
        ):
            raise ValueError(
                f'{where}: a question has a "questionId" and a list of "answers" that are strings, none blank.'
            )
        yield Item(
            str(row["questionId"]),
            partial(rgb, path.parent / row["image"]),
            answers,
            "\n".join(answers),
            {"question": f"{row['question']}\n{INSTRUCTION}"},
        )


def measure(item: Item, prediction: Prediction) -> dict[str, float]:
    """The question's ANLS, and whether an accepted answer was given exactly."""
    given = single_spaces(prediction.output.lower())
    return {
        "similarity": anls(prediction.output, item.truth),
        "exact": any(given == single_spaces(answer.lower()) for answer in item.truth),
        "questions": 1,
    }


def scores(sums: Mapping[str, Number]) -> dict[str, Number]:
    """Means over questions."""
    return {
        "anls": ratio(sums["similarity"], sums["questions"]),
        "exact": ratio(sums["exact"], sums["questions"]),
    }
