"""Packs what a run on another, bare machine needs beside this repository: fonts, text, receipts and formulas.

    python -m training.pack --output runs/luggage --text ../shared/text --receipts ../shared/data/receipts
    --formulas ../shared/data/formulas

Fonts: the two smallest files of each family, held-out families included for validation, and the smallest Chinese
ones. Text: prose, names, lists, tables and formulas. Receipts: the train split alone, as grey WebP (half the size).
Formulas: the train split alone. What is not given is left out; the folder has the layout that stage files expect of
`text`, `fonts`, `receipts` and `formulas`.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from pathlib import Path
from typing import Any

from PIL import Image

from eval.benchmarks.files import MANIFEST, manifest
from training.synth.faces import chinese_families
from training.synth.fonts import families

FILES_PER_FAMILY = 2
LARGEST = {False: 150_000, True: 300_000}
"""Bytes of a font file by whether it is held out (of those there are few). Beyond are fonts of many scripts."""

FALLBACKS = ("DejaVu Sans", "DejaVu Serif", "DejaVu Sans Mono", "FreeSans", "FreeSerif", "FreeMono")
"""Families that draw what others lack (see `training.synth.faces`): their plain cut comes along whatever its size."""

LARGEST_CHINESE = 5_000_000
TEXT = ("prose_docs", "zh_docs", "zh_wiki_cmrc", "lists_*", "tables_markdown", "latex_oiwiki")
"""What is copied of the text folder: without novels, and without translations, which are larger than all the rest."""


def pack_fonts(output: Path) -> None:
    """Copies fonts under names that keep families apart. Raises FileNotFoundError if there are none."""
    output.mkdir(parents=True)
    for testing in (False, True):
        for family, paths in families(testing).items():
            for path in chosen(family, paths, LARGEST[testing]):
                shutil.copy(path, output / f"{family.replace('/', '_')} {path.name}")
        for family, paths in chinese_families(testing).items():
            files = [path for path in paths if "#" not in path]  # members of collections come only with all of it
            for path in chosen(family, files, LARGEST_CHINESE)[:1]:
                shutil.copy(path, output / f"{family.replace('/', '_')} {path.name}")


def chosen(family: str, paths: list[str], largest: int) -> list[Path]:
    """The family's smallest files of at most `largest` bytes, and a fallback's plain one of any size."""
    by_size = sorted(map(Path, paths), key=lambda path: (path.stat().st_size, path))
    small = [path for path in by_size[:FILES_PER_FAMILY] if path.stat().st_size <= largest]
    plain = [path for path in by_size if family in FALLBACKS and path.stem == family.replace(" ", "")]
    return list(dict.fromkeys(small + plain))


def pack_text(source: Path, output: Path) -> None:
    """Copies the folders of TEXT. Raises FileNotFoundError if there is none of them."""
    found = sorted(folder for pattern in TEXT for folder in source.glob(pattern))
    if not found:
        raise FileNotFoundError(f"{source} has no text to draw: give --text a folder that has, or leave it out.")
    for folder in found:
        shutil.copytree(folder, output / folder.name)


def pack_receipts(source: Path, output: Path, most: int | None = None) -> None:
    """Re-encodes the train split; its rows keep their order, so that labels by index stay valid."""
    (output / "images").mkdir(parents=True)
    rows = train_rows(source)[:most]
    for row in rows:
        page = Image.open(source / row["image"]).convert("L")
        row["image"] = str(Path("images") / Path(row["image"]).with_suffix(".webp").name)
        page.save(output / row["image"], quality=50, method=6)
    write_rows(output, rows)


def pack_formulas(source: Path, output: Path, most: int | None = None) -> None:
    """Copies the train split."""
    (output / "images").mkdir(parents=True)
    rows = train_rows(source)[:most]
    for row in rows:
        copied = Path("images") / Path(row["image"]).name
        shutil.copy(source / row["image"], output / copied)
        row["image"] = str(copied)
    write_rows(output, rows)


def train_rows(source: Path) -> list[dict[str, Any]]:
    """The rows of the folder's manifest that are for training. Raises FileNotFoundError or ValueError."""
    rows = manifest(source, {"image": str, "split": str}, "give a folder that has one")
    return [row for _, row in rows if row["split"] == "train"]


def write_rows(output: Path, rows: list[dict[str, Any]]) -> None:
    """A manifest of these rows."""
    lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    (output / MANIFEST).write_text("".join(lines), encoding="utf-8")


def main() -> int:
    """Command line: see the module's docstring."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", type=Path, required=True, help="folder, emptied first")
    parser.add_argument("--text", type=Path)
    parser.add_argument("--receipts", type=Path)
    parser.add_argument("--formulas", type=Path)
    parser.add_argument("--most", type=int, help="take so many receipts and formulas at most (all)")
    options = parser.parse_args()
    shutil.rmtree(options.output, ignore_errors=True)
    try:
        pack_fonts(options.output / "fonts")
        if options.text:
            pack_text(options.text, options.output / "text")
        if options.receipts:
            pack_receipts(options.receipts, options.output / "receipts", options.most)
        if options.formulas:
            pack_formulas(options.formulas, options.output / "formulas", options.most)
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    for part in sorted(options.output.iterdir()):
        size = sum(path.stat().st_size for path in part.rglob("*") if path.is_file())
        print(f"{size / 2**20:6.1f} MiB  {part}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
