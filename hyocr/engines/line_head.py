"""Reads single lines by the checkpoint's CTC head: one pass of the vision tower, no language model."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import accumulate
from typing import Any

import numpy as np
import torch
from PIL import Image
from rapidfuzz.distance import Levenshtein
from safetensors import SafetensorError

from hyocr.canvas import HEIGHT, canvas
from hyocr.engines.base import Budget, Generation, Request
from hyocr.errors import CheckpointError
from hyocr.model import tower
from hyocr.model.checkpoint import Checkpoint, load_eye
from hyocr.model.ctc import Character, CtcHead, load_head
from hyocr.model.folder import Folder

BATCH_PIXELS = {"cpu": 2**18, "cuda": 2**23}
"""Pixels that go through the tower at once: on a CPU, eight times as many read no faster and take 0.2 GB more."""

ONE_LOOK = ((1.0, 0),)
LOOKS = ((0.85, 0), (1.0, 0), (1.2, 0), (1.45, 0), (1.1, 2), (1.1, -3))
"""How a line is looked at: stretched by a factor, and cropped (or, negative, padded) by pixels above and below.

Narrow letters need more columns, wide ones fewer, and no margin suits all. What six looks gain over one is in
`training/LOG.md`: about a tenth of the wrong characters on receipt lines, a third on drawn ones.
"""

SHARPNESS = 4.0
"""How much a sure reading outweighs an unsure one in the consensus: its weight is exp(SHARPNESS * certainty)."""


class LineHead:
    """A vision tower with its CTC head, sharing the weights of a loaded model."""

    def __init__(self, model: Any, head: CtcHead) -> None:
        self._tower = model.model.vision_tower
        self._patch = model.config.vision_config.patch_size
        self._head = head.to(model.device).eval()
        self._batch_pixels = BATCH_PIXELS.get(model.device.type, BATCH_PIXELS["cpu"])

    def read(self, requests: Sequence[Request], looks: Sequence[tuple[float, int]] = LOOKS) -> list[Generation]:
        """One Generation per line canvas (see `hyocr.canvas`), in order; each character counts as a token.

        Each line is looked at in several ways (see `LOOKS`), and the reading nearest to all others is kept. A line
        whose budget is over before it was looked at in all these ways has what the looks so far gave, and the budget's
        reason.
        """
        images = [_look(request.image, *look) for request in requests if request.image for look in looks]
        budgets = [request.budget for request in requests for _ in looks]
        done: dict[int, Generation] = {}
        for batch in self._batches(images):
            if going := [i for i in batch if not budgets[i].over()]:
                done.update(zip(going, self._read([images[i] for i in going]), strict=True))
        groups = [range(i, i + len(looks)) for i in range(0, len(images), len(looks))]
        found = [[done[i] for i in group if i in done] for group in groups]
        return [_settled(readings, request.budget) for readings, request in zip(found, requests, strict=True)]

    def _batches(self, images: Sequence[Image.Image]) -> Iterator[list[int]]:
        """The places of images of equal width, as many together as may go through the tower at once."""
        by_width: dict[int, list[int]] = defaultdict(list)
        for i, image in enumerate(images):
            by_width[image.width].append(i)
        for width, members in by_width.items():
            step = max(1, self._batch_pixels // (width * HEIGHT))
            for start in range(0, len(members), step):
                yield members[start : start + step]

    @torch.inference_mode()
    def _read(self, images: list[Image.Image]) -> list[Generation]:
        pixels = torch.from_numpy(np.stack([np.asarray(image.convert("RGB")) for image in images]))
        grid = (pixels.shape[1] // self._patch, pixels.shape[2] // self._patch)
        patches = tower.normalised_patches(pixels.to(next(self._tower.parameters()).device), self._patch)
        log_probs = self._head(tower.encode(self._tower, patches, grid).float())
        return [_generation(path) for path in self._head.best_path(log_probs)]


def read_single_lines(head: LineHead | None, requests: Sequence[Request]) -> dict[int, Generation]:
    """The answers to those requests that are single lines, by their place; none without a head."""
    if head is None:
        return {}
    lines = [i for i, request in enumerate(requests) if request.single_line and request.image]
    return dict(zip(lines, head.read([requests[i] for i in lines]), strict=True))


def load_line_head(loaded: Checkpoint) -> LineHead:
    """The head that came with a checkpoint or its adapter, on its tower. Raises CheckpointError if there is none."""
    return _line_head(loaded, loaded.model)


def load_line_head_alone(folder: Folder) -> LineHead:
    """The same of a checkpoint whose language model runs elsewhere, which is not loaded. Raises CheckpointError."""
    return _line_head(folder, load_eye(folder))


def _line_head(folder: Folder, model: Any) -> LineHead:
    try:
        return LineHead(model, load_head(folder.head_folder))
    except (OSError, ValueError, KeyError, SafetensorError) as error:
        raise CheckpointError(f"{folder.head_folder} has no usable CTC head to read lines with: {error}") from error


def _generation(path: list[Character]) -> Generation:
    return Generation(
        text="".join(character.text for character in path),
        finish_reason="stop",
        logprobs=tuple(character.logprob for character in path),
        ends=tuple(accumulate(len(character.text) for character in path)),
    )


def _settled(readings: Sequence[Generation], budget: Budget) -> Generation:
    if len(readings) == len(LOOKS):
        return consensus(readings)
    reason = budget.over() or "timeout"
    return replace(consensus(readings), finish_reason=reason) if readings else Generation("", reason)


def _look(image: Image.Image, scale: float, crop: int) -> Image.Image:
    if crop > 0:
        image = image.crop((0, crop, image.width, image.height - crop))
    elif crop < 0:
        padded = np.pad(np.asarray(image.convert("RGB")), ((-crop, -crop), (0, 0), (0, 0)), mode="edge")
        image = Image.fromarray(padded)
    return canvas(image.resize((max(1, round(image.width * scale)), HEIGHT), Image.Resampling.BICUBIC))


def consensus(readings: Sequence[Generation]) -> Generation:
    """The reading with the least expected edit distance to all, by how sure each is (minimum Bayes risk decoding).

    Source: Kumar and Byrne 2004, with the readings as the evidence space; distances are normalised by length.
    """
    weights = [math.exp(SHARPNESS * _certainty(reading)) for reading in readings]

    def risk(candidate: Generation) -> float:
        distances = (Levenshtein.normalized_distance(candidate.text, reading.text) for reading in readings)
        return sum(weight * distance for weight, distance in zip(weights, distances, strict=True))

    return min(readings, key=risk)


def _certainty(reading: Generation) -> float:
    """Mean log-probability; that of an empty reading is low but not nothing, for a line may be empty."""
    return sum(reading.logprobs) / len(reading.logprobs) if reading.logprobs else -1.0
