"""Receipt lines: single lines cropped from the dev receipts by their true boxes.

Protocol: 1,000 lines, chosen once and for all by seed; edits pooled over them. The truth is upper-cased, so `cer` and
`exact` compare upper-cased text and `cased_cer` text as it is; runs of white space count as one space throughout.
"""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from eval.benchmarks.base import Item, Number, ratio, rgb
from eval.metrics.cer import character_errors
from eval.metrics.text import single_spaces
from eval.predictions import Prediction
from eval.receipts_data import receipts

NAME = "receipts_lines"
TASK = "line"
FOLDER = "../shared/data/receipts"
LICENCE = "ICDAR 2019 SROIE, CC BY 4.0"
MAIN = "cer"
ERRORS = frozenset({"cer", "cased_cer"})

COUNT, SEED = 1000, 0


def load(folder: Path) -> list[Item]:
    """The chosen lines; the truth is their text."""
    found = [
        Item(f"{page.path.stem}/{i}", partial(rgb, page.path, box), single_spaces(text), single_spaces(text))
        for page in receipts(folder, "dev")
        for i, (text, box) in enumerate(page.lines())
    ]
    return random.Random(SEED).sample(found, min(COUNT, len(found)))


def measure(item: Item, prediction: Prediction) -> dict[str, float]:
    """Edits and characters, with case and without."""
    reading = single_spaces(prediction.output)
    folded = character_errors(reading.upper(), item.truth.upper())
    cased = character_errors(reading, item.truth)
    return {
        "edits": folded.edits,
        "characters": folded.length,
        "cased_edits": cased.edits,
        "cased_characters": cased.length,
        "exact": folded.edits == 0,
        "lines": 1,
    }


def scores(sums: Mapping[str, Number]) -> dict[str, Number]:
    """Character error rates, and the share of lines without an error."""
    return {
        "cer": ratio(sums["edits"], sums["characters"], math.nan),
        "cased_cer": ratio(sums["cased_edits"], sums["cased_characters"], math.nan),
        "exact": ratio(sums["exact"], sums["lines"]),
    }
