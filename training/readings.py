"""Reads the train receipts with nano, for a language model that is to answer from such readings.

    python -m training.readings --receipts ../shared/data/receipts --output runs/readings --scales 1 0.93

Writes OUTPUT/SCALE/NAME.json, as `hyocr read --format json` does, for each scale that the images are shrunk by: other
pixels give other errors. Pages that are there already are not read again.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import torch
from PIL import Image
from tqdm import tqdm

from eval.receipts_data import receipts
from hyocr import output
from hyocr.batch import silence
from hyocr.document import Box, Document, Line
from hyocr.engines.transformers import TransformersEngine
from hyocr.reader import Reader


def read(reader: Reader, path: Path, scale: float) -> Document:
    """The reading of an image shrunk by `scale`, boxes in pixels of the original."""
    with Image.open(path) as image:
        page = image.convert("RGB")
    if scale != 1:
        page = page.resize((round(scale * page.width), round(scale * page.height)), Image.Resampling.LANCZOS)
    document = reader.read(page)
    for result in document.pages:
        result.lines = [_enlarged(line, 1 / scale) for line in result.lines]
    return document


def _enlarged(line: Line, factor: float) -> Line:
    box = line.box and Box(*(factor * side for side in (line.box.x1, line.box.y1, line.box.x2, line.box.y2)))
    polygon = line.polygon and tuple((factor * x, factor * y) for x, y in line.polygon)
    return Line(line.text, box, polygon, line.confidence, line.min_confidence)


def main() -> None:
    """Command line: see the module's docstring."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--receipts", type=Path, required=True)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--model", default="nano")
    parser.add_argument("--scales", type=float, nargs="+", default=[1.0])
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    silence()
    torch.set_num_threads(options.threads)
    reader = Reader(TransformersEngine(options.model))
    pages = [page.path for page in receipts(options.receipts, "train")]
    wanted = [
        (path, scale, options.output / f"{scale:g}" / f"{path.stem}.json") for scale in options.scales for path in pages
    ]
    for path, scale, file in tqdm(wanted, unit="page", file=sys.stderr):
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            document = read(reader, path, scale)
            output.write(file, json.dumps(document.to_dict(), ensure_ascii=False).encode())


if __name__ == "__main__":
    main()
