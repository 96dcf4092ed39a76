"""The receipts folder (SROIE layout): `manifest.jsonl` with split, words and boxes; evaluation uses split "dev" alone.

Licence CC BY 4.0 (ICDAR 2019 SROIE). Its truth is upper-cased whatever the image shows, so scores on it ignore case.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Receipt:
    """One scanned receipt: the file, its size in pixels, its lines' text, their boxes (x1, y1, x2, y2) in pixels, and
    its key fields."""

    path: Path
    size: tuple[int, int]
    words: list[str]
    boxes: list[tuple[int, int, int, int]]
    fields: dict[str, str]

    def lines(self) -> list[tuple[str, tuple[int, int, int, int]]]:
        """Text and box of every line that has text and more than three pixels either way."""
        pairs = zip(self.words, self.boxes, strict=True)
        return [(text, box) for text, box in pairs if text.strip() and box[2] - box[0] > 3 and box[3] - box[1] > 3]


def receipts(folder: Path, split: str) -> list[Receipt]:
    """All receipts of a split, "train" or "dev". Raises FileNotFoundError if the folder has no manifest."""
    manifest = folder / "manifest.jsonl"
    if not manifest.exists():
        raise FileNotFoundError(f"no receipts at {folder}: expected a manifest.jsonl there")
    rows = map(json.loads, manifest.read_text(encoding="utf-8").splitlines())
    return [
        Receipt(
            folder / row["image"],
            (row["width"], row["height"]),
            row["words"],
            [tuple(box) for box in row["boxes"]],
            row["entities"],
        )
        for row in rows
        if row["split"] == split
    ]
