"""Samples as images and a JSONL file in HunyuanOCR's conversation format, for training elsewhere.

    python -m training.synth export --output runs/synth --documents receipts=1000 books=500 --tasks read fields

Each line of `train.jsonl` is `{"id", "document", "image_path": [...], "conversations": [{"from": "human", "value":
"<image>\\n..."}, {"from": "gpt", "value": ...}]}`, the format of HunyuanOCR 1.5's training code; `image_path` is
relative to the file. Stopped at any time, the same command goes on where it was: `finished.txt` names the tasks and
each finished document with the size of `train.jsonl` after it, and what stands beyond the last is cut off.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from tqdm import tqdm

from hyocr import output
from hyocr.errors import HyocrError
from training.synth.annotation import Document
from training.synth.engine import Engine
from training.synth.pool import Failure, made
from training.synth.samples import Sample, encoded, samples

ROWS, FINISHED = "train.jsonl", "finished.txt"
_QUALITY = 95


class Made(NamedTuple):
    """A document's rows, and the image files that they name."""

    id: str
    rows: list[dict[str, Any]]
    images: dict[str, bytes]


def export(engine: Engine, ids: Sequence[str], tasks: Sequence[str], folder: Path, workers: int) -> list[Failure]:
    """Writes the samples of all ids that the folder does not hold yet; returns the documents that could not be made.

    Raises ValueError for a folder with anything else in it, and HyocrError where it cannot be written.
    """
    (folder / "images").mkdir(parents=True, exist_ok=True)
    done = _resumed(folder, tasks)
    wanted = list(dict.fromkeys(ids))
    left = [id for id in wanted if id not in done]
    failures: list[Failure] = []
    results = made(engine, left, partial(conversations, tasks=tasks), workers)
    try:
        with closing(results), (folder / ROWS).open("ab") as rows, (folder / FINISHED).open("ab") as finished:
            for result in tqdm(
                results, total=len(wanted), initial=len(wanted) - len(left), unit="document", file=sys.stderr
            ):
                if isinstance(result, Failure):
                    failures.append(result)
                    continue
                for name, data in result.images.items():
                    output.write(folder / name, data)
                rows.write(b"".join(map(_line, result.rows)))
                rows.flush()
                finished.write(f"{result.id}\t{rows.tell()}\n".encode())
                finished.flush()
    except (HyocrError, OSError) as error:
        raise HyocrError(f"{error} What is done is kept, and the same command goes on from it.") from error
    return failures


def conversations(document: Document, tasks: Sequence[str]) -> Made:
    """The rows of a document's samples with their images."""
    rows: list[dict[str, Any]] = []
    images: dict[str, bytes] = {}
    names: dict[int, str] = {}
    for number, sample in enumerate(samples(document, tasks)):
        if id(sample.image) not in names:
            name = f"images/{document.id.replace('/', '-')}" + (f"-{number}" if names else "") + ".jpg"
            names[id(sample.image)], images[name] = name, encoded(sample.image, "JPEG", quality=_QUALITY)
        rows.append(_row(sample, f"{document.id}#{number}", names[id(sample.image)]))
    return Made(document.id, rows, images)


def _row(sample: Sample, id: str, image: str) -> dict[str, Any]:
    return {
        "id": id,
        "document": sample.document,
        "image_path": [image],
        "conversations": [
            {"from": "human", "value": f"<image>\n{sample.prompt}"},
            {"from": "gpt", "value": sample.answer},
        ],
    }


def _line(row: dict[str, Any]) -> bytes:
    return (json.dumps(row, ensure_ascii=False) + "\n").encode()


def _resumed(folder: Path, tasks: Sequence[str]) -> set[str]:
    """The finished documents; rows of one that was interrupted are cut off."""
    rows, finished = folder / ROWS, folder / FINISHED
    head = " ".join(["tasks", *tasks])
    size = rows.stat().st_size if rows.exists() else 0
    if not finished.exists():
        if size:
            raise ValueError(f"{rows} is not a file that this command has written; name another folder")
        output.write(finished, f"{head}\n".encode())
    first, *lines = finished.read_text(encoding="utf-8").split("\n")[:-1]
    if first != head:
        raise ValueError(f"{folder} holds samples of other tasks ({first}); name the same ones, or another folder")
    ends = {id: int(end) for id, _, end in (line.partition("\t") for line in lines)}
    kept = {id: end for id, end in ends.items() if end <= size}
    output.write(finished, "".join([f"{head}\n", *(f"{id}\t{end}\n" for id, end in kept.items())]).encode())
    if size:
        os.truncate(rows, max(kept.values(), default=0))
    return set(kept)
