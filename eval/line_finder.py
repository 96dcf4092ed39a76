"""How many true lines of real receipts the line finder covers, before anything is read.

    python -m eval.line_finder --receipts ../shared/data/receipts

Protocol: a true line is covered if one proposal holds at least 85 % of its box and is at most 1.7 times as high
(neighbours on a row may share a proposal, neighbours above each other may not). Proposals were tuned on split
"train".
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from eval.receipts_data import Receipt, receipts
from hyocr.document import Box
from hyocr.lines import propose

SHARE, HIGHEST = 0.85, 1.7


def covered(truth: tuple[int, int, int, int], proposals: Sequence[Box]) -> bool:
    """Whether one of the proposals covers the true box (x1, y1, x2, y2), all in pixels."""
    x1, y1, x2, y2 = truth
    overlaps = [
        max(0, min(box.x2, x2) - max(box.x1, x1)) * max(0, min(box.y2, y2) - max(box.y1, y1))
        for box in proposals
        if box.height <= HIGHEST * (y2 - y1)
    ]
    return max(overlaps, default=0) >= SHARE * (x2 - x1) * (y2 - y1)


def _pages(folder: Path, split: str) -> list[Receipt]:
    try:
        pages = receipts(folder, split)
    except (FileNotFoundError, ValueError) as error:
        raise SystemExit(str(error)) from error
    if not pages:
        raise SystemExit(f"{folder} has no receipts of the split {split}.")
    return pages


def main() -> None:
    """Command line: see the module's docstring."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--receipts", type=Path, required=True)
    parser.add_argument("--split", nargs="+", default=["train", "dev"], choices=["train", "dev"])
    options = parser.parse_args()
    for split in options.split:
        pages, seconds, hits = _pages(options.receipts, split), 0.0, []
        for page in pages:
            image = Image.open(page.path).convert("RGB")
            started = time.perf_counter()
            boxes = [crop.box for crop in propose(image)]
            seconds += time.perf_counter() - started
            hits += [covered(truth, boxes) for _, truth in page.lines()]
        share = 100 * sum(hits) / len(hits)
        print(f"{split:6} {share:.1f} % of {len(hits)} lines covered, {seconds / len(pages):.3f} s per receipt")


if __name__ == "__main__":
    main()
