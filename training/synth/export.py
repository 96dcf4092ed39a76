"""Samples as images and a JSONL file in HunyuanOCR's conversation format, for training elsewhere.

    python -m training.synth export --output runs/synth --documents receipts=1000 books=500 --tasks read fields

Each line of `train.jsonl` is `{"id", "document", "image_path": [...], "conversations": [{"from": "human", "value":
"<image>\\n..."}, {"from": "gpt", "value": ...}]}`, the format of HunyuanOCR 1.5's training code; `image_path` is
relative to the file. Stopped at any time, the same command goes on where it was.
"""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from PIL import Image
from tqdm import tqdm

from training.synth.annotation import Document
from training.synth.engine import Engine
from training.synth.pool import Failure, made
from training.synth.samples import Sample, samples

ROWS = "train.jsonl"
_QUALITY = 95

Made = tuple[list[dict[str, Any]], dict[str, bytes]]


def export(engine: Engine, ids: Sequence[str], tasks: Sequence[str], folder: Path, workers: int) -> list[Failure]:
    """Writes the samples of all ids that the folder does not hold yet; returns the documents that could not be made."""
    (folder / "images").mkdir(parents=True, exist_ok=True)
    done = _finished(folder / ROWS)
    left = [id for id in ids if id not in done]
    failures: list[Failure] = []
    with (folder / ROWS).open("a", encoding="utf-8") as rows:
        results = made(engine, left, partial(conversations, tasks=tasks), workers)
        for result in tqdm(results, total=len(ids), initial=len(ids) - len(left), unit="document", file=sys.stderr):
            if isinstance(result, Failure):
                failures.append(result)
                continue
            entries, images = result
            for name, data in images.items():
                (folder / name).write_bytes(data)
            # One write for all rows of a document: either it is there with all its images or it is made again.
            rows.write("".join(json.dumps(entry, ensure_ascii=False) + "\n" for entry in entries))
            rows.flush()
    return failures


def conversations(document: Document, tasks: Sequence[str]) -> Made:
    """The rows of a document's samples, and the image files that they name."""
    rows: list[dict[str, Any]] = []
    images: dict[str, bytes] = {}
    names: dict[int, str] = {}
    for number, sample in enumerate(samples(document, tasks)):
        if id(sample.image) not in names:
            name = f"images/{document.id.replace('/', '-')}" + (f"-{number}" if names else "") + ".jpg"
            names[id(sample.image)], images[name] = name, _jpeg(sample.image)
        rows.append(_row(sample, f"{document.id}#{number}", names[id(sample.image)]))
    return rows, images


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


def _jpeg(image: Image.Image) -> bytes:
    data = io.BytesIO()
    image.save(data, "JPEG", quality=_QUALITY)
    return data.getvalue()


def _finished(path: Path) -> set[str]:
    """The documents in the file; a line that an interruption cut short is cut off."""
    if not path.exists():
        return set()
    whole = path.read_bytes()
    end = whole.rfind(b"\n") + 1
    if end < len(whole):
        with path.open("r+b") as rows:
            rows.truncate(end)
    try:
        return {json.loads(line)["document"] for line in whole[:end].splitlines()}
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(
            f"{path} is not a file that this command has written ({error}); name another folder."
        ) from error
