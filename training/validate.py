"""Held-out scores during training: each task's loss, and the character error rate of lines read by either reader."""

from __future__ import annotations

import contextlib
import copy
import math
from functools import cached_property
from itertools import groupby
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader
from transformers import DynamicCache

from eval.metrics.cer import cer
from hyocr.model import tower
from training import distributed
from training.batches import HELD_OUT, Batches
from training.config import Stage
from training.ctc import ctc_read
from training.example import Example
from training.meter import passed_over, task_means
from training.mixture import Mixture, NoShare
from training.objective import Objective, precision, see
from training.packing import Encoder, Pack, positions

PACKS = 16
"""Held-out packs that losses are measured on; more where processes could not share them evenly."""


class Validation:
    """Fixed samples whose fonts, words and documents are never trained on; of real sources nothing is held out here."""

    def __init__(self, stage: Stage, tokenizer: Any) -> None:
        self.stage = stage
        self.data: Batches | None = None
        with contextlib.suppress(NoShare):  # where the mixture has real sources alone
            self.data = Batches(stage, tokenizer, testing=True)
        self._drawn: list[Pack] = []

    @torch.no_grad()
    def scores(self, objective: Objective, world: distributed.World) -> dict[str, Any]:
        """`loss/TASK` per token, `ctc_loss` per character; for lines `ctc_cer` and `cer` (CTC head, language model).

        Lines are read with one process only. `error` is what the best checkpoint is chosen by: the mean loss of the
        tasks, or without a language loss the CTC loss; it is missing where nothing held out has such a loss. The first
        scores say what was skipped as well. Without a source that is drawn there are none at all.
        """
        if self.data is None:
            return {}
        told = {} if self._drawn else passed_over(self._draw(self.data, world))
        result = self._losses(self.data, objective, world)
        if self._lines and world.size == 1:
            result |= self._reading(self.data.encoder, objective, world.device)
        return result | told

    def _draw(self, data: Batches, world: distributed.World) -> list[str]:
        """Draws this process's share of the packs; returns what was skipped."""
        items = range(math.ceil(PACKS / world.size) * world.size)[world.rank :: world.size]
        # Its own generator: a loader takes a number from torch's, and a resumed run draws once more than a whole one.
        loader = DataLoader(
            data, batch_size=None, sampler=items, num_workers=self.stage.workers, generator=torch.Generator()
        )
        # Copied, since each tensor of a worker holds shared memory and an open file.
        self._drawn = [copy.deepcopy(pack) for pack in loader]
        return [name for pack in self._drawn for name in pack.skipped]

    def _losses(self, data: Batches, objective: Objective, world: distributed.World) -> dict[str, Any]:
        total: list[Tensor] = []
        for pack in self._drawn:
            with precision(world.device):
                losses = objective(pack.to(world.device))
            lines = torch.tensor([float(losses.ctc), pack.lines], device=world.device)
            total.append(torch.cat([losses.by_task.flatten(), lines]))
        *by_task, ctc, lines = distributed.summed(torch.stack(total).sum(0)).tolist()
        result = task_means(data.tasks, by_task)
        error = sum(result.values()) / len(result) if result else None
        if lines and self.stage.ctc_weight:
            result["ctc_loss"] = ctc / lines
            error = result["ctc_loss"] if error is None else error
        return result if error is None else result | {"error": error}

    @cached_property
    def _lines(self) -> list[list[Example]]:
        """Held-out line canvases, those of one size together; none if the stage draws no lines."""
        if self.data is None or "lines" not in self.data.mixture.sources:
            return []
        # Alone, whatever its share: other sources take long to draw from.
        mixture = Mixture(self.data.mixture.sources, {"lines": 1.0}, HELD_OUT, self.stage.widths, self.stage.stretch)
        found = [next(mixture.examples(item, [])) for item in range(self.stage.eval_samples)]
        found.sort(key=_size)
        return [list(group) for _, group in groupby(found, key=_size)]

    def _reading(self, encoder: Encoder, objective: Objective, device: torch.device) -> dict[str, Any]:
        truths, by_ctc, by_language = list[str](), list[str](), list[str]()
        for group in self._lines:
            limit = 8 + 2 * max(len(example.answer) for example in group)
            truths += [example.answer for example in group]
            pixels = torch.from_numpy(np.stack([example.image for example in group if example.image is not None]))
            with precision(device):
                hidden, grid = see(objective.model.model.vision_tower, pixels.to(device))
                by_ctc += ctc_read(objective.head, objective.head(hidden))
                if self.stage.language_weight:
                    features = tower.connect(objective.model.model.vision_tower, hidden, grid)
                    by_language += greedy(objective.model, encoder, group[0].prompt, features, grid, limit)
        scores: dict[str, Any] = {"ctc_cer": cer(by_ctc, truths)}
        if by_language:
            scores["cer"] = cer(by_language, truths)
        return scores | {"examples": list(zip(truths, by_language or by_ctc, strict=True))[:4]}


def _size(example: Example) -> tuple[int, ...]:
    return () if example.image is None else example.image.shape


def greedy(model: Any, encoder: Encoder, prompt: str, features: Tensor, grid: tuple[int, int], limit: int) -> list[str]:
    """The language model's most probable answers about n images of one size, at most `limit` tokens each.

    `features`: (n, tokens, text hidden) from the connector; `grid`: the images' (rows, columns) of patches.
    """
    ids, image = encoder.question(prompt, grid)
    device, count = features.device, len(features)
    embed = model.get_input_embeddings()
    words = embed(torch.tensor(ids, device=device)).expand(count, -1, -1)
    inputs = torch.cat([words[:, : image.start], features.to(words.dtype), words[:, image.stop :]], dim=1)
    places = torch.from_numpy(positions(len(ids), image, grid)).to(device)[:, None].expand(-1, count, -1)
    cache, written = DynamicCache(config=model.config.text_config), list[Tensor]()
    done = torch.zeros(count, dtype=torch.bool, device=device)
    for step in range(limit):
        hidden = model.model.language_model(
            inputs_embeds=inputs, position_ids=places, past_key_values=cache, use_cache=True
        ).last_hidden_state
        token = model.lm_head(hidden[:, -1]).argmax(-1).masked_fill(done, encoder.answer_end)
        written.append(token)
        done |= token == encoder.answer_end
        if bool(done.all()):
            break
        inputs = embed(token)[:, None]
        places = torch.full((len(places), count, 1), len(ids) + step, device=device)
    rows = torch.stack(written, 1).tolist()
    answers = [[token for token in row if token != encoder.answer_end] for row in rows]
    return [str(text) for text in encoder.tokenizer.batch_decode(answers)]
