"""Whole receipts: word F1 and seconds of `hyocr read` beside Tesseract's, in the same run, with the same threads.

    python -m eval.benchmarks.receipts --receipts ../shared/data/receipts

Protocol: every dev receipt is read as a user would (`Reader.read`, the checkpoint's own strategy unless one is
named), Tesseract with `--psm 4` on the same pixels. Words are the multiset of alphanumeric runs, upper-cased
(`eval.metrics.words`). The model is loaded before the clock starts; Tesseract's time includes starting its process,
as a user's would.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import torch
from PIL import Image
from tqdm import tqdm

from eval import tesseract
from eval.metrics.words import word_scores
from eval.receipts_data import Receipt, receipts
from hyocr.engines.transformers import TransformersEngine
from hyocr.reader import Reader


def run(name: str, read: Callable[[Path], str], pages: list[Receipt]) -> dict[str, object]:
    """Reads all pages with one system, prints its line and returns scores, seconds and texts."""
    texts, seconds = [], []
    for page in tqdm(pages, desc=name):
        started = time.perf_counter()
        texts.append(read(page.path))
        seconds.append(time.perf_counter() - started)
    scores = word_scores(texts, [" ".join(page.words) for page in pages])
    print(
        f"{name:24} P {100 * scores.precision:5.1f}  R {100 * scores.recall:5.1f}  F1 {100 * scores.f1:5.1f} %   "
        f"{statistics.mean(seconds):5.2f} s mean  {statistics.median(seconds):5.2f} s median"
    )
    return {"system": name, **scores._asdict(), "seconds": statistics.mean(seconds), "texts": texts}


def main() -> None:
    """Command line: see the module's docstring."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="nano")
    parser.add_argument("--receipts", type=Path, required=True)
    parser.add_argument(
        "--strategy", nargs="*", default=[None], help="one or several of lines, page; default: the checkpoint's"
    )
    parser.add_argument("--split", default="dev", choices=["dev", "train"])
    parser.add_argument("--count", type=int, default=None)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--without-tesseract", action="store_true")
    parser.add_argument("--output", type=Path, help="write scores and texts as JSON")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    pages = receipts(options.receipts, options.split)[: options.count]
    print(f"{len(pages)} receipts, {options.threads} threads")
    engine = TransformersEngine(options.model)
    results = []
    for strategy in options.strategy:
        reader = Reader(engine, strategy=strategy)
        name = f"hyocr {options.model} {strategy or engine.default_strategy}"
        results.append(run(name, lambda path, reader=reader: reader.read(path).text, pages))  # type: ignore[misc]
    if tesseract.available() and not options.without_tesseract:
        by_tesseract = lambda path: tesseract.read(Image.open(path).convert("RGB"), 4, options.threads)  # noqa: E731
        results.append(run("tesseract --psm 4", by_tesseract, pages))
    if options.output:
        options.output.write_text(json.dumps(results, ensure_ascii=False, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
