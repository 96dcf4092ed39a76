"""Packs what a run on another, bare machine needs beside this repository: fonts, text and the receipts' train split.

    python -m training.pack --output luggage --text ../shared/text --receipts ../shared/data/receipts

Fonts: the two smallest files of each family, held-out families included for validation. Text: prose, names and lists.
Receipts: the train split alone, as grey WebP (a third of the size). The folder has the layout that stage files expect
of `text`, `fonts`, `receipts`.
"""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path

from PIL import Image

from training.synth.fonts import families

FILES_PER_FAMILY = 2
LARGEST_FONT = 150_000  # bytes; beyond are fonts of many scripts, whose family has to go without


def pack_fonts(output: Path) -> None:
    """Copies fonts under names that keep families apart."""
    output.mkdir(parents=True)
    for testing in (False, True):
        for family, paths in families(testing).items():
            small = sorted((path.stat().st_size, path) for path in map(Path, paths))[:FILES_PER_FAMILY]
            for _, path in (item for item in small if item[0] <= LARGEST_FONT):
                shutil.copy(path, output / f"{family.replace('/', '_')} {path.name}")


def pack_text(source: Path, output: Path) -> None:
    """Copies the folders that `TextSource.from_folder` reads, without the old novels."""
    for folder in sorted(source.iterdir()):
        if folder.name == "prose_docs" or folder.name.startswith("lists_"):
            shutil.copytree(folder, output / folder.name)


def pack_receipts(source: Path, output: Path) -> None:
    """Re-encodes the train split; its rows keep their order, so that labels by index stay valid."""
    (output / "images").mkdir(parents=True)
    rows = (source / "manifest.jsonl").read_text(encoding="utf-8").splitlines()
    train = [row for row in map(json.loads, rows) if row["split"] == "train"]
    for row in train:
        page = Image.open(source / row["image"]).convert("L")
        row["image"] = str(Path(row["image"]).with_suffix(".webp"))
        page.save(output / row["image"], quality=50, method=6)
    lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in train)
    (output / "manifest.jsonl").write_text("".join(lines), encoding="utf-8")


def main() -> None:
    """Command line: see the module's docstring."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--text", type=Path, required=True)
    parser.add_argument("--receipts", type=Path, required=True)
    options = parser.parse_args()
    shutil.rmtree(options.output, ignore_errors=True)
    pack_fonts(options.output / "fonts")
    pack_text(options.text, options.output / "text")
    pack_receipts(options.receipts, options.output / "receipts")
    for part in sorted(options.output.iterdir()):
        size = sum(path.stat().st_size for path in part.rglob("*") if path.is_file())
        print(f"{size / 2**20:6.1f} MiB  {part}")


if __name__ == "__main__":
    main()
