"""CER on single text lines, ours beside Tesseract's on the same crops.

    python -m eval.benchmarks.lines --receipts ../shared/data/receipts     # dev crops by their true boxes
    python -m eval.benchmarks.lines --folder runs/held_out_lines           # any folder with a manifest of {"image",
    "text"}

Protocol: each crop is read by itself, greedily; Levenshtein distances pooled over all lines. Receipts ignore case
(their truth is upper-cased). A reading's spaces are made single, its line breaks too.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Callable
from pathlib import Path

import torch
from PIL import Image
from tqdm import tqdm

from eval import tesseract
from eval.metrics.cer import cer
from eval.receipts_data import receipts
from hyocr.canvas import canvas
from hyocr.engines.base import Request
from hyocr.engines.transformers import TransformersEngine
from hyocr.tasks import read

Line = tuple[Image.Image, str]


def receipt_lines(folder: Path, count: int, seed: int = 0) -> list[Line]:
    """`count` lines of the dev receipts, cropped by their true boxes, chosen by seed."""
    found = [
        (receipt.path, box, text)
        for receipt in receipts(folder, "dev")
        for text, box in zip(receipt.words, receipt.boxes, strict=True)
        if text.strip() and box[2] - box[0] > 3 and box[3] - box[1] > 3
    ]
    chosen = random.Random(seed).sample(found, min(count, len(found)))
    return [(Image.open(path).convert("RGB").crop(box), text) for path, box, text in chosen]


def folder_lines(folder: Path, count: int) -> list[Line]:
    """The first `count` lines of a folder's manifest.jsonl."""
    rows = map(json.loads, (folder / "manifest.jsonl").read_text(encoding="utf-8").splitlines()[:count])
    return [(Image.open(folder / row["image"]).convert("RGB"), row["text"]) for row in rows]


def read_ours(model: str, lines: list[Line]) -> list[str]:
    """Greedy readings of all crops by a checkpoint, through the engine and the canvas that `hyocr read` uses."""
    engine = TransformersEngine(model)
    readings = []
    for start in tqdm(range(0, len(lines), 64), desc=model):
        requests = [Request(canvas(image), read.prompt(), max_tokens=128) for image, _ in lines[start : start + 64]]
        readings += [generation.text for generation in engine.generate(requests)]
    return readings


def report(name: str, reader: Callable[[], list[str]], truths: list[str], fold: bool) -> dict[str, object]:
    """Reads, scores and prints one system."""
    started = time.perf_counter()
    readings = [" ".join(text.split()) for text in reader()]
    seconds = time.perf_counter() - started
    if fold:
        readings, truths = [text.upper() for text in readings], [text.upper() for text in truths]
    exact = sum(map(str.__eq__, readings, truths)) / len(truths)
    rate, milliseconds = 100 * cer(readings, truths), 1000 * seconds / len(truths)
    print(f"{name:28} CER {rate:6.2f} %   exact {100 * exact:5.1f} %   {milliseconds:6.1f} ms/line")
    return {"system": name, "cer": cer(readings, truths), "exact": exact, "readings": readings}


def main() -> None:
    """Command line: see the module's docstring."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="nano")
    parser.add_argument("--receipts", type=Path, help="receipts folder: score its dev split")
    parser.add_argument("--folder", type=Path, help="folder with manifest.jsonl of image and text")
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--without-tesseract", action="store_true")
    parser.add_argument("--output", type=Path, help="write predictions as JSON lines")
    options = parser.parse_args()
    if (options.receipts is None) == (options.folder is None):
        parser.error("give either --receipts or --folder")
    torch.set_num_threads(options.threads)
    fold = options.receipts is not None
    lines = receipt_lines(options.receipts, options.count) if fold else folder_lines(options.folder, options.count)
    truths = [" ".join(text.split()) for _, text in lines]
    print(f"{len(lines)} lines, {sum(map(len, truths))} characters{', case ignored' if fold else ''}")
    results = [report(f"hyocr {options.model}", lambda: read_ours(options.model, lines), truths, fold)]
    if tesseract.available() and not options.without_tesseract:
        by_tesseract = lambda: [tesseract.read(image, 7, options.threads) for image, _ in tqdm(lines, desc="tesseract")]  # noqa: E731
        results.append(report("tesseract --psm 7", by_tesseract, truths, fold))
    if options.output:
        rows = [
            {"truth": truth, **{str(r["system"]): r["readings"][i] for r in results}} for i, truth in enumerate(truths)
        ]  # type: ignore[index]
        options.output.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


if __name__ == "__main__":
    main()
