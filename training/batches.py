"""What the trainer is fed: item k is always the same pack, so that a run resumes exactly, whoever makes the packs."""

from __future__ import annotations

import random

from torch.utils.data import Dataset
from transformers import PreTrainedTokenizerBase

from training.config import Stage
from training.example import Example
from training.mixture import Mixture, NothingToDraw
from training.packing import Encoder, Pack, Tokens, pack
from training.sources import load_sources

HELD_OUT = 987
"""The seed of what is validated on, the same for all stages."""

MOST_TOO_LONG = 50
"""After so many samples in a row that fit no row, rows are too short."""

TOO_LONG = "too long: "
"""What stands before the task of a sample that fits no row; a broken sample is named otherwise."""


class Batches(Dataset[Pack]):
    """Packs of a stage's mixture; `testing` draws what is held out.

    A sample longer than a row by characters is tried with merged tokens; if it still is, it is skipped and named in the
    pack's `skipped`, as a broken one is. Plain text is cut. All else that is drawn is packed, and when to stop hangs on
    what was drawn alone, so that no length is preferred: a pack may have a row more than the stage's `rows`.
    """

    def __init__(self, stage: Stage, tokenizer: PreTrainedTokenizerBase, testing: bool = False) -> None:
        self.stage, self.encoder = stage, Encoder(tokenizer)
        self.seed = HELD_OUT if testing else stage.seed
        self.tasks = sorted(stage.mixture)
        self.mixture = Mixture(load_sources(stage, testing), stage.mixture, self.seed, stage.widths, stage.stretch)

    def __getitem__(self, item: int) -> Pack:
        stage, skipped = self.stage, list[str]()
        rng = random.Random(f"{self.seed}/{item}/answers")
        samples, room, too_long = list[Tokens](), [stage.length] * stage.rows, 0
        for example in self.mixture.examples(item, skipped):
            tokens = self._tokens(example, rng.random() < stage.characters)
            if len(tokens) > stage.length:
                skipped.append(TOO_LONG + example.task)
                too_long += 1
                if too_long == MOST_TOO_LONG:
                    raise NothingToDraw(
                        f"length: {too_long} samples in a row fit no row, the last one of {example.task}: "
                        f"{len(tokens)} tokens are more than {stage.length}"
                    )
                continue
            samples.append(tokens)
            too_long = 0
            row = next((row for row, left in enumerate(room) if left >= len(tokens)), None)
            if row is None:
                break  # it gets a row of its own, and packing levels them
            room[row] -= len(tokens)
            if max(room) * len(samples) < sum(map(len, samples)):
                break  # the next one is more likely not to fit
        return pack(samples, stage.length, self.encoder.pad, self.tasks, skipped)

    def _tokens(self, example: Example, by_character: bool) -> Tokens:
        tokens = self.encoder.encode(example, by_character)
        if tokens.image is None:
            return tokens.first(self.stage.length)
        return self.encoder.encode(example, False) if by_character and len(tokens) > self.stage.length else tokens
