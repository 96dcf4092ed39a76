"""Gives real receipts their letter case back.

    python -m training.relabel --checkpoint runs/nano_cpu_1a_words/checkpoint --receipts ../shared/data/receipts
    --output runs/labels.json

The receipts' truth is upper-cased whatever the image shows: trained on as it is, it would teach a reader to lie. The
CTC head of an earlier checkpoint aligns each label with its image, either case counting, and says for each word which
of UPPER, lower or Title fits best. A label that does not align at all (a wrong box, an illegible crop) is dropped
(null).
"""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from hyocr.canvas import canvas
from hyocr.model import tower
from hyocr.model.ctc import BLANK, ROWS
from training.checkpoint import Weights, load_weights
from training.ctc import INDEX
from training.example import SampleError
from training.sources.crops import MARGIN, load_crops, receipt_crops

WORST_FIT = -4.0
"""Mean log-probability per character below which a label is dropped."""


def align(log_probs: NDArray[np.float32], text: str) -> tuple[float, list[NDArray[np.float32]]]:
    """Viterbi path of a text through CTC log-probabilities (steps, symbols), letters matching in either case.

    Returns the path's log-probability and, for each character, the row of log-probabilities where it is best placed.
    """
    folded = [[INDEX[c] for c in {character.lower(), character.upper()} if c in INDEX] for character in text]
    letters = np.stack([np.logaddexp.reduce(log_probs[:, ids], axis=1) for ids in folded], axis=1)
    states = np.repeat(log_probs[:, BLANK : BLANK + 1], 2 * len(text) + 1, axis=1)
    states[:, 1::2] = letters
    skips = np.zeros(states.shape[1], bool)  # a blank may be skipped between different characters
    skips[3::2] = [a != b for a, b in zip(folded[1:], folded[:-1], strict=True)]
    score = np.full(states.shape[1], -np.inf, np.float32)
    score[:2] = states[0, :2]
    back = np.zeros(states.shape, np.int8)
    for step in range(1, len(states)):
        moves = np.stack(
            [score, np.r_[-np.inf, score[:-1]], np.where(skips, np.r_[-np.inf, -np.inf, score[:-2]], -np.inf)]
        )
        back[step] = moves.argmax(0)
        score = moves.max(0) + states[step]
    state = len(score) - 1 if score[-1] >= score[-2] else len(score) - 2
    best = float(score[state])
    place: dict[int, int] = {}
    for step in range(len(states) - 1, -1, -1):
        if state % 2:
            character = state // 2
            if character not in place or letters[step, character] > letters[place[character], character]:
                place[character] = step
        state -= int(back[step, state])
    return best, [log_probs[place[i]] if i in place else log_probs[0] for i in range(len(text))]


def restore_case(text: str, rows: list[NDArray[np.float32]]) -> str:
    """Each word in the case (UPPER, lower, Title) whose letters the rows of `align` make most probable."""
    result, start = [], 0
    for word in text.split(" "):
        here = rows[start : start + len(word)]
        candidates = (word.upper(), word.lower(), word.capitalize())
        fits = [sum(float(row[INDEX[c]]) for c, row in zip(w, here, strict=True) if c in INDEX) for w in candidates]
        result.append(candidates[int(np.argmax(fits))])
        start += len(word) + 1
    return " ".join(result)


@torch.no_grad()
def relabel(weights: Weights, image: Image.Image, text: str) -> str | None:
    """The text in the case the image shows, or None if it does not fit the image."""
    if any(c not in INDEX for c in text):
        return None
    pixels = torch.from_numpy(np.array(canvas(image)))[None]
    patch = weights.model.config.vision_config.patch_size
    grid = (ROWS, pixels.shape[2] // patch)
    hidden = tower.encode(weights.model.model.vision_tower, tower.normalised_patches(pixels, patch), grid)
    fit, rows = align(weights.head(hidden)[0].numpy(), text)
    return restore_case(text, rows) if fit / len(text) > WORST_FIT else None


def read(weights: Weights, picture: Image.Image | SampleError, text: str) -> str | None:
    """The label of a crop of `load_crops`, half of its margin cut off; None for a file that cannot be read."""
    if isinstance(picture, SampleError):
        return None
    tight = round(0.5 * MARGIN / (1 + 2 * MARGIN) * picture.height)
    return relabel(weights, picture.crop((tight, tight, picture.width - tight, picture.height - tight)), text)


def main() -> None:
    """Command line: see the module's docstring."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoint", required=True)
    parser.add_argument("--receipts", type=Path, required=True)
    parser.add_argument("--output", type=Path, required=True)
    options = parser.parse_args()
    torch.set_num_threads(1)
    weights = load_weights(options.checkpoint)
    crops = receipt_crops(options.receipts, "train")
    labels = [read(weights, picture, crop.text) for crop, picture in zip(crops, load_crops(crops), strict=True)]
    partial = options.output.with_suffix(".partial")
    partial.write_text(json.dumps(labels, ensure_ascii=False), encoding="utf-8")
    os.replace(partial, options.output)
    changed = sum(label is not None and label != label.upper() for label in labels)
    print(f"{len(labels)} labels: {changed} with lower case, {labels.count(None)} dropped")


if __name__ == "__main__":
    main()
