"""What the trainer is fed: item k is always the same pack, so that a run resumes exactly, whoever makes the packs."""

from __future__ import annotations

import random

from torch.utils.data import Dataset
from transformers import PreTrainedTokenizerBase

from training.config import Stage
from training.mixture import Mixture, NothingToDraw
from training.packing import Encoder, Pack, Tokens, pack
from training.sources import load_sources

FULL = 0.97
"""Share of a pack's tokens that is drawn before it is packed."""

HELD_OUT = 987
"""The seed of what is validated on, the same for all stages."""

MOST_TOO_LONG = 50
"""After so many samples in a row that fit no row, rows are too short."""


class Batches(Dataset[Pack]):
    """Packs of a stage's mixture; `testing` draws what is held out.

    A sample longer than a row is skipped and named in the pack's `skipped`, as a broken one is; plain text is cut. All
    else that is drawn is packed: a pack may have a row more than the stage's `rows`.
    """

    def __init__(self, stage: Stage, tokenizer: PreTrainedTokenizerBase, testing: bool = False) -> None:
        self.stage, self.encoder = stage, Encoder(tokenizer)
        self.seed = HELD_OUT if testing else stage.seed
        self.tasks = sorted(stage.mixture)
        self.mixture = Mixture(load_sources(stage, testing), stage.mixture, self.seed, stage.widths, stage.stretch)

    def __getitem__(self, item: int) -> Pack:
        stage, skipped = self.stage, list[str]()
        rng = random.Random(f"{self.seed}/{item}/answers")
        samples, count, too_long = list[Tokens](), 0, 0
        for example in self.mixture.examples(item, skipped):
            tokens = self.encoder.encode(example, rng.random() < stage.characters)
            if tokens.image is None:
                tokens = tokens.first(stage.length)
            if len(tokens) > stage.length:
                skipped.append(f"{example.task}: {len(tokens)} tokens are more than a row of {stage.length}")
                too_long += 1
                if too_long == MOST_TOO_LONG:
                    raise NothingToDraw(f"length: {too_long} samples in a row fit no row, the last one {skipped[-1]}")
                continue
            samples.append(tokens)
            count, too_long = count + len(tokens), 0
            if count >= FULL * stage.rows * stage.length:
                break
        return pack(samples, stage.length, self.encoder.pad, self.tasks, skipped)
