"""How many of the words behind commas a system reads on real receipts, beside all other words.

    python -m eval run --bench receipts --model nano
    python -m eval.commas --predictions runs/eval/receipts/nano/predictions.jsonl --data ../shared/data/receipts

Protocol: of every true line of the dev receipts the words behind the first comma that is not between digits, and all
other words of all lines; words are runs of A-Z and 0-9 of the upper-cased text (`eval.metrics.words`). A word is read
"on the page" if it is among the words of the prediction's text and lines, "in its line" if it is among those of the
predicted lines of which half the area lies in the true line's box, or which cover half of that. Pages without a
prediction count as not read.
"""

from __future__ import annotations

import argparse
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from eval.metrics.words import alphanumeric_words
from eval.predictions import Prediction, PredictionError, read_predictions
from eval.receipts_data import Receipt, receipts
from hyocr.document import Box, Line

_COMMA = re.compile(r",(?!\d)|(?<!\d),")
SHARE = 0.5

BEHIND, OTHER = "behind a comma", "other words"


def split_at_comma(text: str) -> tuple[str, str]:
    """Split a line at its first comma that is not between digits; the second part is "" without one."""
    first, *rest = _COMMA.split(text, maxsplit=1)
    return first, "".join(rest)


def counts(pages: Sequence[Receipt], predictions: Mapping[str, Prediction]) -> dict[str, Counter[str]]:
    """Count for words behind commas and others: "words", and of them those read on the "page" and in their "line"."""
    found = {BEHIND: Counter[str](), OTHER: Counter[str]()}
    for page in pages:
        given = predictions.get(page.path.stem) or Prediction(page.path.stem, "")
        everywhere = alphanumeric_words("\n".join([given.output, *(line.text for line in given.lines)]))
        for text, box in page.lines():
            here = alphanumeric_words("\n".join(_at(Box(*box), given.lines)))
            for kind, part in zip((OTHER, BEHIND), split_at_comma(text), strict=True):
                words = list(alphanumeric_words(part).elements())
                found[kind]["words"] += len(words)
                found[kind]["page"] += sum(word in everywhere for word in words)
                found[kind]["line"] += sum(word in here for word in words)
    return found


def _at(truth: Box, lines: Sequence[Line]) -> list[str]:
    """The texts of the lines that lie in the true line's box or cover it."""
    texts = []
    for line in lines:
        if box := line.box or _around(line):
            width = min(box.x2, truth.x2) - max(box.x1, truth.x1)
            height = min(box.y2, truth.y2) - max(box.y1, truth.y1)
            smaller = min(box.width * box.height, truth.width * truth.height)
            if width > 0 and height > 0 and width * height >= SHARE * smaller:
                texts.append(line.text)
    return texts


def _around(line: Line) -> Box | None:
    if not line.polygon:
        return None
    xs, ys = zip(*line.polygon, strict=True)
    return Box(min(xs), min(ys), max(xs), max(ys))


def main() -> None:
    """Command line: see the module's docstring."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--predictions", type=Path, required=True, help="predictions.jsonl of whole receipts")
    parser.add_argument("--data", type=Path, default=Path("../shared/data/receipts"))
    parser.add_argument("--answered", action="store_true", help="only the pages that have a prediction")
    options = parser.parse_args()
    try:
        pages = receipts(options.data, "dev")
        predictions = read_predictions(options.predictions, {page.path.stem for page in pages})
    except (FileNotFoundError, PredictionError, ValueError) as error:
        raise SystemExit(str(error)) from error
    if options.answered:
        pages = [page for page in pages if page.path.stem in predictions]
    print(f"{'':16}{'words':>8}{'on the page':>14}{'in its line':>14}")
    for kind, one in counts(pages, predictions).items():
        shares = "".join(f"{one[where] / max(1, one['words']):14.1%}" for where in ("page", "line"))
        print(f"{kind:16}{one['words']:8}{shares}")


if __name__ == "__main__":
    main()
