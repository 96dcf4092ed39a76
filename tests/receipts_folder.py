"""A receipts folder like the real one, drawn."""

from __future__ import annotations

import json
from pathlib import Path

from tests.fakes import page_image

PAGES = {
    "a": ["TEA HOUSE", "12/03/2018", "TOTAL 9.00"],
    "b": ["BOOK SHOP", "01/02/2018", "TOTAL 12.50"],
    "c": ["CAFE", "05/06/2018", "TOTAL 3.20"],
    "d": ["BAKERY", "07/08/2018", "TOTAL 4.10"],
}


def make_receipts(folder: Path, split: str = "dev") -> Path:
    """Four pages of three lines with their boxes and fields."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = []
    for name, lines in PAGES.items():
        image = page_image(lines)
        image.save(folder / f"{name}.png")
        boxes = [[28, 30 + 60 * i, 30 + 18 * len(line), 64 + 60 * i] for i, line in enumerate(lines)]
        fields = {"company": lines[0], "date": lines[1], "address": "1 ROAD", "total": lines[2].split()[-1]}
        about = {"image": f"{name}.png", "width": image.width, "height": image.height, "split": split}
        rows.append(about | {"words": lines, "boxes": boxes, "entities": fields})
    (folder / "manifest.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return folder
