"""CER on single text lines, ours beside Tesseract's on the same crops.

    python -m eval.benchmarks.lines --receipts ../shared/data/receipts     # dev crops by their true boxes
    python -m eval.benchmarks.lines --folder runs/held_out_lines           # images named by its manifest.jsonl

Protocol: each crop is read by itself, greedily, by nano's CTC head and by its language model; Levenshtein distances
pooled over all lines. Receipts ignore case (their truth is upper-cased). White space in readings becomes single spaces.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import torch
from PIL import Image
from tqdm import tqdm

from eval import tesseract
from eval.metrics.cer import cer
from eval.receipts_data import receipts
from hyocr.canvas import canvas
from hyocr.engines.base import Engine, Request
from hyocr.engines.transformers import TransformersEngine
from hyocr.tasks import read

Line = tuple[Image.Image, str]
Reader = Callable[[list[Image.Image]], list[str]]


def receipt_lines(folder: Path, count: int, seed: int = 0) -> list[Line]:
    """`count` lines of the dev receipts, cropped by their true boxes, chosen by seed."""
    found = [(receipt.path, box, text) for receipt in receipts(folder, "dev") for text, box in receipt.lines()]
    chosen = random.Random(seed).sample(found, min(count, len(found)))
    return [(Image.open(path).convert("RGB").crop(box), text) for path, box, text in chosen]


def folder_lines(folder: Path, count: int) -> list[Line]:
    """The first `count` lines of a folder's manifest.jsonl."""
    rows = map(json.loads, (folder / "manifest.jsonl").read_text(encoding="utf-8").splitlines()[:count])
    return [(Image.open(folder / row["image"]).convert("RGB"), row["text"]) for row in rows]


def read_ours(engine: Engine, images: list[Image.Image]) -> list[str]:
    """Greedy readings of all crops through the engine and the canvas that `hyocr read` uses."""
    readings = []
    for start in tqdm(range(0, len(images), 64), desc="hyocr"):
        canvases = [canvas(image) for image in images[start : start + 64]]
        requests = [Request(image, read.prompt(), 16 + image.width // 4, single_line=True) for image in canvases]
        readings += [generation.text for generation in engine.generate(requests)]
    return readings


def read_tesseract(threads: int, images: list[Image.Image]) -> list[str]:
    """Tesseract's readings of all crops, each taken as a single line."""
    return [tesseract.read(image, 7, threads) for image in tqdm(images, desc="tesseract")]


def report(name: str, reader: Reader, lines: list[Line], fold: bool) -> list[str]:
    """Reads with one system, prints its scores and returns its readings."""
    started = time.perf_counter()
    readings = [" ".join(text.split()) for text in reader([image for image, _ in lines])]
    milliseconds = 1000 * (time.perf_counter() - started) / len(lines)
    pairs = [(reading, truth) for reading, (_, truth) in zip(readings, lines, strict=True)]
    if fold:
        pairs = [(reading.upper(), truth.upper()) for reading, truth in pairs]
    rate = 100 * cer(*map(list, zip(*pairs, strict=True)))
    exact = 100 * sum(reading == truth for reading, truth in pairs) / len(pairs)
    print(f"{name:24} CER {rate:6.2f} %   exact {exact:5.1f} %   {milliseconds:6.1f} ms/line", flush=True)
    return readings


def main() -> None:
    """Command line: see the module's docstring."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="nano")
    parser.add_argument("--receipts", type=Path, help="receipts folder: score its dev split")
    parser.add_argument("--folder", type=Path, help="folder with manifest.jsonl of image and text")
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--line-reader", nargs="+", default=["ctc", "language"], choices=["ctc", "language"])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--without-tesseract", action="store_true")
    parser.add_argument("--output", type=Path, help="write predictions as JSON lines")
    options = parser.parse_args()
    if (options.receipts is None) == (options.folder is None):
        parser.error("give either --receipts or --folder")
    torch.set_num_threads(options.threads)
    fold = options.receipts is not None
    lines = receipt_lines(options.receipts, options.count) if fold else folder_lines(options.folder, options.count)
    lines = [(image, " ".join(text.split())) for image, text in lines]
    print(f"{len(lines)} lines, {sum(len(text) for _, text in lines)} characters{', case ignored' if fold else ''}")
    systems: dict[str, Reader] = {}
    for line_reader in options.line_reader:
        engine = TransformersEngine(options.model, line_reader=line_reader)
        systems[f"hyocr {options.model} {line_reader}"] = partial(read_ours, engine)
    if tesseract.available() and not options.without_tesseract:
        systems["tesseract --psm 7"] = partial(read_tesseract, options.threads)
    readings = {name: report(name, reader, lines, fold) for name, reader in systems.items()}
    if options.output:
        rows = [{"truth": text, **{name: readings[name][i] for name in systems}} for i, (_, text) in enumerate(lines)]
        options.output.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


if __name__ == "__main__":
    main()
