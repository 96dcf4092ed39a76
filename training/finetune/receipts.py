"""The receipts folder (SROIE layout) as fine-tuning data: the fields of every page, and some of its lines to be read.

    python -m training.finetune.receipts ../shared/data/receipts --output runs/receipts/train.jsonl

Takes the split "train" alone. Receipts of one company are one group. Stands for a human's hand in docs/finetuning.md.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from eval.arguments import positive
from eval.receipts_data import Receipt, receipts
from hyocr import output
from hyocr.errors import HyocrError


def rows(receipt: Receipt, lines: int, rng: random.Random) -> Iterator[dict[str, Any]]:
    """A receipt's rows: one of its fields, `lines` (or all there are) of its lines."""
    common = {"image": str(receipt.path.resolve()), "group": receipt.fields.get("company", receipt.path.stem)}
    given = {name: value for name, value in receipt.fields.items() if value.strip()}
    if given:
        yield common | {"task": "fields", "values": {"keys": list(receipt.fields)}, "answer": given}
    width, height = receipt.size
    there = receipt.lines()
    for text, (x1, y1, x2, y2) in rng.sample(there, min(lines, len(there))):
        box = [max(0, x1), max(0, y1), min(width, x2), min(height, y2)]
        yield common | {"box": box, "line": True, "task": "read", "answer": " ".join(text.split())}


def main() -> int:
    """Command line: see the module's docstring."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--lines", type=positive, default=10, help="lines of each receipt")
    parser.add_argument("--output", type=Path, required=True)
    options = parser.parse_args()
    try:
        rng = random.Random(0)
        found = [row for receipt in receipts(options.folder, "train") for row in rows(receipt, options.lines, rng)]
        output.prepare(options.output.parent)
        output.write(options.output, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in found).encode())
    except (FileNotFoundError, ValueError, HyocrError) as error:
        print(f"receipts: {error}", file=sys.stderr)
        return 1
    print(f"{len(found)} rows in {options.output}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
