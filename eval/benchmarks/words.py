"""Words: an image of one word, cut from a photograph (IIIT5K, SVT, ICDAR 2013 and their like).

Protocol: word accuracy, as is (`exact`) and as the field reports it (`accuracy`: case and all but letters and digits
ignored; Shi, Bai and Yao 2015, arXiv 1507.05717, section 3), without a lexicon; CER over all words. A word without a
letter or digit is compared as it is. The crop is read as one line; there is no prompt beyond that.

Folder: one of
* `gt.txt`, `labels.txt`, `gt.csv` or `labels.csv`: an image (its path within the folder) and its word per line, between
  them a tab, a comma or, where the first line has neither, a space; the word may stand in double quotes;
* `test.xml` of SVT (or `gt.xml`): words with their boxes in whole photographs. Its lexicons are not used.
IIIT5K's own `testdata.mat` must be written out as `gt.txt` first: `ImgName`, a tab, `GroundTruth`.
"""

from __future__ import annotations

import math
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path

from PIL import Image

from eval.benchmarks.base import Item, Number, ratio, rgb
from eval.benchmarks.files import text_file, unique
from eval.metrics.cer import character_errors
from eval.metrics.spotting import alphanumeric
from eval.metrics.text import single_spaces
from eval.predictions import Prediction

NAME = "words"
TASK = "line"
FOLDER = "../shared/data/words"
LICENCE = "the data set's own; IIIT5K and SVT: research use"
MAIN = "accuracy"
ERRORS = frozenset({"cer"})

LABELS = ("gt.txt", "labels.txt", "gt.csv", "labels.csv")
BOXES = ("test.xml", "gt.xml")
HEADS = {"image", "filename", "file", "path", "name"}
"""What the first column of a table may be called."""


def load(folder: Path) -> list[Item]:
    """The words of the first of the files that the folder has; the truth is the word."""
    for name in LABELS + BOXES:
        path = folder / name
        if path.is_file():
            return unique(_boxed(path) if name in BOXES else _labelled(path), path)
    raise FileNotFoundError(f"There are no words at {folder}; it should hold one of {', '.join(LABELS + BOXES)}.")


def _labelled(path: Path) -> Iterator[Item]:
    lines = [(number, line) for number, line in enumerate(text_file(path).split("\n"), start=1) if line.strip()]
    between = next((sign for sign in "\t," if lines and sign in lines[0][1]), " ")
    for number, line in lines:
        image, _, word = (part.strip() for part in line.strip().partition(between))
        if len(word) > 1 and word[0] == word[-1] == '"':
            word = word[1:-1].replace('\\"', '"').replace('""', '"')
        if number == 1 and image.lower() in HEADS:
            continue
        if not image or not word:
            raise ValueError(f"{path}, line {number}: expected an image and its word with a tab or comma between them.")
        yield Item(image, partial(rgb, path.parent / image), single_spaces(word), word)


def _boxed(path: Path) -> Iterator[Item]:
    try:
        root = ElementTree.fromstring(text_file(path).encode())
    except ElementTree.ParseError as error:
        raise ValueError(f"{path}, line {error.position[0]}: this is not XML ({error}).") from error
    for photograph in root.iter("image"):
        image = (photograph.findtext("imageName") or "").strip()
        for index, box in enumerate(photograph.iter("taggedRectangle")):
            word = single_spaces(box.findtext("tag") or "")
            try:
                x, y, width, height = (float(box.attrib[name]) for name in ("x", "y", "width", "height"))
            except (KeyError, ValueError) as error:
                raise ValueError(
                    f'{path}: word {index + 1} of "{image}" needs the numbers x, y, width, height.'
                ) from error
            if not image or not word or width <= 0 or height <= 0:
                raise ValueError(f'{path}: word {index + 1} of "{image}" needs an imageName, a tag and a size.')
            crop = partial(_crop, path.parent / image, (x, y, x + width, y + height))
            yield Item(f"{image}/{index}", crop, word, word)


def _crop(path: Path, box: tuple[float, float, float, float]) -> Image.Image:
    """The part of the photograph inside the box; some boxes of SVT reach over its edge."""
    image = rgb(path)
    x1, y1 = max(0, round(box[0])), max(0, round(box[1]))
    x2, y2 = min(image.width, round(box[2])), min(image.height, round(box[3]))
    if x2 <= x1 or y2 <= y1:
        raise ValueError(f"a word's box lies outside {path.name}")
    return image.crop((x1, y1, x2, y2))


def measure(item: Item, prediction: Prediction) -> dict[str, float]:
    """Whether the word is right, in both forms, and its character errors."""
    reading = single_spaces(prediction.output)
    errors = character_errors(reading, item.truth)
    return {
        "exact": reading == item.truth,
        "alphanumeric": alphanumeric(reading) == alphanumeric(item.truth),
        "words": 1,
        "edits": errors.edits,
        "characters": errors.length,
    }


def scores(sums: Mapping[str, Number]) -> dict[str, Number]:
    """Shares of words that are right, and the character error rate."""
    return {
        "accuracy": ratio(sums["alphanumeric"], sums["words"]),
        "exact": ratio(sums["exact"], sums["words"]),
        "cer": ratio(sums["edits"], sums["characters"], math.nan),
    }
