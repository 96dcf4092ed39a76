"""Writes the held-out rendered lines that the CER in the model card is measured on.

    python -m training.synth.held_out --output runs/held_out_lines

Fonts are of families, and words of a vocabulary, that training never draws (see `fonts.held_out`,
`text.is_held_out_word`). The same seed and fonts give the same files.
"""

from __future__ import annotations

import argparse
import json
import random
from pathlib import Path

from training.synth.fonts import FONT_FOLDERS, families
from training.synth.lines import draw_sample
from training.synth.text import TextSource


def main() -> None:
    """Command line: see the module's docstring."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=20261121)
    parser.add_argument("--fonts", type=Path, help="folder of .ttf files instead of the installed ones")
    options = parser.parse_args()
    fonts = families(testing=True, folders=(options.fonts,) if options.fonts else FONT_FOLDERS)
    source = TextSource(testing=True)
    options.output.mkdir(parents=True, exist_ok=True)
    rows = []
    for index in range(options.count):
        rng = random.Random(f"{options.seed}/{index}")
        sample = draw_sample(rng, fonts, source, length=rng.randint(3, 40))
        name = f"{index:04d}.png"
        sample.image.save(options.output / name)
        rows.append({"image": name, "text": sample.text})
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    (options.output / "manifest.jsonl").write_text(lines, encoding="utf-8")
    print(f"{len(rows)} lines in {options.output}, {len(fonts)} held-out font families")


if __name__ == "__main__":
    main()
