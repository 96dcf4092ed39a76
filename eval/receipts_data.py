"""The receipts folder (SROIE layout): `manifest.jsonl` with split, words and boxes; evaluation uses split "dev" alone.

Licence CC BY 4.0 (ICDAR 2019 SROIE). Its truth is upper-cased whatever the image shows, so scores on it ignore case.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.benchmarks.files import MANIFEST, manifest

MEMBERS = {"image": str, "width": int, "height": int, "split": str, "words": list, "boxes": list, "entities": dict}


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
    """All receipts of a split, "train" or "dev".

    Raises FileNotFoundError if the folder has no manifest, ValueError for one that is broken, both with a sentence.
    """
    found = [_receipt(folder, row, where) for where, row in manifest(folder, MEMBERS) if row["split"] == split]
    if len({receipt.path.stem for receipt in found}) < len(found):
        raise ValueError(f"{folder / MANIFEST}: two images of the split {split} have one name.")
    return found


def _receipt(folder: Path, row: dict[str, Any], where: str) -> Receipt:
    words, boxes, fields = row["words"], row["boxes"], row["entities"]
    if not all(isinstance(word, str) for word in (*words, *fields.values())) or len(words) != len(boxes):
        raise ValueError(f"{where}: words and entities are strings, and each word has a box.")
    try:
        corners = [(int(x1), int(y1), int(x2), int(y2)) for x1, y1, x2, y2 in boxes]
    except (TypeError, ValueError) as error:
        raise ValueError(f"{where}: a box is four numbers.") from error
    return Receipt(folder / row["image"], (row["width"], row["height"]), words, corners, fields)
